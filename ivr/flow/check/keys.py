"""Keys that a text names against keys that its step has, in every language.

A caller who is told "press 3" and hears "that is not one of the choices" has been lied to. The other
way round, a key that no text names is only a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms.form import Name
from forms.report import Report
from ivr.flow.language import Flow, Step, World
from ivr.flow.verbs.ask import Ask
from ivr.flow.verbs.choose import Choose
from ivr.flow.verbs.keys import PERSON, REPEAT
from ivr.flow.verbs.menu import Menu

LONG = 45.0
"""Seconds that a menu may speak; after that the first choice is forgotten."""
_KEY = re.compile(r"[0-9*#]{1,4}")
_DIGITS = frozenset("0123456789")
_ITEMS = frozenset("123456789")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a step says while it waits for keys, and the keys that do something."""

    texts: Sequence[Name]
    keys: frozenset[str]
    own: frozenset[str] = frozenset()
    """Keys that the flow gives a meaning here and that callers must hear of."""


def offer(step: Step) -> Offer | None:
    """The offer of a step, if it waits for keys."""
    if isinstance(step, Menu):
        keys = frozenset(step.keys)
        return Offer(step.words.texts, keys, keys - {REPEAT, PERSON})
    if isinstance(step, Choose):
        texts = [*step.words.texts, *step.each.texts, *step.after.texts]
        return Offer(texts, _ITEMS | frozenset(step.keys))
    if isinstance(step, Ask):
        repeat = {REPEAT} if step.end_key != REPEAT else set()
        return Offer(step.words.texts, _DIGITS | repeat | ({step.end_key} if step.end_key else set()))
    return None


def check_keys(flow: Flow, world: World, report: Report) -> None:
    """Report keys that are named and missing, keys that are there and never named, menus that speak for too long."""
    for step in flow.steps.values():
        offered = offer(step)
        if isinstance(step, Menu) and not (step.keys and all(_KEY.fullmatch(key) for key in step.keys)):
            continue  # reported where the keys are read
        if offered is not None and offered.texts:
            _check_named(step, offered, world, report)
            _check_length(offered, world, report)


def _check_named(step: Step, offered: Offer, world: World, report: Report) -> None:
    for text, key, languages in _named(offered, world):
        if isinstance(step, Ask) and len(key) > 1:
            continue
        if key not in offered.keys:
            listed = ", ".join(languages)
            if isinstance(step, Ask):
                advice = f'end it with that key (end_key: "{key}")'
            else:
                advice = f'give the step a key "{key}"'
            sentence = f'the text "{text.text}" names the key {key} ({listed}), which this step lacks'
            report.add(text.mark, "E306", f"{sentence}: {advice}, or correct the text")
    silent: dict[str, list[str]] = {}
    for language in world.texts.languages:
        named = {key for text in offered.texts for key in world.texts.keys_named(language, text.text)}
        if named and (hidden := sorted(offered.own - named)):
            silent.setdefault(", ".join(hidden), []).append(language)
    for hidden_keys, languages in silent.items():
        listed = ", ".join(languages)
        sentence = f"no text of this step names the key {hidden_keys} in {listed}: callers cannot know it"
        report.add(offered.texts[-1].mark, "W301", sentence)


def _named(offered: Offer, world: World) -> Iterator[tuple[Name, str, list[str]]]:
    """Text, a key that it names, the languages in which it does."""
    for text in offered.texts:
        found: dict[str, list[str]] = {}
        for language in world.texts.languages:
            for key in world.texts.keys_named(language, text.text):
                found.setdefault(key, []).append(language)
        for key, languages in found.items():
            yield text, key, languages


def _check_length(offered: Offer, world: World, report: Report) -> None:
    for language in world.texts.languages:
        seconds = sum(world.texts.length(language, text.text) for text in offered.texts)
        if seconds > LONG:
            sentence = f'"{offered.texts[0].text}" takes about {seconds:.0f} s to say in {language}'
            advice = "say what comes before the keys in a step of its own"
            report.add(offered.texts[0].mark, "W302", f"{sentence}: {advice}")
            return
