"""The page of a call in progress: passes on what is noted there, and knows from it where the call is.

Nothing that goes wrong here may reach the call: whatever is noted has been passed on before, and a mistake of ours is
logged and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from twisted.logger import Logger

from ivr.call.book import CallBegun, CallNotes
from ivr.call.edition import Edition
from ivr.in_progress.call_now import CallNow
from ivr.in_progress.stage import Stage, stage_at, stage_with, verb_of
from ivr.in_progress.step_words import StepWords
from ivr.record.legs import FIRST, PLACES, Kind, Legs
from ivr.switch.line import Ended

P = ParamSpec("P")

log = Logger()


def _harmless(
    sees: Callable[Concatenate[Page, P], None],
) -> Callable[Concatenate[Page, P], None]:
    @wraps(sees)
    def seen(self: Page, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            sees(self, *args, **kwargs)
        except Exception:  # noqa: BLE001 - a call goes on whatever those who watch it may miss
            log.failure("what goes on in call {call} cannot be shown", call=self.call_id)

    return seen


class Page:
    """Implements `CallNotes` for one call, and `ivr.record.legs.Sheet` beside the one that is kept.

    `changed` is told of each change with this page, `over` of the end, `trunk` of what is written of a leg that the
    trunk carries for us.
    """

    __slots__ = (
        "_answered_at",
        "_began_at",
        "_changed",
        "_edition",
        "_editions",
        "_events",
        "_facts",
        "_flow",
        "_kept",
        "_language",
        "_notice",
        "_now",
        "_over",
        "_parties",
        "_since",
        "_stage",
        "_step",
        "_together",
        "_trunk",
        "call_id",
    )

    def __init__(
        self,
        kept: CallNotes,
        facts: CallBegun,
        editions: Callable[[], Edition],
        now: Callable[[], datetime],
        changed: Callable[[Page], None],
        over: Callable[[Page], None],
        trunk: Callable[[dict[str, Any]], None],
    ) -> None:
        self._kept = kept
        self._facts = facts
        self._editions = editions
        self._now = now
        self._changed = changed
        self._over = over
        self._trunk = trunk
        self.call_id = facts.call_id
        self._edition = editions()
        self._flow, self._step = facts.flow, ""
        self._language, self._notice = facts.language, facts.notice
        self._stage = Stage.ARRIVING if facts.direction == "in" else Stage.DIALLING
        self._began_at = self._since = now()
        self._answered_at: datetime | None = None
        self._events = 0
        self._parties: dict[int, tuple[str, str]] = {}
        """Leg -> its role and its number or name."""
        self._together: dict[int, tuple[Kind, int, datetime]] = {}
        """Segments of the first leg that go on: what they do, the other leg, since when."""
        kept.legs.also(self)

    # What is noted (CallNotes)

    @property
    def legs(self) -> Legs:
        """As `Notes.legs`."""
        return self._kept.legs

    def event(self, kind: str, **detail: Any) -> None:
        """As `Notes.event`."""
        self._kept.event(kind, **detail)
        self._saw_event(kind, detail)

    def rang(self) -> None:
        """As `CallNotes.rang`."""
        self._kept.rang()
        self._saw(Stage.RINGING)

    def answered(self) -> None:
        """As `CallNotes.answered`."""
        self._kept.answered()
        self._saw_answer()

    def hung_up(self, end: Ended) -> None:
        """As `CallNotes.hung_up`."""
        self._kept.hung_up(end)
        self._saw(Stage.ENDING, happened=0)

    def finished(self, end: Ended, outcome: str) -> None:
        """As `CallNotes.finished`."""
        self._kept.finished(end, outcome)
        self._saw_end()

    # What its legs do (Sheet)

    def leg(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        """As `Sheet.leg`."""
        self._saw_leg(number, values, new)

    def segment(self, number: int, values: dict[str, Any], *, new: bool = False) -> None:
        """As `Sheet.segment`."""
        self._saw_segment(number, values, new)

    # What follows for those who watch

    @_harmless
    def _saw(self, stage: Stage, happened: int = 1) -> None:
        self._stage, self._since = stage, self._now()
        self._events += happened
        self._changed(self)

    @_harmless
    def _saw_answer(self) -> None:
        self._answered_at = self._now()
        self._saw(Stage.INTRO)

    @_harmless
    def _saw_event(self, kind: str, detail: dict[str, Any]) -> None:
        self._events += 1
        if kind == "step":
            self._flow, self._step = detail["flow"], detail["step"]
            flow = self._edition.flows.flows.get(self._flow)
            verb = verb_of(flow.steps.get(self._step)) if flow is not None else ""
            self._stage, self._since = stage_at(verb, self._stage), self._now()
        elif kind == "speak":
            self._language = detail["language"]
        elif kind == "notice":  # another one is told in the same call, by the edition of this moment
            self._notice, self._edition = detail["notice"], self._editions()
        self._changed(self)

    @_harmless
    def _saw_leg(self, number: int, values: dict[str, Any], new: bool) -> None:
        if new:
            self._parties[number] = values["role"], values["party"]
        elif self._is_ours(number):
            self._trunk(values)

    def _is_ours(self, leg: int) -> bool:
        """Whether we called it."""
        if leg == FIRST:
            return self._facts.direction == "out"
        return self._parties.get(leg, ("",))[0] not in PLACES

    @_harmless
    def _saw_segment(self, number: int, values: dict[str, Any], new: bool) -> None:
        if not new:
            self._together.pop(number, None)
        elif FIRST in (values["leg"], values["other"]):
            kind, first = Kind(values["kind"]), values["leg"] == FIRST
            if first or kind is not Kind.HOLD:  # whoever holds another one is not held
                other = values["other"] if first else values["leg"]
                self._together[number] = kind, other, values["began_at"]
        self._changed(self)

    @_harmless
    def _saw_end(self) -> None:
        self._over(self)

    def shown(self, words: StepWords) -> CallNow:
        """The call as it stands."""
        stage, since, company, party = self._stage, self._since, "", ""
        if self._together and stage is not Stage.ENDING:
            kind, other, since = self._together[max(self._together)]
            company, party = self._parties.get(other, ("", ""))
            stage = stage_with(kind, company)
        facts, step = self._facts, words.of(self._edition, self._flow, self._step, self._language)
        return CallNow(
            call_id=self.call_id,
            direction=facts.direction,
            dialled=facts.dialled,
            caller=facts.caller,
            stage=stage,
            since=since,
            began_at=self._began_at,
            answered_at=self._answered_at,
            flow=self._flow,
            title=step.title,
            step=self._step,
            verb=step.verb,
            words=step.words,
            language=self._language,
            company=company,
            party=party,
            notice=self._notice,
            edition=self._edition.version,
            worker=facts.seat.worker,
            events=self._events,
        )
