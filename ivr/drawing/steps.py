"""What each verb shows in a picture: its words, and its ways out with the keys or outcomes that lead there.

Every exit of a step is among its ways; a test holds this file to the verbs' own `exits`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import singledispatch

from ivr.flow.commands import Value
from ivr.flow.defaults import Branches, Input, Lock, Trouble
from ivr.flow.language import AGAIN, Constant, Fact, Step, Target, Term
from ivr.flow.verbs.ask import Ask
from ivr.flow.verbs.call import Call
from ivr.flow.verbs.choose import Choose
from ivr.flow.verbs.consult import Consult
from ivr.flow.verbs.dial import Dial
from ivr.flow.verbs.do import Do, Request
from ivr.flow.verbs.endings import HangUp, Return
from ivr.flow.verbs.errand import Errand, Place
from ivr.flow.verbs.keys import PERSON
from ivr.flow.verbs.language import Language
from ivr.flow.verbs.menu import Menu
from ivr.flow.verbs.notify import Notify
from ivr.flow.verbs.pace import Pace
from ivr.flow.verbs.queue import Queue
from ivr.flow.verbs.record import Record
from ivr.flow.verbs.room import Room
from ivr.flow.verbs.say import Say
from ivr.flow.verbs.set import Set
from ivr.flow.verbs.when import When
from ivr.flow.words import Words

LONGEST = 60
"""Characters of a value or a condition; the rest is in the file."""


class Quiet(enum.Enum):
    """Why a step is left when the caller does not go on; the value is what stands on the line."""

    PERSON = "0"
    NO_INPUT = "no key"
    INVALID = "wrong key"
    EXHAUSTED = "too many failures"
    ERROR = "trouble"


@dataclass(frozen=True, slots=True)
class Way:
    """One exit: by a key, by an outcome or condition (`label`), or quietly."""

    target: str
    label: str = ""
    key: str = ""
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A step as it is drawn: `words` are spoken, `notes` are small print, `flow` is a sub-flow."""

    verb: str
    ways: tuple[Way, ...]
    words: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    flow: str = ""


Said = Callable[[str], str]
"""Text id -> its words."""


def draw_step(step: Step, said: Said, titles: Mapping[str, str]) -> Drawn:
    """What a step shows; `titles` are the flows'."""
    drawn = _draw(step, said)
    if drawn.flow:
        drawn = replace(drawn, words=(titles.get(drawn.flow, drawn.flow),))
    limit = step.head.limit
    if limit is None:
        return drawn
    times = "once" if limit.at_most == 1 else f"{limit.at_most} times"
    return replace(drawn, ways=(*drawn.ways, Way(limit.beyond.name, f"after {times}")))


@singledispatch
def _draw(step: Step, said: Said) -> Drawn:
    raise TypeError(f"{type(step).__name__} has no picture")


@_draw.register
def _(step: Say, said: Said) -> Drawn:
    return Drawn("say", (Way(step.then.name),), _texts(step.words, said), _lock(step.lock, step.tells))


@_draw.register
def _(step: Menu, said: Said) -> Drawn:
    again = [key for key, target in step.keys.items() if target.name == AGAIN and key != "*"]
    notes = [f"{', '.join(again)}: once more"] if again else []
    ways = (*_keys(step.keys, step.input), *_missed(step.input))
    proofs = [f"{key}: {_PROOFS[fact]}" for fact, key in step.proving.items()]
    return Drawn("menu", ways, _texts(step.words, said), (*notes, *proofs, *_manner(step.input)))


@_draw.register
def _(step: Ask, said: Said) -> Drawn:
    digits = f"{step.minimum}" if step.minimum == step.maximum else f"{step.minimum} to {step.maximum}"
    note = f"{digits} digits into {step.variable}{', secret' if step.secret else ''}"
    ways = [Way(step.then.name), *_missed(step.input)]
    if step.minimum > 1 and step.input.operator is not None:
        ways.append(Way(step.input.operator.name, key=PERSON, quiet=Quiet.PERSON))
    return Drawn("ask", tuple(ways), _texts(step.words, said), (note, *_manner(step.input)))


@_draw.register
def _(step: Choose, said: Said) -> Drawn:
    words = (*_texts(step.words, said), *(f"{text} …" for text in _texts(step.each, said)), *_texts(step.after, said))
    ways = (*_outcomes(step.then), *_keys(step.keys, step.input), *_missed(step.input), *_trouble(step.trouble))
    return Drawn("choose", ways, words, (_request(step.request), *_manner(step.input)))


@_draw.register
def _(step: Do, said: Said) -> Drawn:
    return _errand("do", step, _request(step.request))


@_draw.register
def _(step: When, said: Said) -> Drawn:
    cases = [Way(case.then.name, _short(case.condition.source)) for case in step.cases]
    return Drawn("when", (*cases, Way(step.otherwise.name, "else"), *_trouble(step.trouble)))


@_draw.register
def _(step: Set, said: Said) -> Drawn:
    return Drawn(
        "set", (Way(step.then.name),), (), tuple(f"{name} = {_value(term)}" for name, term in step.terms.items())
    )


@_draw.register
def _(step: Call, said: Said) -> Drawn:
    return Drawn("call", tuple(_outcomes(step.then)), flow="" if step.flow is None else step.flow.text)


@_draw.register
def _(step: Language, said: Said) -> Drawn:
    ways = [Way(step.then.name)]
    if step.otherwise is not None:
        ways.append(Way(step.otherwise.name, "else"))
    return Drawn("language", tuple(ways), (), () if step.language is None else (_value(step.language),))


@_draw.register
def _(step: Pace, said: Said) -> Drawn:
    return Drawn("pace", (Way(step.then.name),), (), () if step.pace is None else (_value(step.pace),))


@_draw.register
def _(step: Record, said: Said) -> Drawn:
    note = f"at most {step.limit:g} seconds{f' into {step.variable.text}' if step.variable else ''}"
    drawn = _errand("record", step, note, *_lock(step.lock, step.tells), words=_texts(step.words, said))
    if step.operator is None:
        return drawn
    return replace(drawn, ways=(*drawn.ways, Way(step.operator.name, key=PERSON, quiet=Quiet.PERSON)))


@_draw.register
def _(step: Dial, said: Said) -> Drawn:
    return _place("dial", step, step.place, said, f"rings {step.ring:g} seconds")


@_draw.register
def _(step: Notify, said: Said) -> Drawn:
    return _errand("notify", step, step.event.text if step.event else "")


@_draw.register
def _(step: Queue, said: Said) -> Drawn:
    return _place("queue", step, step.place, said, f"at most {step.longest:g} seconds")


@_draw.register
def _(step: Consult, said: Said) -> Drawn:
    return _place("consult", step, step.place, said)


@_draw.register
def _(step: Room, said: Said) -> Drawn:
    return _place("room", step, step.place, said, *(() if step.speaks else ("listens only",)))


@_draw.register
def _(step: HangUp, said: Said) -> Drawn:
    return Drawn("hangup", (), (), _outcome(step))


@_draw.register
def _(step: Return, said: Said) -> Drawn:
    return Drawn("return", (), (), _outcome(step))


_PROOFS = {
    Fact.LOGIN: "a login",
    Fact.LISTENER: "the right person listens",
    Fact.RATE: "tells the price",
    Fact.CONSENT: "agrees to the price",
    Fact.RECORDING: "tells of the recording",
}


def _lock(lock: Lock, tells: Iterable[Fact]) -> tuple[str, ...]:
    facts = tuple(_PROOFS[fact] for fact in sorted(tells))
    return (*facts, "keys do not interrupt") if lock.locked else facts


def _errand(verb: str, step: Errand, *notes: str, words: tuple[str, ...] = ()) -> Drawn:
    return Drawn(verb, (*_outcomes(step.then), *_trouble(step.trouble)), words, tuple(filter(None, notes)))


def _place(verb: str, step: Errand, place: Place, said: Said, *notes: str) -> Drawn:
    where = "" if place.where is None else _value(place.where)
    return _errand(verb, step, where, *notes, words=_texts(place.words, said))


def _outcome(step: HangUp | Return) -> tuple[str, ...]:
    """The outcome, unless the step is called after it."""
    return (step.outcome.text,) if step.outcome and step.outcome.text != step.head.name else ()


def _texts(words: Words, said: Said) -> tuple[str, ...]:
    return tuple(said(text.text) for text in words.texts)


def _keys(keys: Mapping[str, Target], settings: Input) -> Iterator[Way]:
    for key, target in keys.items():
        if target.name != AGAIN:
            shared = key == PERSON and target is settings.operator
            yield Way(target.name, key=key, quiet=Quiet.PERSON if shared else None)


def _missed(settings: Input) -> Iterator[Way]:
    for target, why in (
        (settings.no_input, Quiet.NO_INPUT),
        (settings.invalid, Quiet.INVALID),
        (settings.exhausted, Quiet.EXHAUSTED),
    ):
        if target is not None and target.name != AGAIN:
            yield Way(target.name, why.value, quiet=why)


def _outcomes(then: Branches) -> Iterator[Way]:
    for outcome, target in then.named.items():
        if outcome != "error":
            yield Way(target.name, outcome)
    if then.only is not None:
        yield Way(then.only.name)


def _trouble(trouble: Trouble) -> Iterable[Way]:
    return () if trouble.target is None else (Way(trouble.target.name, Quiet.ERROR.value, quiet=Quiet.ERROR),)


def _manner(settings: Input) -> tuple[str, ...]:
    ahead = ("no keys ahead: it confirms",) if settings.confirm else ()
    return (*ahead, *_lock(settings.lock, ()))


def _request(request: Request) -> str:
    return "" if request.action is None else request.action.text


def _value(term: Term) -> str:
    if isinstance(term.value, Constant):
        return _short(_constant(term.value.value))
    return ".".join(term.value.parts)


def _constant(value: Value) -> str:
    """As somebody reads it: of a name in several languages the words, one after the other."""
    if isinstance(value, dict):
        return " / ".join(map(_constant, value.values()))
    if isinstance(value, list):
        return ", ".join(map(_constant, value))
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
