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
from prompts.phrase import MARKS
from prompts.values import read, tidy

LANGUAGES = ("zh", "yue", "en", "ru", "pl")
HERE = Path(__file__).parent
FIRST, LAST = datetime(1900, 1, 1), datetime(2199, 12, 31)  # noqa: DTZ001 (clocks on walls have no zone)


def cases() -> list[Any]:
    return [
        pytest.param(language, *case, id=f"{language}-{case[0]}-{case[1]}")
        for language in LANGUAGES
        for case in YAML(typ="safe", pure=True).load((HERE / f"values_{language}.yaml").read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("language", "type_", "value", "argument", "said"), cases())
def test_a_value_is_read_as_people_say_it(language: str, type_: str, value: Any, argument: str, said: str) -> None:
    assert read(language, type_, value, argument) == said


def test_each_language_has_at_least_forty_cases() -> None:
    for language in LANGUAGES:
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
        ("ordinal", 0),
        ("ordinal", -1),
        ("ordinal", 10000),
        ("duration", -1),
        ("duration", 10**9),
        ("duration", "1:30"),
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
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_of_the_wrong_kind_is_told_and_never_spoken(language: str, type_: str, value: Any) -> None:
    with pytest.raises(Unreadable):
        read(language, type_, value)


def test_a_currency_without_words_is_told() -> None:
    for language in LANGUAGES:
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
        ("yue", "按1，有2個專家，急救請撥120", "按一，有兩個專家，急救請撥一二零"),
        ("ru", "Нажмите 1 или #.", "Нажмите один или решётка."),
        ("ru", "Подождите 2 минуты.", "Подождите две минуты."),
        ("ru", "Через 1 минуту, через 21 день", "Через одну минуту, через двадцать один день"),
        ("ru", "Звоните 112 или 8000", "Звоните сто двенадцать или восемьдесят, ноль ноль"),
        ("pl", "Naciśnij 2 albo *.", "Naciśnij dwa albo gwiazdka."),
        ("pl", "Za 2 minuty, za 1 godzinę, za 22 dni", "Za dwie minuty, za jedną godzinę, za dwadzieścia dwa dni"),
    ],
)
def test_figures_in_fixed_texts_become_words(language: str, written: str, said: str) -> None:
    assert tidy(language, written) == said


GROUPS = {
    language: {
        read(language, "digits", f"{number:0{width}}"): f"{number:0{width}}"
        for width in (1, 2, 3)
        for number in range(10**width)
    }
    for language in ("ru", "pl")
}
"""What a group of up to three digits sounds like -> the group."""


def speakable(said: str) -> bool:
    return bool(said) and not any(sign.isdigit() or sign in "〇{}*#" for sign in said)


@given(
    st.sampled_from(LANGUAGES),
    st.integers(-(10**11), 10**11),
    st.sampled_from(["CNY", "EUR", "RUB", "PLN", "USD"]),
)
def test_every_amount_can_be_said_in_words(language: str, minor: int, currency: str) -> None:
    said = read(language, "money", minor, currency)
    assert speakable(said)
    assert said.startswith(("负", "負", "minus", "минус")) == (minor < 0)


@given(st.sampled_from(LANGUAGES), st.datetimes(FIRST, LAST))
def test_every_moment_can_be_said_in_words(language: str, at: datetime) -> None:
    assert speakable(read(language, "date", at, "year"))
    assert speakable(read(language, "time", at))


@given(st.sampled_from(LANGUAGES), st.from_regex(r"[0-9]{1,30}", fullmatch=True))
def test_no_digit_of_a_number_is_lost(language: str, digits: str) -> None:
    said = read(language, "digits", digits)
    assert speakable(said)
    if language in ("ru", "pl"):  # groups are read as numbers
        assert "".join(GROUPS[language][group] for group in said.split(", ")) == digits
        return
    heard = list(said.replace("，", "")) if language in ("zh", "yue") else said.replace(",", "").split()
    assert len(heard) == len(digits)


def test_every_group_of_digits_sounds_different() -> None:
    for language in ("ru", "pl"):
        assert len(GROUPS[language]) == 10 + 100 + 1000


@given(st.sampled_from(LANGUAGES), st.integers(0, 100 * 24 * 3600))
def test_every_length_of_time_can_be_said_in_words(language: str, seconds: int) -> None:
    assert speakable(read(language, "duration", seconds))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_in_a_row_has_its_own_word(language: str) -> None:
    assert len({read(language, "ordinal", number) for number in range(1, 10_000)}) == 9_999


@pytest.mark.parametrize("language", ["ru", "pl"])
def test_every_form_that_a_text_may_ask_for_can_be_said(language: str) -> None:
    values = {"date": "2026-11-21", "time": "13:21", "name": "a", "count": 21}
    for type_, allowed in MARKS.items():
        for mark in allowed[language].split():
            argument = f"{mark}: a|b|c" if type_ == "count" else mark
            assert speakable(read(language, type_, values.get(type_, 21), argument))


def test_a_name_that_a_language_lacks_is_said_in_another_and_chinese_last() -> None:
    assert read("ru", "name", {"zh": "骨科", "en": "orthopaedics"}) == "orthopaedics"
    assert read("pl", "name", {"zh": "骨科", "en": "", "ru": "ортопедия"}) == "ортопедия"
    assert read("ru", "name", {"zh": "骨科"}) == "骨科"  # for the studio's Chinese voice
    assert read("zh", "name", {"ru": "ортопедия", "en": "orthopaedics"}) == "orthopaedics"


def test_letters_of_beds_are_said_in_every_alphabet() -> None:
    assert read("en", "place", "12Б") == "twelve B"
    assert read("ru", "place", "12b") == "двенадцать бэ"
    assert read("pl", "place", "7Ł") == "siedem eł"
    assert read("zh", "place", "7Ł") == "七 L"


@given(st.sampled_from(LANGUAGES), st.text(max_size=60))
def test_no_figure_of_a_fixed_text_stays_a_figure(language: str, text: str) -> None:
    assert not any(sign in "0123456789*#" for sign in tidy(language, text))
