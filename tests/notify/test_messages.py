"""What the hospital's systems send, and what they are answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from db.database import Database
from db.errors import DatabaseAway
from db.tables.notices import EventRow, MessageRow
from notify.errors import MessageBroken
from notify.hl7.adt import Movement, Reading
from notify.hl7.answers import acknowledge
from notify.hl7.header import learn_header
from notify.mllp.messages import forget
from tests.notify.story import NOON, STATION, Failing, Several, Story, adt, read, result_of


def messages(story: Story) -> list[MessageRow]:
    return story.read(lambda session: list(session.scalars(select(MessageRow).order_by(MessageRow.id))))


def events(story: Story) -> int:
    return story.read(lambda session: session.scalar(select(func.count()).select_from(EventRow)) or 0)


def test_the_same_message_again_is_acknowledged_and_calls_nobody(story: Story) -> None:
    story.caller.answers(STATION, story.confirms)
    first = story.receive(adt())
    again = story.receive(adt(sent="20260302120500"))  # the sender gives it a new stamp
    assert "MSA|AA|1" in first
    assert "MSA|AA|1" in again
    assert events(story) == 1
    assert story.caller.targets == [STATION]
    assert [(row.state, row.times) for row in messages(story)] == [("accepted", 2)]


def test_the_same_control_id_for_another_patient_rings(story: Story) -> None:
    """Some senders put one number into every MSH-10, some use one for all messages of a visit."""
    for location in ("W3^301^12", "W3^301^14", "W3^301^14"):
        assert "MSA|AA|1" in story.receive(adt(location=location))
    assert "MSA|AA|1" in story.receive(adt("A03", location="W3^301^14"))
    assert "MSA|AA|1" in story.receive(adt("A31", location="W3^301^14"))
    told = [(notice.kind, notice.variables["bed"]) for notice in story.notices()]
    assert told == [("admission", "12"), ("admission", "14"), ("discharge", "14")]
    assert [(row.state, row.times) for row in messages(story)] == [
        ("accepted", 1),
        ("accepted", 2),
        ("accepted", 1),
        ("ignored", 1),
    ]


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        ("EVN|A01|20260302120000", "EVN|A01|20260302120730"),
        ("|P|2.5||", "|P|2.5|4711|"),
        ("||20260302120000||ADT", "||20260302120730|TOKEN|ADT"),
        ("WARDBELL|", "WARDBELL2|"),
        ("\r", "\r\n"),
        ("\rPV1", "\r\r\rPV1"),
        ("R||||||\r", "R\r"),
    ],
)
def test_what_a_repetition_stamps_anew_makes_it_no_other_message(story: Story, was: str, is_now: str) -> None:
    story.receive(adt())
    assert was in adt()
    assert "MSA|AA|1" in story.receive(adt().replace(was, is_now))
    assert events(story) == 1


def test_a_sender_that_numbers_all_alike_may_admit_the_same_patient_again_tomorrow(story: Story) -> None:
    story.receive(adt())
    story.clock.advance(86_400)
    tomorrow = adt(sent="20260303120000").replace("EVN|A01|20260302120000", "EVN|A01|20260303120000")
    for _ in range(2):
        assert "MSA|AA|1" in story.receive(tomorrow)
    assert "MSA|AA|1" in story.receive(adt())  # the first one once more
    assert events(story) == 2
    assert [row.times for row in messages(story)] == [1, 3]


def test_two_senders_may_use_the_same_control_id(story: Story) -> None:
    story.receive(adt())
    answer = story.receive(adt().replace("|HIS|", "|EMERGENCY|"))
    assert "MSA|AA|1" in answer
    assert events(story) == 2


def test_nothing_is_acknowledged_while_the_database_is_away(database: Database) -> None:
    failing = Failing(database, DatabaseAway("gone"))
    story = Story(database, transactions=failing)
    failing.fail_all = True
    assert story.receive(adt()) == ""  # no answer: its sender keeps it, while an AE is the end of it for some
    assert story.receive("MSH|^~\\&|broken") == ""
    failing.fail_all = False
    assert "MSA|AA|1" in story.receive(adt())
    story.wait(1)
    assert story.caller.targets == [STATION]


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"", "MSA|AR|"),
        (b"hello", "MSA|AR|"),
        (b"MSH|^~\\&|HIS|H|W||20260101|||7|P|2.5\r", "MSA|AR|7|the message type"),
        (adt(control_id="7").replace("PV1|", "ZZ1|").encode(), "MSA|AE|7|the message has no PV1"),
        (adt(control_id="7", location="").encode(), "MSA|AE|7|PV1-3.1 names no ward"),
        (adt(control_id="7", location='""^1^1').encode(), "MSA|AE|7|PV1-3.1 names no ward"),
        (adt(control_id="7").encode().replace(b"|P|", b"|T|"), "MSA|AR|7|processing id T"),
        (adt(control_id="7").replace("ADT^A01", "ADT").replace("EVN|A01", "EVN|").encode(), "MSA|AE|7|neither MSH-9"),
    ],
)
def test_a_broken_message_is_answered_why_and_kept_as_it_came(story: Story, raw: bytes, answer: str) -> None:
    got = story.receive(raw)
    assert answer in got
    assert "\rERR||" in got
    [kept] = messages(story)
    assert (kept.state, kept.raw) == ("rejected", raw)
    assert kept.answer in answer
    assert story.caller.orders == []


def test_the_same_broken_message_a_hundred_times_is_kept_once(story: Story) -> None:
    for _ in range(100):
        story.receive(b"hello")
    assert [row.times for row in messages(story)] == [100]


def test_a_message_of_no_interest_is_acknowledged_and_noted_without_its_content(story: Story) -> None:
    assert "MSA|AA|1" in story.receive(adt("A31"))
    assert "MSA|AA|2" in story.receive(adt("A31", control_id="2").replace("ADT^A31", "ORU^R01"))
    assert [(row.state, row.raw, row.type) for row in messages(story)] == [
        ("ignored", None, "ADT^A31"),
        ("ignored", None, "ORU^R01"),
    ]
    assert events(story) == 0


def test_messages_of_no_interest_are_refused_where_the_site_wants_it(story: Story) -> None:
    import dataclasses

    story.rules = dataclasses.replace(story.rules, reading=Reading(accept_others=False))
    story.start()
    assert "MSA|AR|1|ADT^A08 is not handled here" in story.receive(adt("A08")).replace("\\S\\", "^")
    assert "201^Unsupported event code" in story.receive(adt("A08"))


def test_gb18030_is_read_and_answered(story: Story) -> None:
    # Characters whose second byte looks like a field or a component separator.
    bar, caret = b"\x96\x7c".decode("gb18030"), b"\x96\x5e".decode("gb18030")
    text = adt(location=f"W3^301^{bar}", more=f"MED^内科{caret}", charset="GB18030").replace("|HIS|", f"|{bar}HIS|")
    raw = text.encode("gb18030")
    answer = result_of(story.intake.receive(raw, "10.0.0.9")).decode("gb18030")
    assert "MSA|AA|1" in answer
    assert f"|{bar}HIS|HOSPITAL|" in answer
    [order] = story.caller.orders
    assert order.variables["bed"] == bar
    assert order.variables["department"]["name"]["zh"] == f"内科{caret}"  # type: ignore[index,call-overload]


def test_a_listener_may_speak_gb18030_when_the_message_does_not_say(story: Story) -> None:
    message = read(adt(more="MED^内科").encode("gb18030"), order=("gb18030",))
    assert isinstance(message.content, Movement)
    assert message.content.department_text == "内科"


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_lines_may_end_as_the_sender_likes(story: Story, ending: str) -> None:
    assert "MSA|AA|1" in story.receive(adt().replace("\r", ending))


def test_other_separators_are_followed(story: Story) -> None:
    text = adt().replace("^", "@").replace("|", "!")
    assert "MSA!AA!1" in story.receive(text)
    assert story.caller.orders[0].variables["bed"] == "12"


def test_an_answer_says_who_answers_whom() -> None:
    header = learn_header(adt().encode().split(b"\r")[0], ("utf-8",))
    answer = acknowledge(header, control_id="W1", now=NOON).decode()
    assert answer.split("\r")[0] == "MSH|^~\\&|WARDBELL||HIS|HOSPITAL|20260302120000+0000||ACK^A01^ACK|W1|P|2.5"
    assert answer.split("\r")[1] == "MSA|AA|1"


# Whatever comes, only our own error is raised, and an answer is always found.

pieces = st.one_of(
    st.binary(max_size=200),
    st.text(alphabet='MSHPV1ADT^A01|~\\&\r\n"0123456789 内科\x00\x0b', max_size=200).map(str.encode),
    st.tuples(st.integers(0, 250), st.binary(max_size=5), st.integers(0, 20)).map(
        lambda cut: adt().encode()[: cut[0]] + cut[1] + adt().encode()[cut[0] + cut[2] :]
    ),
    st.tuples(st.text(max_size=8), st.text(max_size=8)).map(
        lambda odd: adt(control_id=odd[0], location=f"W3^1^{odd[1]}").encode("utf-8", "surrogatepass")
    ),
)


@settings(max_examples=1500, deadline=None)
@given(pieces, st.sampled_from(["utf-8", "gb18030"]))
def test_no_message_breaks_the_reader(raw: bytes, encoding: str) -> None:
    header = learn_header(raw, (encoding,))
    broken = None
    try:
        read(raw, order=(encoding,))
    except MessageBroken as wrong:
        broken = wrong
    except Several:
        pass
    answer = acknowledge(header, control_id="W1", now=NOON, broken=broken)
    assert answer.startswith(b"MSH")
    assert b"MSA" in answer


def test_old_messages_go_some_at_a_time(database: Database) -> None:
    story = Story(database)
    for number in range(5):
        story.receive(adt(control_id=str(number), location=f"W3^301^{number}"))
    later = NOON + timedelta(days=91)
    assert [database.run_now(forget, later, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert database.run_now(forget, NOON) == 0
