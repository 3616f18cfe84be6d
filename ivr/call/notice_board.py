"""Where a flow tells that something happened. Who is called because of it is for the notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ivr.errors import IvrError
from ivr.flow.commands import Value


class NotPosted(IvrError):
    """It could not be stored; nobody will hear of it. Leads to the flow's `error` exit."""


class NoticeBoard(Protocol):
    """Takes what happened."""

    async def post(self, event: str, facts: Mapping[str, Value], key: str) -> None:
        """Stored when it returns; told again with the same `key` it counts once. Raises `NotPosted`."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One thing that was told."""

    event: str
    facts: Mapping[str, Value]
    key: str


@dataclass
class FakeNoticeBoard:
    """A board for tests and rehearsals."""

    posted: list[Posted] = field(default_factory=list)
    fails: bool = False

    async def post(self, event: str, facts: Mapping[str, Value], key: str) -> None:
        """As `NoticeBoard.post`."""
        if self.fails:
            raise NotPosted("the database is away")
        if all(one.key != key for one in self.posted):
            self.posted.append(Posted(event, dict(facts), key))
