"""What pages ask of the engine through its door: carried out there, and an engine that cannot is told as away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from tests.faults import Faults
from tests.notify.story import SHIPPED, Story, adt
from wardbell.web_door import EngineDoor
from web.errors import EngineAway
from web.site import Site

NOT_ASKED = cast(Any, None)
"""A part of the engine that a test does not reach."""


class AtOnce:
    """A reactor whose thread is this one."""

    def callFromThread(self, work: Callable[[], object]) -> None:
        work()


def test_a_message_is_received_as_if_it_came_now(site: Site) -> None:
    story = Story(site.database)
    door = EngineDoor(
        AtOnce(), NOT_ASKED, story.outbox, story.intake, lambda: SHIPPED, numbers=NOT_ASKED, engine=NOT_ASKED
    )
    assert b"MSA|AA|1" in door.receive_hl7(adt().encode(), "10.0.0.9")
    assert story.states() == ["in_air"]
    assert door.notice_rules() is SHIPPED


def test_an_engine_that_fails_at_it_is_told_as_away(site: Site, faults: Faults) -> None:
    class Broken:
        async def receive(self, raw: bytes, peer: str) -> bytes:
            raise ZeroDivisionError

    door = EngineDoor(
        AtOnce(), NOT_ASKED, NOT_ASKED, cast(Any, Broken()), lambda: SHIPPED, numbers=NOT_ASKED, engine=NOT_ASKED
    )
    with pytest.raises(EngineAway):
        door.receive_hl7(b"MSH", "10.0.0.9")
    (fault,) = faults.expected()
    assert "ZeroDivisionError" in fault
