"""What a flow may ask about cards: whether card number and PIN belong together.

`patient` is the card holder's name as registered.
"""

from __future__ import annotations

from collections.abc import Mapping

from actions.action import Action, ActionOutcome, CallFacts, Declared, Value
from actions.arguments import text
from hospital.cards.pin_check import PinCheck, Right, Wait

# docs/features.md, 2, 22 and 23. An unknown card and a wrong PIN are both `wrong`. `wait`: too many wrong entries.
# `pace` is `slow` for patients whose card says so, else `usual`.
CHECK_PIN = Declared(
    name="card.check_pin",
    needs=frozenset({"card_number", "pin"}),
    outcomes={
        "right": frozenset({"card", "patient", "pace"}),
        "wrong": frozenset(),
        "wait": frozenset({"seconds"}),
    },
    secret=frozenset({"card_number", "pin"}),  # a PIN is often keyed in where the card number is asked for
    identifies=frozenset({"right"}),
    private=frozenset({"patient"}),
    examples={"card": "100001", "patient": "王小芳", "pace": "usual", "seconds": 120},
    usual=ActionOutcome("right", {"card": "100001", "patient": "王小芳", "pace": "usual"}),
)

DECLARED: tuple[Declared, ...] = (CHECK_PIN,)


class CardActions:
    """Carries them out."""

    def __init__(self, pins: PinCheck) -> None:
        self._pins = pins

    def actions(self) -> dict[str, Action]:
        """By name, to be laid beside those of other rooms."""
        return {CHECK_PIN.name: Action.of(CHECK_PIN, self._check_pin)}

    async def _check_pin(self, arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        """Two transactions, with the slow part between."""
        checked = await self._pins.check(text(arguments, "card_number"), text(arguments, "pin"), call.caller)
        match checked:
            case Right(card, patient, slow):
                return ActionOutcome("right", {"card": card, "patient": patient, "pace": "slow" if slow else "usual"})
            case Wait() as wait:
                return ActionOutcome("wait", {"seconds": wait.told})
            case _:
                return ActionOutcome("wrong")
