"""Calls in progress on other engines, by the rows that they write while calls go on. Bodies of transactions.

A row is a tenth of a second behind its call and knows less: which step and with whom, not what the step says. It costs
the engine that has the call nothing more, and is read only while somebody watches.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.calls import CallEventRow, CallRow, LegRow, SegmentRow
from ivr.in_progress.call_now import CallNow
from ivr.in_progress.stage import Stage, stage_with
from ivr.record.legs import FIRST, Kind

MOST = 500
"""Calls that are shown, the oldest first."""


@reading
def calls_elsewhere(session: Session, engines: Collection[str]) -> tuple[CallNow, ...]:
    """The calls in progress of these engines. One that died leaves some open: ask for those that run."""
    if not engines:
        return ()
    mine = CallRow.engine.in_(engines), CallRow.ended_at.is_(None)
    return _shown(session, session.scalars(select(CallRow).where(*mine).order_by(CallRow.began_at).limit(MOST)).all())


@reading
def call_elsewhere(session: Session, call_id: str, engines: Collection[str]) -> CallNow | None:
    """One of them; None: it is over, or of none of these engines."""
    row = session.get(CallRow, call_id)
    if row is None or row.ended_at is not None or row.engine not in engines:
        return None
    return _shown(session, [row])[0]


def _shown(session: Session, rows: Sequence[CallRow]) -> tuple[CallNow, ...]:
    ids = [row.id for row in rows]
    events = _counted(session, ids)
    last = {(id, number) for id, (number, _) in _counted(session, ids, "step").items()}
    found = select(CallEventRow).where(CallEventRow.call_id.in_(ids), CallEventRow.kind == "step")
    steps = {row.call_id: row for row in session.scalars(found) if (row.call_id, row.number) in last}
    rang = select(LegRow.call_id, LegRow.rang_at).where(LegRow.call_id.in_(ids), LegRow.number == FIRST)
    rung: dict[str, datetime | None] = {row.call_id: row.rang_at for row in session.execute(rang)}
    parties = {
        (leg.call_id, leg.number): (leg.role, leg.party)
        for leg in session.scalars(select(LegRow).where(LegRow.call_id.in_(ids), LegRow.number != FIRST))
    }
    together = {
        one.call_id: one
        for one in session.scalars(
            select(SegmentRow)
            .where(SegmentRow.call_id.in_(ids), SegmentRow.ended_at.is_(None), SegmentRow.leg == FIRST)
            .order_by(SegmentRow.number)
        )
    }
    shown = []
    for row in rows:
        count, _ = events.get(row.id, (0, 0))
        step, one = steps.get(row.id), together.get(row.id)
        company, party = parties.get((row.id, one.other), ("", "")) if one is not None else ("", "")
        stage, since = _stage(row, rung.get(row.id), step)
        if one is not None:
            stage, since = stage_with(Kind(one.kind), company), one.began_at
        detail = step.detail if step is not None else {}
        flow = str(detail.get("flow", row.flow))
        shown.append(
            CallNow(
                call_id=row.id,
                direction=row.direction,
                dialled=row.dialled,
                caller=row.caller,
                stage=stage,
                since=since,
                began_at=row.began_at,
                answered_at=row.answered_at,
                flow=flow,
                title=flow,
                step=str(detail.get("step", "")),
                verb="",
                words="",
                language=row.language,
                company=company,
                party=party,
                notice=row.notice,
                edition=row.edition or 0,
                worker="",
                events=count,
                engine=row.engine,
            )
        )
    return tuple(shown)


def _counted(session: Session, ids: Sequence[str], kind: str = "") -> dict[str, tuple[int, int]]:
    """Call -> the number of its last event (of a kind), and how many there are."""
    query = select(CallEventRow.call_id, func.max(CallEventRow.number), func.count())
    query = query.where(CallEventRow.call_id.in_(ids)).group_by(CallEventRow.call_id)
    if kind:
        query = query.where(CallEventRow.kind == kind)
    return {id: (last, count) for id, last, count in session.execute(query)}


def _stage(row: CallRow, rang_at: datetime | None, step: CallEventRow | None) -> tuple[Stage, datetime]:
    if row.answered_at is not None:
        return (Stage.LISTENING, step.at) if step is not None else (Stage.INTRO, row.answered_at)
    if row.direction == "in":
        return Stage.ARRIVING, row.began_at
    return (Stage.RINGING, rang_at) if rang_at is not None else (Stage.DIALLING, row.began_at)
