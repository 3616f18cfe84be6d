"""Reads opening hours by weekday, and what holds on holidays; those are read in `read_calendars`."""

from __future__ import annotations

from collections.abc import Mapping

from forms.form import Form
from forms.report import Mark, Report, did_you_mean
from forms.tree import Node, Scalar, Table
from ivr.numbers.hours import WEEKDAYS, Calendar, Hours, Window
from ivr.numbers.local_time import MINUTES
from ivr.numbers.read_windows import EVERY_DAY, WINDOW, read_weekdays, read_windows

USUAL = "holidays"
"""The calendar of hours that name none."""


def read_hours(
    name: Scalar, node: Node, calendars: Mapping[str, Calendar] | None, holidays_name: str, report: Report
) -> Hours | None:
    """One entry of `hours`; None when it could not be read. `calendars` None: they could not be."""
    if not isinstance(node, Table):
        report.add(node.mark, "E108", f'the hours "{name.text}" must be a map: {{mon-fri: ["08:00-17:00"]}}')
        return None
    form = Form(node, report, f'the hours "{name.text}"')
    before = len(report.mistakes)
    week: dict[int, tuple[Window, ...]] = {}
    first: dict[int, Scalar] = {}
    marks: dict[int, Mark] = {}
    bare: list[Scalar] = []
    for text, word in node.keys.items():
        if text in ("calendar", "holidays"):
            continue
        form.node(text)
        if _is_empty(node.values[text]):
            bare.append(word)
            continue
        if bare:
            _tell_bare(bare, word, report)
            bare = []
        windows = read_windows(node.values[text], f'"{text}"', report)
        for weekday in read_weekdays(word, report):
            if weekday in week:
                day = WEEKDAYS[weekday]
                report.add(word.mark, "E505", f'"{day}" occurs twice: it is in "{first[weekday].text}" already')
            else:
                week[weekday], first[weekday], marks[weekday] = windows, word, node.values[text].mark
    for word in bare:
        report.add(word.mark, "E501", f'"{word.text}" has no hours: write "08:00-12:00", or closed')
    by_day = tuple(week.get(weekday, ()) for weekday in range(7))
    _check_overlaps(by_day, marks, report)
    calendar, on_holidays = _on_holidays(form, EVERY_DAY in node.keys, calendars, holidays_name, report)
    form.finish(frozenset(WEEKDAYS))
    hours = Hours(name.text, by_day, calendar, on_holidays)
    if len(report.mistakes) == before and hours.never:
        report.add(name.mark, "E514", f'the hours "{name.text}" never come: no day has a window')
    return hours


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and not node.text


def _tell_bare(days: list[Scalar], following: Scalar, report: Report) -> None:
    """`{mon, wed, fri: [...]}` is three days, two of them without hours."""
    told = ", ".join(one.text for one in (*days, following))
    sentence = f'"{days[0].text}" has no hours; several days with the same hours are one key in quotes: "{told}"'
    report.add(days[0].mark, "E501", f'{sentence}: ["08:00-12:00"]')


def _on_holidays(
    form: Form, every_day: bool, calendars: Mapping[str, Calendar] | None, holidays_name: str, report: Report
) -> tuple[Calendar | None, tuple[Window, ...]]:
    """`holidays` and `calendar`: which calendar counts, and the windows on its holidays."""
    named = form.word("calendar")
    node = form.node("holidays")
    if node is None:
        if named is not None or not every_day:
            form.missing("holidays", ": closed, open (a day like any other), or hours")
        return None, ()
    if isinstance(node, Scalar) and node.text == "open":
        if named is not None:
            report.add(named.mark, "E106", '"calendar" is of no use when holidays are days like any other')
        return None, ()
    if isinstance(node, Scalar) and not WINDOW.fullmatch(node.text.strip()) and node.text != "closed":
        near = did_you_mean(node.text, ("closed", "open"))
        told = f'"holidays" is closed, open (a day like any other), or hours: ["08:00-12:00"], not "{node.text}"{near}'
        report.add(node.mark, "E501", told)
        return None, ()
    windows = read_windows(node, '"holidays"', report)
    calendar = named.text if named is not None else USUAL
    if calendars is None:
        return None, windows
    if calendar not in calendars:
        mark = named.mark if named is not None else form.mark("holidays")
        hint = did_you_mean(calendar, calendars) or f" in {holidays_name}"
        report.add(mark, "E508", f'no calendar "{calendar}"{hint}')
    return calendars.get(calendar), windows


def _check_overlaps(week: tuple[tuple[Window, ...], ...], marks: Mapping[int, Mark], report: Report) -> None:
    """What goes past midnight must end before the next day's first window begins. Days that are written as one are
    reported as one."""
    told: set[Mark] = set()
    for weekday, windows in enumerate(week):
        following = week[(weekday + 1) % 7]
        if windows and following and windows[-1].end - MINUTES > following[0].begin and marks[weekday] not in told:
            told.add(marks[weekday])
            day, after = WEEKDAYS[weekday], WEEKDAYS[(weekday + 1) % 7]
            sentence = f"{windows[-1]} of {day} goes on into {following[0]} of {after}"
            report.add(marks[weekday], "E503", sentence)
