"""*System*: the doctor's round as a page, the key figures, and the settings in force, without secrets."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi.responses import Response

from accounts.rights import Right
from reports.asked import By, Period
from reports.calls import calls_report
from reports.days import day_at
from web.page import N_, Page
from web.pages.reports.words import cell
from web.pages.system.doctor_words import in_words
from web.pages.system.readings import Readings
from web.visit import Visiting

PAGE = Page("system", N_("System"), "/system", Right.SYSTEM, N_("System"))
WORDS = {"ok": N_("well"), "warning": N_("warning"), "error": N_("error")}
KINDS = {"ok": "good", "warning": "warn", "error": "bad"}
GRAVITY = {"error": 0, "warning": 1, "ok": 2}


@PAGE.get("/system")
def settings(visit: Visiting) -> Response:
    """The settings in force; the doctor is asked by a click, for he takes seconds."""
    found = visit.site.machine.settings(visit.language)
    return visit.render("system/system.html", settings=found, version=visit.site.version)


@PAGE.get("/system/doctor")
def examined(visit: Visiting) -> Response:
    """The doctor's findings, the worst first."""
    found = sorted(visit.site.machine.findings(), key=lambda one: GRAVITY.get(one.level, 0))
    count = Counter(one.level for one in found)
    values: dict[str, Any] = {"found": found, "count": count, "words": WORDS, "kinds": KINDS}
    values["said"] = lambda sentence: in_words(sentence, visit)
    return visit.render("system/findings.html" if visit.partial else "system/doctor.html", **values)


@PAGE.get("/system/figures")
def figures(visit: Visiting) -> Response:
    """What the engine measures of itself, in words."""
    zone = visit.site.zone
    day = day_at(visit.now, zone)
    today = visit.site.database.run_now(calls_report, Period(day, day), By.DAY, zone, visit.now)
    outcomes: Counter[str] = Counter()
    for (_day, outcome), count in today.outcomes.items():
        outcomes[outcome] += count
    named = [(cell("outcome", outcome, visit._), count) for outcome, count in outcomes.most_common()]
    seen = Readings(visit.site.measured())
    return visit.render("system/figures.html", seen=seen, today=today, outcomes=named)
