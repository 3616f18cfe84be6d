"""What the API asks of the engine beyond what pages do. The real one is `wardbell.api_line`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ivr.in_progress.call_now import CallNow
from ivr.numbers.plan import Numbers
from notify.notices.rules import NoticeRules


class NoLine(Exception):
    """No line is free for it."""


class ApiLine(Protocol):
    """May be asked from any thread. Every method may raise `web.errors.EngineAway`."""

    def notice_rules(self) -> NoticeRules:
        """The rules of notices in force."""

    def numbers(self) -> Numbers:
        """The numbers in force."""

    def look_for_notices(self) -> None:
        """Something was written about notices."""

    def calls(self) -> tuple[CallNow, ...]:
        """Calls in progress on this engine."""

    def hang_up(self, call_id: str, who: str, why: str) -> bool:
        """End a call in progress. False: it is over, or another engine's."""

    def originate(self, own: str, other: str, ring: float) -> str:
        """Ring a telephone of the hospital; when it is answered, `other`, and let the two talk. The call's id, as soon
        as the first one is dialled. Raises `NoLine`, and `IvrError` for what is no number."""


@dataclass
class FakeApiLine:
    """A line that rings nobody. `rang` holds what was originated, `ended` what was hung up."""

    rules: NoticeRules = field(default_factory=lambda: NoticeRules({}))
    plan: Numbers = field(default_factory=lambda: Numbers({}))
    going: list[CallNow] = field(default_factory=list)
    free: int = 4
    poked: int = 0
    rang: list[tuple[str, str]] = field(default_factory=list)
    ended: list[tuple[str, str, str]] = field(default_factory=list)

    def notice_rules(self) -> NoticeRules:
        """As `ApiLine.notice_rules`."""
        return self.rules

    def numbers(self) -> Numbers:
        """As `ApiLine.numbers`."""
        return self.plan

    def look_for_notices(self) -> None:
        """As `ApiLine.look_for_notices`."""
        self.poked += 1

    def calls(self) -> tuple[CallNow, ...]:
        """As `ApiLine.calls`."""
        return tuple(self.going)

    def hang_up(self, call_id: str, who: str, why: str) -> bool:
        """As `ApiLine.hang_up`."""
        if all(one.call_id != call_id for one in self.going):
            return False
        self.going = [one for one in self.going if one.call_id != call_id]
        self.ended.append((call_id, who, why))
        return True

    def originate(self, own: str, other: str, ring: float) -> str:
        """As `ApiLine.originate`."""
        if len(self.rang) >= self.free:
            raise NoLine("no line is free")
        self.rang.append((own, other))
        return f"originated{len(self.rang)}"
