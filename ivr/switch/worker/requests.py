"""What the engine may ask of a worker: a table from its messages (`wire.py`) to what calls can do."""

from __future__ import annotations

from contextlib import suppress

import pjsua2

from ivr.switch import wire
from ivr.switch.worker.call_states import OVER
from ivr.switch.worker.refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from ivr.switch.wire import Fields, Message
    from ivr.switch.worker.boxes import Box
    from ivr.switch.worker.calls import Calls
    from ivr.switch.worker.engine import Engine
    from ivr.switch.worker.worker_call import WorkerCall

    Answer: TypeAlias = Callable[..., None]
    Gone: TypeAlias = Callable[[], None]


def _play(call: WorkerCall, fields: Fields, answer: Answer, gone: Gone) -> None:
    call.play(
        list(fields["clips"]),  # type: ignore[arg-type]
        str(fields["stop_on"]),
        lambda finished, key: answer(finished=finished, stopped_by=key, silence=call.silence()),
        gone,
    )


def _record(call: WorkerCall, fields: Fields, answer: Answer, _: Gone) -> None:
    call.record(
        str(fields["path"]),
        float(fields["limit"]),  # type: ignore[arg-type]
        float(fields["silence"]),  # type: ignore[arg-type]
        str(fields["end_keys"]),
        lambda seconds, ended, key: answer(seconds=seconds, ended=ended, key=key),
    )


def _bridge(call: WorkerCall, fields: Fields, calls: Calls) -> None:
    other = calls.held.get(str(fields["other"]))
    if other is None:
        raise Refusal(wire.REFUSED, "the other call is not on this worker")
    call.bridge(other)


LATER: dict[Message, Callable[[WorkerCall, Fields, Answer, Gone], None]] = {
    wire.PLAY: _play,
    wire.RECORD: _record,
    wire.ANSWER: lambda call, fields, answer, gone: call.pick_up(answer, gone),
}
"""Of a call, and answered when it has come about."""

AT_ONCE: dict[Message, Callable[[WorkerCall, Fields, Calls], None]] = {
    wire.RING: lambda call, fields, calls: call.ring(),
    wire.REJECT: lambda call, fields, calls: call.refuse(int(fields["sip_code"])),  # type: ignore[arg-type]
    wire.STOP: lambda call, fields, calls: call.stop(),
    wire.STOP_RECORDING: lambda call, fields, calls: call.stop_recording(),
    wire.BRIDGE: _bridge,
    wire.UNBRIDGE: lambda call, fields, calls: call.unbridge(),
}
"""Of a call, and done with that."""


class Requests:
    """Those to one worker."""

    def __init__(self, engine: Engine, calls: Calls, quit: Callable[[], None]) -> None:
        self._engine = engine
        self._calls = calls
        self._quit = quit

    def take(self, box: Box) -> None:
        """One of them, as it came. It is answered or refused, some time."""
        ask = box.get(b"_ask", b"")
        message = wire.REQUESTS[box.get(b"_command", b"").decode()]
        fields = message.unpack(box)
        self._engine.asked(ask)
        try:
            later = LATER.get(message)
            if later is not None:
                later(
                    self._call(fields),
                    fields,
                    lambda **values: self._engine.answer(ask, message, values),
                    lambda: self._engine.refuse(ask, wire.GONE, "the call has ended"),
                )
            else:
                self._engine.answer(ask, message, self._done(message, fields))
        except Refusal as refusal:
            self._engine.refuse(ask, refusal.code, str(refusal))
        except pjsua2.Error as error:
            self._engine.refuse(ask, wire.REFUSED, f"pjsip {error.status}: {error.reason}")

    def _done(self, message: Message, fields: Fields) -> Fields:
        """The answer to what can be done at once."""
        if message is wire.DIAL:
            call = self._calls.dial(fields)
            return {"invite": call.sip.invite, "seen": call.sip.seen}
        if message is wire.DRAIN:
            self._calls.is_draining = True
        elif message is wire.QUIT:
            self._quit()
        elif message is wire.HANG_UP:
            with suppress(Refusal):  # it has ended by itself
                self._call(fields).hang_up(int(fields["sip_code"]))  # type: ignore[arg-type]
        elif (do := AT_ONCE.get(message)) is not None:
            do(self._call(fields), fields, self._calls)
        return {}

    def _call(self, fields: Fields) -> WorkerCall:
        call = self._calls.held.get(str(fields["call"]))
        if call is None or call.state == OVER:
            raise Refusal(wire.GONE, "the call has ended")
        return call
