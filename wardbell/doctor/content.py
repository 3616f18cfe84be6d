"""Checks of what the hospital writes: texts, flows, numbers, notices, and whether their sound is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from db.errors import DatabaseError
from editions.bundle import Bundle
from editions.edition import Checked
from forms.errors import FilesBroken
from forms.mistake import Mistake
from notify.notices.rules import NoticeRules
from prompts.catalog import Catalog
from prompts.errors import PromptError
from prompts.render import Known, texts_ahead
from prompts.studio import Studio
from wardbell.doctor.finding import Finding, error, ok, warning

TAKEN_BACK_BY = {"A01": "A11", "A03": "A13"}
"""Messages of HL7 2.x, and those that take them back."""
HARD_TO_FOLLOW = frozenset({"zh", "ru"})
"""Languages in which espeak is understood by few over a telephone."""


def flows(bundle: Callable[[], Bundle], check: Callable[[Bundle], Checked]) -> Iterator[Finding]:
    """Whether every file that the hospital edits can be used; one finding for each mistake and each warning."""
    try:
        checked = check(bundle())
    except FilesBroken as wrong:
        advice = "correct it; `wardbell flows check` shows the line"
        yield from (error(str(mistake), advice) for mistake in wrong.mistakes)
        yield from _warnings(wrong.warnings)
        return
    edition = checked.edition
    listed = [*sorted(edition.numbers.listed), *(["every other"] if edition.numbers.default is not None else [])]
    yield ok(f"texts: {', '.join(edition.texts.languages)}")
    yield ok(f"flows: {', '.join(sorted(edition.flows.flows))}")
    yield ok(f"numbers that are answered: {', '.join(listed)}")
    yield ok(f"notices: {', '.join(sorted(checked.rules.rules))}")
    yield from _taken_back(checked.rules)
    yield from _warnings(checked.warnings)


def _taken_back(rules: NoticeRules) -> Iterator[Finding]:
    """Whether a ward that was told of somebody hears when the hospital's system takes that back."""
    events = rules.reading.events
    for told, back in TAKEN_BACK_BY.items():
        kind = events.get(told)
        tells = any(rule.event == kind and not rule.revises for rule in rules.rules.values())
        cancels = any(kind in rule.cancels for rule in rules.rules.values())
        silent = any(one.event == events.get(back) for one in rules.silent)
        if kind and tells and not cancels and not silent:
            yield warning(
                f'notices: wards are called for "{kind}" ({told}) also when it was taken back ({back})',
                f"map {back} in flows/notices.yaml and add a rule with `cancels: {kind}`: docs/notices.md",
            )


def _warnings(mistakes: Iterable[Mistake]) -> Iterator[Finding]:
    for mistake in mistakes:
        yield warning(str(mistake), "check whether that is intended")


def prompts(
    catalog: Callable[[], Catalog], studio: Callable[[], Studio], known: Callable[[], Collection[Known]]
) -> Iterator[Finding]:
    """Whether what the line says is there as sound, so that no caller waits for it."""
    try:
        texts, sounds = catalog(), studio()
    except FilesBroken:
        return  # `flows` says so
    except PromptError as wrong:
        yield error(str(wrong), "correct the recording")
        return
    yield from _voices(texts, sounds)
    try:
        values = known()
    except DatabaseError:
        values = ()  # the database's own check says so; fixed texts can be looked at all the same
    wanted = texts_ahead(texts, values)
    absent = sum(sounds.ready(language, text) is None for language, text in wanted)
    if absent:
        yield warning(f"prompts: {absent} of {len(wanted)} are not rendered", "wardbell prompts render")
    else:
        later = sum(not sounds.is_best(language, text) for language, text in wanted)
        told = f", {later} of them not in the preferred voice" if later else ""
        yield ok(f"prompts: all {len(wanted)} rendered{told}")


def _voices(texts: Catalog, sounds: Studio) -> Iterator[Finding]:
    """Who speaks each language here; the next in the order speaks when the one before fails."""
    for language in texts.languages:
        voices = sounds.voices(language)
        if not voices:
            yield error(
                f"no voice can speak {language} here ({'; '.join(sounds.unavailable) or 'none is set'})",
                "apt-get install espeak-ng, or name other voices in wardbell.toml: [voices]",
            )
        elif voices[0] == "espeak" and language in HARD_TO_FOLLOW:
            yield warning(
                f"voices for {language}: {', '.join(voices)}; it is hard to follow in that language",
                "make voices, or record the texts: wardbell prompts script",
            )
        else:
            yield ok(f"voices for {language}: {', '.join(voices)}")
    if not any(sounds.is_quick(language) for language in texts.languages):
        yield warning(
            "no voice is quick: recorded words replace whatever is not rendered in time",
            'name "espeak" last in wardbell.toml: [voices]',
        )
