"""The sound of one call: on which line of its SDP it is, from whom it is taken, with which other call it is bridged.

Who that may be is for `ears.py`; what is played into it and recorded from it for `player.py` and `recorder.py`.
"""

from __future__ import annotations

import pjsua2

from ivr.switch.worker.ears import Ears

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ivr.switch.worker.alarms import NamedAlarms
    from ivr.switch.worker.keypad import Keypad
    from ivr.switch.worker.stack import Stack


class CallAudio:
    """Of one call."""

    __slots__ = ("_alarms", "_call", "_ears", "_index", "_is_closed", "_keypad", "_line", "_partner", "media")

    def __init__(self, call: pjsua2.Call, stack: Stack, alarms: NamedAlarms, keypad: Keypad, signalling: str) -> None:
        """`signalling`: the IP address that an INVITE came from."""
        self._call = call
        self._alarms = alarms
        self._keypad = keypad
        self._ears = Ears(lambda media, room: stack.about_media(call.getId(), media, room), signalling)
        self._line: _AudioLine | None = None
        """As the last change of the media left it."""
        self.media: pjsua2.AudioMedia | None = None
        """In the conference bridge; None while nothing is heard, as when the peer holds the call."""
        self._index = 0
        """Of the line of the SDP that it is on."""
        self._partner: CallAudio | None = None
        self._is_closed = False

    # In PJSIP's callbacks.

    def shut(self, transport: int) -> None:
        """New ports let nobody in, before anybody was told of them."""
        self._ears.shut(transport)

    def agreed(self) -> None:
        """An SDP was agreed upon: at once, for until then strangers are kept out, and the party too. Raises
        pjsua2.Error."""
        self._line = line = _audio_line(self._call.getInfo())
        if line is not None and line.slot >= 0:
            stream = self._call.getStreamInfo(line.index)
            now = self._alarms.now()
            self._ears.expect(line.index, str(stream.remoteRtpAddress), str(stream.remoteRtcpAddress), now)
            # Before our 200 is out, so before the peer can press a key.
            self._keypad.listen(self._call.getId(), line.index, self._ears.party)
            self._look_again(now)

    # In the worker's loop.

    def open(self) -> None:
        """The media were set up anew: take the sound from where it is now."""
        self.media = None
        line = self._line
        if line is not None and line.slot >= 0:
            self.media = self._call.getAudioMedia(line.at)
            self._index = line.index

    @property
    def is_on_hold(self) -> bool:
        """Whether the peer does not want to hear us now."""
        held = (pjsua2.PJSUA_CALL_MEDIA_REMOTE_HOLD, pjsua2.PJSUA_CALL_MEDIA_NONE)
        return self._line is None or self._line.status in held

    def received(self) -> tuple[int, int] | None:
        """Packets and reports that have come in so far; None while there is no stream."""
        if self.media is None:
            return None
        try:
            rtcp = self._call.getStreamStat(self._index).rtcp
        except pjsua2.Error:  # the stream ends this very moment
            return None
        return int(rtcp.rxStat.pkt) + self._keypad.packets, int(rtcp.txStat.updateCount)

    def join(self, other: CallAudio) -> None:
        """Both hear each other, and nobody else."""
        self.part()
        other.part()
        self._partner, other._partner = other, self
        self.connect()

    def connect(self) -> None:
        """The two that were joined, if there is sound of both."""
        partner = self._partner
        if partner is not None and self.media is not None and partner.media is not None:
            self.media.startTransmit(partner.media)
            partner.media.startTransmit(self.media)

    def part(self) -> None:
        """Joined with nobody is no error."""
        partner, self._partner = self._partner, None
        if partner is None:
            return
        partner._partner = None
        if self.media is not None and partner.media is not None:
            _disconnect(self.media, partner.media)
            _disconnect(partner.media, self.media)

    def close(self) -> None:
        """The call is over, and PJSIP has taken its sound out of the bridge."""
        self._is_closed = True
        self.media = None
        self.part()

    def _look_for_party(self) -> None:
        if not self._is_closed:
            now = self._alarms.now()
            if self._ears.look(sum(self.received() or ()), now, self._keypad.sender):
                self._keypad.let_in(self._ears.party)
            self._look_again(now)

    def _look_again(self, now: float) -> None:
        again = self._ears.party.next_look(now)
        if again:
            self._alarms.set("party", again, self._look_for_party)


class _AudioLine:
    """A line of audio in what both sides agreed upon."""

    __slots__ = ("at", "index", "slot", "status")

    def __init__(self, at: int, line: pjsua2.CallMediaInfo) -> None:
        self.at = at
        """Its place among the lines that PJSIP tells: those of other media may be left out."""
        self.index = int(line.index)
        self.slot = int(line.audioConfSlot)
        """In the conference bridge; -1 while nothing can be heard on it."""
        self.status = int(line.status)


def _audio_line(info: pjsua2.CallInfo) -> _AudioLine | None:
    """The line that was taken. It need not be the first: those before it may want encryption, or be switched off."""
    media = info.media  # its lines live as long as `info`
    lines = [_AudioLine(at, media[at]) for at in range(len(media)) if media[at].type == pjsua2.PJMEDIA_TYPE_AUDIO]
    return next((line for line in lines if line.slot >= 0), lines[0] if lines else None)


def _disconnect(source: pjsua2.AudioMedia, sink: pjsua2.AudioMedia) -> None:
    try:
        source.stopTransmit(sink)
    except pjsua2.Error:  # the peer's re-INVITE has just taken one of them away
        return
