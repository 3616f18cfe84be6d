"""What the line keeps as short English words has a word in each language; the words are found in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from accounts.audit import How
from accounts.rights import Role
from forms.catalogue import read_catalogue
from ivr.switch.line import Cause
from tests.web.test_texts import TRANSLATED, said, uses
from wardbell.settings_page import every
from wardbell.web_machine import TEXTS
from web.pages.audit import words as audit_words
from web.pages.calls.labels import CAUSES, EVENTS
from web.pages.hl7.reasons import REASONS, reason
from web.pages.notices import words as notice_words
from web.pages.now.steps import KINDS
from web.pages.system.doctor_words import FINDINGS
from web.told import Told

ROOT = Path(__file__).parents[2]
ROOMS = ("accounts", "editions", "hospital", "ivr", "notify", "reports", "wardbell", "web", "webhooks")


def calls(*names: str) -> Iterator[ast.Call]:
    """Every call of a function or method of one of these names in the program."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    called = node.func
                    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                    if name in names:
                        yield node


def constants(node: ast.expr) -> Iterator[str]:
    """The words that an argument can be, as far as they stand there."""
    match node:
        case ast.Constant(value=str(word)):
            yield word
        case ast.IfExp(body=one, orelse=other):
            yield from constants(one)
            yield from constants(other)


def noted() -> Iterator[ast.Call]:
    """Calls that add a row to the audit: they say whose hand, in which transaction, what and to what."""
    yield from (call for call in calls("note") if 4 <= len(call.args) < 6)


def test_every_action_of_the_audit_has_a_word() -> None:
    found = {word for call in noted() for word in constants(call.args[1])}
    found |= {word for call in calls("_press") if len(call.args) > 1 for word in constants(call.args[1])}
    assert len(found) > 30
    assert not found - audit_words.ACTIONS.keys()


def test_whatever_the_audit_notes_something_of_has_a_word() -> None:
    found = {word for call in noted() for word in constants(call.args[2])}
    assert len(found) > 15
    assert not found - audit_words.NOUNS.keys()


def test_every_detail_of_the_audit_has_a_word() -> None:
    found = {keyword.arg for call in noted() for keyword in call.keywords if keyword.arg is not None}
    assert len(found) > 20
    assert not found - audit_words.DETAILS.keys()


def test_who_did_it_and_through_what_has_a_word() -> None:
    assert not set(get_args(How)) - audit_words.HOWS.keys()
    assert all(audit_words.role(role.value, str.upper) != role.value for role in Role)


def sentences(node: ast.expr) -> Iterator[str]:
    """A sentence as it can be: its values are told by `…`."""
    match node:
        case ast.Constant(value=str(sentence)):
            yield sentence
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from sentences(one)
            yield from sentences(other)


def unknown(told: Told, found: set[str]) -> set[str]:
    """Sentences of which a page would show the English."""
    return {sentence for sentence in found if told.say(sentence, str) is None}


def test_every_reason_for_refusing_an_hl7_message_is_known() -> None:
    found = {sentence for call in calls("MessageBroken") for sentence in sentences(call.args[2])}
    found |= {sentence for call in calls("_unfinished", "_refuse") if call.args for sentence in sentences(call.args[0])}
    assert len(found) > 10
    assert not unknown(REASONS, found)


def test_a_reason_keeps_its_values_in_each_language() -> None:
    zh = read_catalogue(ROOT / "web/pages/hl7/zh.po").ugettext
    assert reason("PV1-3.1 names no ward", zh) == "PV1-3.1 未填写病区"
    assert reason("written by hand", zh) == "written by hand"


def test_every_cause_and_every_event_of_a_call_has_a_word() -> None:
    assert not {cause.value for cause in Cause} - CAUSES.keys()
    found = {kind for call in calls("event") if call.args for kind in constants(call.args[0])}
    assert len(found) > 10
    for table in (EVENTS, KINDS):
        assert not found - table.keys() - {"event"}


@pytest.mark.parametrize("table", ["STATES", "BADGES", "PRIORITIES", "WHYS", "REFUSED"])
def test_all_that_a_notice_can_be_has_a_word(table: str) -> None:
    words = getattr(notice_words, table)
    kind = type(next(iter(words)))
    assert not set(kind) - words.keys() - ({kind.DONE, kind.UNKNOWN} if table == "REFUSED" else set())


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_a_page_borrows_from_others_can_be_said_in_one_way_only(language: str) -> None:
    """One word of English may be two words elsewhere: a page that would have to guess has it in its own texts."""
    guessed = []
    for message, where in uses():
        ways = said(language).get(message, {})
        if where not in ways and "texts" not in ways and len(set(ways.values())) > 1:
            guessed.append((where, message, ways))
    assert not guessed, f"{language}: {guessed}"


DOCTOR = {
    "where": "SIP port 127.0.0.1:5060/udp",
    "name": "PJSIP 2.17, 500 calls per process",
    "who": "3 callers",
    "several": "messages were",
    "times": "3 HL7 messages",
    "one": '3 events "moved" called nobody: …',
    "told": "",
    "what": "3 of the last 9 answered calls came from telephones that offer no key events",
    "'s' if workers > 1 else ''": "s",
}
"""What stands in a sentence of the doctor under a name of its own."""
COMMAND = re.compile(r"(apt-get|wardbell) ([^:;,]*$|webhooks send-again )")


def test_all_that_the_doctor_says_is_known() -> None:
    found: set[str] = set()
    for file in sorted((ROOT / "wardbell/doctor").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("ok", "warning", "error"):
                found |= {sentence for one in node.args for sentence in filled(one)}
    said = {one for one in found if not COMMAND.match(one) and re.search("[a-z]", one.replace("…", ""))}
    assert len(said) > 80
    assert not unknown(FINDINGS, said)


def filled(node: ast.expr) -> Iterator[str]:
    """A sentence of the doctor with its parts."""
    if not isinstance(node, ast.JoinedStr):
        yield from sentences(node)
        return
    parts = (
        str(part.value) if isinstance(part, ast.Constant) else DOCTOR.get(ast.unparse(part.value), "…")  # type: ignore[attr-defined]
        for part in node.values
    )
    yield "".join(parts)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_setting_is_explained_in_each_language(language: str) -> None:
    english = {row.meaning for _, _, rows in every() for row in rows}
    with (TEXTS / f"{language}.po").open("rb") as file:
        there = {message.id: message.string for message in read_po(file, locale=language) if message.id}
    assert there.keys() == english
    assert all(there.values())
