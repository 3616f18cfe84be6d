"""What Mandarin and Cantonese share: amounts in 元角分, 两 before measure words, 零 and never 〇,
times of day by the period, places and telephone numbers digit by digit.

The characters and the readings that differ are in `zh` and `yue`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import time as Time

from babel.dates import format_date

from prompts.errors import Unreadable
from prompts.values.language import PLAIN, Form, Language
from prompts.values.numerals import by_fours, spelled


@dataclass(frozen=True, slots=True)
class Chinese:
    """One way of reading Chinese."""

    code: str
    number_rules: str
    """CLDR's rule set for bare numbers, below a hundred."""
    quantity_rules: str
    """CLDR's rule set for numbers before a measure word."""
    units: Mapping[str, tuple[str, tuple[str, ...]]]
    """Currency -> its unit and what divides it: tenths and hundredths, or hundredths alone."""
    signs: Mapping[str, str]
    """Digit -> how it is said in a number that is dialled or read off a card."""
    periods: tuple[tuple[int, str], ...]
    """Hour before which a period of the day ends, and its name."""
    lengths: tuple[str, str, str, str]
    """Day, hour, minute, second as lengths of time."""
    minus: str
    o_clock: str
    star: str
    hash: str
    two: str
    """2 before a measure word."""
    measures: str
    """Measure words before which a figure 2 of a fixed text is `two`, as alternatives of an expression."""
    year_one: str
    """1 in a year."""
    instead: tuple[str, ...]

    def language(self) -> Language:
        """These rules under their names."""
        return Language(
            self.code, self.money, self.number, self.ordinal, self.count, self.duration, by_fours, self.digits,
            self.place, self.date, self.time, self.key, "、", self.tidy, self.instead,
        )  # fmt: skip

    def number(self, value: int, form: Form = PLAIN) -> str:
        """二, 一百零五, 两万: the bare number."""
        return spelled(self.code, self.number_rules if abs(value) < 100 else self.quantity_rules, value)

    def quantity(self, value: int) -> str:
        """两, 一百零二, 两千: the number before a measure word."""
        return spelled(self.code, self.quantity_rules, value).replace("廿", "二十")

    def money(self, minor: int, currency: str, form: Form = PLAIN) -> str:
        """201 -> 两元零一分; 250 -> 两元五角; 10500 -> 一百零五元."""
        if currency not in self.units:
            raise Unreadable(f"no words for the currency {currency!r}")
        unit, parts = self.units[currency]
        whole, rest = divmod(abs(minor), 100)
        said = self.minus if minor < 0 else ""
        if whole or not rest:
            said += self.quantity(whole) + unit
        if not rest:
            return said
        small = self.number if whole else self.quantity  # 两角, but 三元二角
        if len(parts) == 1:
            return said + ("零" if whole and rest < 10 else "") + small(rest) + parts[0]
        tenths, hundredths = divmod(rest, 10)
        if tenths:
            said += small(tenths) + parts[0]
        elif whole:
            said += "零"
        if hundredths:
            said += (self.quantity if not whole and not tenths else self.number)(hundredths) + parts[1]
        return said

    def ordinal(self, value: int, form: Form = PLAIN) -> str:
        """第二."""
        return "第" + self.number(value)

    def count(self, value: int, forms: tuple[str, ...], form: Form = PLAIN) -> str:
        """两分钟; the form is the measure word and the noun."""
        return self.quantity(value) + forms[0]

    def duration(self, parts: tuple[int, int, int, int], form: Form = PLAIN) -> str:
        """一小时三十分钟."""
        said = [self.quantity(n) + unit for n, unit in zip(parts, self.lengths, strict=True) if n]
        return "".join(said) or self.quantity(0) + self.lengths[-1]

    def one_by_one(self, signs: str) -> str:
        """幺三八, letters apart."""
        said = "".join(self.signs.get(s, s) for s in signs)
        return re.sub(r"[A-Z]+", lambda m: " " + " ".join(m[0]) + " ", said).strip()

    def digits(self, groups: tuple[str, ...]) -> str:
        """幺三八，零零幺三，八零零零."""
        return "，".join(self.one_by_one(group) for group in groups)

    def place(self, parts: tuple[str, ...]) -> str:
        """Up to two figures are a number (十二床), more are read one by one (三零二)."""
        return " ".join(
            self.number(int(p)) if p.isdigit() and len(p) <= 2 and p[0] != "0" else self.one_by_one(p) for p in parts
        )

    def date(self, day: Date, year: bool, form: Form = PLAIN) -> str:
        """十一月二十一日星期六."""
        said = "".join(self.year_one if d == "1" else self.signs[d] for d in str(day.year)) + "年" if year else ""
        return f"{said}{self.number(day.month)}月{self.number(day.day)}日{format_date(day, 'EEEE', locale=self.code)}"

    def time(self, at: Time, form: Form = PLAIN) -> str:
        """上午八点半, 下午两点零五分, 中午十二点; midnight is 零点."""
        period = next(name for end, name in self.periods if at.hour < end)
        hour = at.hour if at.hour <= 12 else at.hour - 12
        said = f"{period}{self.quantity(hour)}{self.o_clock}"
        if at.minute == 0:
            return said
        if at.minute == 30:
            return said + "半"
        return f"{said}{'零' if at.minute < 10 else ''}{self.number(at.minute)}分"

    def key(self, sign: str) -> str:
        """一, 星号, 井号."""
        return {"*": self.star, "#": self.hash}.get(sign) or self.number(int(sign))

    def tidy(self, text: str) -> str:
        """按1 -> 按一; 2个 -> 两个; 120 -> 幺二零; # -> 井号; 〇 -> 零."""
        text = text.replace("〇", "零").replace("*", self.star).replace("#", self.hash)
        text = re.sub(rf"(?<![0-9按键鍵])2(?={self.measures})", self.two, text)
        text = re.sub(r"[0-9]{3,}", lambda m: self.one_by_one(m[0]), text)
        return re.sub(
            r"[0-9]+", lambda m: self.one_by_one(m[0]) if m[0][0] == "0" != m[0] else self.number(int(m[0])), text
        )
