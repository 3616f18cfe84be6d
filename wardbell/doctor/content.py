"""Checks of what the hospital writes: texts, flows, numbers, notices, and whether their sound is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from db.errors import DatabaseError
from hospital.declarations import DECLARED as HOSPITAL
from ivr.flow.action import ActionSpec
from ivr.flow.load import load
from ivr.flow.mistakes import FlowErrors
from ivr.numbers import FILE as NUMBERS
from ivr.numbers import load_numbers
from notify.actions import DECLARED as NOTICES
from notify.errors import RulesBroken
from notify.rules import load_rules
from prompts.catalog import Catalog
from prompts.errors import CatalogErrors, PromptError
from prompts.render import Known, texts_ahead
from prompts.studio import Studio
from wardbell.doctor.finding import Finding, error, ok, warning

ACTIONS: Mapping[str, ActionSpec] = {action.name: action for action in (*HOSPITAL, *NOTICES)}
"""What flows may ask."""
RULES = "notices.yaml"


def flows(folder: Path, catalog: Callable[[], Catalog]) -> Iterator[Finding]:
    """Whether every file that the hospital edits can be used; one finding for each mistake."""
    try:
        texts = catalog()
    except CatalogErrors as wrong:
        yield from _mistakes(str(wrong), "correct the text")
        return
    yield ok(f"texts: {', '.join(texts.languages)}")
    try:
        loaded = load(folder, texts, ACTIONS).flows
    except FlowErrors as wrong:
        yield from _mistakes(str(wrong), "correct the flow")
        return
    yield ok(f"flows: {', '.join(sorted(loaded))}")
    yield from _numbers_and_rules(folder, loaded, texts.languages)


def _numbers_and_rules(folder: Path, flows: Collection[str], languages: Collection[str]) -> Iterator[Finding]:
    try:
        numbers = load_numbers(folder / NUMBERS, flows, languages)
    except FlowErrors as wrong:
        yield from _mistakes(str(wrong), f"correct {NUMBERS}")
    else:
        listed = [*sorted(numbers.listed), *(["every other"] if numbers.default is not None else [])]
        yield ok(f"numbers that are answered: {', '.join(listed)}")
    try:
        rules = load_rules(folder / RULES, flows, languages)
    except RulesBroken as wrong:
        yield from _mistakes(str(wrong), f"correct {RULES}")
    else:
        yield ok(f"notices: {', '.join(sorted(rules.rules))}")


def _mistakes(told: str, advice: str) -> Iterator[Finding]:
    for line in told.splitlines():
        yield error(line, advice)


def prompts(
    catalog: Callable[[], Catalog], studio: Callable[[], Studio], known: Callable[[], Collection[Known]]
) -> Iterator[Finding]:
    """Whether what the line says is there as sound, so that no caller waits for it."""
    try:
        texts, sounds = catalog(), studio()
    except CatalogErrors:
        return  # `flows` says so
    except PromptError as wrong:
        yield error(str(wrong), "correct the recording")
        return
    for sentence in sounds.unavailable:
        yield error(sentence, "install it, or name other voices in wardbell.toml: [voices]")
    try:
        values = known()
    except DatabaseError:
        values = ()  # the database's own check says so; fixed texts can be looked at all the same
    wanted = texts_ahead(texts, values)
    absent = sum(sounds.ready(language, text) is None for language, text in wanted)
    if absent:
        yield warning(f"prompts: {absent} of {len(wanted)} are not rendered", "wardbell prompts render")
    else:
        yield ok(f"prompts: all {len(wanted)} rendered")
