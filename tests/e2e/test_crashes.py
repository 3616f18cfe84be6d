"""Processes die; calls, alerts and money do not get lost with them."""

from __future__ import annotations

import os
import signal

import pytest

from tests.e2e.conftest import House
from tests.e2e.line import accepts, admission, answers_sip, eventually
from tests.e2e.small_hospital import DESK, STATION, WARD
from tests.e2e.test_alerts import answers, hears_of_bed, reaches, went


def test_a_killed_worker_costs_its_calls_alone(own_house: House) -> None:
    line = own_house.line
    caller = own_house.caller()
    caller.hears("main.welcome")
    [worker] = line.workers()
    os.kill(worker, signal.SIGKILL)
    assert line.last_call()["cause"] == "switch_lost"
    eventually(lambda: answers_sip(line.sip_port), 4, "another worker")
    [new] = line.workers()
    assert new != worker
    with own_house.caller() as again:
        again.hears("main.welcome")
    caller.hangs_up()


def test_a_killed_engine_leaves_nothing_behind_and_comes_back(own_house: House) -> None:
    line = own_house.line
    caller = own_house.caller()
    caller.hears("main.welcome")
    line.kill()
    assert caller.is_hung_up_on(4).code == 200, "the worker says BYE when its engine is gone"
    line.wait_gone()
    assert not answers_sip(line.sip_port)
    assert not accepts(line.hl7_port)
    line.start()
    [lost] = line.calls()
    assert (lost["cause"], lost["ended_at"] is not None) == ("engine_lost", True)
    with own_house.caller() as again:
        again.hears("main.welcome")


def test_an_alert_in_the_air_when_the_engine_dies_is_dialled_again(own_house: House) -> None:
    line, exchange = own_house.line, own_house.exchange
    exchange.expect("no_answer", times=1)
    assert "MSA|AA" in line.send(admission("C1", WARD))
    ringing = exchange.next_call()
    line.kill()
    ringing.wait_ended(5)
    line.wait_gone()
    line.start()
    nurse = answers(own_house, STATION, 6)
    hears_of_bed(nurse, "12")
    nurse.presses("1").hears("ward.thanks")
    nurse.is_hung_up_on()
    reaches(own_house, "C1", "confirmed")
    exchange.no_call(1.8)
    went(own_house, "C1", (STATION, "lost", False), (STATION, "confirmed", True))


@pytest.mark.slow
def test_a_confirmed_alert_stays_confirmed_when_the_engine_dies(own_house: House) -> None:
    line = own_house.line
    line.send(admission("C2", WARD))
    nurse = answers(own_house, STATION)
    hears_of_bed(nurse, "12")
    nurse.presses("1")
    reaches(own_house, "C2", "confirmed")
    line.kill()
    line.start()
    own_house.exchange.no_call(1.8)


def test_sigterm_lets_calls_finish_and_takes_no_new_ones(own_house: House) -> None:
    line = own_house.line
    caller = own_house.caller()
    caller.hears("main.welcome")
    assert line.process is not None
    line.process.send_signal(signal.SIGTERM)
    eventually(lambda: not accepts(line.hl7_port), 3, "the draining to begin")
    refused = own_house.patient.dial(line.uri("1000")).wait_ended()
    assert refused.code == 503
    caller.hears("main.services").keys_in("0")
    caller.hears("operator.nobody").hears("operator.desk", desk=DESK).hears("system.goodbye")
    caller.is_hung_up_on()
    assert line.process.wait(6) == 0
    assert not line.family()
    [call, turned_away] = line.calls()
    assert (call["outcome"], turned_away["outcome"]) == ("operator", "refused")
