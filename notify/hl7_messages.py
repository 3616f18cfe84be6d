"""Reads an HL7 v2 ADT message into the few facts that a notice speaks of.

Fields used, unless `hl7: fields:` of the rules file says otherwise: the ward PV1-3.1, room PV1-3.2
and bed PV1-3.3; the department PV1-10 (its code; PV1-10.2, where sent, its text) or else PV1-3.4;
the visit PV1-19. Urgent: PV1-4 is E (emergency) or U (urgent), or PV1-2 is E. MSH-3, MSH-4, MSH-9
to MSH-12 and MSH-18 steer the reading. No name, sex, age or diagnosis is ever taken from a message.

The `hl7` package splits the message; everything that it may throw at broken input is caught here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import hl7

from notify.errors import MessageBroken
from notify.hl7_header import Header

LONGEST = 64
"""Characters of a field that is used; a longer one is a fault of the sender."""

_PATH = re.compile(r"([A-Z][A-Z0-9]{2})-([1-9][0-9]{0,2})(?:\.([1-9][0-9]?))?(?:\.([1-9][0-9]?))?\Z")


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A place in a message, written `PV1-3.1`: segment, field, component, sub-component."""

    segment: str
    number: int
    component: int = 1
    subcomponent: int = 1

    @classmethod
    def parse(cls, text: str) -> FieldPath | None:
        """The path that `text` writes, or None."""
        found = _PATH.match(text)
        if found is None:
            return None
        segment, *numbers = found.groups()
        return cls(segment, *(int(number) for number in numbers if number))

    def __str__(self) -> str:
        return f"{self.segment}-{self.number}.{self.component}"

    @property
    def err(self) -> str:
        """As ERR-2 writes it: segment, sequence, field, repetition, component."""
        return f"{self.segment}^1^{self.number}^1^{self.component}"


def _paths(*texts: str) -> tuple[FieldPath, ...]:
    return tuple(path for path in map(FieldPath.parse, texts) if path is not None)


FIELDS: Mapping[str, tuple[FieldPath, ...]] = {
    "ward": _paths("PV1-3.1"),
    "room": _paths("PV1-3.2"),
    "bed": _paths("PV1-3.3"),
    "department": _paths("PV1-10.1", "PV1-3.4"),
    "department_text": _paths("PV1-10.2"),
    "visit": _paths("PV1-19.1"),
}
"""What is read from where: the first place that is filled counts."""

URGENT: tuple[tuple[FieldPath, frozenset[str]], ...] = (
    (FieldPath("PV1", 4), frozenset({"E", "U"})),
    (FieldPath("PV1", 2), frozenset({"E"})),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How messages are read: the `hl7` part of the rules file."""

    events: Mapping[str, str] = field(default_factory=lambda: {"A01": "admission", "A03": "discharge"})
    """ADT trigger -> kind of event."""
    fields: Mapping[str, tuple[FieldPath, ...]] = field(default_factory=lambda: FIELDS)
    urgent: tuple[tuple[FieldPath, frozenset[str]], ...] = URGENT
    processing: frozenset[str] = frozenset({"P"})
    """MSH-11 that are acted on; a training message must not ring a ward."""
    accept_others: bool = True
    """Whether messages of no interest are acknowledged AA (else AR)."""
    revising: frozenset[str] = frozenset()
    """Kinds that only take back or correct: such a message is never refused for a ward that it does not name."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A patient came to a ward or leaves it. Empty strings: not in the message."""

    kind: str
    ward: str
    room: str = ""
    bed: str = ""
    department: str = ""
    department_text: str = ""
    urgent: bool = False
    visit: str = ""


@dataclass(frozen=True, slots=True)
class OfNoInterest:
    """A sound message that no notice follows from."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was understood. `fingerprint` is equal for the same content sent again."""

    header: Header
    fingerprint: str
    content: Movement | OfNoInterest


def read_message(raw: bytes, header: Header, reading: Reading) -> Message:
    """Understand `raw`, whose header has been learnt. Raises `MessageBroken`, nothing else."""
    _check_header(header, reading)
    text = _text(raw, header)
    fingerprint = _fingerprint(text, header)
    kind = reading.events.get(header.trigger) if header.message_code == "ADT" else None
    if kind is None:
        if not reading.accept_others:
            code = "201" if header.message_code == "ADT" else "200"
            raise MessageBroken("AR", code, f"{header.type} is not handled here", "MSH^1^9")
        return Message(header, fingerprint, OfNoInterest())
    return Message(header, fingerprint, _movement(text, kind, reading))


def _check_header(header: Header, reading: Reading) -> None:
    if not header.readable:
        raise MessageBroken("AR", "100", "the message does not begin with a readable MSH segment", "MSH")
    if not header.control_id:
        raise MessageBroken("AR", "101", "the message control id (MSH-10) is missing", "MSH^1^10")
    if len(header.encoding_characters) < 4:
        raise MessageBroken("AR", "102", "MSH-2 must name four encoding characters", "MSH^1^2")
    if not header.message_code:
        raise MessageBroken("AR", "101", "the message type (MSH-9) is missing", "MSH^1^9")
    if not header.character_set_known:
        raise MessageBroken("AR", "103", "the character set of MSH-18 is not known here", "MSH^1^18")
    if header.processing and header.processing not in reading.processing:
        raise MessageBroken("AR", "202", f"processing id {header.processing[:3]} is not handled here", "MSH^1^11")


def _text(raw: bytes, header: Header) -> str:
    try:
        text = raw.decode(header.encoding)
    except UnicodeDecodeError as wrong:
        raise MessageBroken("AE", "102", f"byte {wrong.start} is not valid {header.encoding.upper()}") from wrong
    if "\0" in text:
        raise MessageBroken("AE", "102", "the message contains a NUL")
    return text.lstrip("\ufeff \t\r\n").replace("\r\n", "\r").replace("\n", "\r")


def _fingerprint(text: str, header: Header) -> str:
    """Hash of the message without MSH-7: a sender may stamp the same message anew when it repeats it."""
    head, _, rest = text.partition("\r")
    fields = head.split(header.field_separator)
    if len(fields) > 6:
        fields[6] = ""
    whole = header.field_separator.join(fields) + "\r" + rest.rstrip("\r")
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _movement(text: str, kind: str, reading: Reading) -> Movement:
    try:
        message = hl7.parse(text)
    except (hl7.HL7Exception, ValueError, LookupError, AssertionError, AttributeError, TypeError) as wrong:
        raise MessageBroken("AE", "100", "the message can't be split into segments and fields") from wrong
    revising = kind in reading.revising
    if not revising and not any(str(segment[0]) == "PV1" for segment in message if len(segment)):
        raise MessageBroken("AE", "100", "the message has no PV1 segment", "PV1")
    values = {name: _first(message, paths) for name, paths in reading.fields.items()}
    if not values.get("ward") and not revising:
        where = reading.fields["ward"][0]
        raise MessageBroken("AE", "101", f"{where} names no ward", where.err)
    urgent = any(_value(message, path).upper() in accepted for path, accepted in reading.urgent)
    return Movement(kind=kind, urgent=urgent, **values)


def _first(message: hl7.Message, paths: tuple[FieldPath, ...]) -> str:
    return next((value for path in paths if (value := _value(message, path))), "")


def _value(message: hl7.Message, path: FieldPath) -> str:
    """One value, unescaped; empty when absent or null (`""`)."""
    try:
        raw = message.extract_field(path.segment, 1, path.number, 1, path.component, path.subcomponent)
        value = str(message.unescape(str(raw))).strip() if raw is not None else ""
    except (LookupError, TypeError, AttributeError):
        return ""  # not in the message
    except (hl7.HL7Exception, ValueError) as wrong:
        raise MessageBroken("AE", "102", f"{path} has an escape that can't be read", path.err) from wrong
    if value == '""':
        return ""
    if len(value) > LONGEST:
        raise MessageBroken("AE", "102", f"{path} is longer than {LONGEST} characters", path.err)
    if any(ord(character) < 32 for character in value):
        raise MessageBroken("AE", "102", f"{path} contains a control character", path.err)
    return value
