"""Every sentence of the console is there in four languages, with the same values in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from web.language import texts_in
from web.pages import PAGES

WEB = Path(__file__).parents[2] / "web"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
OPTIONS = {"**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
FIELDS = re.compile(r"%\((\w+)\)[sd]")
TRANSLATED = ("zh", "ru", "pl")
PLURALS = {"zh": 1, "ru": 3, "pl": 3}


@cache
def sentences() -> dict[str | tuple[str, ...], str]:
    """Every sentence that stands in a page or its code -> the folder of it."""
    found = {}
    for name, _line, message, _comments, _context in extract_from_dir(WEB, METHODS, OPTIONS, KEYWORDS):
        where = Path(name).parent
        found[message] = str(where) if where.parts[:1] == ("pages",) and len(where.parts) > 1 else "texts"
    return found


@cache
def catalogue(language: str) -> dict[str | tuple[str, ...], tuple[Message, str]]:
    """Everything that is translated -> how, and the folder of its file."""
    there: dict[str | tuple[str, ...], tuple[Message, str]] = {}
    for path in sorted(WEB.rglob(f"{language}.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    there.setdefault(message.id, (message, str(path.parent.relative_to(WEB))))
    return there


@cache
def said(language: str) -> dict[str | tuple[str, ...], dict[str, str]]:
    """Sentence -> the folders that translate it, and how."""
    found: dict[str | tuple[str, ...], dict[str, str]] = {}
    for path in sorted(WEB.rglob(f"{language}.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    found.setdefault(message.id, {})[str(path.parent.relative_to(WEB))] = str(message.string)
    return found


@cache
def uses() -> frozenset[tuple[str | tuple[str, ...], str]]:
    """Each sentence with each folder that says it."""
    every = extract_from_dir(WEB, METHODS, OPTIONS, KEYWORDS)
    return frozenset((message, folder(Path(name))) for name, _line, message, _comments, _context in every)


def folder(file: Path) -> str:
    return str(file.parent) if file.parts[0] == "pages" and len(file.parts) > 2 else "texts"


def parts(message: str | tuple[str, ...] | list[str] | None) -> Iterator[str]:
    """One sentence, or those of a number's forms."""
    yield from [message] if isinstance(message, str) else message or ()


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_is_missing(language: str) -> None:
    there = catalogue(language)
    missing = {m for m in sentences() if m not in there or not all(parts(there[m][0].string))}
    assert not missing, f"{language}: {sorted((sentences()[m], m) for m in missing)}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_of_a_sentence_that_is_gone(language: str) -> None:
    assert not {where for message, (_, where) in catalogue(language).items() if message not in sentences()}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_says_the_same_values(language: str) -> None:
    for id, (message, where) in catalogue(language).items():
        wanted = {name for part in parts(id) for name in FIELDS.findall(part)}
        for said in parts(message.string):
            extra = set(FIELDS.findall(said)) - wanted
            assert not extra, f"{language}, {where}: {said}"
            if isinstance(id, str):
                assert set(FIELDS.findall(said)) == wanted, f"{language}, {where}: {said}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_numbers_have_every_form_of_the_language(language: str) -> None:
    for id, (message, where) in catalogue(language).items():
        if not isinstance(id, str):
            assert len(message.string) == PLURALS[language], f"{language}, {where}: {id}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_values_can_be_put_into_a_translation(language: str) -> None:
    """A per cent sign of a sentence with values is written twice."""
    for id, (message, where) in catalogue(language).items():
        values = dict.fromkeys((name for part in parts(id) for name in FIELDS.findall(part)), 1)
        for said in parts(message.string) if values else ():
            assert said % values, f"{language}, {where}: {said}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_page_says_a_word_in_its_own_way(language: str) -> None:
    """What stands in a page's own texts is what the page shows, whatever other pages make of the same English."""
    for message, ways in said(language).items():
        for where, way in ways.items():
            if isinstance(message, str) and where.startswith("pages/"):
                assert texts_in(language, Path(where).name).ugettext(message) == way


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_menu_is_the_same_on_every_page(language: str) -> None:
    """Its words are those that all pages agree on, or that all pages have in common."""
    for page in PAGES:
        for word in filter(None, (page.title, page.group)):
            ways = said(language)[word]
            assert "texts" in ways or len(set(ways.values())) == 1, f"{language}: {word}: {ways}"
