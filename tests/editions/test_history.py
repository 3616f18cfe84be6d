"""The history of editions, on both databases: nothing is lost, nothing is overwritten."""

from __future__ import annotations

import dataclasses
import threading

import pytest
from sqlalchemy import text

from db.database import Database
from editions import engines, store
from editions.bundle import Bundle
from editions.engines import EngineRecord
from editions.store import EditionDamaged, Overtaken, Published, Unchanged
from forms.errors import FilesBroken
from tests.editions.conftest import NOON, Publisher, bundle, other


def test_what_is_published_comes_back_byte_by_byte(publisher: Publisher) -> None:
    files = Bundle({**bundle().files, "texts/zh.yaml": "main.welcome: 您好。\r\n\u2028".encode()})
    assert publisher.publishes(files).number == 1
    stored = publisher.database.run_now(store.fetch, 1)
    assert stored is not None
    assert stored.bundle().files == files.files
    assert (stored.record.who, stored.record.why, stored.record.at) == ("chen", "because", NOON)


def test_before_the_first_there_is_none(database: Database) -> None:
    assert database.run_now(store.newest) is None
    assert database.run_now(store.history) == []
    assert database.run_now(store.fetch, 1) is None


def test_the_newest_is_the_current_one_and_the_rest_stays(publisher: Publisher) -> None:
    for title in ("one", "two", "three"):
        publisher.publishes(other(title))
    assert [one.number for one in publisher.database.run_now(store.history)] == [3, 2, 1]
    assert [one.number for one in publisher.database.run_now(store.history, 2)] == [3, 2]
    newest = publisher.database.run_now(store.newest)
    assert newest is not None
    assert newest.digest == other("three").digest


def test_the_same_files_again_change_nothing(publisher: Publisher) -> None:
    publisher.publishes(bundle())
    came = publisher.tries(bundle(), 1)
    assert isinstance(came, Unchanged)
    assert came.record.number == 1
    assert len(publisher.database.run_now(store.history)) == 1


def test_who_is_overtaken_is_told_by_whom_and_loses_nothing(publisher: Publisher) -> None:
    publisher.publishes(bundle())
    assert isinstance(publisher.tries(other("hers"), 1, "li"), Published)
    came = publisher.tries(other("his"), 1, "wang")
    assert isinstance(came, Overtaken)
    assert (came.record.number, came.record.who) == (2, "li")
    assert isinstance(publisher.tries(other("his"), 2, "wang"), Published)


def test_of_many_who_publish_at_once_one_does(publisher: Publisher) -> None:
    publisher.publishes(bundle())
    came: list[object] = []
    start = threading.Barrier(6)

    def one(name: str) -> None:
        start.wait()
        came.append(publisher.tries(other(name), 1, name))

    threads = [threading.Thread(target=one, args=(f"p{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    won = [one for one in came if isinstance(one, Published)]
    lost = [one for one in came if isinstance(one, Overtaken)]
    assert (len(won), len(lost)) == (1, 5)
    assert {one.record.who for one in lost} == {won[0].record.who}
    assert len(publisher.database.run_now(store.history)) == 2


@pytest.mark.parametrize(
    ("files", "code", "word"),
    [
        ({"main.yaml": b"title: \xff"}, "E101", "not UTF-8 (byte 8)"),
        ({"main.yaml": b"title: \0"}, "E101", "zero byte"),
        ({"a b.yaml": b""}, "E111", "no file name"),
        ({"main.yaml": b"#" * 2_000_000, "big.yaml": b"#" * 2_000_001}, "E101", "4,000,000"),
    ],
)
def test_what_cannot_be_kept_is_refused(files: dict[str, bytes], code: str, word: str) -> None:
    with pytest.raises(FilesBroken) as refused:
        store.as_texts(Bundle(files))
    [mistake] = refused.value.mistakes
    assert mistake.code == code
    assert word in mistake.sentence


@pytest.mark.parametrize(
    "files",
    ["", "[]", "7", "{}", '{"main.yaml": 1}', '{"main.yaml": "title: Another"}', '{"../x.yaml": ""}', "[" * 9999],
)
def test_a_row_that_was_changed_by_hand_is_known(publisher: Publisher, files: str) -> None:
    publisher.publishes(bundle())
    change = text("UPDATE editions SET files = :files")
    publisher.database.run_now(lambda session: session.execute(change, {"files": files}))
    stored = publisher.database.run_now(store.fetch, 1)
    assert stored is not None
    with pytest.raises(EditionDamaged, match="edition 1 is not what chen published"):
        stored.bundle()


def test_the_same_files_again_put_a_row_right_that_was_changed_by_hand(publisher: Publisher) -> None:
    publisher.publishes(bundle())
    publisher.database.run_now(lambda session: session.execute(text("UPDATE editions SET files = '{}'")))
    assert publisher.publishes(bundle()).number == 2
    stored = publisher.database.run_now(store.fetch, 2)
    assert stored is not None
    assert stored.bundle().files == bundle().files


def test_engines_say_what_they_serve_until_they_leave(database: Database) -> None:
    said = EngineRecord("a", 3, "d", NOON)
    database.run_now(engines.say, said)
    database.run_now(engines.say, dataclasses.replace(said, edition=4, refused=5, refusal="no" * 999))
    database.run_now(engines.say, EngineRecord("b", 4, "d", NOON))
    [a, b] = database.run_now(engines.engines)
    assert (a.edition, a.refused, len(a.refusal), b.name) == (4, 5, 500, "b")
    assert a.runs(NOON + engines.BEAT * 2)
    assert not a.runs(NOON + engines.SILENT)
    database.run_now(engines.leave, "a")
    assert [one.name for one in database.run_now(engines.engines)] == ["b"]
