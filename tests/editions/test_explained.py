"""Every mistake is told in the language of whoever made it: what is wrong, and what to do."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from editions.codes import CODES
from editions.explained import TEXTS, explained
from editions.remedies import REMEDIES


def test_every_code_has_a_remedy_and_no_other_has() -> None:
    assert REMEDIES.keys() == CODES.keys()


@pytest.mark.parametrize("language", ["zh", "ru", "pl"])
def test_every_code_is_explained_in_each_language(language: str) -> None:
    for code in CODES:
        there, english = explained(code, language), explained(code, "en")
        assert there.title not in ("", english.title), code
        assert there.remedy not in ("", english.remedy), code


@pytest.mark.parametrize("language", ["zh", "ru", "pl"])
def test_nothing_is_explained_that_no_code_means_any_more(language: str) -> None:
    english = {*CODES.values(), *REMEDIES.values()}
    assert not {message.id for message in _messages(language)} - english


def _messages(language: str) -> list[Message]:
    with (TEXTS / f"{language}.po").open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


def test_in_chinese_a_missing_step_reads_as_it_department_would_say_it() -> None:
    told = explained("E204", "zh")
    assert (told.title, told.remedy) == ("没有这个步骤", "请改正步骤名，或补上该步骤。")


def test_an_unknown_language_is_english_and_an_unknown_code_says_nothing() -> None:
    assert explained("E204", "xx").title == "no such step"
    assert explained("E999", "zh").title == ""
