"""What an editor offers to somebody who writes the files: the schemas of their kinds, with the names that there are."""

from __future__ import annotations

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.kind import Reading
from editions.kinds import FLOWS, KINDS, NOTICES, TEXTS
from ivr.flow.verbs.schema import Known

SCHEMAS = {kind.name: kind.schema for kind in KINDS if kind.schema is not None}
"""Kind of file -> its schema."""


def offered(bundle: Bundle) -> Known:
    """What there is to choose from. What cannot be read at the moment is not offered: the check says why."""
    reading = Reading(bundle, KINDS, ACTIONS)
    texts, rules, flows = reading.of(TEXTS), reading.of(NOTICES), reading.names(FLOWS)
    return Known(
        texts=texts.ids,
        actions=tuple(name for name, action in ACTIONS.items() if not action.lists),
        lists=tuple(name for name, action in ACTIONS.items() if action.lists),
        flows=tuple(sorted(flows)),
        languages=tuple(texts.languages),
        events=tuple(sorted({rule.event for rule in rules.rules.values()})),
        of_hl7=tuple(sorted(set(rules.reading.events.values()) - rules.told.keys())),
    )
