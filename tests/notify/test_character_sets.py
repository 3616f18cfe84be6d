"""Character sets by the names that systems give them."""

from __future__ import annotations

import pytest

from notify.hl7.character_sets import GUESSES, codec_of, decoded, guess_order, reading_order

NAMES = {
    "utf-8": "UTF-8|utf8|UNICODE UTF-8|UNICODE|UNICODE UTF-16|UTF-32|AL32UTF8",
    "gb18030": "GB 18030-2000|GB18030|gb2312|GBK|CP936|windows-936|EUC-CN|ZHS16GBK|ISO IR58",
    "big5hkscs": "BIG-5|Big5|CP950|CNS 11643-1992|Big5-HKSCS",
    "cp932": "Shift-JIS|SJIS|shift_jis|ISO IR14|CP932|Windows-31J",
    "iso2022_jp_2": "ISO IR87|ISO IR159|ISO-2022-JP",
    "euc_jp": "EUC-JP|euc_jp",
    "cp949": "KS X 1001|EUC-KR|CP949|KSC5601|ISO IR149|UHC",
    "ascii": "ASCII|US-ASCII|ISO IR6|iso ir6|ISO 646",
    "iso8859-1": "8859/1|ISO-8859-1|latin1|ISO_8859-1:1987|ISO IR100|CP819|28591",
    "iso8859-2": "8859/2|ISO 8859-2|iso8859_2|ISO/IEC 8859-2|Latin-2|ISO IR101",
    "iso8859-15": "8859/15|ISO-8859-15|latin9",
    "iso8859-16": "8859/16",
    "cp1250": "CP1250|windows-1250|Windows 1250|WIN1250|EE8MSWIN1250",
    "cp1251": "WINDOWS-1251|cp1251|win-1251",
    "cp1252": "CP-1252|WE8MSWIN1252",
    "koi8_r": "KOI8-R|koi8r|CP20866",
    "cp866": "CP866|IBM866|866",
    "cp874": "TIS-620|ISO IR166|CP874",
}


@pytest.mark.parametrize(("name", "codec"), [(name, codec) for codec in NAMES for name in NAMES[codec].split("|")])
def test_a_name_is_known_however_it_is_spelt(name: str, codec: str) -> None:
    assert codec_of(name) == codec


@pytest.mark.parametrize(
    "name",
    ["", "ANSI", "KLINGON", "hex", "rot13", "utf-7", "idna", "EBCDIC", "cp037", "unicode_escape", "8859/12", "2.5"],
)
def test_what_is_no_character_set_is_none(name: str) -> None:
    assert codec_of(name) is None


def test_the_order_of_guessing_follows_the_zone_and_the_settings() -> None:
    assert reading_order("utf-8", (), "Asia/Shanghai") == ("utf-8", "gb18030")
    assert reading_order("guess", (), "Europe/Warsaw") == ("utf-8", "cp1250")
    assert reading_order("GBK", (), "Europe/Moscow") == ("gb18030", "utf-8", "cp1251")
    assert reading_order("guess", ("ISO-8859-2", "utf8"), "Asia/Shanghai") == ("iso8859-2", "utf-8")
    assert guess_order("Australia/Perth") == ("utf-8", "cp1252")


def test_each_order_begins_with_utf_8_and_is_known() -> None:
    for _, order in GUESSES:
        assert order[0] == "utf-8"
        assert [codec_of(codec) for codec in order] == list(order)


def test_text_is_read_in_the_first_set_that_it_fits() -> None:
    assert decoded("内科".encode("gb18030"), (), ("utf-8", "gb18030")) == ("内科", "gb18030", True)
    assert decoded("内科".encode(), ("gb18030",), ("utf-8",))[2]
    assert decoded("Łódź".encode("cp1250"), ("utf-8",), ("utf-8", "cp1250")) == ("Łódź", "cp1250", True)
    assert decoded("山田".encode("iso2022_jp"), (), ("utf-8",)) == ("山田", "iso2022_jp_2", True)
    text, _, whole = decoded(b"W3^301^\xff\xff", (), ("utf-8",))
    assert (text, whole) == ("W3^301^��", False)
