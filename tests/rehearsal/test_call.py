"""A call tried without a telephone goes as a live one goes: keys typed ahead, texts cut off, time-outs, hang-ups."""

from __future__ import annotations

from actions.action import ActionOutcome
from ivr.rehearsal.answers import Script
from ivr.rehearsal.call import RehearsedCall
from ivr.rehearsal.caller import Caller
from ivr.rehearsal.moments import Asked, Collected, Ended, Entered, Moment, Pressed, Said, Saying, Speaks, Waits
from ivr.rehearsal.transcript import transcript
from ivr.rehearsal.voice import reckoned
from tests.rehearsal.house import house


def begin(slow: bool = False) -> RehearsedCall:
    stage = house()
    caller = Caller("line", "zh", slow=slow)
    answers = Script({}, stage.usual)
    return RehearsedCall(stage.flows, stage.texts, caller, answers, declared=list(stage.declared.values()))


def said(call: RehearsedCall) -> list[str]:
    return [prompt.id for one in call.moments if isinstance(one.what, Saying) for prompt in one.what.prompts]


def test_a_patient_caller_hears_everything_and_is_told_which_key_leads_where() -> None:
    call = begin()
    assert call.listen()
    assert said(call) == ["main.welcome", "registration.kind"]
    assert all(one.what.whole for one in call.moments if isinstance(one.what, Said))
    waits = call.moments[-1].what
    assert isinstance(waits, Waits)
    assert waits.keys == {"1": "card", "2": "notice", "3": "english", "4": "desk", "5": "wait_for_desk", "*": "again"}


def test_a_key_cuts_a_text_off_where_it_is() -> None:
    call = begin()
    call.wait(1.0)
    call.press("1")
    assert next(one.what for one in call.moments if isinstance(one.what, Said)).whole is False
    assert Moment(1.0, Entered("line", "card")) in call.moments
    assert said(call) == ["main.welcome", "card_login.card_number"]  # the menu was not even begun


def test_keys_typed_ahead_answer_three_inputs_at_once_and_secrets_are_masked() -> None:
    call = begin()
    call.listen()
    call.press("1")
    call.listen()
    call.press("12345#6789")
    assert [one.what.keys for one in call.moments if isinstance(one.what, Collected)] == ["1", "****", "****"]
    assert [one.what.keys for one in call.moments if isinstance(one.what, Pressed)] == ["1", "****"]
    asked = next(one.what for one in call.moments if isinstance(one.what, Asked))
    assert asked.arguments == {"card_number": "****", "pin": "****"}
    assert "6789" not in "\n".join(transcript(call.moments))


def test_keys_in_a_locked_text_neither_cut_it_nor_count() -> None:
    call = begin()
    call.listen()
    call.press("2")
    call.press("1")
    call.listen()
    assert said(call)[-2:] == ["ward.thanks", "registration.kind"]
    assert [one.what.keys for one in call.moments if isinstance(one.what, Collected)] == ["2"]


def test_time_that_passes_in_silence_is_no_input_and_then_the_end() -> None:
    call = begin()
    call.listen()
    call.wait(7.0)
    assert said(call)[-2:] == ["system.nothing_pressed", "registration.kind"]
    call.listen()
    call.wait(60.0)
    assert call.over
    assert call.outcome == "end"


def test_hanging_up_in_the_middle_of_a_text_ends_it_at_once() -> None:
    call = begin()
    call.wait(0.5)
    call.hang_up()
    assert call.moments[-1] == Moment(0.5, Ended("hung_up"))
    assert call.listen() is False


def test_time_at_the_desk_passes_and_the_caller_may_hang_up_in_it() -> None:
    call = begin()
    call.listen()
    call.press("4")
    began = call.seconds
    call.wait(20.0)
    assert not call.over
    call.hang_up()
    assert call.outcome == "hung_up"
    assert call.seconds == began + 20.0


def test_a_verb_that_the_line_cannot_carry_out_yet_can_be_tried() -> None:
    call = begin()
    call.listen()
    call.press("5")
    assert call.listen() is False
    assert Asked("queue", {"queue": "desk", "priority": 0}) in [one.what for one in call.moments]
    assert call.outcome == "end"
    assert call.seconds > 60


def test_another_language_is_spoken_from_there_on() -> None:
    call = begin()
    call.listen()
    call.press("3")
    call.listen()
    assert Speaks("en", slow=False) in [one.what for one in call.moments]
    last = [one.what for one in call.moments if isinstance(one.what, Saying)][-1]
    assert last.language == "en"
    assert last.words.startswith("For the general clinic")


def test_a_slow_call_takes_longer_to_say_and_to_give_up() -> None:
    usual, slow = begin(), begin(slow=True)
    for call in (usual, slow):
        call.listen()
    assert slow.seconds == usual.seconds * 1.25
    slow.wait(13.9)
    assert "system.nothing_pressed" not in said(slow)
    slow.wait(0.2)
    assert "system.nothing_pressed" in said(slow)


def test_a_length_is_reckoned_from_the_words() -> None:
    assert reckoned("您好。") == 0.25 * 2 + 0.33
    assert round(reckoned("Hello, 12"), 2) == round(7 * 0.07 + 0.33, 2)


RECORDING = """
title: A message
start: notice
steps:
  notice: {say: main.welcome, locked: true, tells: recording, then: speak}
  speak:
    record: system.more
    as: message
    then: {recorded: tell, silent: bye, error: bye}
  tell:
    do: notice.confirm
    with: {notice: n}
    then: {confirmed: thanks, stale: bye, error: bye}
  thanks: {say: ward.thanks, then: bye}
  bye: {hangup: bye}
"""


def message(*told: ActionOutcome) -> RehearsedCall:
    stage = house(RECORDING)
    answers = Script({"record": told}, stage.usual)
    call = RehearsedCall(
        stage.flows, stage.texts, Caller("line", "zh"), answers, declared=list(stage.declared.values())
    )
    while not any(isinstance(one.what, Asked) for one in call.moments):
        call.pass_on()
    return call


def test_a_message_takes_its_time_and_the_flow_goes_on() -> None:
    call = message(ActionOutcome("recorded", {"recording": {"id": "r", "seconds": 12}}))
    began = call.seconds
    call.listen()
    assert "ward.thanks" in said(call)
    assert call.outcome == "bye"
    assert call.seconds - began > 12


def test_who_hangs_up_at_the_end_of_a_message_has_left_it() -> None:
    call = message(ActionOutcome("recorded", {"recording": {"id": "r", "seconds": 12}}))
    call.wait(5)
    call.hang_up()
    assert "notice.confirm" in [one.what.name for one in call.moments if isinstance(one.what, Asked)]
    assert call.outcome == "hung_up"
    assert "ward.thanks" not in said(call)


def test_nothing_said_and_nothing_kept() -> None:
    for outcome in ("silent", "error"):
        call = message(ActionOutcome(outcome))
        call.listen()
        assert call.outcome == "bye"
        assert "notice.confirm" not in [one.what.name for one in call.moments if isinstance(one.what, Asked)]
