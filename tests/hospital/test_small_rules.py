"""Slip numbers and written money."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital.clinic.slips import check_digit, new_slip
from hospital.money import parse_money, show_money


@given(st.integers(0, 8_999_999))
def test_a_slip_has_eight_digits_that_check_each_other(drawn: int) -> None:
    draws = iter([drawn, 3_456_789])
    slip = new_slip(lambda _: next(draws))
    assert re.fullmatch(r"[1-9][0-9]{7}", slip)
    assert not re.search(r"(\d)\1\1", slip)
    assert check_digit(slip[:-1]) == slip[-1]
    for place in range(7):
        wrong = str((int(slip[place]) + 1) % 10)
        assert check_digit(slip[:place] + wrong + slip[place + 1 : -1]) != slip[-1]


def test_the_check_digit_is_luhns() -> None:
    assert check_digit("7992739871") == "3"


@given(st.integers(-(10**12), 10**12))
def test_money_is_read_as_it_is_written(minor: int) -> None:
    assert parse_money(show_money(minor)) == minor


@pytest.mark.parametrize(
    ("written", "minor"), [("20", 2000), ("20.5", 2050), ("20.05", 2005), ("0.01", 1), ("-3", -300)]
)
def test_written_money(written: str, minor: int) -> None:
    assert parse_money(written) == minor


@pytest.mark.parametrize("written", ["", "20,5", "20.005", "1e3", "¥20", "２０", "--1", ".5", "nan"])
def test_what_is_no_money(written: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        parse_money(written)
