"""Publishing and taking back as values, on both databases: what a page or a command is told."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from db.database import Database
from editions import store
from editions.bundle import Bundle
from editions.examiner import Aside
from editions.first import begin
from editions.press import (
    Broken,
    Examined,
    FailedTests,
    NotExamined,
    NotRendered,
    NotSigned,
    Press,
    Signature,
    sign,
)
from editions.publish import Came, NotFromThis, publish
from editions.rollback import NoneBefore, NoSuchEdition, NothingPublished, TakenBack, roll_back
from editions.sound import Sound
from editions.store import EditionHead, EditionRecord, Overtaken, Published, Unchanged
from editions.workshop.workshop import OwnProcess
from ivr.rehearsal.suite import SuiteResult
from prompts.catalog import Catalog
from prompts.errors import StudioError
from prompts.render import Summary
from tests.editions.conftest import BROKEN, NOON, Publisher, bundle, other

CHEN, LI = Signature("chen", "because"), Signature("li", "quicker")
PASSES = "flow: main\nlanguage: zh\ntests:\n  greeted: {call: [says: main.welcome, ends: done]}\n"


def with_notice(files: Bundle, more: str = "# for the night\n") -> Bundle:
    """The same with another file changed."""
    return Bundle({**files.files, "notices.yaml": f"{more}notices: {{}}\n".encode()})


@pytest.fixture
def press(database: Database) -> Press:
    return Press(database, ZoneInfo("Asia/Shanghai"), lambda: NOON, lambda texts, missing: Sound(Summary(rendered=1)))


def published(press: Press, files: Bundle, base: EditionHead | None, by: Signature = CHEN) -> EditionRecord:
    came = publish(press, files, by, base)
    assert isinstance(came, Published), came
    return came.record


def test_two_who_publish_at_once_from_the_same_edition(press: Press) -> None:
    """Both have checked, tested and rendered when the first transaction begins."""
    first = published(press, bundle(), None)
    ready = threading.Barrier(2)

    def render(texts: Catalog, missing: bool) -> Sound:
        ready.wait(30)
        return Sound(Summary())

    came: dict[str, Came] = {}

    def one(by: Signature) -> None:
        came[by.who] = publish(replace(press, render=render), other(by.who), by, first.head)

    threads = [threading.Thread(target=one, args=(by,)) for by in (CHEN, LI)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    [(winner, won)] = [(who, one) for who, one in came.items() if isinstance(one, Published)]
    [lost] = [one for one in came.values() if isinstance(one, Overtaken)]
    assert (lost.record, lost.parent) == (won.record, 1)
    assert won.record.who == winner
    assert [one.number for one in press.database.run_now(store.history)] == [2, 1]


def test_files_that_were_edited_from_another_edition_take_nothing_back(press: Press) -> None:
    first = published(press, bundle(), None)
    hers = published(press, other("hers"), first.head, LI)
    came = publish(press, with_notice(bundle()), CHEN, first.head)
    assert isinstance(came, NotFromThis)
    assert (came.base, came.live, came.since) == (first.head, hers, [hers])
    assert [str(one) for one in came.lost] == ["main.yaml (changed, +1 -1)"]
    assert press.database.run_now(store.newest) == hers


def test_when_told_to_they_are_written_over_the_edition_that_was_named_and_no_other(press: Press) -> None:
    first = published(press, bundle(), None)
    published(press, other("hers"), first.head, LI)
    assert isinstance(publish(press, other("his"), CHEN, first.head, over=1), NotFromThis)
    came = publish(press, other("his"), CHEN, first.head, over=2)
    assert isinstance(came, Published)
    assert came.record.number == 3


def test_who_has_taken_in_what_was_published_since_may_publish(press: Press) -> None:
    first = published(press, bundle(), None)
    hers = other("hers")
    published(press, hers, first.head, LI)
    assert published(press, with_notice(hers), first.head).number == 3


def test_what_was_taken_back_does_not_come_again_unseen(press: Press) -> None:
    first = published(press, bundle(), None)
    bad = published(press, other("bad"), first.head)
    asked: list[bool] = []

    def render(texts: Catalog, missing: bool) -> Sound:
        asked.append(missing)
        return Sound(Summary())

    taken = roll_back(replace(press, render=render), None, "li", "nobody understood it")
    assert asked == [True]  # it was heard before: only what has no sound at all is made
    assert isinstance(taken, TakenBack)
    assert (taken.record.number, taken.back, taken.instead_of) == (3, first, bad)
    came = publish(press, with_notice(other("bad")), CHEN, bad.head)
    assert isinstance(came, NotFromThis)
    assert came.since == [taken.record]
    assert published(press, with_notice(bundle()), first.head).number == 4  # it began with what is live again


def test_an_edition_that_is_not_known_is_none_that_it_began_with(press: Press) -> None:
    first = published(press, bundle(), None)
    for base in (None, EditionHead(1, "another"), EditionHead(9, "none")):
        came = publish(press, other("his"), CHEN, base)
        assert isinstance(came, NotFromThis)
        assert (came.base, came.live, came.lost) == (base, first, ())
    assert publish(press, bundle(), CHEN, None) == Unchanged(first)


def test_what_the_first_start_published_lay_on_the_disk_and_is_nobodys_work(press: Press) -> None:
    publisher = Publisher(press.database)
    begin(press.database, bundle, lambda _: None, publisher.opens, "root", NOON)
    assert published(press, other("his"), None).number == 2
    assert isinstance(publish(press, other("hers"), LI, None), NotFromThis)


def test_what_is_wrong_comes_as_a_value_and_nothing_changes(press: Press) -> None:
    first = published(press, bundle(), None)
    broken = publish(press, BROKEN, CHEN, first.head)
    assert isinstance(broken, Broken)
    assert [one.code for one in broken.mistakes.mistakes] == ["E204"]
    tests = {"tests/main.yaml": PASSES.replace("main.welcome", "system.goodbye").encode()}
    failed = publish(press, Bundle({**bundle().files, **tests}), CHEN, first.head)
    assert isinstance(failed, FailedTests)
    assert len(failed.result.failed) == 1

    def silent(_: Catalog, missing: bool) -> Sound:
        raise StudioError("no room for clips")

    partly = Sound(Summary(failed=[("zh", "您好", "no voice")]))
    for render in (silent, lambda *_: partly):
        mute = publish(replace(press, render=render), other("his"), CHEN, first.head)
        assert isinstance(mute, NotRendered)
    assert press.database.run_now(store.newest) == first
    assert isinstance(publish(replace(press, render=silent), other("his"), CHEN, first.head, sound=False), Published)


def test_what_is_reached_is_told_in_order(press: Press, tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "main.welcome.wav").touch()
    first = published(press, bundle(), None)
    reached: list[object] = []
    new = {"tests/main.yaml": PASSES.encode(), "texts/zh.yaml": "main.welcome: 新年好。\n".encode()}
    files = Bundle({**bundle().files, **new})
    with_old = replace(press, recordings=tmp_path)
    came = publish(with_old, files, CHEN, first.head, tell=reached.append)
    assert isinstance(came, Published)
    assert came.record.tests == "1 passed"
    examined, tested, sound = reached
    assert isinstance(examined, Examined)
    assert [one.file for one in examined.changed] == ["tests/main.yaml", "texts/zh.yaml"]
    assert (examined.live, examined.old_recordings) == (first, [("zh", "main.welcome")])
    assert isinstance(tested, SuiteResult)
    assert sound == Sound(Summary(rendered=1))


def test_taking_back_what_is_not_there(press: Press) -> None:
    assert roll_back(press, None, "li") == NothingPublished()
    first = published(press, bundle(), None)
    assert roll_back(press, None, "li") == NoneBefore(first)
    assert roll_back(press, 7, "li") == NoSuchEdition(7)
    assert roll_back(press, 1, "li") == Unchanged(first)
    assert isinstance(roll_back(press, 1, "li", "x" * 501), NotSigned)


@pytest.mark.parametrize(
    ("who", "why", "signed"),
    [
        ("chen", "the clinic\n opens at 7", Signature("chen", "the clinic opens at 7")),
        ("", "why\x07not", Signature("unknown", "whynot")),
        ("chen", " \n", NotSigned('say why, for the history, such as "the clinic opens at 7"')),
        ("c" * 81, "x", NotSigned("the name has 81 characters; at most 80 are kept")),
    ],
)
def test_who_and_why_are_a_line_each(who: str, why: str, signed: object) -> None:
    assert sign(who, why) == signed


@pytest.mark.slow
def test_what_is_published_may_be_read_and_tested_in_another_process(database: Database) -> None:
    """The same values come back, from a process that others in this one do not wait for."""
    workshop = OwnProcess()
    press = Press(
        database,
        ZoneInfo("Asia/Shanghai"),
        lambda: NOON,
        lambda texts, missing: Sound(Summary()),
        examiner=Aside(workshop),
    )
    tests = PASSES.encode()
    good = Bundle({**bundle().files, "tests/main.yaml": tests})
    first = published(press, good, None)
    assert first.tests == "1 passed"
    broken = publish(press, BROKEN, CHEN, first.head)
    assert isinstance(broken, Broken)
    assert "E204" in str(broken.mistakes.mistakes[0])
    other_end = Bundle({**good.files, "tests/main.yaml": tests.replace(b"ends: done", b"ends: left")})
    failing = publish(press, other_end, CHEN, first.head)
    assert isinstance(failing, FailedTests)
    [failed] = failing.result.failed
    assert failed.failure is not None
    workshop.close()
    assert isinstance(publish(press, other("Night"), CHEN, first.head), NotExamined)
    newest = database.run_now(store.newest)
    assert newest is not None
    assert newest.number == 1
