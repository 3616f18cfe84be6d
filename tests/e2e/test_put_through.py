"""A caller is put through to the desk, and hears it; a message is left, and lies on the disk."""

from __future__ import annotations

import os
import signal
import stat
import time
import wave
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import House, Template, build
from tests.e2e.line import answers_sip, eventually
from tests.e2e.melodies import melody
from tests.e2e.small_hospital import DESK
from tests.phone import hearing
from tests.phone.phone import Call


def words(folder: Path, name: str) -> Path:
    """What somebody says: four melodies of their own, a good second."""
    path = folder / f"{name}.wav"
    sound = b""
    for word in range(4):
        melody(f"{name} {word}", path)
        with wave.open(str(path)) as sung:
            sound += sung.readframes(sung.getnframes())
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(sound)
    return path


def rings_at_the_desk(house: House) -> Call:
    """The desk's telephone, ringing."""
    call = house.exchange.next_call()
    assert call.number == DESK
    return call


def desk_leg(house: House) -> dict[str, Any]:
    """The desk's leg in the newest call, whole."""
    mine = eventually(lambda: house.line.calls()[-1], 5, "the caller's row")
    whole = "SELECT * FROM legs WHERE call_id = ? AND role = 'desk' AND ended_at IS NOT NULL"
    return eventually(lambda: house.line.rows(whole, mine["id"]), 5, "the desk's leg")[0]


def test_zero_rings_the_desk_and_both_hear_each_other(house: House, tmp_path: Path) -> None:
    house.exchange.expect("answer", number=DESK, after=1.2)
    good_morning, complaint = words(tmp_path, "good morning"), words(tmp_path, "a complaint")
    with house.caller() as caller:
        caller.hears("main.services").keys_in("0").hears("operator.one_moment")
        desk = rings_at_the_desk(house)
        caller.call.hear(house.line.data / "tones" / "ringing.wav", start=0.5)
        desk.wait_answered()
        desk.speak(good_morning)
        caller.call.hear(good_morning)
        caller.call.speak(complaint)
        desk.hear(complaint)
        assert not caller.call.has_heard(complaint)  # nobody hears himself
        desk.hang_up()
        caller.hears("system.goodbye")
        caller.is_hung_up_on()
    mine, theirs = house.line.last_call(), desk_leg(house)
    assert (mine["outcome"], mine["ended_by"]) == ("operator", "line")
    assert mine["waited"] > 1
    assert mine["talked"] > 1
    assert (theirs["party"], theirs["cause"], theirs["ended_by"]) == (DESK, "normal", 2)
    first = house.line.rows("SELECT * FROM legs WHERE call_id = ? AND number = 1", mine["id"])[0]
    assert "" not in (first["sip_call_id"], theirs["sip_call_id"])
    assert first["worker"] == theirs["worker"] == "worker 0"
    [dialled] = [event for event in house.line.events(mine["id"]) if event["kind"] == "dial"]
    assert (dialled["leg"], dialled["outcome"]) == (theirs["line"], "talked")
    assert "talked with desk" in house.line.command("calls", "show", mine["id"])


def test_a_busy_desk_is_told_with_its_number(house: House) -> None:
    house.exchange.expect("busy", number=DESK)
    with house.caller() as caller:
        caller.hears("main.services").keys_in("0").hears("operator.busy").hears("operator.desk", desk=DESK)
        rings_at_the_desk(house)
    assert desk_leg(house)["cause"] == "busy"


@pytest.mark.parametrize("answered", [False, True])
def test_the_callers_hanging_up_lets_go_of_the_desk(house: House, answered: bool) -> None:
    house.exchange.expect("answer" if answered else "no_answer", number=DESK)
    with house.caller() as caller:
        caller.hears("main.services").keys_in("0").hears("operator.one_moment")
        desk = rings_at_the_desk(house)
        if answered:
            desk.wait_answered()
        caller.hangs_up()
    assert desk.wait_ended(3).by_us is False
    leg = desk_leg(house)
    assert (leg["cause"], leg["ended_by"]) == ("normal" if answered else "cancelled", 1)


@pytest.mark.slow
def test_a_worker_that_dies_while_they_talk_leaves_whole_legs_and_free_lines(own_house: House) -> None:
    line = own_house.line
    own_house.exchange.expect("answer", number=DESK)
    own_house.caller().hears("main.services").keys_in("0").hears("operator.one_moment")
    rings_at_the_desk(own_house).wait_answered()
    [worker] = line.workers()
    os.kill(worker, signal.SIGKILL)
    theirs, mine = desk_leg(own_house), line.last_call()
    assert (mine["cause"], theirs["cause"]) == ("switch_lost", "switch_lost")
    assert mine["outcome"] == "hung_up"
    eventually(lambda: answers_sip(line.sip_port), 10, "another worker")
    with own_house.caller() as caller:
        caller.hears("main.welcome")


# Messages


def recordings(house: House) -> list[dict[str, Any]]:
    return house.line.rows("SELECT * FROM recordings WHERE ended <> '' ORDER BY began_at")


@pytest.mark.parametrize("ends", ["falls silent", "presses #", "hangs up"])
def test_what_a_caller_says_after_the_tone_is_kept(house: House, tmp_path: Path, ends: str) -> None:
    message = words(tmp_path, f"a message of one who {ends}")
    before = len(recordings(house))
    with house.caller("7003") as caller:
        caller.hears("main.welcome")
        caller.call.hear(house.line.data / "tones" / "beep.wav")
        time.sleep(0.5)  # the tone is over, and a breath taken
        caller.call.speak(message)
        time.sleep(1.6)
        if ends == "presses #":
            caller.presses("#")
        elif ends == "hangs up":
            caller.hangs_up()
        if ends != "hangs up":
            caller.hears("ward.thanks")
    row = eventually(lambda: recordings(house)[before:], 5, "the recording to be whole")[0]
    assert row["ended"] == {"falls silent": "silence", "presses #": "key", "hangs up": "hung_up"}[ends]
    file = house.line.data / "recordings" / str(row["path"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert hearing.find(hearing.load_clip(message), hearing.load(file)) is not None
    assert house.line.last_call()["id"] == row["call_id"]
    whole = "SELECT * FROM legs WHERE call_id = ? AND role = 'mailbox' AND ended_at IS NOT NULL"
    [mailbox] = eventually(lambda: house.line.rows(whole, row["call_id"]), 5, "the mailbox to be left")
    assert (mailbox["number"], mailbox["party"], mailbox["cause"], mailbox["ended_by"]) == (2, row["flow"], "left", 1)
    [segment] = house.line.rows("SELECT * FROM segments WHERE call_id = ?", row["call_id"])
    assert (segment["kind"], segment["leg"], segment["other"]) == ("message", 1, 2)
    assert abs(segment["seconds"] - row["seconds"]) < 1.0


def test_who_says_nothing_leaves_no_message(house: House) -> None:
    before = house.line.rows("SELECT id FROM recordings")
    with house.caller("7003") as caller:
        caller.hears("main.welcome").hears("system.nothing_pressed")
    assert house.line.rows("SELECT id FROM recordings") == before
    [told] = [event for event in house.line.events(house.line.last_call()["id"]) if event["kind"] == "record"]
    assert told["outcome"] == "silent"


@pytest.mark.parametrize("hangs_up", [False, True])
def test_who_left_a_message_has_somebody_called_even_when_he_just_hung_up(
    house: House, tmp_path: Path, hangs_up: bool
) -> None:
    with house.caller("7004") as caller:
        caller.hears("main.welcome")
        time.sleep(0.8)  # the tone is over, and a breath taken
        caller.call.speak(words(tmp_path, "a complaint"))
        time.sleep(1.6)
        if hangs_up:
            caller.hangs_up()
        else:
            caller.presses("#").hears("ward.thanks")
    called = house.exchange.next_call()
    assert called.number == "8400"
    [stale] = house.said("zh", "ward.stale", {})
    called.hear(stale)
    called.wait_ended()


@pytest.mark.slow
@pytest.mark.parametrize("hurried", [False, True])
def test_a_message_that_the_stop_of_the_service_cuts_off_is_left_all_the_same(
    template: Template, tmp_path: Path, hurried: bool
) -> None:
    """The end of the waiting time hangs up, or a second SIGTERM; both end well."""
    house = build(template, tmp_path, sip__drain=6)
    line = house.line
    with closing(house), house.caller("7004") as caller:
        caller.hears("main.welcome")
        time.sleep(0.8)  # the tone is over, and a breath taken
        caller.call.speak(words(tmp_path, "a complaint"))
        time.sleep(1.2)
        assert line.process is not None
        line.process.terminate()
        if hurried:
            time.sleep(0.3)
            line.process.terminate()
        else:
            while line.process.poll() is None:  # whoever goes on speaking is cut off
                caller.call.speak(words(tmp_path, "a complaint"))
                time.sleep(1)
        assert line.stop() == 0
        [row] = line.rows("SELECT * FROM recordings")
        assert row["ended"] in ("hung_up", "lost")
        assert len(line.rows("SELECT * FROM events WHERE source = 'flow'")) == 1
        assert [call["ended_at"] is not None for call in line.calls()] == [True]
