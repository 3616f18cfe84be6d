"""Lines of a picture: Chinese breaks anywhere but before a closing mark, everything else at blanks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.drawing.wrap import columns, wrap

CASES = [
    ("", 10, []),
    ("Hello", 10, ["Hello"]),
    ("Please choose a department.", 16, ["Please choose", "a department."]),
    ("您好，欢迎致电本院。", 20, ["您好，欢迎致电本院。"]),
    ("预约挂号按1，人工服务按0。", 16, ["预约挂号按1，", "人工服务按0。"]),
    ("您要挂的是‹department›，确认按1", 22, ["您要挂的是", "‹department›，确认按1"]),
    ("请按（1）", 6, ["请按", "（1）"]),
    ("Donaudampfschifffahrt", 8, ["Donaudampfschifffahrt"]),
]


@pytest.mark.parametrize(("text", "width", "lines"), CASES)
def test_a_text_in_lines(text: str, width: int, lines: list[str]) -> None:
    assert list(wrap(text, width)) == lines


def test_a_chinese_sign_is_two_columns_wide() -> None:
    assert columns("挂号 1") == 6


@given(st.text(max_size=80), st.integers(4, 40))
def test_nothing_but_blanks_gets_lost(text: str, width: int) -> None:
    assert "".join("".join(wrap(text, width)).split()) == "".join(text.split())
