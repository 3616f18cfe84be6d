"""Where calls meet flows: an incoming call gets the flow of its number, an outgoing one its order's.

Owns the life of a call from offer or dialling to the last trace entry. A call keeps the edition
that was on the air when it began. What is said is the conversation's; whom to call and when is for
the notices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from twisted.internet.defer import CancelledError, Deferred, DeferredList
from twisted.logger import Logger

from hospital.action import Action, CallFacts
from ivr import trace
from ivr.conversation import Conversation, Finished
from ivr.edition import OnAir
from ivr.facilities import TALK_ONLY, Facilities
from ivr.flow.commands import Prompt, Value
from ivr.flow.run import Run
from ivr.leg import Leg
from ivr.numbers import Closing, Found, Refusal, Route
from ivr.redacted import Number
from ivr.spawn import spawn
from ivr.switch.line import Cause, Ended, Line, LineGone, NoLineFree, Offer, Switch, SwitchRefused
from ivr.switch.reactor import Time, call_later
from ivr.trace import CallBook, Trace
from ivr.voice import TROUBLE

log = Logger()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call to be made: `target` is a SIP URI, `timeout` the seconds that it may ring."""

    target: str
    dialled: str
    caller_id: str
    timeout: float
    flow: str
    language: str
    variables: Mapping[str, Value] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of an outgoing call. `outcome` is the flow's own word, empty when nobody answered."""

    call_id: str
    end: Ended
    dialled: bool = True
    """False when no line was free."""
    rang_at: float | None = None
    """Seconds of the clock; None when it never rang."""
    up_at: float | None = None
    """Seconds of the clock; None when nobody answered."""
    outcome: str = ""
    variables: Mapping[str, Value] = field(default_factory=dict)
    heard: bool = False


class Switchboard:
    """Implements `SwitchListener`; makes the calls that notices order."""

    def __init__(
        self,
        on_air: Callable[[], OnAir],
        actions: Mapping[str, Action],
        book: CallBook,
        clock: Time,
        wallclock: Callable[[], datetime],
        zone: tzinfo,
        closed: Callable[[], Mapping[str, Closing]] = dict,
        facilities: Facilities = TALK_ONLY,
    ) -> None:
        """`on_air` and `closed` (the numbers that somebody closed) are asked once at the beginning of each call;
        hours of numbers are those of `zone`."""
        self._on_air = on_air
        self._actions = actions
        self._book = book
        self._clock = clock
        self._wallclock = wallclock
        self._zone = zone
        self._closed = closed
        self._facilities = facilities
        self._going: set[Deferred[None]] = set()
        """Incoming calls, until all is done that they began."""

    async def settle(self, limit: float) -> None:
        """Wait until calls whose lines are gone have done what they still do, such as putting a message away and
        telling of it; at most `limit` seconds."""
        settled: Deferred[None] = Deferred()
        late = call_later(self._clock, limit, lambda: settled.callback(None))
        DeferredList(list(self._going)).addCallback(lambda _: None if settled.called else settled.callback(None))
        await settled
        if late.active():
            late.cancel()

    # Incoming

    def incoming(self, line: Line, offer: Offer) -> None:
        """As `SwitchListener.incoming`."""
        going = spawn(self._take(line, offer), f"call {line.call_id}")
        self._going.add(going)
        going.addBoth(lambda _: self._going.discard(going))

    async def _take(self, line: Line, offer: Offer) -> None:
        leg = Leg(self._clock).holds(line)
        line.listen(leg)
        air = self._on_air()
        found = self._find(air, offer)
        answer = found.answer
        flow, language = (answer.flow, answer.language) if isinstance(answer, Route) else ("", "")
        log.info(
            "call {call} to {dialled} from {caller}: {why}",
            call=line.call_id,
            dialled=offer.dialled,
            caller=Number(offer.caller),
            why=found.why,
        )
        notes = self._book.begin(
            trace.CallFacts(
                line.call_id, "in", offer.dialled, offer.caller, flow, language, edition=air.edition.version
            )
        )
        notes.event("number", **_told(found, offer))
        outcome = "refused"
        try:
            if isinstance(answer, Refusal):
                if not found.number:
                    log.warn("no flow for the number {dialled}: see flows/numbers.yaml", dialled=offer.dialled)
                await line.reject(answer.sip_code)
            else:
                await line.answer()
                notes.answered()
                finished = await self._converse(air, leg, flow, language, found.variables, notes, offer.caller)
                outcome = finished.outcome
                await line.hang_up()
        except LineGone:
            outcome = "hung_up"
        except Exception:  # noqa: BLE001 - logged with its traceback; the line is let go and the row closed all the same
            log.failure("call {call} broke", call=line.call_id)
            outcome = "trouble"
            await line.hang_up()
        notes.finished(await leg.down.wait(), outcome)

    def _find(self, air: OnAir, offer: Offer) -> Found:
        """What answers the call, by the numbers of the edition that it begins with."""
        now = self._wallclock().astimezone(self._zone)
        return air.edition.numbers.find(offer.dialled, offer.caller, now, self._closed(), offer.forwarded)

    async def _converse(
        self, air: OnAir, leg: Leg, flow: str, language: str, variables: Mapping[str, Value], notes: Trace, peer: str
    ) -> Finished:
        """Hold the conversation; a fault of ours costs the caller an apology, never silence."""
        call = CallFacts(leg.call_id, peer, language, self._wallclock())
        talk: Conversation | None = None
        try:
            run = Run(air.edition.flows, flow, language, variables)
            talk = Conversation(
                leg,
                run,
                self._actions,
                air.voice,
                notes,
                call,
                facilities=self._facilities,
                edition=air.edition.version,
            )
            return await talk.hold()
        except (CancelledError, LineGone):
            raise
        except Exception:  # noqa: BLE001 - logged with its traceback; the caller hears the apology
            log.failure("the conversation of call {call} broke", call=leg.call_id)
            notes.event("broke")
        try:
            spoken = talk.language if talk is not None else language
            await leg.play((await air.voice.clips(spoken, [Prompt(TROUBLE)])).clips)
        except SwitchRefused as refused:
            log.error("no apology for call {call}: {refused}", call=leg.call_id, refused=refused)
        return Finished("trouble", {})

    # Outgoing

    async def make(self, switch: Switch, order: Outgoing) -> Made:
        """Dial, hold the conversation when somebody answers, and tell what became of it."""
        air = self._on_air()
        if order.flow not in air.edition.flows.flows:  # the notice was claimed by the rules of the edition before
            log.error("edition {n} has no flow {flow}: not dialled", n=air.edition.version, flow=order.flow)
            return Made("", Ended(Cause.ERROR))
        leg = Leg(self._clock)
        try:
            line = await switch.dial(
                order.target,
                caller_id=order.caller_id,
                timeout=order.timeout,
                headers=order.headers,
                listener=leg,
            )
        except NoLineFree:
            return Made("", Ended(Cause.CONGESTION), dialled=False)
        except SwitchRefused as wrong:
            log.error("cannot dial {dialled}: {wrong}", dialled=Number(order.dialled), wrong=wrong)
            return Made("", Ended(Cause.UNREACHABLE))
        leg.holds(line)
        notes = self._book.begin(
            trace.CallFacts(
                line.call_id,
                "out",
                order.dialled,
                order.caller_id,
                order.flow,
                order.language,
                order.notice,
                air.edition.version,
            )
        )
        leg.rang.then(lambda _: notes.event("rang"))
        log.info("call {call} dials {dialled}", call=line.call_id, dialled=Number(order.dialled))
        finished = Finished("", {})
        try:
            if await leg.picked_up():
                notes.answered()
                finished = await self._converse(
                    air, leg, order.flow, order.language, order.variables, notes, order.dialled
                )
                await line.hang_up()
        except LineGone:
            finished = Finished("hung_up", {})
        except Exception:
            spawn(_let_go(line, leg, notes), f"hanging up call {line.call_id}")
            raise
        end = await leg.down.wait()
        notes.finished(end, finished.outcome)
        return Made(
            line.call_id,
            end,
            rang_at=leg.rang.value,
            up_at=leg.up.value,
            outcome=finished.outcome,
            variables=finished.variables,
            heard=finished.heard,
        )


def _told(found: Found, offer: Offer) -> dict[str, str]:
    """For the trace: which entry and line of the file decided, and over which numbers the call came."""
    told = {"number": found.number, "place": found.place, "why": found.why, "forwarded_from": found.forwarded_from}
    told["diverted_from"] = offer.diverted_from
    return {name: value for name, value in told.items() if value}


async def _let_go(line: Line, leg: Leg, notes: Trace) -> None:
    """End a call that nobody talks on any more, and close its row."""
    await line.hang_up()
    notes.finished(await leg.down.wait(), "cut_off")
