"""Takes a caller's message: prompts, a tone, then what is said until silence, a key, the limit or the hanging up.
In a trace: `record`.

Where recordings lie and how long they are kept is the store's. The call's end does not cancel it: it hears of it
from the line. So what was said is kept, and what nobody said leaves nothing.
"""

from __future__ import annotations

from twisted.internet.defer import CancelledError
from twisted.logger import Logger

from background.spawn import spawn
from ivr.call.leg import Leg
from ivr.call.recording import RecordingFailed, Recordings, Tape
from ivr.call.shielded import FAILED, shielded
from ivr.call.talk import Talk
from ivr.flow.commands import Outcome
from ivr.flow.verbs.keys import REPEAT
from ivr.flow.verbs.record import RECORDING, RecordNow
from ivr.record.legs import FIRST, Role
from ivr.switch.line import LineGone, Recorded, RecordEnd, SwitchRefused

log = Logger()

AGAIN, DROPPED = "again", "dropped"
"""In a trace: the caller threw the recording away, to speak once more or to go elsewhere. He was not silent."""


class TakeMessage:
    """Implements `Errand`."""

    of = RecordNow

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings

    async def carry_out(self, talk: Talk, wanted: RecordNow) -> Outcome:
        """`recorded` with `recording` (`{id, seconds}`), `silent` or `error`; the first two with the `key` if one
        ended it. Raises `LineGone` when the caller left before there was anything to keep."""
        talk.message = True
        leg, recordings = talk.leg, self._recordings
        if wanted.prompts:
            await talk.speaker.say(wanted.prompts, locked=wanted.locked)
        if key := _dropped(leg, wanted):
            return Outcome("silent", {"key": key})
        try:
            tape = await recordings.begin(talk.place, wanted.limit)
        except RecordingFailed as failed:
            log.error("call {call}: no recording: {failed}", call=leg.call_id, failed=failed)
            talk.trace.event(wanted.verb, outcome=FAILED.name)
            return FAILED
        try:
            if wanted.tone:
                await self._beep(leg)
            key = _dropped(leg, wanted)
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
            talk.trace.event(wanted.verb, recording=tape.id, outcome=told, alone=alone)

        answer = await shielded(leg, self._record(talk, tape, wanted), note, f"recording {tape.id}")
        leg.forget_keys()
        return answer

    async def _beep(self, leg: Leg) -> None:
        try:
            await leg.play([self._recordings.tone])
        except SwitchRefused as refused:  # better without a tone than not at all
            log.error("call {call}: no tone: {refused}", call=leg.call_id, refused=refused)

    async def _record(self, talk: Talk, tape: Tape, wanted: RecordNow) -> Outcome:
        leg, recordings = talk.leg, self._recordings
        try:
            recorded = await _listen(talk, tape, wanted)
            key = {"key": recorded.key} if recorded.key else {}
            if recorded.key and recorded.key in wanted.drop_keys:
                await recordings.discard(tape)
                return Outcome("silent", key)
            seconds = await recordings.finish(tape, recorded)
            if recorded.ended is RecordEnd.HUNG_UP:
                await leg.down.wait()  # what comes next must know that nobody is there
        except SwitchRefused as refused:
            log.error("call {call}: no recording: {refused}", call=leg.call_id, refused=refused)
            await recordings.discard(tape)
            return FAILED
        if not seconds:
            return Outcome("silent", key)
        return Outcome("recorded", {RECORDING: {"id": tape.id, "seconds": round(seconds)}, **key})


async def _listen(talk: Talk, tape: Tape, wanted: RecordNow) -> Recorded:
    """What is said onto the tape. Meanwhile the caller is with a mailbox, which the record calls by its flow."""
    legs = talk.trace.legs
    legs.leaves_message(FIRST, legs.begin(Role.MAILBOX, talk.at.flow))
    try:
        return await talk.leg.line.record(
            tape.path, limit=wanted.limit, silence=wanted.silence, end_keys=wanted.end_keys + wanted.drop_keys
        )
    except LineGone:  # the worker died under it: what it wrote is still there
        return Recorded(tape.path, 0.0, RecordEnd.HUNG_UP)
    finally:
        legs.left(FIRST)


def _dropped(leg: Leg, wanted: RecordNow) -> str:
    """The key, pressed already, that throws the recording away; other keys only skipped what was said."""
    return next((key for key in leg.take_keys() if key in wanted.drop_keys), "")
