"""The action that flows of notices ask: somebody confirms. Same shape as the hospital's actions.

The variable `notice`, which the outbox gives to the flow, says which notice it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from actions.action import Action, ActionOutcome, CallFacts, Declared, Value
from notify.notices.confirmations import Confirmations
from notify.notices.reference import read_reference

CONFIRM = Declared(
    name="notice.confirm",
    needs=frozenset({"notice"}),
    # docs/features.md, 12. `stale`: cancelled, expired or given up meanwhile; the listener should be told so.
    outcomes={"confirmed": frozenset(), "stale": frozenset()},
)

DECLARED: tuple[Declared, ...] = (CONFIRM,)


class NoticeActions:
    """Carries out the actions of notices."""

    def __init__(self, confirmations: Confirmations) -> None:
        self._confirmations = confirmations

    def actions(self) -> dict[str, Action]:
        """By name, to be merged with the hospital's."""
        return {CONFIRM.name: Action.of(CONFIRM, self._confirm)}

    async def _confirm(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        """Noted before it is answered. Raises `DatabaseError`: then it isn't confirmed and will ring again."""
        found = read_reference(str(arguments.get("notice", "")))
        if found is None:
            return ActionOutcome("stale")
        confirmed = await self._confirmations.confirm(*found)
        return ActionOutcome("confirmed" if confirmed.fresh else "stale")
