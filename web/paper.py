"""What pages are written on: the templates, with texts, times and numbers in one language."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime, format_skeleton
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hospital.money import show_money
from ivr.words import words_in
from web.language import LANGUAGES, texts_in

HERE = Path(__file__).parent
DAY, DAYS = "EEE d MMM y", {"zh": "y年M月d日 EEE"}
"""How a day is written: in most languages, and where that would read upside down (CLDR's patterns of dates)."""


class Paper:
    """The templates in one language. Everything that is put into them is escaped."""

    def __init__(self, language: str, zone: tzinfo, **globals: Any) -> None:
        """`globals` are for all templates: `asset`, which gives the address of a file, and `menu`."""
        self.language = language
        self._zone = zone
        self._pages: dict[str, Paper] = {}
        self._made = Environment(
            loader=ChoiceLoader([FileSystemLoader(HERE / "templates"), FileSystemLoader(HERE / "pages")]),
            extensions=["jinja2.ext.i18n"],
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._speak("")
        i18n: Any = self._made
        i18n.install_gettext_callables(self.translate, self.ngettext, newstyle=True)
        self._made.globals.update(globals, languages=LANGUAGES, language=language)
        outcome = words_in(language)
        days = {"moment": self.moment, "clock": self.clock, "day": self.day, "day_short": self.day_short}
        self._made.filters.update(days, money=show_money, seconds=seconds, code=code, outcome=outcome)

    def of(self, page: str) -> Paper:
        """The same paper in the words of one page."""
        if page not in self._pages:
            made = copy(self)
            made._speak(page)
            self._pages[page] = made
        return self._pages[page]

    def _speak(self, page: str) -> None:
        texts = texts_in(self.language, page)
        self.translate: Callable[[str], str] = texts.ugettext
        self.ngettext: Callable[[str, str, int], str] = texts.ungettext
        self._words = {"gettext": _filled(texts.ugettext), "ngettext": _filled_by_number(texts.ungettext)}

    def render(self, template: str, **values: Any) -> str:
        """The page as text."""
        return self._made.get_template(template).render(self._words | values)

    def moment(self, at: datetime | None) -> str:
        """Day and time to the second in the hospital's zone: `2026-11-28 03:12:05`, in every language alike, so that
        columns line up and can be compared."""
        return "–" if at is None else at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def clock(self, at: datetime | None) -> str:
        """Time of day to the second."""
        return "–" if at is None else at.astimezone(self._zone).strftime("%H:%M:%S")

    def day(self, day: date) -> str:
        """A day with its weekday, in words."""
        pattern = DAYS.get(self.language, DAY)
        if isinstance(day, datetime):
            return format_datetime(day, pattern, tzinfo=self._zone, locale=self.language)
        return format_date(day, pattern, locale=self.language)

    def day_short(self, day: date) -> str:
        """A day for the head of a column: weekday, day, month."""
        return format_skeleton("MEd", day, locale=self.language)


def _filled(translate: Callable[[str], str]) -> Callable[..., str]:
    """`translate` as templates call it: the values of a sentence are put in, escaped."""

    def filled(sentence: str, **values: Any) -> str:
        return Markup(translate(sentence)) % values

    return filled


def _filled_by_number(choose: Callable[[str, str, int], str]) -> Callable[..., str]:
    def filled(one: str, many: str, number: int, **values: Any) -> str:
        return Markup(choose(one, many, number)) % ({"num": number} | values)

    return filled


def seconds(length: float | None) -> str:
    """A length of time as people read it: `0:07`, `12:30`, `1:02:03`."""
    if length is None:
        return "–"
    minutes, left = divmod(max(0, round(length)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def code(text: str) -> Markup:
    """`text` set as code, escaped."""
    return Markup("<code>{}</code>").format(text)
