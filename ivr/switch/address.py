"""The number in a SIP address, whatever form the address has: the one place where such forms are read.

RFC 3261 §19.1 (`sip:` with parameters of the user part, escapes, passwords), RFC 3966 (`tel:`, visual separators,
`phone-context`, `ext`, `isub`), RFC 4694 (`rn`, `npdi`, `cic`: the number that was dialled stands before them),
RFC 4904 (`tgrp`), RFC 3323 (anonymous). Who may be believed, and what a number means to the hospital, is for others.
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 128
"""How many characters are kept of anything that a peer says."""

_FOR_THE_EYE = re.compile(r"[\s()./-]")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_REQUEST = re.compile(r"[A-Za-z]+ +(\S.*?) +SIP/2\.0\s*", re.IGNORECASE)
_USER = re.compile(r"\s*sips?:([^@<>?]*)@([^;?>\s]*)", re.IGNORECASE)
_TEL = re.compile(r"\s*tel:([^;?>]*)", re.IGNORECASE)
_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_TELEPHONE = re.compile(r"\+?[0-9*#(][0-9A-D*#\s()./-]*", re.IGNORECASE)
"""What a person reads as a telephone number, visual separators included."""
_PAUSE = re.compile(r"(?<=[0-9*#])[pwPW,].*", re.DOTALL)
"""Keys to be sent after the answer (RFC 2806 `;postd=`, also written `p` and `w` behind the number): not dialled."""
_WIDE = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0B: "+", 0xFF0A: "*", 0xFF03: "#"}
NOBODY = frozenset(
    (
        *("anonymous", "restricted", "unavailable", "withheld", "private", "unknown", "blocked", "hidden"),
        *("nobody", "noname", "no-number", "number-withheld", "not-available", "notavailable", "invalid"),
    )
)
"""User parts that trunks send in place of a number that is not shown (RFC 3323 §4.1.1.3, TS 24.229, makers of PBXs)."""


def number_of(address: str) -> str:
    """The number in a header, a URI or a request line: without separators, parameters, escapes. Empty when there is
    none. A user part that is no telephone number (a name, an account) is given as it is."""
    user, _ = _parts(address)
    return user


def caller_of(address: str) -> str:
    """As `number_of`, empty too for those who do not show theirs."""
    return "" if hides(address) else number_of(address)


def hides(address: str) -> bool:
    """Whether an address stands for somebody who is not shown; one without any user part does not say so."""
    user, host = _parts(address)
    return (user != "" and is_nobody(user)) or host.lower().partition(":")[0].endswith(".invalid")


def is_telephone(number: str) -> bool:
    """Whether it can be a telephone number, not the name of an account."""
    return _TELEPHONE.fullmatch(number) is not None


def is_nobody(number: str) -> bool:
    """Whether a user part says that a number is not shown."""
    return number.lower().replace("_", "-") in NOBODY or number == ""


def display_of(address: str) -> str:
    """The display name of a header."""
    before = address.partition("<")[0] if "<" in _QUOTED.sub("", address) else ""
    quoted = _QUOTED.match(address.lstrip())
    if quoted:
        return plain(re.sub(r"\\(.)", r"\1", quoted[1]))
    return plain(before)


def squeeze(written: str) -> str:
    """A number without what is only for the eye: blanks, hyphens, dots, slashes, brackets."""
    return _FOR_THE_EYE.sub("", written)


def plain(text: str) -> str:
    """What may be logged of a peer's words: one line, printable, not too long."""
    if not text.isprintable():
        text = "".join(character for character in text if character.isprintable())
    return text[:LONGEST].strip()


@lru_cache(maxsize=256)  # of one INVITE each header is asked several times
def _parts(address: str) -> tuple[str, str]:
    """User and host of the first URI."""
    request = _REQUEST.fullmatch(address)
    uri = request[1] if request else _QUOTED.sub("", address)
    if "<" in uri:
        uri = uri.partition("<")[2].partition(">")[0]
    found = _USER.match(uri)
    if found:
        return _number(_unescaped(found[1].partition(";")[0].partition(":")[0])), found[2]
    found = _TEL.match(uri)
    return (_number(_PAUSE.sub("", _unescaped(found[1]))), "") if found else ("", "")


def _number(user: str) -> str:
    """Some senders escape the `;` of parameters or the `@` of a whole address, too."""
    user = plain(user.translate(_WIDE))
    front = re.split(r"[;@,]", user, maxsplit=1)[0].strip()
    if _TELEPHONE.fullmatch(front):
        return squeeze(front)
    return user


def _unescaped(text: str) -> str:
    def octets(match: re.Match[str]) -> str:
        return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace")

    return _ESCAPE.sub(octets, text)
