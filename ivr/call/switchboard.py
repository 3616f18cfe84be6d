"""Where calls meet flows: an incoming call gets the flow of its number, an outgoing one its order's.

Owns the life of a call from offer or dialling to the last trace entry. A call keeps the edition
that was on the air when it began. What is said is the conversation's; whom to call and when, and what
else is told to who answers there, is for the notices (`ivr.call.order`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from twisted.internet.defer import CancelledError, Deferred, DeferredList
from twisted.logger import Logger

from actions.action import Action, CallFacts
from background.reactor import Time, call_later
from background.spawn import spawn
from ivr.call.book import IN_BAND, Book, CallBegun, CallNotes
from ivr.call.conversation import Conversation, Finished
from ivr.call.edition import OnAir
from ivr.call.errands import TALK_ONLY
from ivr.call.errands.errand import Errands
from ivr.call.leg import Leg
from ivr.call.order import NO_LINE, AsOrdered, CallOrder, CallResult, Tellings
from ivr.call.told import Told
from ivr.call.turned_away import TurnedAwayCalls
from ivr.call.voice import TROUBLE
from ivr.call.way_out import WayOut
from ivr.flow.commands import Prompt, Value
from ivr.flow.run import Run
from ivr.numbers import Closing, Found, Refusal, Route
from ivr.record.redacted import Number
from ivr.switch.line import Cause, Line, LineGone, NoLineFree, Offer, SwitchRefused, TurnedAway

log = Logger()


class Switchboard:
    """Implements `SwitchListener`; makes the calls that notices order."""

    def __init__(
        self,
        on_air: Callable[[], OnAir],
        actions: Mapping[str, Action],
        book: Book,
        clock: Time,
        wallclock: Callable[[], datetime],
        zone: tzinfo,
        closed: Callable[[], Mapping[str, Closing]] = dict,
        errands: Errands = TALK_ONLY,
        prompt: Callable[[float], object] = lambda seconds: None,
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
        self.errands = errands
        """What calls can do; more may be added once whoever does it has a switch to dial on."""
        self._prompt = prompt
        self._turned_away = TurnedAwayCalls(book, clock)
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

    def turned_away(self, refused: TurnedAway) -> None:
        """As `SwitchListener.turned_away`."""
        self._turned_away.note(refused)

    async def _take(self, line: Line, offer: Offer) -> None:
        leg = Leg(self._clock, self._prompt).takes(line)
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
            CallBegun(
                line.call_id,
                "in",
                offer.dialled,
                offer.caller,
                flow,
                language,
                edition=air.edition.version,
                seat=line.seat,
            )
        )
        leg.down.then(notes.hung_up)
        notes.event("number", **_told(found, offer))
        outcome = "refused"
        try:
            if isinstance(answer, Refusal):
                if not found.number:
                    log.warn("no flow for the number {dialled}: see flows/numbers.yaml", dialled=offer.dialled)
                await line.reject(answer.sip_code)
            else:
                await line.answer()
                _up(line, notes)
                finished = await self._converse(air, leg, flow, language, found.variables, notes, offer.caller)
                outcome = finished.outcome
                await line.hang_up()
        except LineGone:
            outcome = "hung_up"
        except Exception:  # noqa: BLE001 - logged with its traceback; the line is let go and the row closed all the same
            log.failure("call {call} failed unexpectedly", call=line.call_id)
            outcome = "trouble"
            await line.hang_up()
        notes.finished(await leg.down.wait(), outcome)

    def _find(self, air: OnAir, offer: Offer) -> Found:
        """What answers the call, by the numbers of the edition that it begins with."""
        now = self._wallclock().astimezone(self._zone)
        return air.edition.numbers.find(offer.dialled, offer.caller, now, self._closed(), offer.forwarded)

    async def _converse(
        self,
        air: OnAir,
        leg: Leg,
        flow: str,
        language: str,
        variables: Mapping[str, Value],
        notes: CallNotes,
        peer: str,
        *,
        unasked: bool = False,
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
                errands=self.errands,
                edition=air.edition.version,
                unasked=unasked,
            )
            return await talk.run()
        except (CancelledError, LineGone):
            raise
        except Exception:  # noqa: BLE001 - logged with its traceback; the caller hears the apology
            log.failure("the conversation of call {call} failed unexpectedly", call=leg.call_id)
            notes.event("broke")
        await self._say(air, leg, notes, talk.language if talk is not None else language, TROUBLE)
        return Finished("trouble", {})

    @staticmethod
    async def _say(air: OnAir, leg: Leg, notes: CallNotes, language: str, text: str) -> None:
        """One text of ours, outside of any flow."""
        try:
            await leg.play((await air.voice.clips(language, [Prompt(text)])).clips)
            notes.event("prompt", prompts=[{"id": text}], heard=True)
        except SwitchRefused as refused:
            log.error("call {call} does not hear {text}: {refused}", call=leg.call_id, text=text, refused=refused)

    # Outgoing

    async def make(
        self,
        way: WayOut,
        order: CallOrder,
        tellings: Tellings[CallOrder] | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> CallResult:
        """Dial, tell what is to be told when somebody answers, and say what became of it. Without `tellings` that is
        what was ordered; `now`: the clock of whoever ordered, by which the result has its moments."""
        air = self._on_air()
        if order.flow not in air.edition.flows.flows:  # the notice was claimed by the rules of the edition before
            log.error("edition {n} has no flow {flow}: not dialled", n=air.edition.version, flow=order.flow)
            return CallResult(Cause.ERROR)
        leg = Leg(self._clock, self._prompt)
        try:
            line = await way.dial(order.target, ring=order.ring, listener=leg)
        except NoLineFree:
            return NO_LINE
        except SwitchRefused as wrong:
            log.error("cannot dial {dialled}: {wrong}", dialled=Number(order.target), wrong=wrong)
            return CallResult(Cause.UNREACHABLE)
        leg.takes(line)
        notes = self._book.begin(
            CallBegun(
                line.call_id,
                "out",
                order.target,
                way.caller_id,
                order.flow,
                order.language,
                order.notice,
                air.edition.version,
                line.seat,
            )
        )
        leg.rang.then(lambda _: notes.rang())
        leg.down.then(notes.hung_up)
        log.info("call {call} dials {dialled}", call=line.call_id, dialled=Number(order.target))
        order.stopped.then(lambda _: _call_off(line, leg))
        told = Told(leg, now or self._wallclock)
        try:
            if await leg.picked_up():
                _up(line, notes)
                await self._tell_all(leg, order, tellings or AsOrdered(order), notes, told)
                await line.hang_up()
        except LineGone:
            told.finished = Finished("hung_up", {})
        except Exception:
            spawn(_let_go(line, leg, notes), f"hanging up call {line.call_id}")
            raise
        end = await leg.down.wait()
        notes.finished(end, told.finished.outcome)
        return told.result(end.cause)

    async def _tell_all(
        self, leg: Leg, order: CallOrder, tellings: Tellings[CallOrder], notes: CallNotes, told: Told
    ) -> None:
        """One flow after the other, as long as there is one and somebody listens."""
        telling = await tellings.first()
        while telling is not None:
            air = self._on_air()  # that of the rules by which it was chosen
            if telling.notice_id != order.notice_id:
                notes.event("notice", notice=telling.notice, flow=telling.flow, edition=air.edition.version)
            told.finished = await self._tell(air, leg, telling, notes, order.target)
            if leg.down.here:
                break
            telling = await tellings.then(told.result(Cause.NORMAL))

    async def _tell(self, air: OnAir, leg: Leg, telling: CallOrder, notes: CallNotes, peer: str) -> Finished:
        """One flow, until it is over or it must not be told any more."""
        leg.forget_keys()  # what was pressed before answered something else
        if telling.before:
            await self._say(air, leg, notes, telling.language, telling.before)
        if not telling.stopped.here:
            talking = Deferred.fromCoroutine(
                self._converse(air, leg, telling.flow, telling.language, telling.variables, notes, peer, unasked=True)
            )
            telling.stopped.then(lambda _: talking.cancel())
            try:
                return await talking
            except CancelledError:
                if not telling.stopped.here or leg.down.here:
                    raise
        notes.event("stopped", notice=telling.notice)
        if telling.stopped.value:
            await self._say(air, leg, notes, telling.language, telling.stopped.value)
        return Finished("stopped", {})


def _told(found: Found, offer: Offer) -> dict[str, str]:
    """For the trace: which entry and line of the file decided, and over which numbers the call came."""
    told = {"number": found.number, "place": found.place, "why": found.why, "forwarded_from": found.forwarded_from}
    told["diverted_from"] = offer.diverted_from
    return {name: value for name, value in told.items() if value}


def _call_off(line: Line, leg: Leg) -> None:
    """Hang up while it rings; who has answered is told why."""
    if not leg.up.here:
        spawn(line.hang_up(), f"calling off call {line.call_id}")


def _up(line: Line, notes: CallNotes) -> None:
    """Audio flows; for whoever looks why keys did nothing, how the peer sends them if it is not the usual way."""
    notes.answered()
    if line.in_band:
        notes.event(IN_BAND)
        log.info("call {call} has no key events (RFC 4733): its keys are picked out of the sound", call=line.call_id)


async def _let_go(line: Line, leg: Leg, notes: CallNotes) -> None:
    """End a call that nobody talks on any more, and close its row."""
    await line.hang_up()
    notes.finished(await leg.down.wait(), "cut_off")
