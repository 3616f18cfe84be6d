"""Writes HL7 acknowledgements (ACK, original mode): MSH, MSA and, for a refusal, ERR.

AA: stored, don't send it again. AE: the content is wrong, or we can't store it now. AR: not a
message for us. The answer is in the encoding and the separators of the question.
"""

from __future__ import annotations

import re
from datetime import datetime

from notify.errors import MessageBroken
from notify.hl7.header import Header

RESEND = MessageBroken("AE", "207", "the message can't be stored now; send it again")
"""The database is away: the sender keeps the message and tries again."""


def acknowledge(header: Header, *, control_id: str, now: datetime, broken: MessageBroken | None = None) -> bytes:
    """The ACK of a message: AA, or what is `broken`. `control_id` is the answer's own MSH-10."""
    bar = header.field_separator
    marks = header.encoding_characters if len(header.encoding_characters) >= 4 else "^~\\&"
    component = marks[0]
    kind = f"ACK{component}{header.trigger}{component}ACK" if header.trigger else "ACK"
    msh = [
        f"MSH{bar}{marks}",
        header.receiving_application,
        header.receiving_facility,
        header.sending_application,
        header.sending_facility,
        now.strftime("%Y%m%d%H%M%S%z"),
        "",
        kind,
        control_id,
        header.processing or "P",
        header.version or "2.5",
    ]
    if header.character_set and header.character_set_known:
        msh += ["", "", "", "", "", header.character_set]
    msa = ["MSA", broken.answer if broken else "AA", header.control_id]
    segments = [msh, msa]
    if broken is not None:
        sentence = _escaped(broken.sentence, bar, marks)
        msa.append(sentence[:80])
        where = broken.where.replace("^", component)
        code = component.join((broken.code, _CODES.get(broken.code, ""), "HL70357"))
        segments.append(["ERR", "", where, code, "E", "", "", "", sentence])
    text = "".join(bar.join(segment).rstrip(bar) + "\r" for segment in segments)
    return text.encode(header.encoding, "replace")


def codes_in(answer: bytes) -> list[str]:
    """What each acknowledgement of an answer says: AA, AE or AR (in the enhanced mode CA, CE or CR)."""
    return [found.decode("ascii", "replace") for found in _ACKNOWLEDGED.findall(answer)]


_ACKNOWLEDGED = re.compile(rb"(?:^|[\r\n])MSA[^\w\s](\w\w)")
_CODES = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "205": "Duplicate key identifier",
    "207": "Application internal error",
}
"""HL7 table 0357."""


def _escaped(text: str, bar: str, marks: str) -> str:
    escape = marks[2]
    names = {escape: "E", bar: "F", marks[0]: "S", marks[3]: "T", marks[1]: "R"}
    return "".join(f"{escape}{names[mark]}{escape}" if mark in names else mark for mark in text)
