"""Messages as the systems of the world send them, each with what must come of it.

Kinds are those of vendors' guides, of the samples of HL7 libraries and of bug reports; lines and patients are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

CR = "\r"
MSH = r"MSH|^~\&|HIS|HOSP|WB|H|20260302120000||ADT^A01|1|P|2.5"
EVN = "EVN|A01|20260302120000"
PID = "PID|1||P1^^^H^MR||DOE^JANE^Q||19700101|F"
PV1 = "PV1|1|I|W3^301^12^H|R||||||MED"


@dataclass(frozen=True, slots=True)
class Foreign:
    """`bed` is what the ward hears; None: nobody is called. `ward` is the one that is called."""

    name: str
    raw: bytes
    answer: str = "AA"
    bed: str | None = "12"
    ward: str = "W3"
    rule: str = "admission"


def message(*segments: str, ending: str = CR) -> bytes:
    """Segments, each ended."""
    return "".join(segment + ending for segment in segments).encode()


def admission(
    msh: str = MSH, evn: str = EVN, pid: str = PID, pv1: str = PV1, ending: str = CR, more: str = ""
) -> bytes:
    """An admission with one thing changed."""
    return message(*(one for one in (msh, evn, pid, pv1, more) if one), ending=ending)


def typed(kind: str) -> str:
    """MSH with another MSH-9."""
    return MSH.replace("ADT^A01", kind)


def in_set(name: str) -> str:
    """MSH with a character set."""
    return MSH + "||||||" + name


def every() -> Iterator[Foreign]:
    """The table."""
    yield from _lines()
    yield from _headers()
    yield from _types()
    yield from _versions()
    yield from _places()
    yield from _escapes()
    yield from _sets()
    yield from _wide()
    yield from _others()


def _lines() -> Iterator[Foreign]:
    yield Foreign("as the standard says", admission())
    for name, ending in (("lf", "\n"), ("crlf", "\r\n"), ("cr cr lf", "\r\r\n"), ("lf cr", "\n\r"), ("two cr", "\r\r")):
        yield Foreign(f"lines end with {name}", admission(ending=ending))
    yield Foreign("no end at the last line", admission()[:-1])
    yield Foreign("a blank line before PV1", admission(pid=PID + CR))
    yield Foreign("a line of blanks before PV1", admission(pid=PID + CR + " \t "))
    yield Foreign("blank lines before MSH", b"\r\n\r\n" + admission())
    yield Foreign("blank lines at the end", admission() + b"\r\n\r\n\r\n")
    yield Foreign("a byte order mark", b"\xef\xbb\xbf" + admission())
    yield Foreign("a blank before MSH", b"  " + admission())
    yield Foreign("lines begin with tabs", b"\t".join(admission().splitlines(keepends=True)))
    yield Foreign("nul bytes at the end", admission() + b"\0" * 40)
    yield Foreign("nul bytes between", admission(pid=PID + CR + "\0\0"))
    yield Foreign("a stray line at the end", admission(more="*** END OF MESSAGE ***"))
    yield Foreign("a comment before the header", b"// from the archive\r\n" + admission())
    yield Foreign("a vertical tab in a text", admission(more="NTE|1||first\x0bsecond"))
    yield Foreign("a form feed in a text", admission(more="NTE|1||first\x0csecond"))
    yield Foreign("a text with a line end in it", admission(pid=PID + CR + "NTE|1||allergic to\nall sorts of things"))
    yield Foreign("PV1 broken by a mail program", admission(pv1="PV1|1|I|W3^301^\n12^H|R||||||MED"))
    yield Foreign("line ends written as \\r", admission().replace(b"\r", b"\\r"))
    yield Foreign("line ends written as \\n", admission().replace(b"\r", b"\\n"))
    yield Foreign("line ends became blanks", admission().replace(b"\r", b" "))
    yield Foreign("line ends became record separators", admission().replace(b"\r", b"\x1e"))
    yield Foreign("no line ends but tags", admission().replace(b"\r", b"<CR>"))
    yield Foreign("lower case names", b"msh" + admission(evn=EVN.lower(), pid="pid|1", pv1="pv1" + PV1[3:])[3:])


def _headers() -> Iterator[Foreign]:
    yield Foreign("three marks", admission(msh=MSH.replace("^~\\&", "^~&")))
    yield Foreign("two marks", admission(msh=MSH.replace("^~\\&", "^~")))
    yield Foreign("one mark", admission(msh=MSH.replace("^~\\&", "^")))
    yield Foreign("no marks", admission(msh=MSH.replace("^~\\&", "")))
    yield Foreign("a backslash written twice", admission(msh=MSH.replace("^~\\&", "^~\\\\&")))
    yield Foreign("an entity of XML", admission(msh=MSH.replace("&", "&amp;")))
    yield Foreign("the truncation mark of 2.7", admission(msh=MSH.replace("^~\\&", "^~\\&#").replace("2.5", "2.7")))
    yield Foreign(
        "other marks", admission(msh=MSH.replace("^~\\&", "@~\\&").replace("^", "@"), pv1=PV1.replace("^", "@"))
    )
    yield Foreign("another separator", admission().replace(b"|", b"!"))
    yield Foreign("a separator of the old times", admission().replace(b"|", b"#"))
    yield Foreign("no sender", admission(msh=MSH.replace("|HIS|HOSP|WB|H|", "|||||")))
    yield Foreign("components in the sender", admission(msh=MSH.replace("HIS|HOSP", "HIS^1.2.3^ISO|HOSP^9^DNS")))
    yield Foreign("no time", admission(msh=MSH.replace("20260302120000", "")))
    yield Foreign("a header that ends after the id", admission(msh=MSH.removesuffix("|P|2.5")))
    yield Foreign("a header that ends after the type", admission(msh=MSH.removesuffix("|1|P|2.5")))
    yield Foreign("a header that ends after the marks", admission(msh="MSH|^~\\&"))
    yield Foreign("no control id", admission(msh=MSH.replace("|1|P", "||P")))
    yield Foreign("a control id of 199 signs", admission(msh=MSH.replace("|1|P", "|" + "9" * 199 + "|P")))
    guid = "|{6F9619FF-8B86-D011-B42D-00CF4FC964FF}|P"
    yield Foreign("a GUID as control id", admission(msh=MSH.replace("|1|P", guid)))
    yield Foreign("processing id in lower case", admission(msh=MSH.replace("|P|", "|p|")))
    yield Foreign("a processing mode", admission(msh=MSH.replace("|P|", "|P^T|")))
    yield Foreign("no processing id", admission(msh=MSH.replace("|P|", "||")))
    yield Foreign("wants an accept acknowledgement", admission(msh=MSH + "|||AL|NE|POL"))
    yield Foreign("a sequence number", admission(msh=MSH + "|4711|"))
    yield Foreign("a training message", admission(msh=MSH.replace("|P|", "|T|")), "AR", None)
    yield Foreign("a debugging message", admission(msh=MSH.replace("|P|", "|D|")), "AR", None)
    yield Foreign("a batch", b"FHS|^~\\&|A|B\rBHS|^~\\&|A|B\r" + admission() + b"BTS|1\rFTS|1\r")
    yield Foreign("a batch header alone", b"BHS|^~\\&|A|B\r" + admission())
    yield Foreign("an empty batch", b"FHS|^~\\&|A|B\rBHS|^~\\&|A|B\rBTS|0\rFTS|1\r", "AR", None)
    yield Foreign("a software segment behind MSH", admission(msh=MSH + CR + "SFT|Maker|1.0|Product|77"))


def _types() -> Iterator[Foreign]:
    for kind in (
        "ADT^A01^ADT_A01",
        "ADT",
        "ADT^",
        "ADT_A01",
        "ADT-A01",
        "ADT A01",
        "adt^A01",
        "ADT^a01",
        "adt^a01",
        "Adt^A01",
        "ADT^ADT_A01",
        "ADT^A01^",
        "ADT^^ADT_A01",
        "ADTA01",
        "A01",
        "^A01",
        "ADT ^ A01",
        "ADT~A01",
        "ADT&A01",
        "",
        "ADT^A01&X",
        "ADT/A01",
        "ADT^ A01",
        "A01^ADT",
    ):
        yield Foreign(f"MSH-9 is {kind!r}", admission(msh=typed(kind)))
    yield Foreign("EVN-1 in lower case", admission(msh=typed("ADT"), evn="EVN|a01"))
    yield Foreign("EVN-1 with the type", admission(msh=typed("ADT"), evn="EVN|ADT^A01"))
    yield Foreign("no EVN", admission(evn=""))
    yield Foreign("EVN behind PV1", message(typed_first(), PID, PV1, EVN))
    yield Foreign("no trigger anywhere", admission(msh=typed("ADT"), evn=""), "AE", None)
    yield Foreign("a structure and no trigger", admission(msh=typed("ADT^^ADT_A01"), evn=""), "AE", None)
    yield Foreign("a structure, and EVN-1 says update", admission(msh=typed("ADT_A01"), evn="EVN|A08"), bed=None)
    yield Foreign("EVN-1 says update", admission(msh=typed("ADT"), evn="EVN|A08"), bed=None)
    yield Foreign("MSH-9 counts, not EVN-1", admission(evn="EVN|A08"))
    yield Foreign("no type and no EVN", admission(msh=typed(""), evn=""), "AR", None)
    discharge = admission(msh=typed("ADT^A03"), evn="EVN|A03")
    yield Foreign("a discharge", discharge, rule="discharge")
    yield Foreign("a discharge by EVN-1", admission(msh=typed("ADT"), evn="EVN|A03"), rule="discharge")
    yield Foreign("ADT_A03", admission(msh=typed("ADT_A03"), evn=""), rule="discharge")


def typed_first() -> str:
    """MSH with the type alone."""
    return typed("ADT")


def _versions() -> Iterator[Foreign]:
    for version in (
        *[
            "2.1",
            "2.2",
            "2.3",
            "2.3.1",
            "2.4",
            "2.5.1",
            "2.6",
            "2.7",
            "2.7.1",
            "2.8",
            "2.8.2",
            "2.9",
            "2.5^POL",
            "3.0",
            "2",
        ],
        "",
    ):
        yield Foreign(f"version {version or 'unsaid'}", admission(msh=MSH.removesuffix("2.5") + version))


def _places() -> Iterator[Foreign]:
    yield Foreign("ward alone", admission(pv1="PV1|1|I|W3"), bed="")
    yield Foreign("no room", admission(pv1="PV1|1|I|W3^^12"))
    yield Foreign("sub-components", admission(pv1="PV1|1|I|W3&Ward three&L^301&x^12&y^H&1.2&ISO"))
    yield Foreign("repeated location", admission(pv1="PV1|1|I|W3^301^12~W5^501^2"))
    yield Foreign("first repetition empty", admission(pv1="PV1|1|I|~W3^301^12"))
    yield Foreign("PV1 twice", admission(more="PV1|2|I|W5^501^1"))
    yield Foreign("PV1 twice, the first without a ward", admission(pv1="PV1|1|O|" + CR + PV1))
    yield Foreign("PV1 before PID", message(MSH, EVN, PV1, PID))
    yield Foreign("PV1 alone", message(MSH, PV1))
    yield Foreign("PV1 at the end", message(MSH, EVN, PID, "NK1|1|X^Y", "AL1|1", "DG1|1||I10", "GT1|1|9", "IN1|1", PV1))
    yield Foreign("a Z segment before PV1", admission(pid=PID + CR + "ZPV|1|W9^1^1|E"))
    yield Foreign("a Z segment with numbers", admission(pid=PID + CR + "Z01|1|W9^1^1"))
    yield Foreign("a French movement", admission(more="ZBE|1^H|20260302120000||INSERT|N||W3^^^^^W"))
    yield Foreign("PV2 behind PV1", admission(more="PV2||PRIVATE|FEVER"))
    yield Foreign("PV2 only", admission(pv1="PV2||PRIVATE|FEVER"), "AE", None)
    yield Foreign("no PV1", admission(pv1=""), "AE", None)
    yield Foreign("no ward", admission(pv1="PV1|1|I|^301^12|R"), "AE", None)
    yield Foreign("a null ward", admission(pv1='PV1|1|I|""^301^12|R'), "AE", None)
    yield Foreign("a null location", admission(pv1='PV1|1|I|""|R'), "AE", None)
    yield Foreign("a PV1 that ends early", admission(pv1="PV1|1"), "AE", None)
    yield Foreign("PV1 without anything", admission(pv1="PV1"), "AE", None)
    yield Foreign("a null bed", admission(pv1='PV1|1|I|W3^301^""|R'), bed="")
    yield Foreign("quotes around a code", admission(pv1='PV1|1|I|"W3"^301^"12"|R'))
    yield Foreign("blanks around a code", admission(pv1="PV1|1|I| W3 ^301 ^ 12 |R"))
    yield Foreign("ward in lower case", admission(pv1="PV1|1|I|w3^301^12|R"))
    yield Foreign("ward in wide letters", admission(pv1="PV1|1|I|Ｗ３^301^12|R"))
    yield Foreign("a ward that is not known", admission(pv1="PV1|1|I|W77^301^12|R"), ward="W77")
    yield Foreign("a ward of 200 letters", admission(pv1=f"PV1|1|I|{'W' * 200}^301^12|R"), ward="W" * 64)
    yield Foreign("a bed of 200 digits", admission(pv1=f"PV1|1|I|W3^301^{'1' * 200}|R"), bed="")
    yield Foreign("an emergency", admission(pv1="PV1|1|E|W3^301^12|"), rule="urgent_admission")
    yield Foreign("urgent", admission(pv1="PV1|1|I|W3^301^12|U^urgent^HL70007"), rule="urgent_admission")
    yield Foreign("urgent in lower case", admission(pv1="PV1|1|i|W3^301^12|u"), rule="urgent_admission")
    yield Foreign("an insurance card of 1.3 MB", admission(pid=PID + CR + "ZIN|" + "A" * 1_300_000))
    picture = "OBX|1|ED|PHOTO||^IM^JPEG^Base64^" + "A" * 1_300_000
    yield Foreign("a picture of 1.3 MB behind PV1", admission(more=picture))
    yield Foreign("a PV1 of 100 KB", admission(pv1=PV1 + "|" * 40 + "A" * 100_000))
    yield Foreign("fifty thousand segments", admission(pid=(PID + CR) + "NTE|1||x\r" * 50_000))
    yield Foreign("two hundred fields", admission(pv1=PV1 + "|" * 200))


def _escapes() -> Iterator[Foreign]:
    for name, bed, heard in (
        ("highlighting", r"\H\12\N\ ".strip(), "12"),
        ("a line break", r"\.br\12", "12"),
        ("a break within", r"12\.br\A", "12 A"),
        ("an ampersand", r"1\T\2", "1&2"),
        ("a caret", r"1\S\2", "1^2"),
        ("a bar", r"1\F\2", "1|2"),
        ("a tilde", r"1\R\2", "1~2"),
        ("a backslash", r"1\E\2", r"1\2"),
        ("hexadecimal", r"\X3132\ ".strip(), "12"),
        ("hexadecimal in lower case", r"\x3132\ ".strip(), "12"),
        ("a line end in hexadecimal", r"12\X0D0A\ ".strip(), "12"),
        ("of the sender's own", r"\Zbold\12", "12"),
        ("of a character set", r"\C2842\12", "12"),
        ("a backslash that is none", r"3\12", r"3\12"),
        ("a path", r"C:\beds\12", r"C:\beds\12"),
    ):
        yield Foreign(f"escape: {name}", admission(pv1=f"PV1|1|I|W3^301^{bed}|R"), bed=heard)


def _sets() -> Iterator[Foreign]:
    for name in (
        "ASCII",
        "8859/1",
        "8859/2",
        "8859/3",
        "8859/4",
        "8859/5",
        "8859/6",
        "8859/7",
        "8859/8",
        "8859/9",
        "8859/15",
        "8859/16",
        "ISO IR6",
        "ISO IR14",
        "ISO IR87",
        "ISO IR149",
        "ISO IR159",
        "ISO IR166",
        "GB 18030-2000",
        "KS X 1001",
        "CNS 11643-1992",
        "BIG-5",
        "UNICODE",
        "UNICODE UTF-8",
        "UNICODE UTF-16",
        "UNICODE UTF-32",
        "CP1250",
        "WINDOWS-1251",
        "windows 1252",
        "ISO-8859-1",
        "iso_8859-2",
        "latin1",
        "US-ASCII",
        "GBK",
        "CP936",
        "Big5",
        "Shift-JIS",
        "EUC-JP",
        "EUC-KR",
        "KOI8-R",
        "utf8",
        "ANSI",
        "EBCDIC",
        "~ISO IR87",
        "ISO IR6~ISO IR87",
        "Deutsch",
        '""',
        "2.5",
    ):
        yield Foreign(f"ASCII under {name}", admission(msh=in_set(name)))
    for name, codec, text in (
        ("CP1250", "cp1250", "Żółć"),
        ("WINDOWS-1251", "cp1251", "Щёкин"),
        ("8859/2", "iso8859-2", "Łódź"),
        ("8859/5", "iso8859-5", "Иван"),
        ("KOI8-R", "koi8_r", "Иван"),
        ("ISO-8859-1", "latin-1", "Müller"),
        ("8859/15", "iso8859-15", "Œuvre"),
        ("GBK", "gbk", "王小明"),
        ("GB 18030-2000", "gb18030", "王小明"),
        ("BIG-5", "big5", "王小明"),
        ("Shift-JIS", "cp932", "山田"),
        ("EUC-JP", "euc_jp", "山田"),
        ("EUC-KR", "euc_kr", "김철수"),
        ("KS X 1001", "cp949", "김철수"),
        ("ISO IR87", "iso2022_jp", "山田"),
        ("UNICODE UTF-8", "utf-8", "王小明"),
        ("", "latin-1", "Müller"),
        ("", "cp1250", "Żółć"),
        ("", "gb18030", "王小明"),
        ("", "cp1251", "Щёкин"),
        ("UNICODE UTF-8", "cp1250", "Żółć"),
        ("ASCII", "latin-1", "Müller"),
        ("Deutsch", "latin-1", "Müller"),
    ):
        raw = admission(msh=in_set(name), pid=PID.replace("DOE", text), more="NTE|1||" + text).decode().encode(codec)
        yield Foreign(f"{codec} under {name or 'no name'}", raw)
    yield Foreign("bytes that no set has", admission().replace(b"DOE", b"\xff\xfe\xff\x81"))
    yield Foreign("a broken byte in PV1", admission(pv1="PV1|1|I|W3^301^12|R||||||ÿ").replace("ÿ".encode(), b"\xff"))


def _wide() -> Iterator[Foreign]:
    text = admission().decode()
    for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        mark = "﻿".encode(codec)
        yield Foreign(f"{codec} with its mark", mark + text.encode(codec))
        yield Foreign(f"{codec} without a mark", text.encode(codec))


def _others() -> Iterator[Foreign]:
    kinds = "ADT^A02 ADT^A04 ADT^A05 ADT^A08 ADT^A11 ADT^A28 ADT^A31 ADT^A40 ORU^R01 ORM^O01 OML^O21 SIU^S12 DFT^P03"
    kinds += " MDM^T02 QRY^A19 QBP^Q11 RDE^O11 BAR^P01 MFN^M02 ORU ACK ZZZ^Z01 ORR^O02^ORR_O02"
    for kind in kinds.split():
        yield Foreign(f"of no interest: {kind}", admission(msh=typed(kind), evn=""), bed=None)
    yield Foreign("of no interest, odd set", admission(msh=typed("ADT^A08") + "||||||KLINGON", evn=""), bed=None)
    yield Foreign("of no interest, training", admission(msh=typed("ORU^R01").replace("|P|", "|T|")), bed=None)
    yield Foreign("of no interest, no PV1", admission(msh=typed("ORU^R01"), pv1="OBX|1|NM|K||4.1"), bed=None)
    yield Foreign("nothing", b"", "AR", None)
    yield Foreign("blanks", b" \r\n ", "AR", None)
    yield Foreign("a text", b"hello", "AR", None)
    yield Foreign("XML", b"<?xml version='1.0'?><ADT_A01><MSH/></ADT_A01>", "AR", None)
    yield Foreign("JSON", b'{"resourceType": "Encounter"}', "AR", None)
    yield Foreign("no MSH", message(EVN, PID, PV1), "AR", None)
    yield Foreign("MSH and nothing else of it", b"MSH", "AR", None)
    yield Foreign("MSH of blanks", b"MSH    \r" + message(EVN, PV1), "AR", None)
