"""Reads `flows/holidays.yaml`.

holidays:                                            # a calendar; a file may hold several
  - {date: 2026-10-01, to: 2026-10-07, title: 国庆节}
  - {date: 12-25}                                    # every year
  - {date: 2026-12-24, open: ["08:00-12:00"]}        # only these hours
  - {date: 2026-10-10, as: mon}                      # worked, by Monday's hours
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo

from forms.form import NAME, Form
from forms.report import Report
from forms.tree import Listing, Node, Scalar, Table, read_source
from ivr.numbers.hours import Calendar, Special, Window
from ivr.numbers.local_time import MINUTES, clock, skipped
from ivr.numbers.read_windows import read_weekday, read_windows

LEAP_YEAR = 2024
"""Days of every year are counted in one that has them all."""
LONGEST = 366
"""Days of one entry."""
_DATE = re.compile(r"(?:([0-9]{4})-)?([0-9]{1,2})-([0-9]{1,2})")


def read_calendars(name: str, data: bytes | None, zone: tzinfo | None, report: Report) -> dict[str, Calendar] | None:
    """The calendars by name; None when the file could not be read at all."""
    if data is None:
        return {}
    if not data.strip() or all(line.strip()[:1] in (b"", b"#") for line in data.splitlines()):
        return {}
    root = read_source(name, data, report)
    if root is None:
        return None
    calendars = {}
    for text, word in root.keys.items():
        if not NAME.fullmatch(text):
            report.add(word.mark, "E111", f'"{text}" is not a name for a calendar (lowercase letters, digits and _)')
        calendars[text] = _calendar(text, root.values[text], zone, report)
    return calendars


def _calendar(name: str, node: Node, zone: tzinfo | None, report: Report) -> Calendar:
    dates: dict[date, Special] = {}
    yearly: dict[tuple[int, int], Special] = {}
    if not isinstance(node, Listing):
        report.add(node.mark, "E108", f'the calendar "{name}" must be a list: - {{date: 2026-10-01}}')
        return Calendar(name)
    for item in node.items:
        if not isinstance(item, Table):
            report.add(item.mark, "E108", "a holiday must be a map: {date: 2026-10-01, title: ...}")
            continue
        form = Form(item, report, "the holiday", ("date", "to", "title", "open", "as"))
        special = _special(form, report)
        days, every_year = _dates(form, report)
        form.finish()
        _check_skipped(form, special.open or (), [] if every_year else days, zone, report)
        for day in days:
            twice = (day.month, day.day) in yearly if every_year else day in dates
            if twice:
                shown = f"{day:%m-%d}" if every_year else f"{day}"
                report.add(item.mark, "E510", f'{shown} is in the calendar "{name}" already')
                break
        if every_year:
            yearly.update({(day.month, day.day): special for day in days})
        else:
            dates.update(dict.fromkeys(days, special))
    return Calendar(name, dates, yearly)


def _special(form: Form, report: Report) -> Special:
    title = form.title()
    node = form.node("open")
    windows = read_windows(node, '"open"', report) if node is not None else None
    worked_as = None
    if (word := form.word("as")) is not None:
        worked_as = read_weekday(word.text, word.mark, report)
        if node is not None:
            report.add(form.mark("open"), "E106", '"open" beside "as": a day is a holiday or worked as a weekday')
    return Special(title.text if title is not None else "", windows, worked_as)


def _dates(form: Form, report: Report) -> tuple[list[date], bool]:
    """The days of one entry, and whether they are those of every year."""
    first, to = form.word("date", required=True), form.word("to")
    begin = _date(first, report) if first is not None else None
    if begin is None or first is None:
        return [], False
    every_year = len(first.text) < len("2026-1-1")
    end = _date(to, report) if to is not None else begin
    if end is None or to is None:
        return [begin], every_year
    if (len(to.text) < len("2026-1-1")) != every_year:
        report.add(to.mark, "E509", '"date" and "to" must both have a year, or neither')
        return [begin], every_year
    if every_year and end < begin:
        end = end.replace(year=LEAP_YEAR + 1) if (end.month, end.day) != (2, 29) else date(LEAP_YEAR + 1, 2, 28)
    days = (end - begin).days
    if days < 0 or days >= LONGEST:
        why = "ends before it begins" if days < 0 else "is longer than a year"
        report.add(to.mark, "E509", f"{first.text} to {to.text} {why}")
        return [begin], every_year
    found = [begin + timedelta(n) for n in range(days + 1)]
    return [day.replace(year=LEAP_YEAR) for day in found] if every_year else found, every_year


def _date(word: Scalar, report: Report) -> date | None:
    found = _DATE.fullmatch(word.text)
    try:
        if found is not None:
            return date(int(found[1] or LEAP_YEAR), int(found[2]), int(found[3]))
    except ValueError:
        report.add(word.mark, "E509", f"there is no {word.text}")
        return None
    report.add(word.mark, "E509", f'"{word.text}" is not a date: write 2026-10-01, or 10-01 for every year')
    return None


def _check_skipped(
    form: Form, windows: tuple[Window, ...], days: list[date], zone: tzinfo | None, report: Report
) -> None:
    for day in days if zone is not None else []:
        for minute in {edge for window in windows for edge in (window.begin, window.end)}:
            at = datetime.combine(day + timedelta(minute // MINUTES), time(minute % MINUTES // 60, minute % 60))
            if zone is not None and skipped(at, zone):
                sentence = f"there is no {clock(minute)} on {at.date()}: the clocks go forward past it"
                report.add(form.mark("open"), "E511", sentence)
