"""Somebody in IT edits in the browser: what he types is kept, colleagues notice each other, nothing of others is
lost."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from db.database import Database
from editions import drafts
from editions.bundle import Bundle
from editions.drafts import Kept, LaidOver, NotKept, WrittenElsewhere
from editions.press import Broken, Press
from editions.publish_drafts import AllBehind, NoDrafts, publish_drafts
from editions.sound import Sound
from editions.store import Published
from prompts.render import Summary
from tests.editions.conftest import MAIN, NOON, Publisher, bundle

ZONE = ZoneInfo("Asia/Shanghai")


class Desk:
    """The drafts of a hospital whose first edition is live."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.publisher = Publisher(database)
        self.publisher.publishes(bundle())
        self.minutes = 0

    def types(self, who: str, text: str | None, version: int = 0, file: str = "main.yaml") -> drafts.Came:
        self.minutes += 1
        now = NOON + timedelta(minutes=self.minutes)
        return self.database.run_now(drafts.keep, who, file, text, 1, version, now)

    def laid(self, who: str) -> LaidOver:
        return self.database.run_now(drafts.laid_over, who)

    def publishes(self, who: str, over: bool = False) -> object:
        press = Press(self.database, ZONE, self.publisher.now, lambda texts, missing: Sound(Summary()))
        return publish_drafts(press, who, "because", over=over)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def titled(title: str) -> str:
    return MAIN.replace("Main", title)


def test_what_was_typed_is_there_the_next_day(desk: Desk) -> None:
    desk.types("chen", titled("Night"))
    found = desk.database.run_now(drafts.draft_of, "chen", "main.yaml")
    assert found is not None
    assert found.text == titled("Night")


def test_two_windows_of_one_user_do_not_write_over_each_other(desk: Desk) -> None:
    desk.types("chen", titled("One"))
    assert isinstance(desk.types("chen", titled("Two"), 1), Kept)
    late = desk.types("chen", titled("Three"), 1)
    assert isinstance(late, WrittenElsewhere)
    assert late.draft is not None
    assert late.draft.text == titled("Two")


def test_two_editors_of_one_file_are_told_of_each_other(desk: Desk) -> None:
    desk.types("chen", titled("One"))
    came = desk.types("li", titled("Two"))
    assert isinstance(came, Kept)
    assert [one.who for one in came.others] == ["chen"]
    again = desk.types("chen", titled("One more"), 1)
    assert isinstance(again, Kept)
    assert [one.who for one in again.others] == ["li"]


def test_drafts_of_one_user_are_nothing_to_another(desk: Desk) -> None:
    desk.types("chen", titled("One"))
    assert desk.laid("li").drafted == ()
    assert desk.laid("chen").bundle.files["main.yaml"] == titled("One").encode()


def test_a_new_file_and_one_that_goes_lie_over_what_is_live(desk: Desk) -> None:
    desk.types("chen", MAIN, file="night.yaml")
    desk.types("chen", None, file="notices.yaml")
    assert sorted(desk.laid("chen").bundle.files) == ["main.yaml", "night.yaml", "numbers.yaml"]


@pytest.mark.parametrize("file", ["../main.yaml", "main.yml", "a/b.yaml", ".edition", "texts/../x.yaml", "x" * 300])
def test_a_name_that_no_edition_can_hold_is_refused(desk: Desk, file: str) -> None:
    assert isinstance(desk.types("chen", "x: 1", file=file), NotKept)


def test_publishing_puts_the_drafts_live_and_forgets_them(desk: Desk) -> None:
    desk.types("chen", titled("Night"))
    came = desk.publishes("chen")
    assert isinstance(came, Published)
    assert (came.record.who, came.record.tests) == ("chen", "")
    assert desk.database.run_now(drafts.heads) == []
    assert isinstance(desk.publishes("chen"), NoDrafts)


def test_a_draft_with_mistakes_is_not_published_and_stays(desk: Desk) -> None:
    desk.types("chen", MAIN.replace("then: over", "then: ovr"))
    assert isinstance(desk.publishes("chen"), Broken)
    assert [one.who for one in desk.database.run_now(drafts.heads)] == ["chen"]


def test_others_work_on_other_files_is_kept(desk: Desk) -> None:
    desk.types("chen", titled("Night"))
    desk.publisher.publishes(bundle(night=MAIN, numbers=NIGHT_TOO))
    assert isinstance(desk.publishes("chen"), Published)
    assert "night.yaml" in desk.laid("chen").before.files


NIGHT_TOO = 'numbers:\n  "1000": {flow: main, language: zh}\n  "2000": {flow: night, language: zh}\n'


def test_a_draft_never_takes_back_what_a_colleague_published_unless_he_says_so(desk: Desk) -> None:
    desk.types("chen", titled("Mine"))
    desk.publisher.publishes(bundle(main=titled("Theirs")))
    came = desk.publishes("chen")
    assert isinstance(came, AllBehind)
    assert [one.file for one in came.drafts] == ["main.yaml"]
    assert isinstance(desk.publishes("chen", over=True), Published)


def test_what_is_typed_while_it_is_published_is_not_lost(desk: Desk) -> None:
    desk.types("chen", titled("Night"))
    files: Bundle = desk.laid("chen").bundle
    number = desk.publisher.publishes(files).number
    desk.types("chen", titled("Night, later"), 1)
    desk.database.run_now(drafts.published, "chen", files.files, ["main.yaml"], number)
    laid = desk.laid("chen")
    assert (laid.drafted, laid.behind) == (("main.yaml",), ())


def test_thrown_away_is_gone(desk: Desk) -> None:
    desk.types("chen", titled("Night"))
    assert desk.database.run_now(drafts.throw_away, "chen", ["main.yaml", "none.yaml"]) == 1
    assert desk.laid("chen").drafted == ()
