"""Reads an HL7 v2 ADT message into the few facts that a notice speaks of.

Fields used, unless `hl7: fields:` of the rules file says otherwise: the ward PV1-3.1, room PV1-3.2
and bed PV1-3.3; the department PV1-10 (its code; PV1-10.2, where sent, its text) or else PV1-3.4;
the visit PV1-19. Urgent: PV1-4 is E (emergency) or U (urgent), or PV1-2 is E. MSH-3, MSH-4, MSH-9
to MSH-12 and MSH-18 steer the reading. No name, sex, age or diagnosis is ever taken from a message.

Nothing is refused for its form: what is not as the standard says and can be read all the same is read, and told as
odd. What is refused does not say what happened, or in which ward.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from notify.errors import MessageBroken
from notify.hl7.billing import SEGMENTS, TRIGGERS, Billing, read_billing
from notify.hl7.character_sets import decoded
from notify.hl7.frame import TOO_MANY_SEGMENTS, Gathered
from notify.hl7.header import Header
from notify.hl7.segments import FieldPath, Segments

LONGEST = 64
"""Characters of a field that is used. A longer one is left out of what is said; of a ward, its beginning counts."""

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

    @property
    def segments(self) -> frozenset[str]:
        """The segments that are read."""
        fields = (path.segment for paths in self.fields.values() for path in paths)
        return frozenset({"EVN", "PV1", *SEGMENTS, *fields, *(path.segment for path, _ in self.urgent)})


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
    recorded: str = ""
    """When it was recorded, as the sender writes it: EVN-2, or else MSH-7."""


@dataclass(frozen=True, slots=True)
class OfNoInterest:
    """A sound message that no notice follows from."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was understood. `fingerprint` is equal for the same content sent again."""

    header: Header
    fingerprint: str
    content: Movement | Billing | OfNoInterest
    odd: tuple[str, ...] = ()
    """What is unusual in it, as sentences without anything of the patient."""


def read_message(gathered: Gathered, header: Header, reading: Reading, order: Sequence[str]) -> Message:
    """Understand a message whose header has been learnt. Raises `MessageBroken`, nothing else.

    `order`: the listener's codecs. The header of the result says which one read the message.
    """
    if not header.readable:
        raise MessageBroken("AR", "100", "the message does not begin with a readable MSH segment", "MSH")
    raw = b"\r".join(line for _, line in gathered.segments)
    text, codec, whole = decoded(raw, (header.declared,) if header.declared else (), order)
    odd = [*gathered.odd, *header.odd]
    if not header.character_set_known:
        odd.append(f'MSH-18 names a character set that is not known here: "{header.character_set[:20]}"')
    if not raw.isascii():
        header = replace(header, encoding=codec)
        if not whole:
            odd.append("not every character could be read")
        elif header.declared not in ("", codec) or (not header.declared and codec != order[0]):
            odd.append(f"the text is not in the character set that was expected; it was read as {codec}")
    segments = Segments(text, gathered, header)
    header = _with_trigger(header, segments, odd)
    fingerprint = hashlib.sha256(f"{header.type}\x1f{gathered.content}".encode()).hexdigest()
    kind = reading.events.get(header.trigger) if header.message_code == "ADT" else None
    bills = (header.message_code, header.trigger) in TRIGGERS
    if kind is None and not bills:
        if not reading.accept_others:
            code = "201" if header.message_code == "ADT" else "200"
            raise MessageBroken("AR", code, f"{header.type} is not handled here", "MSH^1^9")
        return Message(header, fingerprint, OfNoInterest(), tuple(odd))
    if header.processing and header.processing not in reading.processing:
        raise MessageBroken("AR", "202", f"processing id {header.processing[:3]} is not handled here", "MSH^1^11")
    if not header.control_id:
        odd.append("MSH-10 names no control id: the sender cannot know which message is answered")
    if kind is None:
        whole = TOO_MANY_SEGMENTS not in gathered.odd
        billing = read_billing(segments, header.message_code, header.trigger, header.control_id, whole)
        return Message(header, fingerprint, billing, tuple(dict.fromkeys(odd)))
    movement = _movement(segments, kind, reading, odd)
    return Message(header, fingerprint, movement, tuple(dict.fromkeys(odd)))


def _with_trigger(header: Header, segments: Segments, odd: list[str]) -> Header:
    """The event of an ADT whose MSH-9 does not name it as it should stands in EVN-1. Raises `MessageBroken`."""
    if header.message_code not in ("ADT", "") or (header.trigger and header.trigger_sure):
        return header
    for component in (1, 2):
        told = segments.first(FieldPath("EVN", 1, component)).upper().removeprefix("ADT").strip(" _-")
        if re.fullmatch(r"A[0-9]{2}", told):
            odd.append("the event was read from EVN-1")
            return replace(header, message_code="ADT", trigger=told)
    if not header.message_code:
        raise MessageBroken("AR", "101", "the message type (MSH-9) is missing", "MSH^1^9")
    if not header.trigger:
        raise MessageBroken("AE", "101", "neither MSH-9 nor EVN-1 names the event of this ADT", "MSH^1^9^1^2")
    return header


def _movement(segments: Segments, kind: str, reading: Reading, odd: list[str]) -> Movement:
    values: dict[str, str] = {"ward": next(filter(None, map(segments.choose, reading.fields["ward"])), "")}
    if not values["ward"] and kind not in reading.revising:
        where = reading.fields["ward"][0]
        if not segments.has(where.segment):
            raise MessageBroken("AE", "100", f"the message has no {where.segment} segment", where.segment)
        raise MessageBroken("AE", "101", f"{where} names no ward", where.err)
    for name, paths in reading.fields.items():
        if name != "ward":
            values[name] = next(filter(None, map(segments.first, paths)), "")
    for name, value in values.items():
        if len(value) > LONGEST:
            values[name] = value[:LONGEST] if name in ("ward", "visit") else ""
            odd.append(f"{name} is longer than {LONGEST} characters")
    urgent = any(segments.first(path).upper() in accepted for path, accepted in reading.urgent)
    recorded = segments.first(FieldPath("EVN", 2)) or segments.header.sent
    return Movement(kind=kind, urgent=urgent, recorded=recorded, **values)
