"""A search as the address of the page holds it, so that it can be copied as a link."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import HTTPException
from starlette.datastructures import QueryParams

from ivr.errors import IvrError
from ivr.record import period
from ivr.record.cursor import Cursor
from ivr.record.search import Wanted

FILTERS = ("since", "until", "number", "direction", "flow", "outcome", "cause", "shortest", "longest", "recorded")
PLACE = "at"
LONGEST = 128
A_YEAR = 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for, as it was written and as it is understood."""

    written: dict[str, str]
    """Without what is empty."""
    wanted: Wanted
    cursor: Cursor | None

    def address(self, at: Cursor | None = None, path: str = "/calls", **more: str) -> str:
        """The same search from another place on, or as something else."""
        told = {name: value for name, value in self.written.items() if name != PLACE} | more
        if at is not None:
            told[PLACE] = str(at)
        return f"{path}?{urlencode(told)}" if told else path


def read(given: QueryParams, zone: ZoneInfo, also: tuple[str, ...] = ()) -> Query:
    """The search of an address. HTTP 422: something in it has no sense."""
    pairs = given.multi_items()
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)) or not set(names) <= {*FILTERS, PLACE, *also}:
        raise HTTPException(422)
    written = {name: value.strip() for name, value in pairs if value.strip()}
    if any(len(value) > LONGEST or not value.isprintable() for value in written.values()):
        raise HTTPException(422)
    written = {name: written[name] for name in (*FILTERS, PLACE) if name in written}
    try:
        return Query(written, _wanted(written, zone), Cursor.read(written[PLACE]) if PLACE in written else None)
    except (ValueError, IvrError) as wrong:
        raise HTTPException(422) from wrong


def _wanted(written: dict[str, str], zone: ZoneInfo) -> Wanted:
    word = {name: written.get(name, "") for name in ("number", "flow", "outcome", "cause")}
    direction, recorded = written.get("direction", ""), written.get("recorded", "")
    if direction not in ("", "in", "out") or recorded not in ("", "yes"):
        raise ValueError("neither one nor the other")
    return Wanted(
        since=period.since(written["since"], zone) if "since" in written else None,
        until=period.until(written["until"], zone) if "until" in written else None,
        direction=direction,
        shortest=_seconds(written.get("shortest")),
        longest=_seconds(written.get("longest")),
        recorded=bool(recorded),
        **word,
    )


def _seconds(written: str | None) -> float | None:
    if written is None:
        return None
    seconds = float(written)
    if not isfinite(seconds) or not 0 <= seconds <= A_YEAR:
        raise ValueError("no length of a call")
    return seconds
