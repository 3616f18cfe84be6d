"""A week of a number as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ivr.numbers import Plan
from ivr.numbers.week import DayPlan
from web.charts.hours import Block, hours
from web.pages.numbers.words import DOORS, LOOKS, answers
from web.visit import Visit


def drawn(visit: Visit, plan: Plan, days: Sequence[DayPlan]) -> Markup:
    """Hour by hour."""
    told = answers(visit)
    rows = []
    for day in days:
        blocks = []
        for stretch in day.stretches:
            begin = stretch.begin.hour + stretch.begin.minute / 60
            end = 24.0 if stretch.end.date() > day.day else stretch.end.hour + stretch.end.minute / 60
            word = visit._(DOORS[stretch.door][0])
            words = told.of(stretch.found.answer)
            about = f"{stretch.begin:%H:%M}-{'24:00' if end == 24 else format(stretch.end, '%H:%M')} {word}: {words}"
            if end > begin:  # an hour that comes twice is drawn once
                blocks.append(Block(begin, end, LOOKS.index(stretch.door), words, about))
        holiday = f" {day.holiday}" if day.holiday else ""
        rows.append((visit.paper.day_short(day.day) + holiday[:8], blocks))
    title = visit._("What answers %(number)s this week") % {"number": plan.number}
    return hours("week", title, title, rows, [visit._(DOORS[look][0]) for look in LOOKS])
