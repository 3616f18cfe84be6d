"""What foreign systems send: the ward is called, or somebody is told why it is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from db.database import Database
from db.tables.notices import AttemptRow, EventRow, MessageRow, NoticeRow
from tests.notify.foreign import Foreign, every
from tests.notify.story import Story

CASES = list(every())


@pytest.fixture(scope="module")
def shared() -> Iterator[Story]:
    """One engine for the whole table; each message finds it empty."""
    database = Database("sqlite://")
    database.create_all()
    yield Story(database, lines=1)
    database.close()


@pytest.mark.parametrize("foreign", CASES, ids=[one.name for one in CASES])
def test_what_comes_of_a_foreign_message(shared: Story, foreign: Foreign) -> None:
    story = shared
    story.database.run_now(
        lambda session: [session.execute(delete(table)) for table in (AttemptRow, NoticeRow, EventRow, MessageRow)]
    )
    answer = story.receive(foreign.raw) if "utf-" not in foreign.name else wide(story, foreign)
    msa = next(segment for segment in answer.split("\r") if segment.startswith("MSA"))
    assert msa[4:6] == foreign.answer, answer
    rung = [(notice.kind, notice.addressee, notice.variables["bed"]) for notice in story.notices()]
    assert rung == ([(foreign.rule, foreign.ward, foreign.bed)] if foreign.bed is not None else [])
    if foreign.answer != "AA":
        [kept] = story.read(lambda session: list(session.query(MessageRow)))
        assert (kept.raw, kept.state) == (foreign.raw, "rejected")


def wide(story: Story, foreign: Foreign) -> str:
    """The answer to what comes in UTF-16 or UTF-32 is in the same."""
    from tests.notify.story import result_of

    return result_of(story.intake.receive(foreign.raw, "10.0.0.9")).decode(foreign.name.split()[0])
