"""Mandarin: 两 before measure words, 幺 for the digit 1 of a number that is dialled or read off a
card, 零 and never 〇, times of day by the period (上午八点半)."""

from __future__ import annotations

import re
from datetime import date as Date
from datetime import time as Time

from babel.dates import format_date

from prompts.errors import Unreadable
from prompts.values.language import Language
from prompts.values.numerals import spelled

_UNITS = {
    "CNY": ("元", ("角", "分")),
    "EUR": ("欧元", ("欧分",)),
    "RUB": ("卢布", ("戈比",)),
    "PLN": ("兹罗提", ("格罗希",)),
    "USD": ("美元", ("美分",)),
}
"""Currency -> its unit and what divides it: tenths and hundredths, or hundredths alone."""

_DIGITS = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
_PERIODS = ((5, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
"""Hour before which a period of the day ends."""

_MEASURES = "(?=个|次|天|位|元|点|小时|分钟|秒|种|名|层|张|岁|片|粒|瓶|项|条|份|遍)"


def number(value: int) -> str:
    """二, 一百零五: the bare number."""
    return spelled("zh", "spellout-cardinal", value)


def quantity(value: int) -> str:
    """两, 一百零二, 两千: the number before a measure word."""
    return spelled("zh", "spellout-cardinal-alternate2", value)


def money(minor: int, currency: str) -> str:
    """201 -> 两元零一分; 250 -> 两元五角; 10500 -> 一百零五元."""
    if currency not in _UNITS:
        raise Unreadable(f"no words for the currency {currency!r}")
    unit, parts = _UNITS[currency]
    whole, rest = divmod(abs(minor), 100)
    said = "负" if minor < 0 else ""
    if whole or not rest:
        said += quantity(whole) + unit
    if not rest:
        return said
    small = number if whole else quantity  # 两角, but 三元二角
    if len(parts) == 1:
        return said + ("零" if whole and rest < 10 else "") + small(rest) + parts[0]
    tenths, hundredths = divmod(rest, 10)
    if tenths:
        said += small(tenths) + parts[0]
    elif whole:
        said += "零"
    if hundredths:
        said += (quantity if not whole and not tenths else number)(hundredths) + parts[1]
    return said


def ordinal(value: int) -> str:
    """第二."""
    return "第" + number(value)


def count(value: int, forms: tuple[str, ...]) -> str:
    """两分钟; the form is the measure word and the noun."""
    return quantity(value) + forms[0]


def one_by_one(signs: str) -> str:
    """幺三八, letters apart."""
    return re.sub(r"[A-Z]+", lambda m: " " + " ".join(m[0]) + " ", "".join(_DIGITS.get(s, s) for s in signs)).strip()


def digits(groups: tuple[str, ...]) -> str:
    """幺三八，零零幺三，八零零零."""
    return "，".join(one_by_one(group) for group in groups)


def place(parts: tuple[str, ...]) -> str:
    """Up to two figures are a number (十二床), more are read one by one (三零二)."""
    words = [number(int(p)) if p.isdigit() and len(p) <= 2 and p[0] != "0" else one_by_one(p) for p in parts]
    return " ".join(words)


def date(day: Date, year: bool) -> str:
    """十一月二十一日星期六."""
    said = "".join(_DIGITS[d] for d in str(day.year)).replace("幺", "一") + "年" if year else ""
    return f"{said}{number(day.month)}月{number(day.day)}日{format_date(day, 'EEEE', locale='zh')}"


def time(at: Time) -> str:
    """上午八点半, 下午两点零五分, 中午十二点; midnight is 零点."""
    period = next(name for end, name in _PERIODS if at.hour < end)
    hour = at.hour if at.hour <= 12 else at.hour - 12
    said = f"{period}{quantity(hour)}点"
    if at.minute == 0:
        return said
    if at.minute == 30:
        return said + "半"
    return f"{said}{'零' if at.minute < 10 else ''}{number(at.minute)}分"


def key(sign: str) -> str:
    """一, 星号, 井号."""
    return {"*": "星号", "#": "井号"}.get(sign) or number(int(sign))


def tidy(text: str) -> str:
    """按1 -> 按一; 2个 -> 两个; 120 -> 幺二零; # -> 井号; 〇 -> 零."""
    text = text.replace("〇", "零").replace("*", "星号").replace("#", "井号")
    text = re.sub(r"(?<![0-9按键])2" + _MEASURES, "两", text)
    text = re.sub(r"[0-9]{3,}", lambda m: one_by_one(m[0]), text)
    return re.sub(r"[0-9]+", lambda m: one_by_one(m[0]) if m[0][0] == "0" != m[0] else number(int(m[0])), text)


ZH = Language("zh", money, number, ordinal, count, digits, place, date, time, key, "、", tidy)
