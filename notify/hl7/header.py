"""The header of an HL7 message (MSH), read as far as it can be read, and the character set it asks for.

Never fails: a broken message is answered with what its header still tells. The rest of the message is for
`adt.py`.

The encoding is the listener's (settings) unless MSH-18 names one. The header must be decoded before it is split: in
GB18030 the second byte of a character may look like `|`, `^`, `~` or `\\`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from notify.hl7.character_sets import SWITCHED, codec_of, decoded

LONGEST = 200
"""Characters of a header field that are looked at."""
USUAL = "^~\\&"

_SUSPECTS = ("gb18030", "big5hkscs", "cp932")
"""Sets in which a mark may be half of a character, so that the header looks different when it is read in another."""


@dataclass(frozen=True, slots=True)
class Header:
    """MSH as far as it could be read; what is missing is empty."""

    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    sent: str = ""
    """MSH-7."""
    message_code: str = ""
    """MSH-9.1: `ADT`."""
    trigger: str = ""
    """MSH-9.2: `A01`."""
    trigger_sure: bool = True
    """Whether it is where it should be; otherwise EVN-1 knows better."""
    control_id: str = ""
    processing: str = ""
    version: str = ""
    character_set: str = ""
    """The first name of MSH-18, as it was written."""
    declared: str = ""
    """The codec that MSH-18 asks for; empty when it says nothing, ASCII, or a name that is not known."""
    encoding: str = "utf-8"
    """The codec to answer in."""
    character_set_known: bool = True
    readable: bool = False
    """Whether there is an MSH segment with separators at all."""
    field_separator: str = "|"
    encoding_characters: str = USUAL
    """Component, repetition, escape, sub-component, and since 2.7 truncation; what MSH-2 leaves out is as usual."""
    odd: tuple[str, ...] = field(default=())
    """What is unusual in it, as sentences without anything of the patient."""

    @property
    def sender(self) -> str:
        """Who sent it: MSH-3 and MSH-4."""
        return f"{self.sending_application}|{self.sending_facility}"

    @property
    def type(self) -> str:
        """`ADT^A01`."""
        return f"{self.message_code}^{self.trigger}" if self.trigger else self.message_code


def learn_header(line: bytes, order: Sequence[str]) -> Header:
    """The header that stands in `line`; `order` are the listener's codecs (`character_sets.reading_order`).

    The encoding of the header itself is named in its 18th field, so encodings are tried: a guess is right when the
    bytes are valid in it and MSH-18 then names it. Otherwise the first of `order` in which they are valid is taken.
    """
    line = line[:8192]
    own = order[0] if order else "utf-8"
    if line.isascii():
        return _read(line.decode("ascii"), own)
    guess = _read(line.decode("latin-1"), own)
    for codec in dict.fromkeys((guess.declared, *order, *_SUSPECTS)):
        try:
            header = _read(line.decode(codec or own), own)
        except UnicodeDecodeError:
            continue
        if header.readable and header.encoding == (codec or own):
            return header
    text, codec, _ = decoded(line, (), order)
    return _read(text, codec)


def _read(line: str, own: str) -> Header:
    if line[:3].upper() != "MSH" or len(line) < 4 or line[3].isalnum() or line[3].isspace():
        return Header(encoding=own)
    separator = line[3]
    fields = line.split(separator)  # fields[n] is MSH-(n+1)
    marks, odd = _marks(fields[1] if len(fields) > 1 else "")

    def part(number: int) -> str:
        return fields[number - 1].strip()[:LONGEST] if number <= len(fields) else ""

    code, trigger, sure, spelt = _type(part(9), marks[0])
    names = [name.strip() for name in part(18).split(marks[1]) if name.strip() not in ("", '""')]
    codecs = [codec_of(name) for name in names]
    known = [codec for codec in codecs if codec is not None and codec != "ascii"]
    declared = SWITCHED if SWITCHED in known else known[0] if known else ""
    return Header(
        sending_application=part(3),
        sending_facility=part(4),
        receiving_application=part(5),
        receiving_facility=part(6),
        sent=part(7).split(marks[0])[0],
        message_code=code,
        trigger=trigger,
        trigger_sure=sure,
        control_id=part(10),
        processing=part(11).split(marks[0])[0].strip().upper(),
        version=part(12).split(marks[0])[0],
        character_set=names[0] if names else "",
        declared=declared,
        encoding=declared or own,
        character_set_known=None not in codecs,
        readable=True,
        field_separator=separator,
        encoding_characters=marks,
        odd=(*odd, *spelt),
    )


def _marks(written: str) -> tuple[str, tuple[str, ...]]:
    """The marks of MSH-2, four at least. Some programs lose the backslash, or write it twice."""
    marks = "".join(dict.fromkeys(sign for sign in written if not sign.isalnum() and not sign.isspace()))
    if len(marks) >= 4 and marks == written[: len(marks)]:
        return marks[:5], ()
    if len(marks) >= 4:
        return marks[:4], ("MSH-2 repeats its marks",)
    if len(marks) == 3 and marks[2] == "&":
        marks = marks[:2] + "\\&"
    else:
        marks += "".join(sign for sign in USUAL[len(marks) :] if sign not in marks)
        marks = marks if len(marks) >= 4 else USUAL
    return marks, (f"MSH-2 has {len(written)} marks instead of four",)


_CODE = re.compile(r"(?<![A-Z0-9])([A-Z]{3})(?=[A-Z][0-9]{2}|[^A-Z]|$)")
_TRIGGER = re.compile(r"(?<![A-Z0-9])(?:[A-Z]{3})?([A-Z][0-9]{2})(?![0-9])")


def _type(written: str, component: str) -> tuple[str, str, bool, tuple[str, ...]]:
    """Message code and trigger of MSH-9, whether the trigger stands in its place, and what is unusual in the writing.

    A trigger that is taken from a structure (`ADT_A01`) is not sure: A04, A08 and A13 have that structure too.
    """
    parts = [part.strip() for part in written.upper().split(component)]
    code, trigger = parts[0], parts[1] if len(parts) > 1 else ""
    if re.fullmatch(r"[A-Z]{3}", code):
        if re.fullmatch(r"[A-Z][A-Z0-9]{2}", trigger):
            capitals = written.split(component)[:2] == parts[:2]
            return code, trigger, True, () if capitals else ("MSH-9 is not in capitals, or has spaces in it",)
        if not trigger:
            return code, "", True, ("MSH-9 has no trigger",) if code == "ADT" else ()
    if not written:
        return "", "", True, ("MSH-9 is missing",)
    whole = written.upper().replace("_", " ")
    triggers = _TRIGGER.findall(trigger.replace("_", " ")) or _TRIGGER.findall(whole)
    codes = _CODE.findall(whole)
    found = codes[0] if codes else "ADT" if triggers and triggers[0].startswith("A") else ""
    if not found:
        return code, trigger, True, ()
    odd = (f'MSH-9 is written "{written[:20]}"',) if found == "ADT" else ()
    return found, triggers[0] if triggers else "", False, odd
