"""Which steps were entered and by which ways they were left: what the tests of a flow tried, and what they did not.

A way out of a step is each key that is written, each outcome, `no_input`, `invalid`, `exhausted`, `error`, `limit`
(`at_most` used up), each condition (`if 1`, `else`) and the plain `then`. What the language does by itself (`*` says
it again, `0` reaches the person, `9` more of a list) is the language's to test, and so is a condition without an
answer where the step names no `error`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeAlias

from ivr.flow.commands import Answer, Outcome
from ivr.flow.condition import Unclear
from ivr.flow.defaults import Branches, Input, Miss, Trouble
from ivr.flow.language import AGAIN, Exit, FlowSet, Go, Limit, Move, Scene, Step, Target, World
from ivr.flow.verbs.choose import Choose
from ivr.flow.verbs.when import When

Note: TypeAlias = Callable[[str], None]
"""Takes the way by which a step is left."""


@dataclass(frozen=True, slots=True)
class FlowCoverage:
    """One flow: how much there is, and what was not tried."""

    flow: str
    steps: int
    ways: int
    steps_left: tuple[str, ...]
    ways_left: tuple[str, ...]
    """As `kind: invalid`."""

    @property
    def full(self) -> bool:
        """Whether everything was tried."""
        return not self.steps_left and not self.ways_left


@dataclass
class Coverage:
    """Gathers over many calls. `watched` is what they run on."""

    flows: FlowSet
    entered: set[tuple[str, str]] = field(default_factory=set)
    left: set[tuple[str, str, str]] = field(default_factory=set)

    @property
    def watched(self) -> FlowSet:
        """The same flows; runs over them are noted here."""
        flows = {
            name: replace(flow, steps={step: self._watched(name, one) for step, one in flow.steps.items()})
            for name, flow in self.flows.flows.items()
        }
        return replace(self.flows, flows=flows)

    def of(self, name: str) -> FlowCoverage:
        """How far a flow was tried."""
        steps = self.flows.flows[name].steps
        every = [(step, way) for step, one in steps.items() for way in ways(one)]
        return FlowCoverage(
            name,
            len(steps),
            len(every),
            tuple(step for step in steps if (name, step) not in self.entered),
            tuple(f"{step}: {way}" for step, way in every if (name, step, way) not in self.left),
        )

    def _watched(self, flow: str, step: Step) -> Step:
        name = step.head.name
        return _Watched(step, lambda: self.entered.add((flow, name)), lambda way: self.left.add((flow, name, way)))


def ways(step: Step) -> Iterator[str]:
    """The ways out of a step that a test can try."""
    if step.head.limit is not None:
        yield "limit"
    for name, part in _parts(step):
        match part:
            case Input():
                yield from ("no_input", "invalid")
                if AGAIN in {target.name for target in (part.no_input, part.invalid) if target is not None}:
                    yield "exhausted"
            case Branches():
                yield from (outcome for outcome in part.named if outcome != "error")
                if part.only is not None:
                    yield "then"
            case Trouble() if not (part.apology and isinstance(step, When)):
                yield "error"
            case Target():
                yield _plain(name)
            case Mapping() if name == "keys":
                person = getattr(getattr(step, "input", None), "operator", None)
                yield from (k for k, to in part.items() if to is not person and to.mark != step.head.mark)
            case tuple() if name == "cases":
                yield from (f"if {number}" for number in range(1, len(part) + 1))


def _parts(step: Step) -> Iterator[tuple[str, Any]]:
    if is_dataclass(step):
        for one in fields(step):
            yield one.name, getattr(step, one.name)


def _plain(name: str) -> str:
    return "else" if name == "otherwise" else name


class _Watched(Step):
    """A step that notes when it is entered and how it is left; else it is the step itself."""

    def __init__(self, step: Step, entered: Callable[[], None], note: Note) -> None:
        self._entered = entered
        self._note = note
        self._step = _with_watched_parts(step, note)
        self.head = self._step.head

    def __getattr__(self, name: str) -> Any:
        return getattr(self._step, name)

    def exits(self, world: World) -> Iterator[Exit]:
        yield from self._step.exits(world)

    def enter(self, scene: Scene) -> Move:
        self._entered()
        if isinstance(self._step, When):
            _note_case(self._step, scene, self._note)
        return self._left(self._step.enter(scene))

    def answered(self, scene: Scene, answer: Answer) -> Move:
        move = self._left(self._step.answered(scene, answer))
        if isinstance(self._step, Choose) and isinstance(move, Go) and not isinstance(answer, Outcome):
            chosen = self._step.then.named.get("chosen")
            if chosen is not None and self._step.variable and self._step.variable.text in scene.variables:
                self._chosen(chosen, move)
        return move

    def _chosen(self, chosen: Target, move: Go) -> None:
        if move.target == chosen.name:
            self._note("chosen")

    def _left(self, move: Move) -> Move:
        if isinstance(move, Go) and not isinstance(self._step, When):
            for name, part in _parts(self._step):
                if isinstance(part, Target) and part.name == move.target:
                    self._note(_plain(name))
        return move


def _note_case(step: When, scene: Scene, note: Note) -> None:
    """Which condition holds: they change nothing, so they may be asked twice."""
    for number, case in enumerate(step.cases, 1):
        try:
            if case.condition.holds(scene.variables):
                note(f"if {number}")
                return
        except Unclear:
            return
    note("else")


def _with_watched_parts(step: Step, note: Note) -> Step:
    """The step with those of its parts replaced that say where it goes."""
    parts: dict[str, Any] = {}
    for name, part in _parts(step):
        match part:
            case Input():
                parts[name] = _Input.of(part, note)
            case Branches():
                parts[name] = _Branches.of(part, note)
            case Trouble():
                parts[name] = _Trouble.of(part, note)
            case Mapping() if name == "keys":
                parts[name] = _Keys(part, note)
    if step.head.limit is not None:
        parts["head"] = replace(step.head, limit=_Limit(step.head.limit, note))
    return replace(step, **parts) if parts else step  # type: ignore[type-var]


class _Keys(dict[str, Target]):
    """Keys of a menu that note which one was pressed."""

    def __init__(self, keys: Mapping[str, Target], note: Note) -> None:
        super().__init__(keys)
        self._note = note

    def get(self, key: str, default: Any = None) -> Any:
        if key in self:
            self._note(key)
        return super().get(key, default)


class _Input(Input):
    """An input that notes how it failed."""

    @classmethod
    def of(cls, part: Input, note: Note) -> _Input:
        made = cls(**{one.name: getattr(part, one.name) for one in fields(part)})
        object.__setattr__(made, "_note", note)
        return made

    def missed(self, tries: int, why: Miss) -> Target | None:
        gone = Input.missed(self, tries, why)
        target = self.no_input if why == "no_input" else self.invalid
        note: Note = self._note  # type: ignore[attr-defined]
        note(why)
        if gone is not None and target is not None and target.name == AGAIN:
            note("exhausted")
        return gone


class _Branches(Branches):
    """Outcomes that note which one came."""

    @classmethod
    def of(cls, part: Branches, note: Note) -> _Branches:
        made = cls(**{one.name: getattr(part, one.name) for one in fields(part)})
        object.__setattr__(made, "_note", note)
        return made

    def target(self, outcome: str, outcomes: Any) -> Target | None:
        found = Branches.target(self, outcome, outcomes)
        if found is not None:
            self._note("then" if self.only is not None else outcome)  # type: ignore[attr-defined]
        return found


class _Trouble(Trouble):
    """An `error` exit that notes when it is taken."""

    @classmethod
    def of(cls, part: Trouble, note: Note) -> _Trouble:
        made = cls(part.target, part.apology)
        object.__setattr__(made, "_note", note)
        return made

    def take(self, scene: Scene, answer: Answer | None = None) -> Move:
        self._note("error")  # type: ignore[attr-defined]
        return Trouble.take(self, scene, answer)


class _Limit(Limit):
    """A limit that notes when it is used up."""

    def __init__(self, limit: Limit, note: Note) -> None:
        object.__setattr__(self, "at_most", limit.at_most)
        object.__setattr__(self, "_limit", limit)
        object.__setattr__(self, "_note", note)

    @property
    def beyond(self) -> Target:
        """Asked for only when the step may not be entered again."""
        self._note("limit")  # type: ignore[attr-defined]
        return self._limit.beyond  # type: ignore[attr-defined,no-any-return]
