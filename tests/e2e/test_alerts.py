"""A ward hears of an admission (docs/features.md, 8, 9, 12 and 16): HL7 in, a nurse's telephone out."""

from __future__ import annotations

import time
from itertools import count

import pytest

from tests.e2e.conftest import House
from tests.e2e.line import admission, eventually
from tests.e2e.small_hospital import DUTY_MANAGER, HEAD_NURSE, MEDICINE, STATION, WARD, WARD_NAME
from tests.e2e.story import Caller

CONTROL = count(1)


@pytest.fixture
def control() -> str:
    """The id of a message that was never sent before."""
    return f"E{next(CONTROL):05}-{time.time_ns()}"


def answers(house: House, number: str, timeout: float = 4.0) -> Caller:
    """The next call is for that number, and somebody picks up."""
    call = house.exchange.next_call(timeout)
    assert call.number == number
    return Caller(call.wait_answered(), house.said)


def hears_of_bed(nurse: Caller, bed: str, *, urgent: bool = False) -> None:
    """The whole admission text."""
    text = "ward_admission.urgent" if urgent else "ward_admission.usual"
    nurse.hears(text, ward={"name": WARD_NAME}, department={"name": MEDICINE}, place=bed, timeout=12)


def notice(house: House, control: str) -> dict[str, object]:
    """The notice that a message led to."""
    rows = house.line.rows(
        "SELECT n.* FROM notices n JOIN events e ON e.id = n.event_id WHERE json_extract(e.facts, '$.visit') = ?",
        f"V{control}",
    )
    return rows[0] if rows else {}


def attempts(house: House, control: str) -> list[tuple[str, str, bool]]:
    """Target, cause, confirmed of each dial."""
    rows = house.line.rows(
        "SELECT target, cause, confirmed FROM notice_attempts WHERE notice_id = ? ORDER BY number",
        notice(house, control)["id"],
    )
    return [(row["target"], row["cause"], bool(row["confirmed"])) for row in rows]


def went(house: House, control: str, *expected: tuple[str, str, bool]) -> None:
    """Wait until the dials were these and no others."""
    eventually(lambda: attempts(house, control) == list(expected), 3, f"the dials to be {expected}")


def reaches(house: House, control: str, state: str, seconds: float = 5.0) -> None:
    """Wait until the notice is in that state."""
    eventually(lambda: notice(house, control).get("state") == state, seconds, f"the notice to be {state}")


def test_the_station_hears_confirms_and_is_never_rung_again(house: House, control: str) -> None:
    assert f"MSA|AA|{control}" in house.line.send(admission(control, WARD, bed="12"))
    nurse = answers(house, STATION)
    hears_of_bed(nurse, "12")
    nurse.presses("1").hears("ward.thanks")
    assert nurse.is_hung_up_on().code == 200
    reaches(house, control, "confirmed")
    house.exchange.no_call(1.8)
    went(house, control, (STATION, "confirmed", True))
    call = house.line.last_call("out")
    assert (call["dialled"], call["outcome"]) == (STATION, "confirmed")
    assert call["notice"] == str(notice(house, control)["id"])


def test_three_admissions_for_one_ward_are_told_in_one_call(house: House, control: str) -> None:
    for number, bed in enumerate(("7", "12", "加3")):
        house.line.send(admission(f"{control}-{number}", WARD, bed=bed, urgent=number == 0))
    nurse = answers(house, STATION)
    hears_of_bed(nurse, "7", urgent=True)
    nurse.presses("1").hears("ward.thanks", "ward.another")
    hears_of_bed(nurse, "12")
    nurse.presses("1").hears("ward.thanks", "ward.another")
    hears_of_bed(nurse, "加3")
    nurse.presses("1").hears("ward.thanks")
    assert nurse.is_hung_up_on().code == 200
    for number in range(3):
        went(house, f"{control}-{number}", (STATION, "confirmed", True))
    house.exchange.no_call(1.8)
    calls = {
        row["call_id"]
        for number in range(3)
        for row in house.line.rows(
            "SELECT call_id FROM notice_attempts WHERE notice_id = ?", notice(house, f"{control}-{number}")["id"]
        )
    }
    assert len(calls) == 1


@pytest.mark.slow
def test_an_emergency_is_said_to_be_one_and_can_be_heard_again(house: House, control: str) -> None:
    house.line.send(admission(control, WARD, bed="7", urgent=True))
    nurse = answers(house, STATION)
    hears_of_bed(nurse, "7", urgent=True)
    nurse.presses("2")
    hears_of_bed(nurse, "7", urgent=True)
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()


def test_the_same_message_again_is_acknowledged_and_calls_nobody(house: House, control: str) -> None:
    message = admission(control, WARD)
    house.line.send(message)
    nurse = answers(house, STATION)
    assert f"MSA|AA|{control}" in house.line.send(message)
    hears_of_bed(nurse, "12")
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()
    assert f"MSA|AA|{control}" in house.line.send(message)
    house.exchange.no_call(1.8)


def test_a_broken_message_is_refused_with_a_reason_and_kept(house: House, control: str) -> None:
    answer = house.line.send(admission(control, "").replace("PV1|", "PVX|"))
    assert "MSA|AE" in answer or "MSA|AR" in answer
    kept = house.line.rows("SELECT state, raw, reason FROM hl7_messages WHERE control_id = ?", control)
    assert [(row["state"], row["raw"] is not None, row["reason"] != "") for row in kept] == [("rejected", True, True)]
    house.exchange.no_call(0.5)


@pytest.mark.slow
def test_a_message_in_gb18030_is_understood(house: House, control: str) -> None:
    message = admission(control, WARD).replace("UNICODE UTF-8", "GB 18030-2000").replace("W3^ROOM3^12", "W3^东室^加3")
    house.line.send(message.encode("gb18030"))
    hears_of_bed(nurse := answers(house, STATION), "加3")
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()


def test_a_busy_nurse_is_called_again(house: House, control: str) -> None:
    house.exchange.expect("busy", number=STATION, times=1)
    house.line.send(admission(control, WARD))
    assert house.exchange.next_call().wait_ended().code == 486
    nurse = answers(house, STATION)
    hears_of_bed(nurse, "12")
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()
    reaches(house, control, "confirmed")
    went(house, control, (STATION, "busy", False), (STATION, "confirmed", True))


def test_nobody_at_the_station_then_the_head_nurse_confirms(house: House, control: str) -> None:
    house.exchange.expect("no_answer", number=STATION)
    house.line.send(admission(control, WARD, urgent=True))
    for _ in range(2):
        rang = house.exchange.next_call(8)
        assert rang.number == STATION
        rang.wait_ended()
    nurse = answers(house, HEAD_NURSE, 8)
    hears_of_bed(nurse, "12", urgent=True)
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()
    reaches(house, control, "confirmed")
    nobody = (STATION, "no_answer", False)
    went(house, control, nobody, nobody, (HEAD_NURSE, "confirmed", True))


@pytest.mark.slow
def test_who_hangs_up_without_a_key_is_called_again(house: House, control: str) -> None:
    house.line.send(admission(control, WARD))
    first = answers(house, STATION)
    first.call.phone.wait(lambda: first.call.seconds_recorded() > 1.0, 5, "a second of the call")
    first.hangs_up()
    nurse = answers(house, STATION, 6)
    hears_of_bed(nurse, "12")
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()


@pytest.mark.slow
def test_an_alert_that_nobody_confirms_goes_to_its_end_and_is_reported(house: House, control: str) -> None:
    for number in (STATION, HEAD_NURSE, DUTY_MANAGER):
        house.exchange.expect("busy", number=number)
    house.line.send(admission(control, WARD, urgent=True))
    reaches(house, control, "failed", 60)
    dialled = [target for target, _, _ in attempts(house, control)]
    assert list(dict.fromkeys(dialled)) == [STATION, HEAD_NURSE, DUTY_MANAGER]
    while True:
        try:
            house.exchange.next_call(0.1)
        except AssertionError:
            break
    eventually(lambda: "NOBODY CONFIRMED" in house.line.log, 3, "the log to tell of it")
    assert house.line.command("notices", "list", "--unreached")


@pytest.mark.slow
def test_what_is_taken_back_stops_ringing_is_called_off_and_is_told_to_who_confirmed(
    house: House, control: str
) -> None:
    def takes_back(letter: str, kind: str = "A11") -> None:
        """The hospital's system cancels the admission of that stay."""
        message = admission(control + letter, WARD, kind=kind).replace(f"V{control}{letter}", f"V{control}")
        answer = house.line.send(message)
        assert "MSA|AA|" in answer

    house.exchange.expect("no_answer", number=STATION)
    house.line.send(admission(control, WARD))
    rang = house.exchange.next_call()
    takes_back("a")
    assert rang.wait_ended().code == 487
    reaches(house, control, "cancelled")
    house.exchange.forget()

    house.line.send(admission(control + "b", WARD).replace(f"V{control}b", f"V{control}"))
    nurse = answers(house, STATION)
    takes_back("c")
    nurse.hears("ward.called_off")
    nurse.is_hung_up_on()

    house.line.send(admission(control + "d", WARD).replace(f"V{control}d", f"V{control}"))
    nurse = answers(house, STATION)
    hears_of_bed(nurse, "12")
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()
    takes_back("e")
    nurse = answers(house, STATION, 8)
    cancelled = {"ward": {"name": WARD_NAME}, "department": {"name": MEDICINE}, "place": "12"}
    nurse.hears("ward_cancelled.admission", timeout=12, **cancelled)
    nurse.presses("1").hears("ward.thanks")
