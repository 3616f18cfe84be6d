"""Takes a caller's message: prompts, a tone, then what is said until silence, a key, the limit or the hanging up.

Where recordings lie and how long they are kept is the store's. The call's end does not cancel it: it hears of it
from the line. So what was said is kept, and what nobody said leaves nothing.
"""

from __future__ import annotations

from twisted.internet.defer import CancelledError
from twisted.logger import Logger

from background.spawn import spawn
from ivr.call.leg import Leg
from ivr.call.notes import Notes, Place
from ivr.call.recording import RecordingFailed, Recordings, Tape
from ivr.call.shielded import FAILED, shielded
from ivr.call.speaker import Speaker
from ivr.flow.commands import Outcome, Record
from ivr.flow.verbs.keys import REPEAT
from ivr.switch.line import LineGone, Recorded, RecordEnd, SwitchRefused

log = Logger()

AGAIN, DROPPED = "again", "dropped"
"""In a trace: the caller threw the recording away, to speak once more or to go elsewhere. He was not silent."""


class Recorder:
    """Takes the messages of one call."""

    def __init__(self, leg: Leg, speaker: Speaker, trace: Notes, recordings: Recordings | None) -> None:
        self._leg = leg
        self._speaker = speaker
        self._trace = trace
        self._recordings = recordings

    async def take(self, wanted: Record, place: Place) -> Outcome:
        """`recorded` with `recording` (`{id, seconds}`), `silent` or `error`; the first two with the `key` if one
        ended it. Raises `LineGone` when the caller left before there was anything to keep."""
        recordings = self._recordings
        if recordings is None:
            log.error("call {call}: this line keeps no recordings", call=self._leg.call_id)
            return FAILED
        if wanted.prompts:
            await self._speaker.say(wanted.prompts, locked=wanted.locked)
        if key := self._dropped(wanted):
            return Outcome("silent", {"key": key})
        try:
            tape = await recordings.begin(place, wanted.limit)
        except RecordingFailed as failed:
            log.error("call {call}: no recording: {failed}", call=self._leg.call_id, failed=failed)
            self._trace.event("record", outcome=FAILED.name)
            return FAILED
        try:
            if wanted.tone:
                await self._beep(recordings)
            key = self._dropped(wanted)
        except (CancelledError, LineGone):  # the caller left before there was anything to keep
            spawn(recordings.discard(tape), f"discarding recording {tape.id}")
            raise
        if key:
            await recordings.discard(tape)
            return Outcome("silent", {"key": key})

        def note(outcome: Outcome, alone: bool) -> None:
            key = str(outcome.values.get("key", ""))
            dropped = outcome.name == "silent" and key != "" and key in wanted.drop_keys
            told = (AGAIN if key == REPEAT else DROPPED) if dropped else outcome.name
            self._trace.event("record", recording=tape.id, outcome=told, alone=alone)

        answer = await shielded(self._leg, self._record(recordings, tape, wanted), note, f"recording {tape.id}")
        self._leg.forget_keys()
        return answer

    def _dropped(self, wanted: Record) -> str:
        """The key, pressed already, that throws the recording away; other keys only skipped what was said."""
        return next((key for key in self._leg.take_keys() if key in wanted.drop_keys), "")

    async def _beep(self, recordings: Recordings) -> None:
        try:
            await self._leg.play([recordings.tone])
        except SwitchRefused as refused:  # better without a tone than not at all
            log.error("call {call}: no tone: {refused}", call=self._leg.call_id, refused=refused)

    async def _record(self, recordings: Recordings, tape: Tape, wanted: Record) -> Outcome:
        try:
            try:
                recorded = await self._leg.line.record(
                    tape.path, limit=wanted.limit, silence=wanted.silence, end_keys=wanted.end_keys + wanted.drop_keys
                )
            except LineGone:  # the worker died under it: what it wrote is still there
                recorded = Recorded(tape.path, 0.0, RecordEnd.HUNG_UP)
            key = {"key": recorded.key} if recorded.key else {}
            if recorded.key and recorded.key in wanted.drop_keys:
                await recordings.discard(tape)
                return Outcome("silent", key)
            seconds = await recordings.finish(tape, recorded)
            if recorded.ended is RecordEnd.HUNG_UP:
                await self._leg.down.wait()  # what comes next must know that nobody is there
        except SwitchRefused as refused:
            log.error("call {call}: no recording: {refused}", call=self._leg.call_id, refused=refused)
            await recordings.discard(tape)
            return FAILED
        if not seconds:
            return Outcome("silent", key)
        return Outcome("recorded", {"recording": {"id": tape.id, "seconds": round(seconds)}, **key})
