"""*Audit*: who did what to what, when, from where and why; searched, and taken away as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, HTTPException, Query
from fastapi.responses import Response

from accounts import audit
from accounts.audit import AuditQuery
from accounts.rights import Right
from web.export import Form, Sheet, download
from web.page import N_, Page
from web.pages.audit.words import ACTIONS, HOWS, NOUNS, Translate, details, role, word
from web.visit import Visit, Visiting

PAGE = Page("audit", N_("Audit"), "/audit", Right.AUDIT, N_("System"))

ROWS = 100
Word = Annotated[str, Query(max_length=120, pattern=r"^[^\x00]*$")]
FIRST, LAST = date(1970, 1, 1), date(2200, 1, 1)
"""Days that are asked for."""


@dataclass(frozen=True, slots=True)
class Search:
    """What the form asks for, as it stands in the address."""

    who: Word = ""
    action: Word = ""
    noun: Word = ""
    key: Word = ""
    since: Word = ""
    """A day, or empty."""
    until: Word = ""
    """A day, with which it ends, or empty."""

    def query(self, visit: Visit) -> AuditQuery:
        """As the audit is asked. 422 for a day that is none."""
        ends = _day(self.until)
        return AuditQuery(
            self.who.strip(),
            self.action,
            self.noun,
            self.key.strip(),
            _begins(_day(self.since), visit),
            _begins(ends + timedelta(1) if ends else None, visit),
        )

    def address(self, **more: object) -> str:
        """The part of an address that asks for the same."""
        fields = {name: getattr(self, name) for name in self.__slots__} | more
        return urlencode({name: value for name, value in fields.items() if value})


Searching = Annotated[Search, Depends()]


@PAGE.get("/audit")
def lists(
    visit: Visiting, search: Searching, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Response:
    """What was done, the newest first."""
    found = visit.site.database.run_now(audit.find, search.query(visit), ROWS + 1, before)
    actions, nouns = visit.site.database.run_now(audit.words)
    more = found[ROWS - 1].id if len(found) > ROWS else None
    return visit.render(
        "audit/list.html",
        found=[_shown(one, visit._) for one in found[:ROWS]],
        search=search,
        actions=_by_word(ACTIONS, actions, visit._),
        nouns=_by_word(NOUNS, nouns, visit._),
        first=f"/audit?{search.address()}" if before else "",
        next=f"/audit?{search.address(before=more)}" if more else "",
    )


@PAGE.get("/audit/file")
def takes(visit: Visiting, search: Searching, form: Form = Form.CSV) -> Response:
    """The whole list as a file. Taking it is noted, too."""
    wanted = search.query(visit)
    visit.site.database.run_now(
        lambda session: visit.hand().note(session, "export", "audit", form.value, search=search.address())
    )
    rows = (audit.cells(one, visit.site.zone) for one in audit.pages(visit.site.database.run_now, wanted))
    return download(Sheet("audit", audit.COLUMNS, rows), form)


@dataclass(frozen=True, slots=True)
class Line:
    """A row in the visitor's language."""

    one: audit.AuditRecord
    role: str
    how: str
    action: str
    noun: str
    details: str


def _shown(one: audit.AuditRecord, translate: Translate) -> Line:
    return Line(
        one,
        role(one.role, translate),
        word(HOWS, one.how, translate),
        word(ACTIONS, one.action, translate),
        word(NOUNS, one.noun, translate),
        details(one.details, translate),
    )


def _by_word(table: Mapping[str, str], kept: Iterable[str], translate: Translate) -> list[tuple[str, str]]:
    """What can be chosen, with its word, in the order of the words."""
    return sorted(((one, word(table, one, translate)) for one in kept), key=lambda pair: pair[1])


def _day(written: str) -> date | None:
    if not written.strip():
        return None
    try:
        day = date.fromisoformat(written.strip())
    except ValueError:
        raise HTTPException(422) from None
    if not FIRST <= day <= LAST:
        raise HTTPException(422)
    return day


def _begins(day: date | None, visit: Visit) -> datetime | None:
    return datetime.combine(day, time(), visit.site.zone) if day else None
