"""Pictures bring words of their own: each is there in every language, found where it stands in the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from editions.declared import ACTIONS
from ivr.drawing.looks import LOOKS, PLAIN
from ivr.flow.drawn import Quiet
from ivr.flow.language import END
from ivr.flow.verbs import VERBS, beyond_the_line
from ivr.flow.verbs.dial import WHO
from ivr.flow.verbs.shown import PROOFS
from ivr.words import words_in

ROOT = Path(__file__).parents[2]
SAY = frozenset({"Phrase", "phrase", "own"})
"""Calls whose first argument is a word of a picture."""
DRAWN = ("ivr/flow", "ivr/drawing", "editions/pictures.py")


def written() -> set[str]:
    """The words that stand in the code of drawings."""
    found: set[str] = set()
    for where in DRAWN:
        files = [ROOT / where] if where.endswith(".py") else sorted((ROOT / where).rglob("*.py"))
        for file in files:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAY and node.args:
                    found |= set(constants(node.args[0]))
    return found


def constants(node: ast.expr) -> Iterator[str]:
    """The words that stand there whole; `f"to an {who}"` is told by `WHO`."""
    match node:
        case ast.Constant(value=str(word)):
            yield word
        case ast.IfExp(body=one, orelse=other):
            yield from constants(one)
            yield from constants(other)


def words() -> set[str]:
    """All that our own words on a picture can be."""
    outcomes = {name for action in ACTIONS.values() for name in action.outcomes}
    outcomes |= {name for beyond in beyond_the_line().values() for name in beyond.outcomes}
    looks = {*LOOKS, *(look.meaning for look in (*LOOKS.values(), PLAIN)), *VERBS}
    proofs = {proof.words for proof in PROOFS.values()}
    quiet = {why.value for why in Quiet if why is not Quiet.PERSON}
    sizes = {"%(low)s digits", "%(low)s to %(high)s digits", "%(digits)s into %(variable)s", "error"}
    whom = {f"to an {who}" for who in WHO[1:]}
    outcomes |= {"hung_up", "refused", "lost", "trouble", END}  # those that the line gives itself
    return whom | outcomes | looks | proofs | quiet | sizes | written()


@pytest.mark.parametrize("language", ["zh", "ru", "pl"])
def test_every_word_of_a_picture_is_there_in_each_language(language: str) -> None:
    same = {"%(key)s: %(what)s", *(["menu"] if language == "pl" else [])}
    said = words_in(language)
    assert not {word for word in words() if said(word) == word} - same


def test_in_english_a_picture_says_what_stands_in_the_code() -> None:
    assert words_in("en")("no key") == "no key"
