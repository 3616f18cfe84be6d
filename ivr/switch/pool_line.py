"""A call in a worker as its owner in the engine sees it. Starting and placing calls is for `pool.py`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from background.reactor import Time
from ivr.switch import wire
from ivr.switch.line import Line, LineGone, LineListener, Played, Recorded, RecordEnd, Seat, SwitchRefused
from ivr.switch.mailbox import Mailbox
from ivr.switch.worker_process import WorkerProcess


class PoolLine:
    """Implements `Line`."""

    def __init__(self, call_id: str, worker: WorkerProcess, time: Time, sip_call_id: str = "") -> None:
        self._call_id = call_id
        self.sip_call_id = sip_call_id
        self.worker = worker
        self.mailbox = Mailbox(time)
        self.is_over = False
        self.in_band = False

    @property
    def call_id(self) -> str:
        return self._call_id

    @property
    def seat(self) -> Seat:
        return Seat(self._call_id, self.sip_call_id, self.worker.name)

    def listen(self, listener: LineListener) -> None:
        self.mailbox.listen(listener)

    async def ring(self) -> None:
        await self._ask(wire.RING)

    async def answer(self) -> None:
        await self._ask(wire.ANSWER)

    async def reject(self, sip_code: int) -> None:
        await self._ask(wire.REJECT, sip_code=sip_code)

    async def play(self, clips: Sequence[Path], *, stop_on: str = "") -> Played:
        paths = [str(clip.absolute()) for clip in clips]
        answer = await self._ask(wire.PLAY, clips=paths, stop_on=stop_on)
        return Played(bool(answer["finished"]), str(answer["stopped_by"]), float(str(answer["silence"])))

    async def stop(self) -> None:
        await self._ask(wire.STOP)

    async def record(self, path: Path, *, limit: float, silence: float = 0.0, end_keys: str = "") -> Recorded:
        answer = await self._ask(
            wire.RECORD, path=str(path.absolute()), limit=limit, silence=silence, end_keys=end_keys
        )
        return Recorded(path, float(str(answer["seconds"])), RecordEnd(str(answer["ended"])), str(answer["key"]))

    async def stop_recording(self) -> None:
        await self._ask(wire.STOP_RECORDING)

    async def bridge(self, other: Line) -> None:
        if not isinstance(other, PoolLine) or other.worker is not self.worker:
            raise SwitchRefused("both lines of a bridge must be on one worker")
        await self._ask(wire.BRIDGE, other=other.call_id)

    async def unbridge(self) -> None:
        await self._ask(wire.UNBRIDGE)

    async def hang_up(self, sip_code: int = 0) -> None:
        if self.is_over:
            return
        try:
            await self._ask(wire.HANG_UP, sip_code=sip_code)
        except LineGone:
            return

    async def _ask(self, message: wire.Message, **fields: wire.Value) -> dict[str, object]:
        if self.is_over:
            raise LineGone(self._call_id)
        return await self.worker.ask(message, call=self._call_id, **fields)
