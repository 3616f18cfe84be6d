"""One call inside a worker: what the engine may ask of it, its state, and how it ended.

Its parts have files of their own: its sound (`audio.py`), what it plays (`player.py`) and records (`recorder.py`), the
keys of its peer (`keypad.py`), whether the peer is still there (`media_watch.py`), its SIP transactions
(`transactions.py`). pjsua2 calls back in `pjsip_call.py`. Which calls there are, and talking to the engine, is the
worker's business.
"""

from __future__ import annotations

import pjsua2

from ivr.switch import wire
from ivr.switch.worker.call_states import DIALLING, OFFERED, OVER, TALKING
from ivr.switch.worker.media_watch import MediaWatch
from ivr.switch.worker.pjsip_call import PjsipCall
from ivr.switch.worker.player import Player
from ivr.switch.worker.recorder import Recorder
from ivr.switch.worker.refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from ivr.switch.worker.media_watch import Timeouts
    from ivr.switch.worker.pjsip_call import Loop

    class Home(Loop, Protocol):
        """The worker that holds the call."""

        timeouts: Timeouts
        own_uri: str
        silence: str
        """The clip that ends every playlist."""

        def drop_later(self, thing: object) -> None:
            """Let go of a player when its last frames are out."""

        def tell(self, message: wire.Message, **fields: wire.Value) -> None:
            """An event for the engine."""


class WorkerCall(PjsipCall):
    """A call with what the engine asked of it."""

    def __init__(
        self,
        home: Home,
        leave: Callable[[WorkerCall, wire.Fields], None],
        call_id: str,
        state: str,
        slot: int = -1,
        signalling: str = "",
    ) -> None:
        """As `PjsipCall`. `leave` is told how it ended, in the fields of wire's `ENDED`."""
        super().__init__(home, call_id, state, slot, signalling)
        self._home = home
        self._leave = leave
        self._watch = MediaWatch(self, home.timeouts, self._alarms)
        self._player = Player(self._alarms, home.silence, home.drop_later, self._watch.look)
        self._recorder = Recorder(self._alarms)
        self._cause = ""
        self._answering: Callable[[], None] | None = None
        self._unanswered: Callable[[], None] | None = None
        self._rings = False

    # What the engine asks. Each raises Refusal when the state forbids it.

    def ring(self) -> None:
        self._needs(OFFERED)
        self._answer_with(180)

    def pick_up(self, done: Callable[[], None], gone: Callable[[], None]) -> None:
        """Send 200; `done` when audio flows, `gone` when the call ends before."""
        self._needs(OFFERED)
        if self._answering is not None:
            raise Refusal(wire.REFUSED, "already being answered")
        self._answering, self._unanswered = done, gone
        try:
            self._answer_with(200)
            self._home.entrance.answered(self.call_id)
        except pjsua2.Error as error:  # the peer's SDP was taken for good until its media had to be made
            self._answering = self._unanswered = None
            self.end("rejected", 488)
            raise Refusal(wire.GONE, f"cannot be answered: {error.reason}") from None

    def refuse(self, sip_code: int) -> None:
        self._needs(OFFERED)
        if not 300 <= sip_code <= 699:
            raise Refusal(wire.REFUSED, f"{sip_code} refuses no call")
        self.end("rejected", sip_code)

    def dial(self, target: str, caller_id: str, headers: list[str], timeout: float) -> None:
        """Send the INVITE. pjsua2.Error when PJSIP has no call left or cannot read the target."""
        prm = pjsua2.CallOpParam(True)
        prm.opt.videoCount = 0
        if caller_id:
            own = self._home.own_uri.partition("@")[2]
            prm.txOption.localUri = f"<sip:{caller_id}@{own}>"
        for name, value in [*zip(headers[::2], headers[1::2], strict=True), ("X-Wardbell-Call", self.call_id)]:
            header = pjsua2.SipHeader()
            header.hName, header.hValue = name, value
            prm.txOption.headers.push_back(header)
        self.makeCall(target, prm)
        self.sip_call_id = str(self.getInfo().callIdString)
        self._alarms.set("no answer", timeout, lambda: self.end("no_answer", 0))

    def play(self, clips: list[str], stop_on: str, over: Callable[[bool, str], None], gone: Callable[[], None]) -> None:
        """As `Player.play`."""
        self._needs(TALKING)
        self._player.play(clips, stop_on, over, gone)

    def stop(self) -> None:
        self._needs(TALKING)
        self._player.stop()

    def record(
        self, path: str, limit: float, silence: float, end_keys: str, done: Callable[[float, str, str], None]
    ) -> None:
        """As `Recorder.record`."""
        self._needs(TALKING)
        self._recorder.record(path, limit, silence, end_keys, done)

    def stop_recording(self) -> None:
        self._needs(TALKING)
        self._recorder.end("stopped")

    def bridge(self, other: WorkerCall) -> None:
        self._needs(TALKING)
        other._needs(TALKING)
        if other is self:
            raise Refusal(wire.REFUSED, "a call cannot be bridged to itself")
        self._audio.join(other._audio)

    def unbridge(self) -> None:
        self._needs(TALKING)
        self._audio.part()

    def hang_up(self, sip_code: int) -> None:
        """Not in the middle of the last word."""
        if self.state == TALKING:
            breath = self._player.breath()
            if breath > 0:
                self._alarms.set("last breath", breath, lambda: self.end("normal", 0))
            else:
                self.end("normal", 0)
        elif self.state == DIALLING:
            self.end("cancelled", 0)
        elif self.state == OFFERED:
            self.end("rejected", sip_code if 300 <= sip_code <= 699 else 603)

    # What its worker and its own parts ask.

    @property
    def closing(self) -> int:
        """Recordings that PJSIP has not yet closed."""
        return self._recorder.closing

    def silence(self) -> float:
        """s since the last sign of life of the peer."""
        return self._watch.silence()

    def give_up_ack(self) -> bool:
        """The peer does not acknowledge our answer: its call ends now. False when that is so already."""
        owed = self.sip.write_off_ack()
        if not owed or self.state != TALKING:
            return False
        self.hung_up, self._cause = True, "media_timeout"
        self._home.stack.end_transaction(owed, 408)
        return True

    def received(self) -> tuple[int, int] | None:
        """Packets and reports that have come in so far; None while there is no stream."""
        return self._audio.received()

    def ask_peer(self) -> bool:
        """Ask by SIP whether the call is still there (RFC 3261 §11). False when that cannot be asked."""
        prm = pjsua2.CallSendRequestParam()
        prm.method = "OPTIONS"
        try:
            self.sendRequest(prm)
        except pjsua2.Error:
            return False
        return True

    def end(self, cause: str, sip_code: int) -> None:
        """Hang up."""
        if self.hung_up or self.state == OVER:
            return
        self._watch.look()
        self.hung_up, self._cause = True, cause
        if self.sip.is_parting:  # PJSIP has hung up by itself
            return
        prm = pjsua2.CallOpParam()
        prm.statusCode = sip_code
        try:
            self.hangup(prm)
        except pjsua2.Error:
            return  # it has ended by itself; its last event is in the inbox
        self.sip.cancelled()

    # What happened, told by the callbacks, in the worker's loop.

    def state_is(self, state: int, code: int) -> None:
        if self.state == OVER:
            return
        if state == pjsua2.PJSIP_INV_STATE_DISCONNECTED:
            self._over(code)
        elif state == pjsua2.PJSIP_INV_STATE_EARLY and self.state == DIALLING and not self._rings:
            self._rings = True
            self._home.tell(wire.RINGING, call=self.call_id, seen=self.sip.seen)
        elif state == pjsua2.PJSIP_INV_STATE_CONFIRMED and self.state == DIALLING:
            self._talking()
        elif state == pjsua2.PJSIP_INV_STATE_CONFIRMED and self.state == OFFERED:
            # It never said where it wants its audio: no SDP in the INVITE and none in the ACK.
            self._alarms.set("media", self._home.timeouts.media, lambda: self.end("media_timeout", 0))

    def media_changed(self) -> None:
        if self.state == OVER:
            return
        audio = self._audio
        self._watch.on_hold = audio.is_on_hold
        self._watch.sip_is_there()
        try:
            audio.open()
        finally:
            self._player.into(audio.media)
            self._recorder.of(audio.media)
        if audio.media is not None:
            audio.connect()
            self._keypad.hear(int(audio.media.getPortId()))
            if self._answering is not None:
                done, self._answering, self._unanswered = self._answering, None, None
                self._talking()
                done()

    def _talking(self) -> None:
        was_dialling, self.state = self.state == DIALLING, TALKING
        self._alarms.drop("no answer")
        self._watch.begin(was_dialling)
        in_band = not self._keypad.by_events
        self._home.tell(wire.ANSWERED, call=self.call_id, seen=self.sip.seen, final=self.sip.final, in_band=in_band)

    def peer_answered(self, code: int) -> None:
        self._watch.answered(code)

    def pressed(self, key: str) -> None:
        if self.state != TALKING:
            return
        self._home.tell(wire.KEY, call=self.call_id, key=key)
        self._player.pressed(key)
        self._recorder.pressed(key)

    # Within.

    def _needs(self, state: str) -> None:
        if self.state == OVER or self.hung_up:
            raise Refusal(wire.GONE, "the call has ended")
        if self.state != state:
            raise Refusal(wire.REFUSED, f"the call is {self.state}, not {state}")

    def _answer_with(self, sip_code: int) -> None:
        prm = pjsua2.CallOpParam()
        prm.statusCode = sip_code
        self.answer(prm)

    def _over(self, code: int) -> None:
        self._keypad.take()  # pressed before the BYE, and in the kernel still
        self._keypad.take_heard()
        if not self._cause and self._watch.found_gone(code):
            self._cause, self.hung_up = "media_timeout", True
        if not self._cause:
            self._cause = {TALKING: "normal", OFFERED: "cancelled"}.get(self.state, "")
        self.state = OVER
        self._alarms.drop_all()
        self._audio.close()
        self._keypad.close()
        self._recorder.close()
        self._player.close()
        unanswered, self._answering, self._unanswered = self._unanswered, None, None
        if unanswered is not None:
            unanswered()
        end: wire.Fields = {"cause": self._cause, "sip_code": self._redirected or code, "by_peer": not self.hung_up}
        self._leave(self, {**end, "silence": self.silence()})
