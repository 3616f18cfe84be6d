"""What the hospital's systems sent: searched, shown so that nothing hides in it, sent again."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from accounts.audit import AuditQuery, find
from db.database import Database
from notify.hl7.frame import KEPT
from notify.hl7.shown import shown
from notify.mllp.bytes import Keeping, drop_some
from notify.mllp.intake import Interface
from notify.mllp.messages import forget
from notify.mllp.received import (
    Asked,
    MessageRecord,
    Outcome,
    followed,
    followed_all,
    newest_of,
    search,
    show_message,
)
from notify.notices.fate import Fate
from tests.notify.story import NOON, Story, adt, result_of
from tests.notify.test_commands import Desk, said
from wardbell.commands.hl7 import hl7

OLD = "20260301000000"


def found(story: Story, **asked: Any) -> list[int]:
    return [one.id for one in story.database.run_now(search, Asked(**asked)).messages]


def message(story: Story, number: int) -> MessageRecord:
    shown = story.database.run_now(show_message, number)
    assert shown is not None
    return shown


def test_messages_are_searched_by_all_that_is_known_of_them(story: Story) -> None:
    story.receive(adt())
    story.receive(adt("A04", control_id="2"))
    story.receive(adt(location="", control_id="3"))
    story.clock.advance(3600)
    story.receive(adt("A03", control_id="4", sent=OLD).replace("20260302120000", OLD))
    assert found(story) == [4, 3, 2, 1]
    assert found(story, type="A01") == [3, 1]
    assert found(story, type="ADT^A04") == [2]
    assert found(story, type="adt") == [4, 3, 2, 1]
    assert found(story, type="%") == []
    assert found(story, control_id="3") == [3]
    assert found(story, outcome=Outcome.REFUSED) == [3]
    assert found(story, outcome=Outcome.IGNORED) == [2]
    assert found(story, outcome=Outcome.QUIET) == [4]
    assert found(story, outcome=Outcome.ACCEPTED) == [4, 1]
    assert found(story, since=NOON + timedelta(minutes=30)) == [4]
    assert found(story, until=NOON + timedelta(minutes=30)) == [3, 2, 1]
    first = story.database.run_now(search, Asked(), None, 3)
    second = story.database.run_now(search, Asked(), first.before, 3)
    assert [one.id for one in second.messages] == [1]
    assert second.before is None
    listed = said(story, hl7, "list", "--type", "A01", "--outcome", "refused")
    assert "names no ward" in listed
    assert len(listed.splitlines()) == 2


def test_what_followed_from_a_message_is_found(story: Story) -> None:
    story.receive(adt())
    story.receive(adt("A04", control_id="2"))
    came = story.database.run_now(followed, 1)
    assert came is not None
    assert (came.event, came.fate, came.notices) == ("admission", Fate.PLANNED, (1,))
    assert story.database.run_now(followed, 2) is None
    assert "event admission: notices 1" in said(story, hl7, "show", "1")


def test_a_refused_message_comes_anew_when_its_reason_is_gone(story: Story) -> None:
    reading = story.rules.reading
    wrong = replace(reading, fields={**reading.fields, "ward": reading.fields["visit"]})
    right, story.rules = story.rules, replace(story.rules, reading=wrong)
    assert "MSA|AE|7" in story.receive(adt(control_id="7"))
    broken = message(story, 1)
    assert broken.whole
    assert broken.raw == adt(control_id="7").encode()
    story.rules = right
    story.clock.advance(60)
    assert b"MSA|AA|7" in result_of(story.intake.receive(broken.raw, broken.peer))
    assert story.database.run_now(newest_of, broken.sender, "7", story.now()) == 2
    assert story.states() == ["in_air"]


def test_a_message_of_which_only_the_beginning_was_kept_is_not_sent_again(story: Story) -> None:
    story.receive(adt(location="") + "ZZZ|" + "x" * KEPT + "\r")
    assert not message(story, 1).whole
    assert "only its beginning was kept" in said(story, hl7, "again", "1", exit_code=1)
    story.receive(adt(control_id="2"))
    assert "it was accepted, and would count as the same" in said(story, hl7, "again", "2", exit_code=1)
    assert "no message 9" in said(story, hl7, "again", "9", exit_code=1)


def test_an_accepted_message_is_kept_as_it_came_and_whoever_looks_is_noted(database: Database) -> None:
    story = Story(database, interface=Interface(keeps=True))
    story.receive(adt())
    story.receive(adt("A04", control_id="2") + "ZZZ|" + "x" * KEPT + "\r")
    story.receive(adt())  # the same again: kept once
    one, other = message(story, 1), message(story, 2)
    assert (one.raw, one.whole, one.refused) == (adt().encode(), True, False)
    assert (len(other.raw or b""), other.whole) == (KEPT, False)
    assert "PID|" in said(story, hl7, "show", "1")
    [noted] = database.run_now(find, AuditQuery())
    assert (noted.action, noted.noun, noted.key, noted.how) == ("look at", "message", "1", "command")
    assert [one.raw for one in database.run_now(search, Asked()).messages] == [None, None]


def test_bytes_go_when_their_days_are_over_or_when_they_are_too_many(database: Database) -> None:
    story = Story(database, interface=Interface(keeps=True))
    for number in range(6):
        story.receive(adt(control_id=str(number)))
        story.clock.advance(86_400)

    def kept() -> list[int]:
        return [number for number in range(1, 7) if message(story, number).raw is not None]

    def drops(**keeping: Any) -> list[int]:
        while database.run_now(drop_some, Keeping(**keeping), story.now(), 2):
            pass
        return kept()

    assert drops(time=timedelta(days=30)) == [1, 2, 3, 4, 5, 6]
    assert drops(time=timedelta(days=4, hours=1)) == [3, 4, 5, 6]
    size = len(message(story, 3).raw or b"")
    assert drops(time=timedelta(days=30), most=3 * size) == [4, 5, 6]
    assert drops(time=timedelta()) == []
    assert found(story) == [6, 5, 4, 3, 2, 1]
    assert database.run_now(forget, story.now()) == 6


def test_what_came_of_all_messages_of_a_page_is_told_at_once(story: Story) -> None:
    story.receive(adt())
    story.receive(adt("A04", control_id="2"))
    story.receive(adt(control_id="3"))
    listed = story.database.run_now(search, Asked()).messages
    came = story.database.run_now(followed_all, listed)
    assert came == {number: story.database.run_now(followed, number) for number in (1, 3)}


@dataclass
class Connected(Desk):
    """A desk that knows where the service listens."""

    settings: Any = field(default_factory=SimpleNamespace)


def test_the_command_sends_the_very_bytes_and_notes_what_was_answered(story: Story) -> None:
    story.receive(adt(location=""))
    taken: list[bytes] = []

    def service() -> None:
        connection, _ = server.accept()
        with connection:
            taken.append(connection.recv(65_536))
            connection.sendall(b"\x0bMSH|^~\\&|W\rMSA|AA|1\r\x1c\r")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=service)
        thread.start()
        there = SimpleNamespace(hl7=SimpleNamespace(host="127.0.0.1", port=server.getsockname()[1]))
        desk = Connected(story, ZoneInfo("Asia/Shanghai"), settings=there)
        done = CliRunner().invoke(hl7, ["again", "1"], obj=desk)
        thread.join(10)
    assert "MSA|AA|1" in done.output
    assert taken == [b"\x0b" + (message(story, 1).raw or b"") + b"\x1c\r"]
    assert (message(story, 1).again_answer, message(story, 1).again_at) == ("AA", NOON)


@pytest.mark.parametrize(
    ("raw", "encoding", "text"),
    [
        ("MSH|王\rPID|1\r".encode(), "utf-8", "MSH|王␍\nPID|1␍"),
        ("MSH|王".encode("gb18030"), "gb18030", "MSH|王"),
        (b"A\r\nB\nC", "utf-8", "A␍␊\nB␊\nC"),
        ("Москва|\u202etxt.exe\u200b".encode(), "utf-8", "Москва|\\u202etxt.exe\\u200b"),
        (b"\x00\x0b\x1b[31m\x7f\xff", "utf-8", "␀␋␛[31m␡\\xff"),
        (b"<script>alert(1)</script>", "no-such-set", "<script>alert(1)</script>"),
        (b"a\xa0b", "latin-1", "a\\xa0b"),
        (b"", "utf-8", ""),
    ],
)
def test_nothing_hides_in_a_message_that_is_shown(raw: bytes, encoding: str, text: str) -> None:
    assert shown(raw, encoding) == text
