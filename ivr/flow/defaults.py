"""What a flow sets once for all its steps, and the exits that all steps of a kind share:
trouble with the hospital's systems, and keys that were not pressed or not understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from actions.action import Declared
from forms.report import Mark, Report, did_you_mean
from forms.tree import Scalar, Table
from ivr.flow.commands import Answer, Outcome
from ivr.flow.form import FlowForm
from ivr.flow.language import AGAIN, NOWHERE, Exit, Finish, Go, Move, Scene, Target
from ivr.flow.words import SYSTEM

Miss = Literal["no_input", "invalid"]


@dataclass(frozen=True, slots=True)
class Lock:
    """Whether keys leave a text alone: `locked: true` drops those that are pressed meanwhile, `locked: keep` keeps
    them for the next input. Truthy when they do."""

    locked: bool = False
    keep_keys: bool = False

    def __bool__(self) -> bool:
        return self.locked

    @classmethod
    def read(cls, form: FlowForm) -> Lock:
        """From `locked`: true, false, drop (as true) or keep."""
        node = form.node("locked")
        if node is None:
            return cls()
        written = node.text if isinstance(node, Scalar) else ""
        if written not in _LOCKS:
            form.report.add(node.mark, "E108", '"locked" must be true (keys are dropped), keep (they count) or false')
        return _LOCKS.get(written, cls())


_LOCKS = {"true": Lock(True), "drop": Lock(True), "keep": Lock(True, True), "false": Lock()}


@dataclass(frozen=True, slots=True)
class Input:
    """How a step waits for keys. Seconds for the first key, between keys, and for all of them (0: no limit).

    `no_input` (nothing pressed), `invalid` (the wrong thing) and `exhausted` (`attempts` times
    the one or the other) are three different exits; the first two may be `again`.
    """

    attempts: int = 3
    first_key: float = 7.0
    inter_key: float = 4.0
    total: float = 0.0
    no_input: Target | None = None
    invalid: Target | None = None
    exhausted: Target | None = None
    operator: Target | None = None
    lock: Lock = Lock()
    confirm: bool = False
    """Confirms money or a booking: keys typed ahead don't count, nor those during its text when that is locked."""

    @property
    def keep_keys(self) -> bool:
        """Whether keys that are pressed during the locked text count."""
        return self.lock.keep_keys and not self.confirm

    def read(self, form: FlowForm) -> Input:
        """These settings with those of the form over them."""
        settings = replace(
            self,
            attempts=form.whole("attempts", self.attempts, 1, 9),
            first_key=form.number("first_key", self.first_key, 1, 60, whole=False),
            inter_key=form.number("inter_key", self.inter_key, 0.5, 30, whole=False),
            total=form.number("total", self.total, 1, 300, whole=False),
            no_input=form.target("no_input", required=False) or self.no_input,
            invalid=form.target("invalid", required=False) or self.invalid,
            exhausted=form.target("exhausted", required=False) or self.exhausted,
        )
        for key in ("first_key", "inter_key"):
            if 0 < settings.total < getattr(settings, key) and (key in form or "total" in form):
                sentence = f'"{key}" is {getattr(settings, key):g} s and "total" only {settings.total:g} s'
                at = form.mark(key if key in form else "total")
                form.report.add(at, "E222", f"{sentence}: make one fit the other")
        return settings

    def of_step(self, form: FlowForm) -> Input:
        """The settings of one step, complete; what neither it nor the defaults say is reported."""
        settings = self.read(form)
        for key in ("no_input", "invalid", "exhausted"):
            if getattr(settings, key) is None:
                form.missing(key, ", here or under defaults: where to go then")
                form.hazy = True
        if settings.exhausted is not None and settings.exhausted.name == AGAIN:
            form.report.add(settings.exhausted.mark, "E210", '"exhausted" cannot be "again": it would never end')
            settings = replace(settings, exhausted=NOWHERE)
        if not {AGAIN} & {target.name for target in (settings.no_input, settings.invalid) if target is not None}:
            for key in ("exhausted", "attempts"):
                if key in form and settings.no_input and settings.invalid:
                    sentence = f'"{key}" does nothing: neither "no_input" nor "invalid" is "again"'
                    form.report.add(form.mark(key), "W203", sentence)
        return replace(settings, lock=Lock.read(form), confirm=form.flag("confirm"))

    def missed(self, tries: int, why: Miss) -> Target | None:
        """Where to go after the `tries`th failure in a row, or None to ask again."""
        target = self.no_input if why == "no_input" else self.invalid
        if target is not None and target.name != AGAIN:
            return target
        return self.exhausted if tries >= self.attempts else None

    def exits(self) -> Iterable[Exit]:
        """The ways out when no answer comes."""
        for target in (self.no_input, self.invalid, self.exhausted):
            if target is not None and target.name != AGAIN:
                yield Exit(target, by_caller=True)


@dataclass(frozen=True, slots=True)
class Defaults:
    """The `defaults` of a flow."""

    input: Input = Input()
    error: Target | None = None
    """Where `error` leads from a step that doesn't say so itself; the apology is said before."""

    @classmethod
    def read(cls, form: FlowForm | None, steps: Iterable[str], steps_mark: Mark) -> Defaults:
        """Defaults of a flow; a step called `operator` is the person that `0` reaches, unless told otherwise."""
        operator = Target("operator", steps_mark) if "operator" in steps else None
        if form is None:
            return cls(Input(operator=operator), operator)
        operator = form.target("operator", required=False) or operator
        settings = replace(Input().read(form), operator=operator)
        error = form.target("error", required=False) or operator
        return cls(settings, error)


@dataclass(frozen=True, slots=True)
class Trouble:
    """The `error` exit of a step. Where the step itself names no target, the caller hears an apology first."""

    target: Target | None
    apology: bool

    @classmethod
    def of_step(cls, then: Mapping[str, Target], defaults: Defaults) -> Trouble:
        """From the step's `then`, else from the defaults, else the end of the call."""
        if "error" in then:
            return cls(then["error"], apology=False)
        return cls(defaults.error, apology=True)

    def take(self, scene: Scene, answer: Answer | None = None) -> Move:
        """Leave by this exit, because of `answer` if one came. Of a system that is away the caller hears that it is,
        and what to do."""
        if self.apology:
            away = isinstance(answer, Outcome) and answer.away
            scene.say(scene.prompt(SYSTEM["away" if away else "trouble"], {}))
        return Finish("trouble") if self.target is None else Go(self.target.name)

    def exits(self) -> Iterable[Exit]:
        """The way out, if it is one."""
        if self.target is not None:
            yield Exit(self.target)


@dataclass(frozen=True, slots=True)
class Branches:
    """The `then` of a step with outcomes: a map, or one step where only one outcome is possible."""

    named: Mapping[str, Target]
    only: Target | None
    mark: Mark
    marks: Mapping[str, Mark]
    """Where each outcome stands."""

    @classmethod
    def read(cls, form: FlowForm) -> Branches:
        """Read `then`."""
        mark, node = form.mark("then"), form.node("then")
        if node is None:
            return cls({}, None, mark, {})
        if isinstance(node, Scalar):
            return cls({}, form.target("then"), mark, {})
        keys = node.keys if isinstance(node, Table) else {}
        return cls(form.targets("then"), None, mark, {key: word.mark for key, word in keys.items()})

    def target(self, outcome: str, outcomes: Iterable[str]) -> Target | None:
        """Where an outcome leads; None when it is not one of `outcomes`."""
        return (self.only or self.named.get(outcome)) if outcome in outcomes else None

    def check(self, report: Report, what: str, outcomes: Iterable[str], *, error: bool) -> None:
        """Report outcomes without an exit and exits that are never taken. `error`: it may be among the exits."""
        possible = list(outcomes)
        if self.only is not None:
            if len(possible) != 1:
                listed = ", ".join(possible) or "none"
                report.add(self.mark, "E208", f"{what} has more than one outcome ({listed}): name an exit for each")
            return
        lacking = [outcome for outcome in possible if outcome not in self.named]
        for outcome in self.named:
            if outcome not in possible and not (error and outcome == "error"):
                hint = did_you_mean(outcome, lacking) or did_you_mean(outcome, possible)
                report.add(self.marks[outcome], "E209", f'{what} has no outcome "{outcome}"{hint}')
                lacking = [one for one in lacking if f'"{one}"' not in hint]  # a slip is reported once
        for outcome in lacking:
            report.add(self.mark, "E208", f'no exit for "{outcome}" of {what}')


def check_error(report: Report, trouble: Trouble, mark: Mark, what: str) -> None:
    """Report an action whose failure leads nowhere."""
    if trouble.target is None:
        report.add(mark, "E208", f'no exit for "error" of {what}, neither here nor under defaults')


def known_outcomes(spec: Declared) -> Mapping[str, frozenset[str]]:
    """The declared outcomes but `error`, which has an exit of its own."""
    return {name: sets for name, sets in spec.outcomes.items() if name != "error"}
