"""Letters that only look right: a Cyrillic or Greek letter, a full-width one, or an invisible character, within a word
of plain letters. People see no difference and "did you mean" would show them the same word twice."""

from __future__ import annotations

import re
import unicodedata

from forms.mends import COPIED, unseen

_LIKE = dict(
    zip(
        "асеорхуіјѕԁԛԝһӏґкмтпгиԍьАВСЕНКМОРТХУІЈЅοανρτυικχγωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ–—‐‑−․＿",
        "aceopxyijsdqwhlrkmtnrugbABCEHKMOPTXYIJSoavptuikxywABEZHIKMNOPTYX-----._",
        strict=True,
    )
)
_WORD = re.compile(r"[A-Za-z0-9_.=*#-]+")
_PLAIN = re.compile(r"[a-z]")


def plain(text: str) -> str:
    """The word that `text` looks like, in plain letters; `text` itself when it is not such a word."""
    if text.isascii():
        return text
    bare = COPIED.sub("", text)
    like = "".join(_LIKE.get(sign) or _narrow(sign) for sign in bare)
    if not _WORD.fullmatch(like) or not _PLAIN.search(text):
        return text
    return like


def strange(text: str) -> tuple[int, str]:
    """Where in such a word the first look-alike is, and what to do about it."""
    for at, sign in enumerate(text):
        if COPIED.match(sign):
            return at, f'"{plain(text)}" holds {unseen(sign)}'
        if not sign.isascii():
            like = _LIKE.get(sign) or _narrow(sign)
            name = f"{_script(sign)} (U+{ord(sign):04X})"
            return at, f'the {sign} in "{plain(text)}" is {name} and only looks like {like}: retype it as {like}'
    return 0, ""


def _narrow(sign: str) -> str:
    return unicodedata.normalize("NFKC", sign) if unicodedata.east_asian_width(sign) == "F" else sign


def _script(sign: str) -> str:
    first = unicodedata.name(sign, "SIGN").partition(" ")[0]
    known = {"CYRILLIC": "a Cyrillic letter", "GREEK": "a Greek letter", "FULLWIDTH": "a full-width character"}
    return known.get(first, "another sign")
