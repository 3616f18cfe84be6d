"""Keys on a live line: what interrupts, what carries over, what never counts. How they gather: `test_gathering.py`."""

from __future__ import annotations

import pytest

from ivr.call.leg import LATE_END
from ivr.flow.commands import Collect, HangUp, Keys, NoInput, Prompt, Say, Turn
from tests.calls.one_call import SECONDS, OneCall

END = Turn((HangUp("done"),))
MENU = Collect((Prompt("menu"),), single=frozenset("12*0"))
NUMBER = Collect((Prompt("number"),), minimum=2, maximum=4, end_key="#", first_key=7, inter_key=3, total=8)
RATE = Say((Prompt("rate"),), locked=True)
PRICE_LIST = Say((Prompt("rate"),), locked=True, keep_keys=True)
NEWS = Say((Prompt("news"),))
LOCKED_MENU = Collect((Prompt("menu"),), single=frozenset("12"), locked=True)
KEEPING_MENU = Collect((Prompt("menu"),), single=frozenset("12"), locked=True, keep_keys=True)
CONFIRM = Collect((Prompt("confirm"),), single=frozenset("12"), typed_ahead=False)


def test_a_key_stops_the_prompt_at_once_and_answers_the_menu_behind_it() -> None:
    call = OneCall(Turn((NEWS, MENU)), END)
    call.clock.advance(0.5)
    call.press("1")
    assert call.flow.answers == [Keys("1")]
    assert call.heard() == ["news"]


def test_a_key_in_a_locked_text_is_dropped_and_the_text_heard_to_its_end() -> None:
    call = OneCall(Turn((RATE, MENU)), END)
    call.clock.advance(0.5)
    call.press("1")
    call.clock.advance(SECONDS - 0.5)
    assert call.heard() == ["rate", "menu"]
    assert call.flow.answers == []


def test_a_key_in_a_locked_text_that_keeps_keys_is_the_next_answer() -> None:
    call = OneCall(Turn((PRICE_LIST, MENU)), END)
    call.clock.advance(0.5)
    call.press("1")
    assert call.flow.answers == []
    call.clock.advance(SECONDS - 0.5)
    assert call.flow.answers == [Keys("1")]
    assert call.heard() == ["rate"]


def test_a_locked_text_drops_only_what_is_pressed_while_it_plays() -> None:
    call = OneCall(Turn((PRICE_LIST, RATE, MENU)), END)
    call.press("1")  # kept
    call.clock.advance(SECONDS)
    call.press("2")  # dropped
    call.clock.advance(SECONDS)
    assert call.flow.answers == [Keys("1")]
    assert call.heard() == ["rate", "rate"]


def test_a_locked_menu_is_heard_whole_though_keys_were_typed_ahead() -> None:
    call = OneCall(Turn((PRICE_LIST, LOCKED_MENU)), END)
    call.press("2")
    call.clock.advance(SECONDS)
    assert call.heard() == ["rate", "menu"]
    assert call.flow.answers == []
    call.clock.advance(SECONDS)
    assert call.flow.answers == [Keys("2")]


@pytest.mark.parametrize(("menu", "answer"), [(LOCKED_MENU, NoInput()), (KEEPING_MENU, Keys("2"))])
def test_a_locked_menu_drops_or_keeps_the_keys_pressed_while_it_is_said(menu: Collect, answer: Keys | NoInput) -> None:
    call = OneCall(Turn((menu,)), END)
    call.press("2")
    call.clock.advance(SECONDS)
    call.clock.advance(menu.first_key)
    assert call.flow.answers == [answer]


def test_keys_typed_ahead_run_through_texts_and_menus_and_stop_at_a_confirmation() -> None:
    call = OneCall(Turn((MENU,)), Turn((NEWS, NUMBER)), Turn((CONFIRM,)), END)
    call.press("1")
    call.press("12#1")
    assert call.flow.answers[:2] == [Keys("1"), Keys("12")]
    assert [text for text in call.heard() if text != "menu"][-1] == "confirm"
    call.clock.advance(SECONDS)
    assert call.flow.answers == [Keys("1"), Keys("12")]
    call.press("1")
    assert call.flow.answers == [Keys("1"), Keys("12"), Keys("1")]


def test_keys_that_no_telephone_has_are_no_digits_and_interrupt_nothing() -> None:
    call = OneCall(Turn((NEWS, NUMBER)), END)
    call.clock.advance(0.5)
    call.press("A")
    call.clock.advance(SECONDS - 0.5)
    assert call.heard() == ["news", "number"]
    call.press("ABCD42#")
    assert call.flow.answers == [Keys("42")]


def test_the_first_wait_begins_with_the_end_of_the_prompt_and_the_next_with_each_key() -> None:
    call = OneCall(Turn((NUMBER,)), END)
    call.clock.advance(SECONDS)
    call.clock.advance(NUMBER.first_key - 0.1)
    call.press("1")
    call.clock.advance(0.8)
    assert call.flow.answers == []
    call.clock.advance(0.4)  # the time in all: 8 s after the prompt
    assert call.flow.answers == [Keys("1")]


def test_a_key_that_cuts_the_prompt_off_begins_the_time_in_all() -> None:
    call = OneCall(Turn((NUMBER,)), END)
    call.clock.advance(1.0)
    for key in "123":
        call.press(key)
        call.clock.advance(2.5)
    assert call.flow.answers == []
    call.clock.advance(0.5)
    assert call.flow.answers == [Keys("123")]


def test_what_is_pressed_beyond_the_last_digit_is_for_the_next_input() -> None:
    call = OneCall(Turn((NUMBER,)), Turn((MENU,)), END)
    call.patient.press("12342")
    call.clock.advance(0)
    assert call.flow.answers == [Keys("1234"), Keys("2")]


def test_nobody_waits_longer_than_the_input_says_and_nothing_ticks_on_after_the_call() -> None:
    call = OneCall(Turn((MENU,)), END)
    call.clock.advance(SECONDS)
    call.clock.advance(MENU.first_key)
    assert call.flow.answers == [NoInput()]
    call.patient.peer_hangs_up()
    assert call.clock.getDelayedCalls() == []


@pytest.mark.parametrize("pause", [0.0, 0.4])
def test_the_end_key_after_the_last_digit_is_no_answer_to_what_follows(pause: float) -> None:
    call = OneCall(Turn((NUMBER,)), Turn((MENU,)), END)
    call.press("1234")  # as many as there can be: the input is over
    call.clock.advance(pause)
    call.press("#")  # as the text asked for
    assert call.heard() == ["number", "menu"]
    call.clock.advance(SECONDS - pause)
    call.press("2")
    assert call.flow.answers == [Keys("1234"), Keys("2")]


def test_the_end_key_counts_again_after_another_key_and_after_a_while() -> None:
    slower = Collect((Prompt("menu"),), single=frozenset("12#"))
    call = OneCall(Turn((NUMBER,)), Turn((slower,)), END)
    call.press("1234")
    call.clock.advance(LATE_END)
    call.press("#")
    assert call.flow.answers == [Keys("1234"), Keys("#")]
    call = OneCall(Turn((NUMBER,)), Turn((MENU,)), Turn((slower,)), END)
    call.press("12341#")
    assert call.flow.answers == [Keys("1234"), Keys("1"), Keys("#")]


def test_the_end_key_typed_ahead_after_the_last_digit_belongs_to_it() -> None:
    call = OneCall(Turn((NEWS, MENU)), Turn((NUMBER,)), Turn((MENU,)), END)
    call.press("11234#2")
    assert call.flow.answers == [Keys("1"), Keys("1234"), Keys("2")]
