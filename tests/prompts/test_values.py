"""Values read aloud; the cases are data beside this file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from prompts.errors import Unreadable
from prompts.values import read, tidy

HERE = Path(__file__).parent
FIRST, LAST = datetime(1900, 1, 1), datetime(2199, 12, 31)  # noqa: DTZ001 (clocks on walls have no zone)


def cases() -> list[Any]:
    return [
        pytest.param(language, *case, id=f"{language}-{case[0]}-{case[1]}")
        for language in ("zh", "en")
        for case in YAML(typ="safe", pure=True).load((HERE / f"values_{language}.yaml").read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("language", "type_", "value", "argument", "said"), cases())
def test_a_value_is_read_as_people_say_it(language: str, type_: str, value: Any, argument: str, said: str) -> None:
    assert read(language, type_, value, argument) == said


def test_each_language_has_at_least_forty_cases() -> None:
    for language in ("zh", "en"):
        assert sum(case.values[0] == language for case in cases()) >= 40


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("money", 2.5),
        ("money", "2.50"),
        ("money", None),
        ("money", True),
        ("number", "08"),
        ("number", "a"),
        ("digits", "12x!"),
        ("digits", ""),
        ("digits", None),
        ("date", "tomorrow"),
        ("date", 20261121),
        ("time", "25:00"),
        ("time", None),
        ("key", "A"),
        ("key", "12"),
        ("key", ""),
        ("name", ""),
        ("name", {}),
        ("name", None),
        ("name", 5),
        ("text", []),
        ("wat", 1),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_value_of_the_wrong_kind_is_told_and_never_spoken(language: str, type_: str, value: Any) -> None:
    with pytest.raises(Unreadable):
        read(language, type_, value)


def test_a_currency_without_words_is_told() -> None:
    for language in ("zh", "en"):
        with pytest.raises(Unreadable, match="XTS"):
            read(language, "money", 100, "XTS")


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("zh", "普通门诊按1，专家门诊按2。", "普通门诊按一，专家门诊按二。"),
        ("zh", "有2个专家", "有两个专家"),
        ("zh", "等2分钟", "等两分钟"),
        ("zh", "等12分钟", "等十二分钟"),
        ("zh", "急救请拨120", "急救请拨幺二零"),
        ("zh", "按#键结束，按*重听", "按井号键结束，按星号重听"),
        ("zh", "〇八号", "零八号"),
        ("zh", "按0", "按零"),
        ("en", "Press 1, or 0 for the desk.", "Press one, or zero for the desk."),
        ("en", "Dial 120.", "Dial one two zero."),
        ("en", "End with #.", "End with hash."),
        ("en", "open 24 hours", "open twenty-four hours"),
    ],
)
def test_figures_in_fixed_texts_become_words(language: str, written: str, said: str) -> None:
    assert tidy(language, written) == said


def speakable(said: str) -> bool:
    return bool(said) and not any(sign.isdigit() or sign in "〇{}*#" for sign in said)


@given(
    st.sampled_from(["zh", "en"]),
    st.integers(-(10**11), 10**11),
    st.sampled_from(["CNY", "EUR", "RUB", "PLN", "USD"]),
)
def test_every_amount_can_be_said_in_words(language: str, minor: int, currency: str) -> None:
    said = read(language, "money", minor, currency)
    assert speakable(said)
    assert said.startswith(("负", "minus")) == (minor < 0)


@given(st.sampled_from(["zh", "en"]), st.datetimes(FIRST, LAST))
def test_every_moment_can_be_said_in_words(language: str, at: datetime) -> None:
    assert speakable(read(language, "date", at, "year"))
    assert speakable(read(language, "time", at))


@given(st.sampled_from(["zh", "en"]), st.from_regex(r"[0-9]{1,30}", fullmatch=True))
def test_no_digit_of_a_number_is_lost(language: str, digits: str) -> None:
    said = read(language, "digits", digits)
    assert speakable(said)
    heard = list(said.replace("，", "")) if language == "zh" else said.replace(",", "").split()
    assert len(heard) == len(digits)


@given(st.sampled_from(["zh", "en"]), st.text(max_size=60))
def test_no_figure_of_a_fixed_text_stays_a_figure(language: str, text: str) -> None:
    assert not any(sign in "0123456789*#" for sign in tidy(language, text))
