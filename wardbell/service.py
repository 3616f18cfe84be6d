"""The service: its rooms (`wardbell.assembly`) are made, started, woken from time to time, and stopped, in order."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import DeferredList
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from background.spawn import spawn
from ivr.call.errands.ask_hospital import AskHospital
from ivr.call.errands.dial import PutCallerThrough
from ivr.call.errands.notify import TellNotices
from ivr.call.errands.record import TakeMessage
from ivr.call.tones import Tones
from ivr.numbers import Numbers
from notify.timetable import Timetable
from wardbell.assembly.book_of_days import DAYS_LOOKED_AT, BookOfDays
from wardbell.assembly.calls import Calls
from wardbell.assembly.clocks import Clocks
from wardbell.assembly.closed_numbers import ClosedNumbers
from wardbell.assembly.confirming import Confirming
from wardbell.assembly.console import Console
from wardbell.assembly.forgetting import AN_HOUR, Forgetting
from wardbell.assembly.ground import Ground
from wardbell.assembly.hl7 import Hl7Port
from wardbell.assembly.hospital import Hospital
from wardbell.assembly.line import TelephoneLine
from wardbell.assembly.measurements import Measurements
from wardbell.assembly.notices import Notices
from wardbell.assembly.on_air import EditionOnAir
from wardbell.assembly.outgoing import OutgoingCalls
from wardbell.assembly.recordings import Recordings
from wardbell.assembly.speech import Speech
from wardbell.assembly.webhooks import Webhooks
from wardbell.parts import Parts, wallclock
from wardbell.recorded_texts import EVERY as RECORDINGS_LOOKED_AT

log = Logger()

AT_NIGHT = "30 3 * * *"


class Service:
    """The running hospital line. `reactor` is Twisted's; nothing else of the product imports it."""

    def __init__(self, parts: Parts, reactor: Any) -> None:
        """The first that is wrong is told: another engine on the folder, the tables, the pepper, the files."""
        ground = self._ground = Ground(parts, reactor)
        clocks = self._clocks = Clocks(ground)
        speech = self._speech = Speech(ground)
        hospital = self._hospital = Hospital(ground, clocks)
        confirming = self._confirming = Confirming(ground, clocks)
        edition = self._edition = EditionOnAir(ground, speech)
        hospital.go_by(edition.live.insurance)
        numbers = self._closed_numbers = ClosedNumbers(ground, edition, hospital)
        calls = self._calls = Calls(ground, edition)
        tones = Tones.in_folder(parts.settings.tones_dir)
        recordings = self._recordings = Recordings(ground, tones)
        actions = {**hospital.actions, **numbers.actions, **confirming.actions}
        line = self._line = TelephoneLine(ground, edition, actions, calls, numbers)
        outgoing = OutgoingCalls(ground, line, calls, tones)
        notices = self._notices = Notices(ground, clocks, edition, line, confirming)
        line.can(
            TakeMessage(recordings.store),
            PutCallerThrough(outgoing.dialler),
            TellNotices(notices.board, lambda: ground.database.committed),
            AskHospital(lambda: ground.database.committed),
        )
        hl7 = self._hl7 = Hl7Port(ground, clocks, edition, notices)
        self._webhooks = Webhooks(ground)
        self._days = BookOfDays(ground)
        self._forgetting = Forgetting(ground)
        self._measurements = Measurements(ground, edition, calls, line, hl7)
        self._console = Console(ground, edition, calls, line, outgoing, notices, hl7)
        self._timetable = self._woken()

    @property
    def numbers(self) -> Numbers:
        """What answers each number, by the edition on the air."""
        return self._edition.live.numbers()

    def _woken(self) -> Timetable:
        """Who is woken when."""
        timetable = Timetable(self._ground.reactor, wallclock, self._ground.zone)
        each_second = (self._clocks, self._notices, self._edition, self._closed_numbers, self._webhooks, self._console)
        for room in each_second:
            timetable.every(1.0, room.tick)
        timetable.every(RECORDINGS_LOOKED_AT, self._speech.look)
        timetable.every(60.0, self._hospital.go_on)
        timetable.every(DAYS_LOOKED_AT, self._days.look)
        timetable.every(AN_HOUR, self._forgetting.hour)
        by_night = (self._forgetting, self._recordings, self._speech, self._days)
        for sleeper in by_night:
            timetable.at(AT_NIGHT, sleeper.night)
        return timetable

    async def start(self) -> None:
        """Serve: SIP first, then what is left over from before, then the hospital's messages."""
        self._speech.start()
        await self._webhooks.keep()
        await self._calls.adopt()
        await self._closed_numbers.read()
        left = await self._recordings.left_over()
        await self._line.start()
        self._recordings.take_over(left)
        self._notices.start()
        self._calls.tell_older()
        self._days.look()
        self._timetable.start()
        self._hl7.listen()
        await self._console.start()
        await self._measurements.start()
        sip, hl7 = self._ground.settings.sip, self._ground.settings.hl7
        log.info(
            "serving: SIP on {host}:{port}, {lines} lines; HL7 on {hl7_host}:{hl7_port}",
            host=sip.host,
            port=sip.port,
            lines=self._line.pool.capacity().lines,
            hl7_host=hl7.host,
            hl7_port=hl7.port,
        )

    async def stop(self) -> None:
        """Take no more calls or messages, let calls in progress end, write what is left, close."""
        log.info("stopping: calls in progress may go on for {drain:.0f} s", drain=self._ground.settings.sip.drain)
        self._timetable.stop()
        self._webhooks.stop()
        self._calls.stop()
        self._days.stop()
        try:
            await DeferredList(
                [
                    spawn(self._hl7.close(), "closing HL7"),
                    spawn(self._line.drain(), "draining the switch"),
                    spawn(self._notices.drain(), "draining the outbox"),
                ]
            )
            await self._line.settle()
            await self._edition.leave()
            await self._calls.flush()
        finally:
            reactor = self._ground.reactor
            await deferToThreadPool(reactor, reactor.getThreadPool(), self._end_threads)
            self._ground.let_go()
        log.info("stopped")

    def _end_threads(self) -> None:
        """A thread that goes on would keep the process. Waits, a voice on the network takes seconds: so not on the
        reactor's thread, which hears signals."""
        self._console.stop()
        self._measurements.stop()
        self._speech.hush()
        self._ground.slow.close()
        self._speech.close()
        self._webhooks.close()
        self._ground.database.close()
        self._confirming.close()

    def hurry(self) -> None:
        """While stopping: end the calls in progress now."""
        log.info("stopping at once: calls in progress end now")
        self._line.hurry()
