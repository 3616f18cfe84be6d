"""Who gives a sign of life."""

from __future__ import annotations

from ivr.switch.worker.signs import Signs


def test_a_telephone_that_sends_sound_is_there() -> None:
    signs = Signs(0.0)
    for second in range(10):
        signs.seen(50 * second, 0, float(second))
    assert signs.silence(9.5) == 0.5


def test_one_that_sent_sound_and_reports_and_then_neither_is_silent() -> None:
    signs = Signs(0.0)
    signs.seen(100, 1, 2.0)
    for second in range(3, 12):
        signs.seen(100, 1, float(second))
    assert signs.silence(12.0) == 10.0


def test_one_that_only_reports_is_there_and_says_nothing() -> None:
    signs = Signs(0.0)
    signs.seen(100, 1, 2.0)
    signs.seen(100, 2, 7.0)
    assert signs.silence(12.0) == 0.0
    assert signs.silence(16.0) == 9.0


def test_a_stream_set_up_anew_counts_from_nought() -> None:
    signs = Signs(0.0)
    signs.seen(100, 1, 2.0)
    signs.seen(0, 0, 4.0)
    assert signs.silence(4.0) == 2.0
    signs.seen(1, 0, 5.0)
    assert signs.silence(5.0) == 0.0


def test_sip_shows_that_a_telephone_is_there_but_not_that_it_hears() -> None:
    signs = Signs(0.0)
    signs.answered_at = 20.0
    assert (signs.absence(21.0), signs.silence(21.0)) == (1.0, 21.0)
