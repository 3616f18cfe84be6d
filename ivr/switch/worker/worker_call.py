"""One call inside a worker: its state, what it plays and records, whom it is bridged to, and how it ended.

pjsua2 calls back here; a callback only notes what happened in the worker's inbox, everything is done afterwards in
the worker's loop. Which calls there are, and talking to the engine, is the worker's business.
"""

from __future__ import annotations

import pjsua2

from ivr.switch import wire
from ivr.switch.worker.ears import Ears
from ivr.switch.worker.info import Info
from ivr.switch.worker.keypad import Keypad
from ivr.switch.worker.shield import disarm, is_harmless
from ivr.switch.worker.signs import Signs
from ivr.switch.worker.sound import Play, Recording, seconds_of
from ivr.switch.worker.telephone_event import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.switch.worker.alarms import Alarm
    from ivr.switch.worker.worker import Worker

OFFERED, DIALLING, TALKING, OVER = "offered", "dialling", "talking", "over"

QUIET_LEVEL = 8
"""Signal level, of 100 on the steps of u-law, up to which a peer counts as silent: about -45 dBFS."""
GONE = (0, 404, 408, 410, 481, 503)
"""What a question in a call is answered with when the call is not there any more, or nobody (RFC 5057 §5.1)."""
BEFORE_ITS_END = 1.0
"""s before the end of a prompt when signs of life are counted, to be compared with those at its end."""
FRAME = 0.02
"""s; the conference bridge takes in and gives out sound in pieces of this length."""
LAST_BREATH = 0.25
"""s between the end of what was said and our BYE: the peer still holds its last words in a jitter buffer, and drops
them when the call ends."""
OWED = 1.0
"""s after our CANCEL in which the final answer to the INVITE must come, and after our BYE to a peer that owes us an ACK
too its answer."""
TONES_EVERY = 0.5
"""s between two looks at what a recording has written, for tones of an exchange."""
HEAR_EVERY = 0.04
"""s between two looks for keys in the voice band, where keys come in no other way."""
LISTEN_EVERY = 0.1
"""s between two looks at the signal level of a recording."""


class Refusal(Exception):
    """A request that cannot be met; `code` is one of wire's error codes."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class WorkerCall(pjsua2.Call):  # type: ignore[misc]
    """A pjsua2 call with what the engine asked of it."""

    def __init__(self, worker: Worker, call_id: str, state: str, slot: int = -1, signalling: str = "") -> None:
        """`signalling`: the IP address that an INVITE came from."""
        super().__init__(worker.stack.account, slot)
        self.call_id = call_id
        self.state = state
        self._worker = worker
        self._ears = Ears(lambda media, room: worker.stack.about_media(self.getId(), media, room), signalling)
        self.invite = self.final = self.seen = ""
        """What the engine needs to end the call when this process cannot any more: see `dialog.py`."""
        self._keypad = Keypad(worker.stack, self._wire_has_keys)
        self._cause = ""
        self._hung_up = False
        self._answering: Callable[[], None] | None = None
        self._unanswered: Callable[[], None] | None = None
        self._play: Play | None = None
        self._play_over: Callable[[bool, str], None] | None = None
        self._play_gone: Callable[[], None] | None = None
        self._said_at = float("-inf")
        """When the last play came to its end."""
        self._recording: Recording | None = None
        self._recorded: Callable[[float, str, str], None] | None = None
        self._audio: pjsua2.AudioMedia | None = None
        self._line: AudioLine | None = None
        """As the last change of the media left it."""
        self._media_line = 0
        """Index of the line of the SDP that the audio is on."""
        self._partner: WorkerCall | None = None
        self._on_hold = False
        self._redirected = 0
        self._inviting = 0
        """Address of the transaction of our INVITE while it waits for its final answer."""
        self._acknowledged = False
        self._owed = 0
        """Address of the transaction of their INVITE, until its ACK has come."""
        self._parting = 0
        """Address of that of our BYE, until it is answered."""
        self.sip_call_id = ""
        self._rings = False
        self._signs = Signs(worker.alarms.now())
        self._probes = False
        """Whether we asked the peer by SIP if it is still there, and wait for its answer."""
        self._alarms: dict[str, Alarm] = {}
        self.closing = 0
        """Recordings that PJSIP has not yet closed."""

    # Callbacks of pjsua2. SIP's come in the owner's thread, those of RTP in PJSIP's.

    def onCallState(self, prm: pjsua2.OnCallStateParam) -> None:
        try:
            info = self.getInfo()
            state, code = info.state, int(info.lastStatusCode)
        except pjsua2.Error:  # an exception must not pass through PJSIP's C code
            state, code = pjsua2.PJSIP_INV_STATE_DISCONNECTED, 0
        if state == pjsua2.PJSIP_INV_STATE_CONFIRMED:
            self._acknowledged, self._owed = True, 0
            self._worker.entrance.settled(self.call_id)
        self._worker.soon(lambda: self._state_is(state, code))

    def onCreateMediaTransport(self, prm: pjsua2.OnCreateMediaTransportParam) -> None:
        self._ears.shut(int(prm.mediaTp))

    def onCallMediaState(self, prm: pjsua2.OnCallMediaStateParam) -> None:
        try:
            self._line = _audio_line(self.getInfo())
            self._expect_party(self._line)  # at once: until then strangers are kept out, and the party too
        except pjsua2.Error:  # an exception must not pass through PJSIP's C code
            return
        finally:
            self._worker.soon(self._media_changed)

    def onDtmfEvent(self, prm: pjsua2.OnDtmfEventParam) -> None:
        """Only where the kernel has no tap: `keypad.py`."""
        if prm.method == pjsua2.PJSUA_DTMF_METHOD_RFC2833:
            event = Event(str(prm.digit), int(prm.timestamp) * 8, int(prm.duration) * 8, bool(prm.flags & 2))
            self._worker.soon_from_thread(lambda: self._told_of_key(event))

    def onCallSdpCreated(self, prm: pjsua2.OnCallSdpCreatedParam) -> None:
        ours, theirs = str(prm.sdp.wholeSdp), str(prm.remSdp.wholeSdp)
        if self._keypad.agree(ours, theirs):
            prm.sdp.wholeSdp = self._keypad.with_events_of(ours, theirs)

    def onCallTsxState(self, prm: pjsua2.OnCallTsxStateParam) -> None:
        change = prm.e.body.tsxState
        tsx = change.tsx
        if tsx.role == pjsua2.PJSIP_ROLE_UAS and tsx.method == "INVITE":
            self._follow_their_invite(tsx.state, int(tsx.pjTransaction))
        if tsx.role == pjsua2.PJSIP_ROLE_UAC and tsx.method == "BYE":
            self._follow_bye(tsx.state, int(tsx.pjTransaction))
        if tsx.method == "INVITE" and not self.final:
            self._follow_invite(change, tsx.role == pjsua2.PJSIP_ROLE_UAC)
        if tsx.role == pjsua2.PJSIP_ROLE_UAC and tsx.method == "INVITE" and self.state == DIALLING:
            self._follow_own_invite(tsx.state, int(tsx.pjTransaction))
            if change.type == pjsua2.PJSIP_EVENT_RX_MSG and 200 <= tsx.statusCode < 300:
                self._keypad.answered_with(str(change.src.rdata.wholeMsg))
        if (
            tsx.method == "OPTIONS"
            and tsx.role == pjsua2.PJSIP_ROLE_UAC
            and tsx.state > pjsua2.PJSIP_TSX_STATE_PROCEEDING
        ):
            code = int(tsx.statusCode)
            self._worker.soon(lambda: self._probed(code))
        if tsx.method == "INFO" and tsx.role == pjsua2.PJSIP_ROLE_UAS and tsx.state == pjsua2.PJSIP_TSX_STATE_TRYING:
            received = change.src.rdata
            message = str(received.wholeMsg)
            info = Info(message)
            if not self._worker.stack.respond(int(received.pjRxData), info.code, info.reason):
                raw = message.encode("utf-8", "surrogateescape")
                if not is_harmless(raw):
                    disarm(int(received.pjRxData), raw)
            self._worker.soon(lambda: self._info(info.key))

    def _follow_invite(self, change: pjsua2.TsxStateEvent, is_ours: bool) -> None:
        accepted = 200 <= int(change.tsx.statusCode) < 300
        if change.type == pjsua2.PJSIP_EVENT_TX_MSG and is_ours and not self.invite:
            sent = change.src.tdata
            self.invite, self.seen = head_of(str(sent.wholeMsg)), str(sent.dstAddress)
        elif change.type == pjsua2.PJSIP_EVENT_TX_MSG and not is_ours and accepted:
            self.final = head_of(str(change.src.tdata.wholeMsg))
        elif change.type == pjsua2.PJSIP_EVENT_RX_MSG and is_ours:
            received = change.src.rdata
            self.seen = str(received.srcAddress)
            if accepted:
                self.final = head_of(str(received.wholeMsg))

    def _follow_own_invite(self, state: int, transaction: int) -> None:
        self._inviting = transaction if state == pjsua2.PJSIP_TSX_STATE_PROCEEDING else 0
        if self._inviting and self._hung_up:  # its first sign of life: only now does PJSIP send the CANCEL
            self._await_487()

    def _await_487(self) -> None:
        """A peer that takes our CANCEL owes the INVITE a final answer (RFC 3261 §9.2). Some never send it, and PJSIP
        would keep the line for half a minute: then the INVITE's transaction is ended here."""
        transaction, self._inviting = self._inviting, 0
        self._worker.alarms.after(OWED, lambda: self._give_up(transaction))

    def _follow_their_invite(self, state: int, transaction: int) -> None:
        if state >= pjsua2.PJSIP_TSX_STATE_TERMINATED:
            self._owed = 0 if transaction == self._owed else self._owed
        elif self.state == OFFERED:
            self._owed = transaction

    def give_up_ack(self) -> bool:
        """The peer does not acknowledge our answer: its call ends now. False when that is so already."""
        owed, self._owed = self._owed, 0
        if not owed or self.state != TALKING:
            return False
        self._hung_up, self._cause = True, "media_timeout"
        self._worker.stack.end_transaction(owed, 408)
        return True

    def _follow_bye(self, state: int, transaction: int) -> None:
        """A peer that did not acknowledge our answer will hardly answer our BYE: we do not wait long for it."""
        if self._parting not in (0, transaction):
            return
        self._parting = transaction if state < pjsua2.PJSIP_TSX_STATE_COMPLETED else 0
        if self._parting and not self._acknowledged:
            self._worker.soon(lambda: self._alarm("parting", OWED, self._give_up_bye))

    def _give_up_bye(self) -> None:
        if self._parting and self.state != OVER:
            self._worker.stack.end_transaction(self._parting, 408)

    def _give_up(self, transaction: int) -> None:
        try:
            still_there = str(self.getInfo().callIdString) == self.sip_call_id
        except pjsua2.Error:
            return  # nobody has the slot
        if still_there:  # and so is the transaction: the slot goes with it
            self._worker.stack.end_transaction(transaction, 487)

    def onCallRedirected(self, prm: pjsua2.OnCallRedirectedParam) -> int:
        self._redirected = int(prm.e.body.tsxState.tsx.statusCode)
        return int(pjsua2.PJSIP_REDIRECT_STOP)  # nor send us elsewhere

    def onCallTransferRequest(self, prm: pjsua2.OnCallTransferRequestParam) -> None:
        prm.statusCode = 603  # a peer must not make us dial

    def onCallReplaceRequest(self, prm: pjsua2.OnCallReplaceRequestParam) -> None:
        prm.statusCode = 603

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
            self._worker.entrance.answered(self.call_id)
        except pjsua2.Error as error:  # the peer's SDP was taken for good until its media had to be made
            self._answering = self._unanswered = None
            self._end("rejected", 488)
            raise Refusal(wire.GONE, f"cannot be answered: {error.reason}") from None

    def refuse(self, sip_code: int) -> None:
        self._needs(OFFERED)
        if not 300 <= sip_code <= 699:
            raise Refusal(wire.REFUSED, f"{sip_code} refuses no call")
        self._end("rejected", sip_code)

    def dial(self, target: str, caller_id: str, headers: list[str], timeout: float) -> None:
        """Send the INVITE. pjsua2.Error when PJSIP has no call left or cannot read the target."""
        prm = pjsua2.CallOpParam(True)
        prm.opt.videoCount = 0
        if caller_id:
            own = self._worker.own_uri.partition("@")[2]
            prm.txOption.localUri = f"<sip:{caller_id}@{own}>"
        for name, value in [*zip(headers[::2], headers[1::2], strict=True), ("X-Wardbell-Call", self.call_id)]:
            header = pjsua2.SipHeader()
            header.hName, header.hValue = name, value
            prm.txOption.headers.push_back(header)
        self.makeCall(target, prm)
        self.sip_call_id = str(self.getInfo().callIdString)
        self._alarm("no answer", timeout, lambda: self._end("no_answer", 0))

    def play(self, clips: list[str], stop_on: str, over: Callable[[bool, str], None], gone: Callable[[], None]) -> None:
        """`over(finished, key)` when it has ended, `gone()` when the call has."""
        self._needs(TALKING)
        seconds = [seconds_of(clip) for clip in clips]
        if any(length < 0 for length in seconds):
            raise Refusal(wire.REFUSED, f"no 8 kHz mono 16-bit WAV: {clips[seconds.index(-1.0)]}")
        if not clips:
            raise Refusal(wire.REFUSED, "nothing to play")
        self._end_play(False, "")
        self._play = Play(clips, seconds, stop_on, self._worker.silence)
        self._play_over, self._play_gone = over, gone
        if self._audio is not None:
            self._play.into(self._audio)
        self._alarm("play", self._play.seconds + FRAME, self._played_out)
        self._alarm("signs", max(0.0, sum(seconds) - BEFORE_ITS_END), self._look_for_signs)

    def stop(self) -> None:
        self._needs(TALKING)
        self._end_play(False, "")

    def record(
        self, path: str, limit: float, silence: float, end_keys: str, done: Callable[[float, str, str], None]
    ) -> None:
        """`done(seconds, why, key)` when the file is whole."""
        self._needs(TALKING)
        if self._recording is not None:
            raise Refusal(wire.REFUSED, "a recording is under way")
        self._recording = Recording(path, end_keys, silence)
        self._recorded = done
        if self._audio is not None:
            self._recording.of(self._audio)
        self._alarm("recording", limit, lambda: self._end_recording("limit", ""))
        if silence > 0:
            self._alarm("silence", LISTEN_EVERY, self._listen_for_silence)
        self._alarm("tones", TONES_EVERY, self._listen_for_tones)

    def stop_recording(self) -> None:
        self._needs(TALKING)
        self._end_recording("stopped", "")

    def bridge(self, other: WorkerCall) -> None:
        self._needs(TALKING)
        other._needs(TALKING)
        if other is self:
            raise Refusal(wire.REFUSED, "a call cannot be bridged to itself")
        self.unbridge()
        other.unbridge()
        self._partner, other._partner = other, self
        self._connect_partner()

    def unbridge(self) -> None:
        self._needs(TALKING)
        partner, self._partner = self._partner, None
        if partner is None:
            return
        partner._partner = None
        if self._audio is not None and partner._audio is not None:
            _disconnect(self._audio, partner._audio)
            _disconnect(partner._audio, self._audio)

    def hang_up(self, sip_code: int) -> None:
        """Not in the middle of the last word: `LAST_BREATH`."""
        if self.state == TALKING:
            breath = self._said_at + LAST_BREATH - self._worker.alarms.now()
            if breath > 0:
                self._alarm("last breath", breath, lambda: self._end("normal", 0))
            else:
                self._end("normal", 0)
        elif self.state == DIALLING:
            self._end("cancelled", 0)
        elif self.state == OFFERED:
            self._end("rejected", sip_code if 300 <= sip_code <= 699 else 603)

    # What happened, told by the callbacks, in the worker's loop.

    def _state_is(self, state: int, code: int) -> None:
        if self.state == OVER:
            return
        if state == pjsua2.PJSIP_INV_STATE_DISCONNECTED:
            self._over(code)
        elif state == pjsua2.PJSIP_INV_STATE_EARLY and self.state == DIALLING and not self._rings:
            self._rings = True
            self._worker.tell(wire.RINGING, call=self.call_id, seen=self.seen)
        elif state == pjsua2.PJSIP_INV_STATE_CONFIRMED and self.state == DIALLING:
            self._talking()
            self._tell_answered()
        elif state == pjsua2.PJSIP_INV_STATE_CONFIRMED and self.state == OFFERED:
            # It never said where it wants its audio: no SDP in the INVITE and none in the ACK.
            self._alarm("media", self._worker.media_timeout, lambda: self._end("media_timeout", 0))

    def _media_changed(self) -> None:
        if self.state == OVER:
            return
        line = self._line
        status = pjsua2.PJSUA_CALL_MEDIA_NONE if line is None else line.status
        self._on_hold = status in (pjsua2.PJSUA_CALL_MEDIA_REMOTE_HOLD, pjsua2.PJSUA_CALL_MEDIA_NONE)
        self._signs.answered_at = self._worker.alarms.now()
        self._audio = None
        if line is not None and line.slot >= 0:
            self._audio = self.getAudioMedia(line.at)
            self._media_line = line.index
        if self._audio is not None:
            if self._play is not None:
                self._play.into(self._audio)
            if self._recording is not None:
                self._recording.of(self._audio)
            self._connect_partner()
            self._listen_to_voice_band()
            if self._answering is not None:
                done, self._answering, self._unanswered = self._answering, None, None
                self._talking()
                self._tell_answered()
                done()

    def _expect_party(self, line: AudioLine | None) -> None:
        if line is not None and line.slot >= 0:
            stream = self.getStreamInfo(line.index)
            now = self._worker.alarms.now()
            self._ears.expect(line.index, str(stream.remoteRtpAddress), str(stream.remoteRtcpAddress), now)
            # Before our 200 is out, so before the peer can press a key.
            self._keypad.listen(self.getId(), line.index, self._ears.party)
            self._look_again(now)

    def _look_for_party(self) -> None:
        if self.state != OVER:
            now = self._worker.alarms.now()
            if self._ears.look(self._count_packets(), now, self._keypad.sender):
                self._keypad.let_in(self._ears.party)
            self._look_again(now)

    def _look_again(self, now: float) -> None:
        again = self._ears.party.next_look(now)
        if again:
            self._alarm("party", again, self._look_for_party)

    def _talking(self) -> None:
        was_dialling, self.state = self.state == DIALLING, TALKING
        self._drop_alarm("no answer")
        self._signs = Signs(self._worker.alarms.now())
        if was_dialling:
            self._look_for_signs()  # not to take for new what came while it rang
        self._watch_on()

    def _wire_has_keys(self) -> None:
        """From the thread that takes in RTP."""
        self._worker.soon_from_thread(self.take_keys)

    def take_keys(self) -> None:
        """Whatever of keys lies in the tap by now."""
        for key in self._keypad.take(self._worker.alarms.now()):
            self._pressed(key)

    def _tell_answered(self) -> None:
        in_band = not self._keypad.by_events
        self._worker.tell(wire.ANSWERED, call=self.call_id, seen=self.seen, final=self.final, in_band=in_band)

    def _listen_to_voice_band(self) -> None:
        if self._audio is not None and self._keypad.hear(int(self._audio.getPortId())):
            self._alarm("voice band", HEAR_EVERY, self._hear_voice_band)

    def _hear_voice_band(self) -> None:
        for key in self._keypad.heard(self._worker.alarms.now()):
            self._pressed(key)
        if self._keypad.hears:
            self._alarm("voice band", HEAR_EVERY, self._hear_voice_band)

    def _told_of_key(self, event: Event) -> None:
        if self._keypad.told(event, self._worker.alarms.now()):
            self._pressed(event.key)

    def _info(self, key: str) -> None:
        if self._keypad.info(key, self._worker.alarms.now()):
            self._pressed(key)

    def _pressed(self, key: str) -> None:
        if self.state != TALKING:
            return
        self._worker.tell(wire.KEY, call=self.call_id, key=key)
        if self._play is not None and key in self._play.stop_on:
            self._end_play(False, key)
        if self._recording is not None and key in self._recording.end_keys:
            self._end_recording("key", key)

    def _played_out(self) -> None:
        if self._play is None:
            return
        self._worker.drop_later(self._play.rest())
        if self._play.goes_on():
            self._alarm("play", self._play.seconds, self._played_out)
        else:
            self._said_at = self._worker.alarms.now()
            self._look_for_signs()
            self._end_play(True, "")

    def _listen_for_silence(self) -> None:
        if self._recording is None:
            return
        level = 0 if self._audio is None else self._audio.getTxLevel()  # what the port transmits to us
        self._recording.quiet = 0.0 if level > QUIET_LEVEL else self._recording.quiet + LISTEN_EVERY
        if self._recording.quiet >= self._recording.silence:
            self._end_recording("silence", "")
        else:
            self._alarm("silence", LISTEN_EVERY, self._listen_for_silence)

    def _listen_for_tones(self) -> None:
        """A caller's line that went dead without a BYE sends a busy tone: as good as silence."""
        if self._recording is None:
            return
        if self._recording.is_dead():
            self._end_recording("silence", "")
        else:
            self._alarm("tones", TONES_EVERY, self._listen_for_tones)

    def _watch_media(self) -> None:
        """A peer that vanished sends neither RTP nor reports; there is no other way to notice."""
        if self.state != TALKING:
            return
        self._look_for_signs()
        now = self._worker.alarms.now()
        if self._signs.absence(now) >= self._patience and not self._probes:
            if self._on_hold or self._signs.silence(now) >= self._worker.silence_timeout:
                self._end("media_timeout", 0)
                return
            self._probe()
        self._watch_on()

    def _watch_on(self) -> None:
        self._alarm("media", max(0.1, min(self._patience / 4, 5.0)), self._watch_media)

    @property
    def _patience(self) -> float:
        """s without anything of the peer until it is asked whether it is still there."""
        return self._worker.hold_timeout if self._on_hold else self._worker.media_timeout

    def _probe(self) -> None:
        """It sends nothing, but may listen: its SIP knows whether the call is still there (RFC 3261 §11)."""
        prm = pjsua2.CallSendRequestParam()
        prm.method = "OPTIONS"
        self._probes = True
        try:
            self.sendRequest(prm)
        except pjsua2.Error:
            self._end("media_timeout", 0)

    def _probed(self, sip_code: int) -> None:
        if not self._probes or self.state != TALKING:
            return
        self._probes = False
        if sip_code in GONE:
            self._end("media_timeout", 0)
        else:
            self._signs.answered_at = self._worker.alarms.now()

    def silence(self) -> float:
        """s since the last sign of life of the peer."""
        return self._signs.silence(self._worker.alarms.now())

    def _look_for_signs(self) -> None:
        if self._audio is None:  # the peer holds the call: no stream
            return
        try:
            rtcp = self.getStreamStat(self._media_line).rtcp
        except pjsua2.Error:  # the stream ends this very moment
            return
        packets = int(rtcp.rxStat.pkt) + self._keypad.packets
        self._signs.seen(packets, int(rtcp.txStat.updateCount), self._worker.alarms.now())

    def _count_packets(self) -> int:
        if self._audio is None:
            return 0
        try:
            rtcp = self.getStreamStat(self._media_line).rtcp
        except pjsua2.Error:  # the stream ends this very moment
            return 0
        return int(rtcp.rxStat.pkt) + int(rtcp.txStat.updateCount) + self._keypad.packets

    # Within.

    def _needs(self, state: str) -> None:
        if self.state == OVER or self._hung_up:
            raise Refusal(wire.GONE, "the call has ended")
        if self.state != state:
            raise Refusal(wire.REFUSED, f"the call is {self.state}, not {state}")

    def _answer_with(self, sip_code: int) -> None:
        prm = pjsua2.CallOpParam()
        prm.statusCode = sip_code
        self.answer(prm)

    def _end(self, cause: str, sip_code: int) -> None:
        if self._hung_up or self.state == OVER:
            return
        self._look_for_signs()
        self._hung_up, self._cause = True, cause
        if self._parting:  # PJSIP has hung up by itself
            return
        prm = pjsua2.CallOpParam()
        prm.statusCode = sip_code
        try:
            self.hangup(prm)
        except pjsua2.Error:
            return  # it has ended by itself; its last event is in the inbox
        if self._inviting:
            self._await_487()

    def _over(self, code: int) -> None:
        self.take_keys()  # pressed before the BYE, and in the kernel still
        for key in self._keypad.heard(self._worker.alarms.now()):
            self._pressed(key)
        if not self._cause and self._probes and code in GONE:  # PJSIP ends a call by itself when its peer says so
            self._cause, self._hung_up = "media_timeout", True
        if not self._cause:
            self._cause = {TALKING: "normal", OFFERED: "cancelled"}.get(self.state, "")
        self.state = OVER
        for name in list(self._alarms):
            self._drop_alarm(name)
        if self._partner is not None:
            self._partner._partner = None
            self._partner = None
        self._audio = None
        self._keypad.close()
        self._end_recording("hung_up", "")
        gone = self._play_gone
        if self._play is not None:
            self._play.stop()
            self._play = self._play_over = self._play_gone = None
            if gone is not None:
                gone()
        unanswered, self._answering, self._unanswered = self._unanswered, None, None
        if unanswered is not None:
            unanswered()
        self._worker.leave(
            self,
            cause=self._cause,
            sip_code=self._redirected or code,
            by_peer=not self._hung_up,
            silence=self.silence(),
        )

    def _end_play(self, finished: bool, key: str) -> None:
        play, over = self._play, self._play_over
        self._play = self._play_over = self._play_gone = None
        self._drop_alarm("play")
        if play is not None:
            play.stop()
        if over is not None:
            over(finished, key)

    def _end_recording(self, why: str, key: str) -> None:
        recording, done = self._recording, self._recorded
        self._recording = self._recorded = None
        self._drop_alarm("recording")
        self._drop_alarm("silence")
        self._drop_alarm("tones")
        if recording is None or done is None:
            return
        recording.close()
        self.closing += 1
        self._await_file(recording, lambda seconds: done(seconds, why, key), 100)

    def _await_file(self, recording: Recording, done: Callable[[float], None], looks: int) -> None:
        """PJSIP closes the file at the next tick of its clock or two."""
        seconds = recording.seconds()
        if seconds is None and looks:
            self._worker.alarms.after(0.01, lambda: self._await_file(recording, done, looks - 1))
            return
        self.closing -= 1
        done(seconds or 0.0)

    def _connect_partner(self) -> None:
        partner = self._partner
        if partner is not None and self._audio is not None and partner._audio is not None:
            self._audio.startTransmit(partner._audio)
            partner._audio.startTransmit(self._audio)

    def _alarm(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        self._drop_alarm(name)
        self._alarms[name] = self._worker.alarms.after(seconds, action)

    def _drop_alarm(self, name: str) -> None:
        alarm = self._alarms.pop(name, None)
        if alarm is not None:
            alarm.cancel()


class AudioLine:
    """A line of audio in what both sides agreed upon."""

    __slots__ = ("at", "index", "slot", "status")

    def __init__(self, at: int, line: pjsua2.CallMediaInfo) -> None:
        self.at = at
        """Its place among the lines that PJSIP tells: those of other media may be left out."""
        self.index = int(line.index)
        self.slot = int(line.audioConfSlot)
        """In the conference bridge; -1 while nothing can be heard on it."""
        self.status = int(line.status)


def _audio_line(info: pjsua2.CallInfo) -> AudioLine | None:
    """The line that was taken. It need not be the first: those before it may want encryption, or be switched off."""
    media = info.media  # its lines live as long as `info`
    lines = [AudioLine(at, media[at]) for at in range(len(media)) if media[at].type == pjsua2.PJMEDIA_TYPE_AUDIO]
    return next((line for line in lines if line.slot >= 0), lines[0] if lines else None)


def head_of(message: str) -> str:
    """A SIP message without its body, as it can be told to the engine."""
    return message.partition("\r\n\r\n")[0].encode(errors="replace").decode()[:30_000]


def _disconnect(source: pjsua2.AudioMedia, sink: pjsua2.AudioMedia) -> None:
    try:
        source.stopTransmit(sink)
    except pjsua2.Error:  # the peer's re-INVITE has just taken one of them away
        return
