"""PostgreSQL is stopped, or crashes, under a line in use: nurses are thanked and not rung again, patients hear what to
do, senders keep what was not stored, and all goes on by itself when it is back.

    .venv/bin/python -m pytest -m slow tests/e2e/test_database_away.py
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.conftest import House, Template, build
from tests.e2e.line import admission, eventually
from tests.e2e.small_hospital import BALANCE, DESK, GENERAL_FEE, MEDICINE, STATION, WARD
from tests.e2e.story import Caller
from tests.e2e.test_alerts import answers, hears_of_bed
from tests.e2e.test_registration import BOOKINGS, log_in
from tests.postgres import Cluster

pytestmark = pytest.mark.slow
HOLD = 2
"""Seconds that an answer to the hospital's system is held."""
WAITING = "waiting for the database"


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A server of this file's own: the others' must not go away."""
    started = Cluster()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def shared(template: Template, tmp_path_factory: pytest.TempPathFactory, server: Cluster) -> Iterator[House]:
    """A line on that server."""
    database = server.url(server.create())
    made = build(template, tmp_path_factory.mktemp("away"), database=database, hl7__hold=HOLD)
    yield made
    server.resume()
    made.close()


@pytest.fixture
def hospital(shared: House, server: Cluster) -> Iterator[House]:
    """The line, with its database there at first, as in the end."""
    yield shared
    server.resume()
    shared.exchange.forget()
    if not shared.line.alive:
        shared.line.start()


def notices(hospital: House) -> list[dict[str, Any]]:
    """All of them, the newest first."""
    return hospital.line.rows("SELECT * FROM notices ORDER BY id DESC")


def alert(hospital: House, control: str) -> Caller:
    """An admission comes in; a nurse at the station picks up and hears it."""
    assert f"MSA|AA|{control}" in hospital.line.send(admission(control, WARD, bed="12"))
    nurse = answers(hospital, STATION, 8)
    hears_of_bed(nurse, "12")
    return nurse


def is_confirmed(hospital: House, control: str, before: datetime) -> None:
    """The newest notice is confirmed, by its one call, at a time before that one; and nobody is rung again."""
    newest = eventually(lambda: [one for one in notices(hospital)[:1] if one["state"] == "confirmed"], 15, "it")[0]
    assert newest["heard_at"] < before
    hospital.exchange.no_call(7)
    [attempt] = hospital.line.rows("SELECT * FROM notice_attempts WHERE notice_id = ?", newest["id"])
    assert attempt["confirmed"]
    assert notices(hospital)[0]["state"] == "confirmed"


@pytest.mark.parametrize("crash", [False, True], ids=["stopped", "crashed"])
def test_a_nurse_who_confirms_meanwhile_is_thanked_and_not_rung_again(
    hospital: House, server: Cluster, crash: bool
) -> None:
    control = f"N{crash:d}"
    nurse = alert(hospital, control)
    server.halt(crash=crash)
    nurse.presses("1").hears("ward.thanks")
    assert nurse.is_hung_up_on().code == 200
    hospital.exchange.no_call(7)  # the outage lasts longer than the pause before a second call
    back = datetime.now(UTC)
    server.resume()
    is_confirmed(hospital, control, back)


def test_her_confirmation_outlives_the_death_of_the_engine_too(hospital: House, server: Cluster) -> None:
    nurse = alert(hospital, "K1")
    server.halt()
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()
    hospital.line.kill()
    hospital.line.wait_gone()
    before = len(hospital.line.log)
    hospital.line.launch()
    eventually(lambda: WAITING in hospital.line.log[before:], 20, "the log to say that it waits")
    back = datetime.now(UTC)
    server.resume()
    hospital.line.wait_serving()
    is_confirmed(hospital, "K1", back)


def test_who_calls_meanwhile_hears_what_to_do_and_the_next_call_is_served(hospital: House, server: Cluster) -> None:
    card = hospital.hospital.card()
    server.halt()
    with hospital.caller() as caller:
        log_in(caller, card).hears("system.away")
        assert hospital.exchange.next_call().number == DESK
    server.resume()
    with hospital.caller() as caller:
        log_in(caller, card).hears("registration.kind")


def test_who_is_booking_when_it_goes_hears_it_and_pays_nothing(hospital: House, server: Cluster) -> None:
    card = hospital.hospital.card()
    with hospital.caller() as caller:
        log_in(caller, card).hears("registration.kind").keys_in("1")
        caller.hears("registration.choose_department").keys_in("1")
        caller.hears("registration.general_confirm", department={"name": MEDICINE})
        server.halt(crash=True)
        caller.keys_in("1").hears("system.away")
        assert hospital.exchange.next_call().number == DESK
    server.resume()
    assert hospital.line.rows(BOOKINGS, card) == []
    with hospital.caller() as caller:
        log_in(caller, card).hears("registration.kind").keys_in("1")
        caller.hears("registration.choose_department").keys_in("1")
        caller.hears("registration.general_confirm", department={"name": MEDICINE}).keys_in("1")
        caller.hears("registration.general_done")
    [booked] = hospital.line.rows(BOOKINGS, card)
    assert booked["left"] == BALANCE - GENERAL_FEE


@pytest.mark.parametrize("hangs", [False, True], ids=["stopped", "hanging"])
def test_what_the_hospitals_system_sends_meanwhile_stays_with_it_and_is_accepted_once(
    hospital: House, server: Cluster, hangs: bool
) -> None:
    line, known, first, second = hospital.line, len(notices(hospital)), f"M1-{hangs:d}", f"M2-{hangs:d}"
    if hangs:
        server.freeze()
    else:
        server.halt()
    message = admission(first, WARD)
    assert line.send(message, timeout=HOLD + 10) == "", "no answer, so that it keeps the message"
    with ThreadPoolExecutor(1) as sender:
        held = sender.submit(line.send, admission(second, WARD), HOLD + 10)
        server.resume()
        assert f"MSA|AA|{second}" in held.result()
    for _ in range(2):
        assert f"MSA|AA|{first}" in line.send(message, timeout=HOLD + 10)
    nurse = answers(hospital, STATION)
    hears_of_bed(nurse, "12")
    nurse.presses("1").hears("ward.thanks", "ward.another", timeout=12)
    hears_of_bed(nurse, "12")
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()
    assert len(notices(hospital)) == known + 2


def test_a_service_started_before_its_database_serves_when_that_comes(hospital: House, server: Cluster) -> None:
    line = hospital.line
    line.stop()
    server.halt()
    before = len(line.log)
    line.launch()
    eventually(lambda: WAITING in line.log[before:], 20, "the log to say that it waits")
    server.resume()
    line.wait_serving()
    with hospital.caller() as caller:
        log_in(caller, hospital.hospital.card()).hears("registration.kind")
    nurse = alert(hospital, "S1")
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()


def test_a_server_that_is_there_and_says_nothing_costs_no_alert_and_no_caller_his_way(
    hospital: House, server: Cluster
) -> None:
    card = hospital.hospital.card()
    nurse = alert(hospital, "F1")
    server.freeze()
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()
    with hospital.caller() as caller:
        log_in(caller, card).hears("system.away", timeout=10)
        assert hospital.exchange.next_call().number == DESK
    back = datetime.now(UTC)
    server.resume()
    is_confirmed(hospital, "F1", back)


def test_a_service_is_stopped_in_order_though_its_database_hangs(hospital: House, server: Cluster) -> None:
    server.freeze()
    assert hospital.line.stop(60) == 0
