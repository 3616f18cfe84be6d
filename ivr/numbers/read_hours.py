"""Reads opening hours and `flows/holidays.yaml`.

holidays:                                            # a calendar; a file may hold several
  - {date: 2026-10-01, to: 2026-10-07, title: 国庆节}
  - {date: 12-25}                                    # every year
  - {date: 2026-12-24, open: ["08:00-12:00"]}        # only these hours
  - {date: 2026-10-10, as: mon}                      # worked, by Monday's hours
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from forms.form import NAME, Form
from forms.report import Mark, Report, did_you_mean
from forms.tree import Listing, Node, Scalar, Table, read_source
from ivr.numbers.hours import WEEKDAYS, Calendar, Hours, Special, Window
from ivr.numbers.local_time import MINUTES, clock, skipped

USUAL = "holidays"
"""The calendar of hours that name none."""
EVERY_DAY = "every day"
LEAP_YEAR = 2024
"""Days of every year are counted in one that has them all."""
LONGEST = 366
"""Days of one entry."""
_WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2}) *[-–] *([0-9]{1,2}):([0-9]{2})")
_DATE = re.compile(r"(?:([0-9]{4})-)?([0-9]{1,2})-([0-9]{1,2})")
_RANGE = re.compile(r"([a-z]+) *[-–] *([a-z]+)")


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
        windows = _windows(node.values[text], f'"{text}"', report)
        for weekday in _weekdays(word, report):
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
    if isinstance(node, Scalar) and not _WINDOW.fullmatch(node.text.strip()) and node.text != "closed":
        near = did_you_mean(node.text, ("closed", "open"))
        told = f'"holidays" is closed, open (a day like any other), or hours: ["08:00-12:00"], not "{node.text}"{near}'
        report.add(node.mark, "E501", told)
        return None, ()
    windows = _windows(node, '"holidays"', report)
    calendar = named.text if named is not None else USUAL
    if calendars is None:
        return None, windows
    if calendar not in calendars:
        mark = named.mark if named is not None else form.mark("holidays")
        hint = did_you_mean(calendar, calendars) or f" in {holidays_name}"
        report.add(mark, "E508", f'no calendar "{calendar}"{hint}')
    return calendars.get(calendar), windows


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
    windows = _windows(node, '"open"', report) if node is not None else None
    worked_as = None
    if (word := form.word("as")) is not None:
        worked_as = _weekday(word.text, word.mark, report)
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


def _windows(node: Node, what: str, report: Report) -> tuple[Window, ...]:
    """`closed`, one window or a list of windows, in order."""
    if isinstance(node, Scalar) and node.text == "closed":
        return ()
    windows: list[tuple[Window, Mark]] = []
    for item in node.items if isinstance(node, Listing) else [node]:
        if not isinstance(item, Scalar):
            report.add(item.mark, "E108", f'{what} must be hours: ["08:00-12:00", "13:30-17:30"]')
        elif (window := _window(item, report)) is not None:
            windows.append((window, item.mark))
    windows.sort(key=lambda one: one[0])
    for (before, _), (after, mark) in pairwise(windows):
        if after.begin < before.end:
            report.add(mark, "E503", f"{after} overlaps with {before}")
    return tuple(window for window, _ in windows)


def _window(word: Scalar, report: Report) -> Window | None:
    found = _WINDOW.fullmatch(word.text.strip())
    if found is None:
        near = did_you_mean(word.text, ("closed",))
        report.add(word.mark, "E501", f'"{word.text}" are no hours: write "08:00-12:00"{near or ", or closed"}')
        return None
    begin, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if begin >= MINUTES or end > MINUTES or int(found[2]) > 59 or int(found[4]) > 59:
        report.add(word.mark, "E501", f'"{word.text}" holds no time of day: they go from 00:00 to 24:00')
        return None
    if begin == end:
        sentence = f'"{word.text}" ends where it begins; the whole day is "00:00-24:00"'
        report.add(word.mark, "E502", sentence)
        return None
    return Window(begin, end if end > begin else end + MINUTES)


def _weekdays(word: Scalar, report: Report) -> Iterator[int]:
    """`mon`, `mon-fri`, `mon, wed`, `every day`; a range may go over the week's end."""
    if word.text == EVERY_DAY:
        yield from range(7)
        return
    for part in word.text.split(","):
        between = _RANGE.fullmatch(part.strip())
        ends = between.groups() if between else (part.strip(), part.strip())
        first, last = (_weekday(end, word.mark, report) for end in ends)
        if first is not None and last is not None:
            yield from ((first + n) % 7 for n in range((last - first) % 7 + 1))


def _weekday(text: str, mark: Mark, report: Report) -> int | None:
    if text in WEEKDAYS:
        return WEEKDAYS.index(text)
    near = did_you_mean(text, WEEKDAYS)
    if not near and text[:3].lower() in WEEKDAYS:
        near = f' (did you mean "{text[:3].lower()}"?)'
    report.add(mark, "E504", f'no weekday "{text}"{near or ": they are mon tue wed thu fri sat sun"}')
    return None


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


def _check_skipped(
    form: Form, windows: tuple[Window, ...], days: list[date], zone: tzinfo | None, report: Report
) -> None:
    for day in days if zone is not None else []:
        for minute in {edge for window in windows for edge in (window.begin, window.end)}:
            at = datetime.combine(day + timedelta(minute // MINUTES), time(minute % MINUTES // 60, minute % 60))
            if zone is not None and skipped(at, zone):
                sentence = f"there is no {clock(minute)} on {at.date()}: the clocks go forward past it"
                report.add(form.mark("open"), "E511", sentence)
