"""The service: makes every part, hands each its collaborators, starts and stops them in order.

The only place that knows all parts. What they do is their own.
"""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.error import CannotListenError
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from accounts import visits, wrong_entries
from accounts.api_answers import forget as forget_answers
from background.spawn import spawn
from background.steady_clock import SteadyClock
from background.threads import SlowWork
from db.database import Database
from db.errors import DatabaseAway, DatabaseBusy, DatabaseError
from db.in_time import in_time
from db.migrate import current, head
from editions.edition import read_edition
from editions.first import begin, log_start
from editions.live import Live, LiveEdition
from editions.status import disk_against
from editions.store import StoredEdition
from editions.watch import EditionWatch
from hospital.actions import hospital_actions
from hospital.cards.pin_check import PinCheck
from hospital.cards.pins import PepperedPins
from hospital.clinic.calendar import HospitalCalendar
from hospital.imports import KINDS
from hospital.staging import Staging
from ivr.call.edition import OnAir
from ivr.call.errands import errands
from ivr.call.errands.dial import PutCallerThrough
from ivr.call.errands.notify import TellNotices
from ivr.call.errands.record import TakeMessage
from ivr.call.originate import Originator
from ivr.call.rendering import Rendering
from ivr.call.switchboard import Switchboard
from ivr.call.tones import Tones
from ivr.call.voice import StudioVoice
from ivr.in_progress.board import CallsInProgress
from ivr.in_progress.line_now import line_now
from ivr.numbers import Numbers
from ivr.numbers.closings import Closings
from ivr.numbers.line_actions import LineActions
from ivr.record.older_calls import tell_older
from ivr.record.trace import CallBook
from ivr.recordings.rows import RecordingRecord
from ivr.recordings.store import RecordingStore
from ivr.switch.pool import Pool, SwitchSettings
from ivr.trunks.dialling import TrunkDialler
from ivr.trunks.trunk import Trunk
from notify.hl7.character_sets import reading_order
from notify.mllp.door import MllpDoor
from notify.mllp.intake import Intake, Interface
from notify.mllp.limits import MllpLimits
from notify.mllp.messages import Freshness, forget
from notify.notice_board import StoredBoard
from notify.notices.actions import NoticeActions
from notify.notices.budget import LineBudget
from notify.notices.confirmations import Confirmations
from notify.notices.journal import Journal
from notify.notices.line_telephone import LineTelephone
from notify.notices.outbox import Outbox, OutboxParts
from notify.notices.reports import LogReports
from notify.notices.shift import shift
from notify.notices.wards import phonebook, variables
from notify.timetable import Timetable
from reports.days import day_at
from reports.rolling import Rolling
from wardbell.clip_sweep import ClipSweep
from wardbell.commands.who import os_user
from wardbell.engine_thread import EngineThread
from wardbell.metrics.calls import MeasuredBook
from wardbell.metrics.metrics import Metrics
from wardbell.metrics.standing import EngineStanding, Standing
from wardbell.metrics.voices import MeasuredVoice
from wardbell.metrics.web import MetricsPort
from wardbell.parts import Parts, boottime, wallclock
from wardbell.settings import Settings
from wardbell.watched_engine import WatchedEngine
from wardbell.web_door import EngineDoor
from webhooks import listing as webhook_rows
from webhooks.dispatch import Dispatch
from webhooks.outbox import forget as forget_deliveries

if TYPE_CHECKING:
    from wardbell.web_side import WebSide

T = TypeVar("T")

log = Logger()

AT_NIGHT = "30 3 * * *"
DAYS_LOOKED_AT = 600.0
"""Seconds between two rounds of the book of days."""
LATELY = timedelta(days=3)
"""Days that each of these rounds looks at, whatever it expects; that of the night looks at all."""
KEPT = timedelta(days=90)
"""How long received HL7 messages are remembered, to know a repetition."""


TOLD = timedelta(days=30)
"""How long deliveries of webhooks are kept."""
ANSWERED = timedelta(days=2)
"""How long answers of the API are kept for repetitions."""

PAUSE = 0.05
"""Seconds between two slices of work that can wait."""

LOADING = 120.0
"""Seconds that a voice may take to load; the calls do not wait for it."""

GRACE = 5.0
"""Seconds that calls get at the end to store what was said in them, and the database for each last write."""


class CannotStart(Exception):
    """The service cannot start; the message says why and what to do."""


class Service:
    """The running hospital line. `reactor` is Twisted's; nothing else of the product imports it."""

    def __init__(self, parts: Parts, reactor: Any) -> None:
        settings = parts.settings
        self._settings = settings
        self._reactor = reactor
        self._lock = _own(parts.data_dir())
        self._database = Database(settings.database_url, reactor)
        _at_head(self._database, settings)
        zone = ZoneInfo(settings.zone)
        # For what waits; calendars, the trace and what people are shown keep to the clock on the wall.
        steady = self._steady = SteadyClock(wallclock, boottime, self._shift, settings.clock_note)

        self._slow = SlowWork(reactor)
        self._parts = parts
        self._metrics = Metrics()
        self._database.watch = self._metrics.transaction
        parts.measured = lambda voice: MeasuredVoice(voice, self._metrics)
        self._rendering = Rendering(reactor, reactor)
        self._clips = ClipSweep(
            self._database, self._slow, HospitalCalendar(zone), wallclock, settings.store_dir, parts.store_limit
        )
        pins = PinCheck(
            self._database,
            PepperedPins(parts.pepper),
            self._slow,
            steady,
            settings.pins.shared_callers,
            pause=lambda seconds: deferLater(reactor, seconds),
        )
        hospital = hospital_actions(self._database, pins, HospitalCalendar(zone), wallclock)
        self._closings = Closings(self._database)
        lines = LineActions(self._database, self._closings, lambda: live.air().edition.numbers, pins, wallclock, zone)
        self._disk = SlowWork(reactor, threads=1)
        self._journal = _journal(settings.journal)
        confirmations = Confirmations(self._database, self._journal, self._disk, reactor, steady)
        notices = NoticeActions(confirmations)
        actions = {**hospital, **lines.actions(), **notices.actions()}

        def opens(stored: StoredEdition) -> LiveEdition:
            checked = read_edition(stored.bundle(), actions, stored.record.number, zone)
            studio = self._clips.watch(parts.studio_of(checked.edition.texts))
            own = settings.voices
            voice = StudioVoice(studio, self._rendering, own.deadline, fill_silence=own.fill_silence)
            return LiveEdition(stored.record.head, OnAir(checked.edition, voice), checked.rules)

        begun = begin(self._database, parts.on_disk, parts.check, opens, os_user(), wallclock())
        log_start(begun, disk_against(self._database, begun.live.head, parts.on_disk))
        live = self._live = Live(begun.live)
        self._watch = EditionWatch(self._database, live, opens, self._slow, settings.engine, wallclock, begun.refused)
        self._book = CallBook(self._database, reactor, wallclock, settings.engine)
        self._in_progress = CallsInProgress(
            MeasuredBook(self._book, self._metrics, reactor.seconds), lambda: live.air().edition, reactor, wallclock
        )
        trunk = Trunk(settings.trunk.target, settings.trunk.caller_id)
        tones = Tones.in_folder(settings.tones_dir)
        self._recordings = RecordingStore(
            settings.callers_dir, tones.beep, self._database, self._slow, wallclock, settings.engine
        )
        dialler = TrunkDialler(lambda: self._pool, trunk, tones)
        self._originator = Originator(
            lambda: self._pool, dialler, self._in_progress, reactor, trunk.uri, trunk.caller_id
        )
        beyond = errands(
            TakeMessage(self._recordings),
            PutCallerThrough(dialler),
            TellNotices(StoredBoard(self._database, live.rules, steady, lambda: self._outbox.poke())),
        )
        self._switchboard = Switchboard(
            live.air,
            actions,
            self._in_progress,
            reactor,
            wallclock,
            zone,
            self._closings,
            beyond,
            self._metrics.prompt.observe,
        )
        self._pool = Pool(reactor, _switch_settings(settings), self._switchboard)
        self._outbox = Outbox(
            OutboxParts(
                clock=reactor,
                wallclock=steady,
                transactions=self._database,
                rules=live.rules,
                phonebook=phonebook,
                telephone=LineTelephone(self._switchboard, self._pool, trunk, reactor, steady),
                capacity=self._pool.capacity,
                reports=LogReports(),
                owner=settings.engine,
                budget=LineBudget(settings.outbound.reserve, settings.outbound.alerts),
                confirmations=confirmations,
            )
        )
        hl7 = settings.hl7
        intake = Intake(
            self._database,
            live.rules,
            variables,
            steady,
            self._outbox.poke,
            _interface(settings, zone),
            reactor,
            answered=lambda code: self._metrics.hl7.labels(code).inc(),
        )
        self._mllp = MllpDoor(reactor, intake, hl7.peers, MllpLimits(longest=hl7.longest, connections=hl7.connections))
        self._posting = SlowWork(reactor, threads=min(4 * len(settings.webhooks), 16) or 1)
        self._targets = [webhook.target for webhook in settings.webhooks]
        self._webhooks = Dispatch(
            self._targets, self._database, self._posting, wallclock, sent=self._metrics.webhook_sent
        )
        self._timetable = Timetable(reactor, wallclock, zone)
        self._timetable.every(1.0, lambda: spawn(self._look_at_the_clock(), "comparing the clocks"))
        self._timetable.every(1.0, self._outbox.tick)
        self._timetable.every(1.0, self._watch.tick)
        self._timetable.every(1.0, self._closings.tick)
        self._timetable.every(1.0, self._webhooks.tick)
        self._timetable.every(60.0, lambda: spawn(self._go_on(), "carrying out imports"))
        self._timetable.at(AT_NIGHT, lambda: spawn(self._forget(), "forgetting old messages"))
        self._timetable.at(AT_NIGHT, lambda: spawn(self._sweep(), "sweeping old recordings"))
        self._timetable.at(AT_NIGHT, lambda: spawn(self._clips.night(), "sweeping clips"))
        self._rolling = Rolling(
            self._database,
            wallclock,
            zone,
            f"{settings.engine}:{os.getpid()}",
            lambda seconds: deferLater(reactor, seconds),
        )
        self._timetable.every(DAYS_LOOKED_AT, lambda: self._keep_the_book(day_at(wallclock(), zone) - LATELY))
        self._timetable.at(AT_NIGHT, lambda: self._keep_the_book(date.min))
        self._port: Any = None
        self._book_round: Deferred[None] | None = None
        """A round of the book of days, while it goes on."""
        asked = EngineThread(reactor)
        self._metrics.add(Standing(self._database, lambda: asked.ask(self._stands), wallclock))
        own = settings.metrics
        self._metrics_port = MetricsPort(self._metrics, own.host, own.port) if own.port else None
        watched = WatchedEngine(reactor, settings.engine, self._in_progress, self._pool, self._mllp, live)
        on_air = live.rules, lambda: live.air().edition.numbers
        self._web = self._beside(parts, EngineDoor(reactor, self._pool, self._outbox, intake, *on_air, watched))
        self._older: Deferred[None] | None = None
        """Work that can wait for the next start."""

    async def start(self) -> None:
        """Serve: SIP first, then what is left over from before, then the hospital's messages."""
        self._rendering.start()
        spawn(self._warm_up(), "loading the voice")
        await self._patiently(lambda: self._database.run(webhook_rows.keep, self._targets))
        closed = await self._patiently(self._book.adopt)
        if closed:
            log.warn("{n} calls were in progress when this engine last stopped", n=closed)
        await self._patiently(self._closings.read)
        left = await self._patiently(self._recordings.left_over)
        await self._pool.start()
        spawn(self._take_over(left), "taking over recordings")
        spawn(self._outbox.start(), "taking over notices")
        self._older = spawn(self._tell_older(), "giving legs to older calls")
        self._keep_the_book(day_at(wallclock(), self._parts.zone) - LATELY)
        self._timetable.start()
        hl7 = self._settings.hl7
        try:
            self._port = self._reactor.listenTCP(hl7.port, self._mllp, interface=hl7.host)
        except CannotListenError as taken:
            raise CannotStart(f"HL7 cannot listen on {hl7.host}:{hl7.port}: {taken.socketError}") from taken
        if self._web is not None:
            await self._slow(self._web.start)
        if self._metrics_port is not None:
            await self._slow(self._metrics_port.start)
        sip = self._settings.sip
        log.info(
            "serving: SIP on {host}:{port}, {lines} lines; HL7 on {hl7_host}:{hl7_port}",
            host=sip.host,
            port=sip.port,
            lines=self._pool.capacity().lines,
            hl7_host=hl7.host,
            hl7_port=hl7.port,
        )

    @property
    def numbers(self) -> Numbers:
        """What answers each number, by the edition on the air."""
        return self._live.air().edition.numbers

    def _stands(self) -> EngineStanding:
        calls = Counter(call.direction for call in self._in_progress.calls())
        line = line_now(self._pool, self._in_progress.trunk)
        return EngineStanding(line, calls, self._mllp.connections, self._live.now.head.number)

    def _beside(self, parts: Parts, door: EngineDoor) -> WebSide | None:
        """The console, when it is wanted; its libraries are half a second and 40 MB that nobody else needs."""
        if not parts.settings.web.port:
            return None
        from wardbell.api_line import EngineApiLine
        from wardbell.web_side import WebSide

        reserve = parts.settings.outbound.reserve
        line = EngineApiLine(self._reactor, door, self._pool, self._in_progress, self._originator, reserve)
        return WebSide(parts, door, line, self._metrics)

    async def _patiently(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """`work`, tried again while the database is away: an outage just as we start must not end the service."""
        told = False
        while True:
            try:
                return await work()
            except (DatabaseAway, DatabaseBusy) as away:
                if not told:
                    log.error("startup is waiting for the database: {away}", away=away)
                told = True
                await deferLater(self._reactor, 1.0)

    async def _warm_up(self) -> None:
        await self._rendering.within(LOADING, self._parts.warm_up)

    async def _forget(self) -> None:
        """Headers of old messages are deleted; a sender that repeats one after that is heard again. Sessions that ended
        long ago and wrong entries that mean nothing any more go too."""
        before = wallclock() - KEPT
        old_ones = (forget, before), (forget_deliveries, wallclock() - TOLD), (forget_answers, wallclock() - ANSWERED)
        for old, since in old_ones:
            while await self._database.run(old, since):
                await deferLater(self._reactor, PAUSE)  # messages and calls come first
        await self._database.run(visits.forget_old, wallclock())
        await self._database.run(wrong_entries.forget_old, wallclock())

    async def _look_at_the_clock(self) -> None:
        try:
            await self._steady.look()
        except DatabaseError as wrong:
            log.error("due times could not be moved with the clock, trying again: {wrong}", wrong=wrong)

    async def _shift(self, by: timedelta) -> None:
        await self._database.run(shift, by, self._settings.engine, self._steady())

    async def _go_on(self) -> None:
        """Clerks' imports that were decided on and then interrupted are carried out."""
        try:
            await self._slow(lambda: Staging(self._database, wallclock).go_on(KINDS))
        except DatabaseError as wrong:
            log.error("interrupted imports wait for the database: {wrong}", wrong=wrong)

    async def _sweep(self) -> None:
        """What callers said is kept no longer than the hospital wants."""
        swept = await self._recordings.sweep(timedelta(days=self._settings.recordings.keep_days))
        if swept:
            log.info("{n} recordings were older than {days} days", n=swept, days=self._settings.recordings.keep_days)

    async def _take_over(self, left: Sequence[RecordingRecord]) -> None:
        found = await self._recordings.adopt(left)
        if found:
            log.warn("{n} recordings were running when this engine last stopped: they are kept", n=found)

    async def _tell_older(self) -> None:
        """Calls of a version before get their legs."""
        told = 0
        while some := await self._patiently(lambda: self._database.run(tell_older)):
            told += some
            await deferLater(self._reactor, PAUSE)
        if told:
            log.info("{n} older calls have legs now", n=told)

    def _keep_the_book(self, since: date) -> None:
        """Past days are made for the reports, and healed; one round at a time."""
        if self._book_round is None or self._book_round.called:
            self._book_round = spawn(self._round_of_the_book(since), "adding up past days")

    async def _round_of_the_book(self, since: date) -> None:
        try:
            healed = await self._rolling.round(since)
        except DatabaseError as wrong:
            log.error("past days wait for the database: {wrong}", wrong=wrong)
            return
        if healed.made:
            log.info("{n} days were added up for the reports", n=len(healed.made))
        for day in healed.thinned:
            log.warn("calls of {day} were deleted: the reports keep its figures of before", day=str(day))

    async def stop(self) -> None:
        """Take no more calls or messages, let calls in progress end, write what is left, close."""
        drain = self._settings.sip.drain
        log.info("stopping: calls in progress may go on for {drain:.0f} s", drain=drain)
        self._timetable.stop()
        self._webhooks.stop()
        for work in (self._older, self._book_round):
            if work is not None:
                work.cancel()
        try:
            await DeferredList(
                [
                    spawn(self._close_hl7(), "closing HL7"),
                    spawn(self._pool.drain(drain), "draining the switch"),
                    spawn(self._outbox.drain(drain), "draining the outbox"),
                ]
            )
            await self._switchboard.settle(GRACE)
            await self._within_grace(self._watch.leave(), "telling that this engine stops")
            await self._within_grace(self._book.flush(), "writing the last call traces")
        finally:
            await deferToThreadPool(self._reactor, self._reactor.getThreadPool(), self._end_threads)
            self._lock.close()
        log.info("stopped")

    async def _within_grace(self, work: Coroutine[Any, Any, None], what: str) -> None:
        try:
            await in_time(self._reactor, GRACE, work, what)
        except DatabaseAway as away:
            log.error("{what}: {away}", what=what, away=away)

    def _end_threads(self) -> None:
        """A thread that goes on would keep the process. Waits, a voice on the network takes seconds: so not on the
        reactor's thread, which hears signals."""
        if self._web is not None:
            self._web.stop()
        if self._metrics_port is not None:
            self._metrics_port.stop()
        self._parts.kokoro.close()
        self._slow.close()
        self._rendering.close()
        self._posting.close()
        self._database.close()
        self._disk.close()
        if self._journal is not None:
            self._journal.close()

    def hurry(self) -> None:
        """While stopping: end the calls in progress now."""
        log.info("stopping at once: calls in progress end now")
        spawn(self._pool.stop(), "stopping the switch at once")

    async def _close_hl7(self) -> None:
        if self._port is not None:
            await self._port.stopListening()
            await self._mllp.drain()


def _switch_settings(settings: Settings) -> SwitchSettings:
    sip = settings.sip
    return SwitchSettings(
        address=sip.host,
        port=sip.port,
        public_address=sip.public_host,
        lines=sip.lines_per_worker,
        min_workers=sip.workers_min,
        max_workers=sip.workers_max,
        rtp_port=sip.rtp_first,
        rtp_last=sip.rtp_end,
        memory=settings.data_dir,
        media_timeout=sip.media_timeout,
        silence_timeout=sip.silence_timeout,
        hold_timeout=sip.hold_timeout,
        log_level=sip.log_level,
        trunks=settings.trunk.believed,
    )


def _interface(settings: Settings, zone: ZoneInfo) -> Interface:
    hl7 = settings.hl7
    return Interface(
        order=reading_order(hl7.encoding, hl7.guess, settings.zone),
        freshness=Freshness(zone, timedelta(hours=hl7.stale_hours), timedelta(minutes=hl7.same_visit_minutes)),
        hold=hl7.hold,
    )


def _own(folder: Path) -> IO[str]:
    """The data folder for this engine alone, as long as the process lives."""
    lock = (folder / "engine.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        lock.close()
        raise CannotStart(f"another engine runs on {folder}; one data folder is for one engine") from taken
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _journal(path: Path) -> Journal | None:
    """The line works without it: then only the database can note a confirmation."""
    try:
        return Journal(path)
    except OSError as wrong:
        log.error("confirmations cannot be kept on disk while the database is away: {wrong}", wrong=wrong)
        return None


def _at_head(database: Database, settings: Settings) -> None:
    """Refuse a database with other tables than this version's."""
    found = current(settings.database_url)
    if found != head():
        told = f"is at {found}" if found else "has no tables yet"
        raise CannotStart(f"the database {told}; run `wardbell db upgrade` (this version needs {head()})")
