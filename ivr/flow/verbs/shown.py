"""Pieces of the pictures of steps, which many verbs share. Each verb draws itself of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from forms.form import Name
from ivr.flow.commands import Value
from ivr.flow.defaults import Branches, Input, Lock, Trouble
from ivr.flow.drawn import Phrase, Quiet, Said, Way
from ivr.flow.language import AGAIN, Constant, Fact, Head, Target, Term
from ivr.flow.verbs.keys import PERSON
from ivr.flow.words import Words

LONGEST = 60
"""Characters of a value or a condition; the rest is in the file."""

PROOFS = {
    Fact.LOGIN: Phrase("a login"),
    Fact.LISTENER: Phrase("the right person listens"),
    Fact.RATE: Phrase("tells the price"),
    Fact.CONSENT: Phrase("agrees to the price"),
    Fact.RECORDING: Phrase("tells of the recording"),
}


def lock_notes(lock: Lock, tells: Iterable[Fact]) -> tuple[Phrase, ...]:
    """What a text establishes, and whether keys cut it off."""
    facts = tuple(PROOFS[fact] for fact in sorted(tells))
    return (*facts, Phrase("keys do not interrupt")) if lock.locked else facts


def outcome_note(head: Head, outcome: Name | None) -> tuple[Phrase, ...]:
    """The outcome, unless the step is called after it."""
    return (Phrase(outcome.text),) if outcome and outcome.text != head.name else ()


def texts_shown(words: Words, said: Said) -> tuple[str, ...]:
    """The words of texts."""
    return tuple(said(text.text) for text in words.texts)


def key_ways(keys: Mapping[str, Target], settings: Input) -> Iterator[Way]:
    """A way for each key that leads on; quiet where it is the `0` of every step."""
    for key, target in keys.items():
        if target.name != AGAIN:
            shared = key == PERSON and target is settings.operator
            yield Way(target.name, key=key, quiet=Quiet.PERSON if shared else None)


def missed_ways(settings: Input) -> Iterator[Way]:
    """Where it goes without a key, or with wrong ones."""
    for target, why in (
        (settings.no_input, Quiet.NO_INPUT),
        (settings.invalid, Quiet.INVALID),
        (settings.exhausted, Quiet.EXHAUSTED),
    ):
        if target is not None and target.name != AGAIN:
            yield Way(target.name, Phrase(why.value), quiet=why)


def outcome_ways(then: Branches) -> Iterator[Way]:
    """A way for each outcome."""
    for outcome, target in then.named.items():
        if outcome != "error":
            yield Way(target.name, Phrase(outcome))
    if then.only is not None:
        yield Way(then.only.name)


def trouble_ways(trouble: Trouble) -> Iterable[Way]:
    """The way of `error`, where there is one."""
    return () if trouble.target is None else (Way(trouble.target.name, Phrase(Quiet.ERROR.value), quiet=Quiet.ERROR),)


def manner(settings: Input) -> tuple[Phrase, ...]:
    """How an input takes keys, where that is not the usual way."""
    ahead = (Phrase("no keys ahead: it confirms"),) if settings.confirm else ()
    return (*ahead, *lock_notes(settings.lock, ()))


def value_shown(term: Term) -> str:
    """A value as it is written, a variable by its name."""
    if isinstance(term.value, Constant):
        return shortened(_constant(term.value.value))
    return ".".join(term.value.parts)


def _constant(value: Value) -> str:
    """As somebody reads it: of a name in several languages the words, one after the other."""
    if isinstance(value, dict):
        return " / ".join(map(_constant, value.values()))
    if isinstance(value, list):
        return ", ".join(map(_constant, value))
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def shortened(text: str) -> str:
    """No longer than a box may be."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
