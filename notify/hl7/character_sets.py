"""Character sets by the names that systems give them, and how bytes are read whose character set is not said.

Names are those of HL7 table 0211, of DICOM, of Windows, of Oracle and of the IANA; case, blanks, hyphens and the like
do not count. A codec is taken only if ASCII bytes mean in it what they mean in ASCII: a message's marks are ASCII.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

ESCAPE = b"\x1b"
SWITCHED = "iso2022_jp_2"
"""The codec of text that changes its character set by escape sequences: JIS, and with it GB 2312 and KS X 1001."""

_NAMED = {
    "utf-8": "UNICODE UNICODEUTF8 UTF8MB4 UTF8BOM AL32UTF8 UNICODEUTF16 UNICODEUTF32 UTF16 UTF16LE UTF16BE UTF32"
    " UTF32LE UTF32BE UCS2 UCS4 ISOIR192 ISO10646 ISO106461",
    "gb18030": "GB180302000 GB180302005 GB180302022 GB18030 GBK GB2312 GB23121980 GB231280 EUCCN ISOIR58 ISO2022IR58"
    " CHINESE ZHS16GBK ZHS16CGB231280 ZHS32GB18030",
    "big5hkscs": "BIG5 BIG5HKSCS BIG5ETEN CNBIG5 CNS11643 CNS116431992 CNS116431986 ZHT16BIG5 ZHT16HKSCS ZHT16MSWIN950",
    "cp932": "ISOIR13 ISOIR14 ISO2022IR13 ISO2022IR14 JIS JISX0201 SHIFTJIS SJIS XSJIS MSKANJI WINDOWS31J JA16SJIS",
    SWITCHED: "ISOIR87 ISOIR159 ISO2022IR87 ISO2022IR159 JISX0208 JISX0212 JISX02081983 JISX02121990 ISO2022JP"
    " ISO2022JP2 CSISO2022JP",
    "euc_jp": "EUCJP UJIS XEUCJP JA16EUC",
    "cp949": "KSX1001 KSC5601 KSC56011987 KSX10011998 KSC5601KR EUCKR UHC ISOIR149 ISO2022IR149 KO16KSC5601"
    " KO16MSWIN949",
    "cp874": "ISOIR166 ISO2022IR166 TIS620 TIS6202533 TH8TISASCII",
    "iso8859-1": "ISOIR100 ISO2022IR100 LATIN1 L1 WE8ISO8859P1",
    "iso8859-2": "ISOIR101 ISO2022IR101 LATIN2 L2 EE8ISO8859P2",
    "iso8859-3": "ISOIR109 ISO2022IR109 LATIN3",
    "iso8859-4": "ISOIR110 ISO2022IR110 LATIN4",
    "iso8859-5": "ISOIR144 ISO2022IR144 CYRILLIC CL8ISO8859P5",
    "iso8859-6": "ISOIR127 ISO2022IR127 ARABIC",
    "iso8859-7": "ISOIR126 ISO2022IR126 GREEK",
    "iso8859-8": "ISOIR138 ISO2022IR138 HEBREW",
    "iso8859-9": "ISOIR148 ISO2022IR148 LATIN5",
    "iso8859-15": "ISOIR203 ISO2022IR203 LATIN9",
    "koi8_r": "KOI8R CL8KOI8R KOI8",
    "koi8_u": "KOI8U CL8KOI8U",
    "cp1250": "EE8MSWIN1250",
    "cp1251": "CL8MSWIN1251",
    "cp1252": "WE8MSWIN1252",
    "ascii": "ASCII USASCII US7ASCII ISOIR6 ISO2022IR6 ISO646 ISO646US ANSIX34 ANSIX341968 ISO8859",
}
_CODECS = {name: codec for codec, names in _NAMED.items() for name in names.split()}

_PAGES = {
    367: "ascii", 819: "iso8859-1", 874: "cp874", 932: "cp932", 936: "gb18030", 943: "cp932", 949: "cp949",
    950: "big5hkscs", 951: "big5hkscs", 1200: "utf-8", 1201: "utf-8", 1386: "gb18030", 20127: "ascii",
    20866: "koi8_r", 20932: "euc_jp", 20936: "gb18030", 21866: "koi8_u", 50220: SWITCHED, 50221: SWITCHED,
    51932: "euc_jp", 51936: "gb18030", 51949: "cp949", 54936: "gb18030", 65001: "utf-8",
    **{28590 + part: f"iso8859-{part}" for part in (*range(1, 12), 13, 14, 15, 16)},
}  # fmt: skip
_PAGE = re.compile(r"(?:X?CP|X?WINDOWS|X?WIN|MS|XMSCP|IBM|CODEPAGE|CSWINDOWS|[A-Z]{2}8MSWIN)?([0-9]{3,5})\Z")
_ISO = re.compile(r"(?:[A-Z]{2}8)?(?:ISO)?(?:IEC)?8859(?:P|PART)?([0-9]{1,2})(?:19[89][0-9]|20[0-9]{2})?E?\Z")

GUESSES: Sequence[tuple[str, tuple[str, ...]]] = (
    (r"Asia/(Taipei|Hong_Kong|Macau|Macao)|Hongkong|ROC", ("utf-8", "big5hkscs", "gb18030")),
    (r"Asia/Tokyo|Japan", ("utf-8", "cp932", "euc_jp")),
    (r"Asia/(Seoul|Pyongyang)|ROK", ("utf-8", "cp949")),
    (r"Asia/Bangkok", ("utf-8", "cp874")),
    (r"Asia/(Shanghai|Chongqing|Chungking|Harbin|Urumqi|Kashgar|Singapore)|PRC|Singapore", ("utf-8", "gb18030")),
    (
        r"Europe/(Warsaw|Prague|Bratislava|Budapest|Ljubljana|Zagreb|Bucharest|Tirane|Sarajevo)|Poland",
        ("utf-8", "cp1250"),
    ),
    (
        r"Europe/(Moscow|Kaliningrad|Samara|Saratov|Volgograd|Ulyanovsk|Astrakhan|Kirov|Simferopol|Minsk|Kiev|Kyiv|Sofia"
        r"|Belgrade|Skopje|Chisinau)|W-SU|Asia/(Yekaterinburg|Omsk|Novosibirsk|Barnaul|Tomsk|Novokuznetsk|Krasnoyarsk"
        r"|Irkutsk|Chita|Yakutsk|Khandyga|Vladivostok|Ust-Nera|Magadan|Sakhalin|Srednekolymsk|Kamchatka|Anadyr|Almaty"
        r"|Astana|Qyzylorda|Aqtobe|Aqtau|Atyrau|Oral|Bishkek|Tashkent|Samarkand|Dushanbe)",
        ("utf-8", "cp1251"),
    ),
    (r"Europe/(Athens|Nicosia)|Asia/Nicosia", ("utf-8", "cp1253")),
    (r"Europe/Istanbul|Turkey", ("utf-8", "cp1254")),
    (r"Europe/(Vilnius|Riga|Tallinn)", ("utf-8", "cp1257")),
    (r"Asia/(Jerusalem|Tel_Aviv)|Israel", ("utf-8", "cp1255")),
    (
        r"Asia/(Riyadh|Dubai|Kuwait|Qatar|Bahrain|Baghdad|Amman|Damascus|Beirut|Aden|Muscat)|Africa/(Cairo|Tripoli)",
        ("utf-8", "cp1256"),
    ),
)
"""Time zone of the hospital -> what is tried in this order where a character set is not said; docs/hl7.md lists it."""

ELSEWHERE = ("utf-8", "cp1252")


def guess_order(zone: str) -> tuple[str, ...]:
    """What is tried in a hospital of this time zone. UTF-8 first: text in another set is hardly ever valid UTF-8."""
    return next((order for zones, order in GUESSES if re.fullmatch(zones, zone)), ELSEWHERE)


def reading_order(encoding: str, guess: Sequence[str], zone: str) -> tuple[str, ...]:
    """Codecs for messages that do not say: the interface's own (`guess`: none), then the order of guessing."""
    named = (encoding,) if encoding.strip().lower() != "guess" else ()
    own = [codec for name in (*named, *guess) if (codec := codec_of(name)) is not None]
    return tuple(dict.fromkeys((*own, *(() if guess else guess_order(zone))))) or ELSEWHERE


@lru_cache(maxsize=256)
def codec_of(name: str) -> str | None:
    """The codec of a character set, or None when the name says nothing to us.

    A name of UTF-16 or UTF-32 gives UTF-8: what comes in those is recognised by its first bytes, whatever it is called.
    """
    plain = re.sub(r"[^A-Z0-9]", "", name.upper().partition(":")[0])
    if not plain:
        return None
    if plain in _CODECS:
        return _CODECS[plain]
    if (part := _ISO.match(plain)) is not None:
        return _usable(f"iso8859-{int(part[1])}")
    if (page := _PAGE.match(plain)) is not None:
        number = int(page[1])
        return _PAGES.get(number) or _usable(f"cp{number}")
    return _usable(re.sub(r"[^a-z0-9]+", "_", name.strip().lower()))


_NO_SETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape"})
"""Codecs of Python in which ASCII is ASCII and that are no character set."""


def _usable(codec: str) -> str | None:
    try:
        found = codecs.lookup(codec)
        every = bytes(range(1, 127))
        if found.name not in _NO_SETS and every.decode(found.name) == every.decode("ascii"):
            return found.name
    except (LookupError, UnicodeError, TypeError, ValueError, AttributeError):
        pass  # no such codec, none of text (`hex`), or one in which ASCII means something else (EBCDIC)
    return None


def decoded(raw: bytes, first: Iterable[str], order: Sequence[str]) -> tuple[str, str, bool]:
    """The text of `raw`, the codec that read it, and whether each byte could be read.

    What no codec reads keeps its ASCII, and replacement characters stand for the rest.
    """
    if raw.isascii() and ESCAPE not in raw:
        codec = next(iter((*first, *order)), "utf-8")
        return raw.decode("ascii"), codec, True
    switched = (SWITCHED,) if ESCAPE in raw else ()
    tried = tuple(dict.fromkeys((*switched, *first, *order)))
    for codec in tried:
        try:
            return raw.decode(codec), codec, True
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("ascii", "replace"), next((one for one in tried if one != SWITCHED), "utf-8"), False
