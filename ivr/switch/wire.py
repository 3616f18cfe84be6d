"""Every message between the engine and a media worker: names, fields, types. The only place where they are declared.

The wire format is AMP (Asynchronous Messaging Protocol: boxes of length-prefixed keys and values). Both ends read and
write boxes by themselves (`boxes.py`): importing Twisted would cost every worker some 20 MB, and the engine a fifth of
what it does for a call. So nothing here may import it, nor `dataclasses` or `typing`, which cost a worker another 2 MB.

Raise VERSION with every change: the engine refuses a worker that speaks another one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

VERSION = 7

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Value: TypeAlias = str | int | float | bool | list[str]
    Fields: TypeAlias = dict[str, Value]


class FieldType(ABC):
    """How one value travels, byte for byte as AMP's own arguments do. `pack` and `unpack` raise ValueError."""

    @abstractmethod
    def pack(self, value: Value) -> bytes: ...

    @abstractmethod
    def unpack(self, packed: bytes) -> Value: ...


class _Text(FieldType):
    def pack(self, value: Value) -> bytes:
        return str(value).encode()

    def unpack(self, packed: bytes) -> str:
        return packed.decode()


class _Whole(FieldType):
    def pack(self, value: Value) -> bytes:
        return str(int(value)).encode()  # type: ignore[arg-type]

    def unpack(self, packed: bytes) -> int:
        return int(packed)


class _Number(FieldType):
    def pack(self, value: Value) -> bytes:
        return repr(float(value)).encode()  # type: ignore[arg-type]

    def unpack(self, packed: bytes) -> float:
        return float(packed)


class _Flag(FieldType):
    def pack(self, value: Value) -> bytes:
        return b"True" if value else b"False"

    def unpack(self, packed: bytes) -> bool:
        if packed not in (b"True", b"False"):
            raise ValueError(f"not a flag: {packed!r}")
        return packed == b"True"


class _Texts(FieldType):
    """A list of texts, each behind its length in two bytes (AMP's ListOf)."""

    def pack(self, value: Value) -> bytes:
        items = [item.encode() for item in value]  # type: ignore[union-attr]
        return b"".join(len(item).to_bytes(2, "big") + item for item in items)

    def unpack(self, packed: bytes) -> list[str]:
        items, at = [], 0
        while at < len(packed):
            end = at + 2 + int.from_bytes(packed[at : at + 2], "big")
            if end > len(packed):
                raise ValueError("a list that is cut off")
            items.append(packed[at + 2 : end].decode())
            at = end
        return items


TEXT, WHOLE, NUMBER, FLAG, TEXTS = _Text(), _Whole(), _Number(), _Flag(), _Texts()


class Message:
    """One declared message. `answer` is None for an event: nothing comes back."""

    def __init__(self, name: str, fields: dict[str, FieldType], answer: dict[str, FieldType] | None = None) -> None:
        self.name = name
        self.fields = fields
        self.answer = answer
        self.command = name.encode()
        self._fields = _wired(fields)
        self._answer = _wired(answer or {})

    def pack(self, values: Fields) -> dict[bytes, bytes]:
        """Field values to a box; KeyError when one is missing."""
        return {wired: kind.pack(values[name]) for name, wired, kind in self._fields}

    def unpack(self, box: dict[bytes, bytes]) -> Fields:
        """A box to field values; KeyError or ValueError when it does not fit."""
        return {name: kind.unpack(box[wired]) for name, wired, kind in self._fields}

    def pack_answer(self, values: Fields) -> dict[bytes, bytes]:
        return {wired: kind.pack(values[name]) for name, wired, kind in self._answer}

    def unpack_answer(self, box: dict[bytes, bytes]) -> Fields:
        return {name: kind.unpack(box[wired]) for name, wired, kind in self._answer}


def _wired(types: dict[str, FieldType]) -> list[tuple[str, bytes, FieldType]]:
    return [(name, name.encode(), kind) for name, kind in types.items()]


# What the engine asks of a worker. `call` is the id of a call, 32 hex digits, ours.

START = Message(
    "Start",
    {
        "version": WHOLE,
        "address": TEXT,  # to bind SIP and RTP to
        "port": WHOLE,  # SIP on UDP and TCP; 0 is any free port
        "public_address": TEXT,  # to tell peers instead of `address`, or empty
        "lines": WHOLE,  # at most so many calls; 0 is what the build holds
        "rtp_port": WHOLE,  # first RTP port; 0 is any free port
        "rtp_ports": WHOLE,  # how many ports from there
        "media_timeout": NUMBER,  # s without a packet from the peer until it is asked whether it is still there
        "silence_timeout": NUMBER,  # s without a packet until the call is ended although it says so
        "hold_timeout": NUMBER,  # s, the same while the peer holds the call
        "ack_timeout": NUMBER,  # s that SIP transactions last: an ACK or a response that never comes
        "user_agent": TEXT,
        "log_level": WHOLE,  # of PJSIP's own log on stderr: 0 nothing, 1 errors ... 6 everything but keys
    },
    {"version": WHOLE, "lines": WHOLE, "port": WHOLE, "pjsip": TEXT},
)
RING = Message("Ring", {"call": TEXT}, {})
ANSWER = Message("Answer", {"call": TEXT}, {})  # answered when audio flows
REJECT = Message("Reject", {"call": TEXT, "sip_code": WHOLE}, {})
PLAY = Message(  # answered when the play is over
    "Play", {"call": TEXT, "clips": TEXTS, "stop_on": TEXT}, {"finished": FLAG, "stopped_by": TEXT, "silence": NUMBER}
)
STOP = Message("Stop", {"call": TEXT}, {})
RECORD = Message(  # answered when the recording is complete on disk
    "Record",
    {"call": TEXT, "path": TEXT, "limit": NUMBER, "silence": NUMBER, "end_keys": TEXT},
    {"seconds": NUMBER, "ended": TEXT, "key": TEXT},
)
STOP_RECORDING = Message("StopRecording", {"call": TEXT}, {})
BRIDGE = Message("Bridge", {"call": TEXT, "other": TEXT}, {})
UNBRIDGE = Message("Unbridge", {"call": TEXT}, {})
HANG_UP = Message("HangUp", {"call": TEXT, "sip_code": WHOLE}, {})
DIAL = Message(
    "Dial",
    {
        "call": TEXT,
        "target": TEXT,
        "caller_id": TEXT,
        "timeout": NUMBER,
        "headers": TEXTS,  # name, value, name, value
    },
    {"invite": TEXT, "seen": TEXT},  # the head of our INVITE; address:port that it went to
)
DRAIN = Message("Drain", {}, {})  # refuse new calls with 503 from now on
PING = Message("Ping", {}, {})
QUIT = Message("Quit", {}, {})  # hang up what is left and exit

REQUESTS = {
    message.name: message
    for message in (
        *(START, RING, ANSWER, REJECT, PLAY, STOP, RECORD, STOP_RECORDING),
        *(BRIDGE, UNBRIDGE, HANG_UP, DIAL, DRAIN, PING, QUIT),
    )
}

# What a worker tells the engine.

OFFERED = Message(
    "Offered",
    {
        "call": TEXT,
        "dialled": TEXT,
        "caller": TEXT,
        "display": TEXT,
        "asserted": TEXTS,  # number and display name that the peer vouches for; none when it does not
        "diversions": TEXTS,  # number, reason, number, reason; the last who forwarded it first
        "peer": TEXT,  # the IP address that sent the INVITE
        "seen": TEXT,  # the same with its port
        "invite": TEXT,  # the head of the INVITE
        "headers": TEXTS,  # name, value, name, value
    },
)
TURNED_AWAY = Message(  # a call that was refused before it was offered
    "TurnedAway",
    {
        "call": TEXT,
        "dialled": TEXT,
        "caller": TEXT,
        "display": TEXT,
        "asserted": TEXTS,
        "peer": TEXT,
        "sip_code": WHOLE,
        "why": TEXT,
        "codecs": TEXT,  # what was offered, in words
    },
)
RINGING = Message("Ringing", {"call": TEXT, "seen": TEXT})
ANSWERED = Message("Answered", {"call": TEXT, "seen": TEXT, "final": TEXT, "in_band": FLAG})
"""`final` is the head of the 200, theirs or ours; `seen` the address:port that the peer's last message came from;
`in_band`: the peer offers no key events, its keys are listened for in its sound."""
KEY = Message("Key", {"call": TEXT, "key": TEXT})
ENDED = Message("Ended", {"call": TEXT, "cause": TEXT, "sip_code": WHOLE, "by_peer": FLAG, "silence": NUMBER})
"""`silence` is for how many s the peer had given no sign of life.
`cause` is a value of `line.Cause`, or empty: then the SIP code alone tells it."""

EVENTS = {message.name: message for message in (OFFERED, TURNED_AWAY, RINGING, ANSWERED, KEY, ENDED)}

# Why a request failed (AMP error codes).

GONE = "GONE"  # the call has ended
NO_LINE = "NO_LINE"  # every call of this build of PJSIP is in use
REFUSED = "REFUSED"  # wrong state, wrong target, a missing clip
