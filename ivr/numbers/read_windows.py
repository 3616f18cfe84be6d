"""Reads windows of a day (`08:00-12:00`) and weekdays, as hours and calendars are made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from forms.report import Mark, Report, did_you_mean
from forms.tree import Listing, Node, Scalar
from ivr.numbers.hours import WEEKDAYS, Window
from ivr.numbers.local_time import MINUTES

EVERY_DAY = "every day"
WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2}) *[-–] *([0-9]{1,2}):([0-9]{2})")
_RANGE = re.compile(r"([a-z]+) *[-–] *([a-z]+)")


def read_windows(node: Node, what: str, report: Report) -> tuple[Window, ...]:
    """`closed`, one window or a list of windows, in order."""
    if isinstance(node, Scalar) and node.text == "closed":
        return ()
    windows: list[tuple[Window, Mark]] = []
    for item in node.items if isinstance(node, Listing) else [node]:
        if not isinstance(item, Scalar):
            report.add(item.mark, "E108", f'{what} must be hours: ["08:00-12:00", "13:30-17:30"]')
        elif (window := read_window(item, report)) is not None:
            windows.append((window, item.mark))
    windows.sort(key=lambda one: one[0])
    for (before, _), (after, mark) in pairwise(windows):
        if after.begin < before.end:
            report.add(mark, "E503", f"{after} overlaps with {before}")
    return tuple(window for window, _ in windows)


def read_window(word: Scalar, report: Report) -> Window | None:
    """`08:00-12:00`; None after a mistake."""
    found = WINDOW.fullmatch(word.text.strip())
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


def read_weekdays(word: Scalar, report: Report) -> Iterator[int]:
    """`mon`, `mon-fri`, `mon, wed`, `every day`; a range may go over the week's end."""
    if word.text == EVERY_DAY:
        yield from range(7)
        return
    for part in word.text.split(","):
        between = _RANGE.fullmatch(part.strip())
        ends = between.groups() if between else (part.strip(), part.strip())
        first, last = (read_weekday(end, word.mark, report) for end in ends)
        if first is not None and last is not None:
            yield from ((first + n) % 7 for n in range((last - first) % 7 + 1))


def read_weekday(text: str, mark: Mark, report: Report) -> int | None:
    """`mon` is 0; None after a mistake."""
    if text in WEEKDAYS:
        return WEEKDAYS.index(text)
    near = did_you_mean(text, WEEKDAYS)
    if not near and text[:3].lower() in WEEKDAYS:
        near = f' (did you mean "{text[:3].lower()}"?)'
    report.add(mark, "E504", f'no weekday "{text}"{near or ": they are mon tue wed thu fri sat sun"}')
    return None
