"""The rules of notices: what follows from which event. Read from `flows/notices.yaml` by `rules_file.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms.report import Mark
from notify.hl7.adt import Reading
from notify.notices.escalation import Rule, Silence
from notify.notices.facts import Use

ROLES = ("station", "head_nurse", "duty_manager")
"""Whom a step may call by role (the ward's contacts, which the hospital keeps)."""


LISTENER = "listener"
"""Of a rule that takes back or corrects: the telephone where somebody had confirmed."""


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """The whole file."""

    rules: Mapping[str, Rule]
    reading: Reading = field(default_factory=Reading)
    last_resort: tuple[str, ...] = ()
    """Numbers called when an event's ward has nobody at all to call (it's unknown, or has no telephone)."""
    silent: tuple[Silence, ...] = ()
    """Events that are meant to call nobody."""
    uses: tuple[Use, ...] = ()
    """Where the file names facts of events that flows tell."""
    told: Mapping[str, Mark] = field(default_factory=dict)
    """Events that flows tell, and where the file says so."""
    languages: frozenset[str] = frozenset()
    """Those of the hospital's texts: an addressee may be spoken to in another than the rule's."""
    noticed: Mapping[str, Mark] = field(default_factory=dict)
    """The flows that its rules name, and where they do so first; also of a file with mistakes, as `private`."""
    private: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Flow -> the facts that nobody but the right listener may hear."""

    def following(self, kind: str, facts: Mapping[str, object]) -> tuple[Rule, ...]:
        """The rules that follow from an event."""
        return tuple(rule for rule in self.rules.values() if rule.fits(kind, facts))

    def meant(self, kind: str, facts: Mapping[str, object]) -> bool:
        """Whether nobody is to be called because of an event."""
        return any(one.fits(kind, facts) for one in self.silent)

    def why_nobody(self, kind: str, facts: Mapping[str, object]) -> str:
        """Why nothing follows from an event: what each of its rules waits for."""
        waiting = [rule for rule in self.rules.values() if rule.event == kind]
        if not waiting:
            return f'no rule of notices.yaml follows "{kind}"'
        return "; ".join(f'"{rule.name}" waits for {rule.unmet(facts)}' for rule in waiting)
