"""What a call keeps of what its peer says: one recording at a time, until a key, silence, its limit or the end of the
call ends it and the file is whole. The sound is `sound.py`'s."""

from __future__ import annotations

from ivr.switch import wire
from ivr.switch.worker.refusal import Refusal
from ivr.switch.worker.sound import Recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    import pjsua2

    from ivr.switch.worker.alarms import NamedAlarms

QUIET_LEVEL = 8
"""Signal level, of 100 on the steps of u-law, up to which a peer counts as silent: about -45 dBFS."""
TONES_EVERY = 0.5
"""s between two looks at what a recording has written, for tones of an exchange."""
LISTEN_EVERY = 0.1
"""s between two looks at the signal level of a recording."""
WHOLE_EVERY = 0.01
"""s between two looks whether PJSIP has closed a file."""
MOST_LOOKS = 100


class Recorder:
    """Of one call."""

    __slots__ = ("_alarms", "_done", "_recording", "_source", "closing")

    def __init__(self, alarms: NamedAlarms) -> None:
        self._alarms = alarms
        self._source: pjsua2.AudioMedia | None = None
        self._recording: Recording | None = None
        self._done: Callable[[float, str, str], None] | None = None
        self.closing = 0
        """Recordings that PJSIP has not yet closed."""

    def of(self, source: pjsua2.AudioMedia | None) -> None:
        """The call's audio was set up anew; None while nothing comes of the peer."""
        self._source = source
        if self._recording is not None and source is not None:
            self._recording.of(source)

    def record(
        self, path: str, limit: float, silence: float, end_keys: str, done: Callable[[float, str, str], None]
    ) -> None:
        """`done(seconds, why, key)` when the file is whole."""
        if self._recording is not None:
            raise Refusal(wire.REFUSED, "a recording is under way")
        self._recording = Recording(path, end_keys, silence)
        self._done = done
        if self._source is not None:
            self._recording.of(self._source)
        self._alarms.set("recording", limit, lambda: self.end("limit"))
        if silence > 0:
            self._alarms.set("silence", LISTEN_EVERY, self._listen_for_silence)
        self._alarms.set("tones", TONES_EVERY, self._listen_for_tones)

    def pressed(self, key: str) -> None:
        """It ends the recording if it was told to."""
        if self._recording is not None and key in self._recording.end_keys:
            self.end("key", key)

    def close(self) -> None:
        """The call is over."""
        self._source = None
        self.end("hung_up")

    def end(self, why: str, key: str = "") -> None:
        """`why` is a value of `line.RecordEnd`. None under way is no error."""
        recording, done = self._recording, self._done
        self._recording = self._done = None
        self._alarms.drop("recording")
        self._alarms.drop("silence")
        self._alarms.drop("tones")
        if recording is None or done is None:
            return
        recording.close()
        self.closing += 1
        self._await_file(recording, lambda seconds: done(seconds, why, key), MOST_LOOKS)

    def _await_file(self, recording: Recording, done: Callable[[float], None], looks: int) -> None:
        """PJSIP closes the file at the next tick of its clock or two."""
        seconds = recording.seconds()
        if seconds is None and looks:
            self._alarms.after(WHOLE_EVERY, lambda: self._await_file(recording, done, looks - 1))
            return
        self.closing -= 1
        done(seconds or 0.0)

    def _listen_for_silence(self) -> None:
        if self._recording is None:
            return
        level = 0 if self._source is None else self._source.getTxLevel()  # what the port transmits to us
        self._recording.quiet = 0.0 if level > QUIET_LEVEL else self._recording.quiet + LISTEN_EVERY
        if self._recording.quiet >= self._recording.silence:
            self.end("silence")
        else:
            self._alarms.set("silence", LISTEN_EVERY, self._listen_for_silence)

    def _listen_for_tones(self) -> None:
        """A caller's line that went dead without a BYE sends a busy tone: as good as silence."""
        if self._recording is None:
            return
        if self._recording.is_dead():
            self.end("silence")
        else:
            self._alarms.set("tones", TONES_EVERY, self._listen_for_tones)
