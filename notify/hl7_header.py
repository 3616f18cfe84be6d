"""The header of an HL7 message (MSH), read as far as it can be read, and the character set it asks for.

Works on raw bytes and never fails: a broken message is answered with what its header still tells.
The rest of the message is for `hl7_messages.py`.

The encoding is the listener's (a setting) unless MSH-18 names one. The header must be decoded
before it's split: in GB18030 the second byte of a character may look like `|`, `^`, `~` or `\\`.
"""

from __future__ import annotations

from dataclasses import dataclass

CHARACTER_SETS = {
    "ASCII": "",
    "": "",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UNICODE": "utf-8",
    "GB 18030-2000": "gb18030",
    "GB18030-2000": "gb18030",
    "GB 18030": "gb18030",
    "GB18030": "gb18030",
    "GBK": "gb18030",
    "GB2312": "gb18030",
    "BIG-5": "big5hkscs",
    "BIG5": "big5hkscs",
    **{f"8859/{part}": f"iso8859-{part}" for part in (1, 2, 5, 9, 15)},
}
"""MSH-18 (HL7 table 0211 and what systems send in its place) -> codec; empty: the listener's own."""

LONGEST = 200
"""Characters of a header field that are looked at."""


@dataclass(frozen=True, slots=True)
class Header:
    """MSH as far as it could be read; what is missing is empty."""

    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    message_code: str = ""
    """MSH-9.1: `ADT`."""
    trigger: str = ""
    """MSH-9.2: `A01`."""
    control_id: str = ""
    processing: str = ""
    version: str = ""
    character_set: str = ""
    encoding: str = "utf-8"
    """The codec to decode with and to answer in."""
    character_set_known: bool = True
    readable: bool = False
    """Whether there is an MSH segment with separators at all."""
    field_separator: str = "|"
    encoding_characters: str = "^~\\&"

    @property
    def sender(self) -> str:
        """Who sent it: MSH-3 and MSH-4. Control ids are unique within a sender."""
        return f"{self.sending_application}|{self.sending_facility}"

    @property
    def type(self) -> str:
        """`ADT^A01`."""
        return f"{self.message_code}^{self.trigger}" if self.trigger else self.message_code


def learn_header(raw: bytes, encoding: str) -> Header:
    """The header of `raw`; `encoding` is the listener's. Never raises.

    Which encoding the header itself is in stands in its 18th field, so it's tried: a guess is right when
    the bytes are valid in it and MSH-18 then names it. Otherwise the listener's encoding is taken.
    """
    first = raw.lstrip(b"\xef\xbb\xbf \r\n\t").split(b"\r", 1)[0].split(b"\n", 1)[0][:4096]
    guess = _read(first.decode(encoding, "replace"), encoding)
    for codec in dict.fromkeys((guess.encoding, encoding, *filter(None, CHARACTER_SETS.values()))):
        try:
            header = _read(first.decode(codec), encoding)
        except UnicodeDecodeError:
            continue
        if header.readable and header.encoding == codec:
            return header
    return guess


def _read(line: str, encoding: str) -> Header:
    if not line.startswith("MSH") or len(line) < 8 or line[3].isalnum() or line[3].isspace():
        return Header(encoding=encoding)
    separator = line[3]
    fields = line.split(separator)  # fields[n] is MSH-(n+1)
    component = fields[1][0] if fields[1] else "^"
    repetition = fields[1][1] if len(fields[1]) > 1 else "~"

    def field(number: int) -> str:
        return fields[number - 1].strip()[:LONGEST] if number <= len(fields) else ""

    kind = field(9).split(component)
    character_set = field(18).split(repetition)[0].strip().upper()
    codec = CHARACTER_SETS.get(character_set)
    return Header(
        sending_application=field(3),
        sending_facility=field(4),
        receiving_application=field(5),
        receiving_facility=field(6),
        message_code=kind[0],
        trigger=kind[1] if len(kind) > 1 else "",
        control_id=field(10),
        processing=field(11).split(component)[0],
        version=field(12).split(component)[0],
        character_set=character_set,
        encoding=codec or encoding,
        character_set_known=codec is not None,
        readable=True,
        field_separator=separator,
        encoding_characters=fields[1][:5] or "^~\\&",
    )
