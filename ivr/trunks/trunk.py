"""The trunk: how a number becomes a SIP address at the PBX or provider, and which number we show."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.numbers.telephone_number import diallable
from ivr.switch.address import squeeze
from ivr.switch.line import SwitchRefused
from ivr.switch.sip import checked_caller_id, checked_target


class NotDiallable(SwitchRefused):
    """The number holds something that a telephone cannot dial; it is not handed to SIP."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """`target` is a SIP URI with `{number}` in it; `caller_id` the number that the called see."""

    target: str
    caller_id: str

    def __post_init__(self) -> None:
        if self.target.count("{number}") != 1 or not self.target.startswith(("sip:", "sips:")):
            raise NotDiallable(f'the trunk\'s target must be a SIP URI with one {{number}}: "{self.target}"')
        try:  # else every call would be refused, one by one, when it is too late
            checked_target(self.uri("1"))
            checked_caller_id(self.caller_id)
        except SwitchRefused as wrong:
            raise NotDiallable(f"the trunk cannot be used: {wrong}") from wrong

    def uri(self, number: str) -> str:
        """The address of `number`, what is only for the eye dropped. Raises `NotDiallable`."""
        dialled = squeeze(number)
        if not diallable(dialled):
            raise NotDiallable("a number may hold digits, * and #, and begin with +")
        return self.target.replace("{number}", dialled.replace("#", "%23"))
