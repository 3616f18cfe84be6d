"""The clerk's commands, and the sample messages that hospital IT tries first."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from db.database import Database
from notify.mllp.sending import SendFailed, frames_of, send
from notify.notices.rules import NoticeRules
from tests.notify.story import NO_ANSWER, STATION, Story, adt, result_of
from wardbell.commands.hl7 import hl7
from wardbell.commands.messages import messages
from wardbell.commands.notices import notices

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"


@dataclass
class Desk:
    """What the commands need, on a test's database."""

    story: Story
    zone: ZoneInfo
    pepper: bytes = b""

    @property
    def database(self) -> Database:
        return self.story.database

    def wallclock(self) -> datetime:
        return self.story.now()

    def notice_rules(self) -> NoticeRules:
        return self.story.rules


def said(story: Story, group: object, *words: str, exit_code: int = 0) -> str:
    done = CliRunner().invoke(group, words, obj=Desk(story, ZoneInfo("Asia/Shanghai")))  # type: ignore[arg-type]
    assert done.exit_code == exit_code, done.output
    return done.output


def test_notices_are_listed_shown_and_cancelled(story: Story) -> None:
    assert "no notices yet" in said(story, notices, "list")
    story.caller.answers(STATION, NO_ANSWER)
    story.receive(adt())
    assert "waiting" in said(story, notices, "list", "--open")
    shown = said(story, notices, "show", "1")
    assert "no_answer" in shown
    assert "next call 2026-03-02 20:00:30" in shown
    assert "cancelled" in said(story, notices, "cancel", "1")
    assert "no such notices" in said(story, notices, "list", "--open")
    said(story, notices, "show", "99", exit_code=1)
    said(story, notices, "cancel", "99", exit_code=1)


def test_a_notice_is_acknowledged_and_called_again(story: Story) -> None:
    story.receive(adt())
    story.receive(adt(control_id="2"))
    told = said(story, notices, "acknowledge", "1", "--by", "王芳", "--reason", "told in person")
    assert "notice 1 acknowledged" in told
    assert "acknowledged by 王芳 at 2026-03-02 20:00:00: told in person" in said(story, notices, "show", "1")
    late = said(story, notices, "acknowledge", "1", "--reason", "too", exit_code=1)
    assert "was acknowledged by 王芳 at 2026-03-02 20:00:00" in late
    assert "is not over" in said(story, notices, "again", "2", exit_code=1)
    said(story, notices, "cancel", "2", "--reason", "wrong bed")
    assert "notice 3 calls notice 2 again" in said(story, notices, "again", "2")
    assert "notice 3 tells the same" in said(story, notices, "show", "2")
    assert "calls notice 2 again" in said(story, notices, "show", "3")
    assert "notice 3 tells the same already" in said(story, notices, "again", "2", exit_code=1)


def test_an_attempt_whose_notice_is_over_is_not_in_the_air(story: Story) -> None:
    story.receive(adt())
    story.receive(adt(control_id="2"))
    assert "in the air" in said(story, notices, "show", "1")
    assert "waits for 8101" in said(story, notices, "show", "2")
    result_of(story.press_confirm(story.caller.orders[0]))
    shown = said(story, notices, "show", "1")
    assert "in the air" not in shown
    assert "confirmed" in shown.splitlines()[-1]


def test_broken_messages_are_listed_and_shown(story: Story) -> None:
    assert "no broken messages" in said(story, hl7, "list")
    story.receive(adt(location=""))
    story.receive(adt("A08", control_id="2"))
    assert "names no ward" in said(story, hl7, "list")
    assert "A08" not in said(story, hl7, "list")
    assert "A08" in said(story, hl7, "list", "--all")
    assert "PV1|1|I|" in said(story, hl7, "show", "1")
    said(story, hl7, "show", "99", exit_code=1)


@pytest.mark.parametrize(
    ("name", "answer", "rule"),
    [
        ("admission", "MSA|AA|SAMPLE-A01", "admission"),
        ("emergency", "MSA|AA|SAMPLE-E01", "urgent_admission"),
        ("discharge", "MSA|AA|SAMPLE-A03", "discharge"),
        ("admission-gb18030", "MSA|AA|SAMPLE-GB1", "admission"),
        ("broken", "MSA|AE|SAMPLE-BAD", None),
    ],
)
def test_the_samples_do_what_they_say(story: Story, name: str, answer: str, rule: str | None) -> None:
    [message] = frames_of((SAMPLES / f"{name}.hl7").read_bytes())
    assert answer in result_of(story.intake.receive(message, "127.0.0.1")).decode("ascii", "replace")
    assert [notice.kind for notice in story.notices()] == ([rule] if rule else [])


def test_a_file_may_hold_several_messages_and_get_new_control_ids() -> None:
    both = frames_of((adt() + adt(control_id="2")).encode(), "NEW")
    assert [message.split(b"|")[9] for message in both] == [b"NEW", b"NEW-2"]


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n", "\r\r\n"])
def test_what_is_in_the_file_is_what_is_sent(ending: str) -> None:
    text = ("\r\r" + adt().replace("\rPV1", "\r\rPV1") + "\r" + adt(control_id="2")).replace("\r", ending).encode()
    frames = frames_of(text)
    assert b"".join(frame[1:-2] for frame in frames) == text
    assert [frame.count(b"MSH") for frame in frames] == [1, 1]


@pytest.mark.parametrize("raw", [b"\x0bMSH|^~\\&|1\r\x1c\r\x0bMSH|^~\\&|2\r\x1c\r", b"MSH|^~\\&|1\r\x1c\r"])
def test_a_file_with_frames_is_sent_as_it_is(raw: bytes) -> None:
    assert frames_of(raw) == [raw]


def test_sending_to_nobody_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=lambda: server.accept()[0].close()).start()
        with pytest.raises(SendFailed):
            list(send("127.0.0.1", port, [b"MSH"]))


def test_who_asks_for_messages_by_their_old_name_hears_where_they_are() -> None:
    done = CliRunner().invoke(messages, ["show", "7"])
    assert done.exit_code == 2
    assert "wardbell hl7 show 7" in done.output
