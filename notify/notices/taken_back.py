"""What is taken back or corrected: an event changes what is told because of earlier ones of the same stay.

A rule that `cancels` stops the notices of those events and calls only where somebody had heard of them; one that
`corrects` gives their notices its values, and calls only where the old ones had been confirmed. Messages come in any
order: what is taken back before it was told is never told, and what becomes true again is told again. All of it is
part of the transaction that stores the event; the outbox ends the calls when it is poked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.notices import AttemptRow, EventRow, NoticeRow
from notify.notices.addressee import Kind, addressee_of
from notify.notices.addressing import addressed
from notify.notices.escalation import Rule
from notify.notices.facts import SPOKEN, folded
from notify.notices.fate import Fate
from notify.notices.plan import Planned
from notify.notices.rules import NoticeRules
from notify.notices.states import State
from notify.notices.stopping import cancel

AT_MOST = 500
"""Earlier events that are looked at."""
DONE = (State.CONFIRMED, State.DELIVERED)


@dataclass(slots=True)
class Revision:
    """What an event has done to earlier ones. `planned`: who must hear of it."""

    fate: Fate
    why: str = ""
    planned: list[Planned] = field(default_factory=list)


def revise(
    session: Session,
    rules: NoticeRules,
    following: Sequence[Rule],
    event: EventRow,
    variables: Mapping[str, Any],
    now: datetime,
) -> Revision:
    """Take back and correct what the rules that follow `event` say. `variables`: what its own notice would say."""
    done = Revision(Fate.UNMATCHED if not _findable(event) else Fate.EARLY)
    for rule in following:
        if rule.cancels:
            for row in _before(session, event, rule.cancels, rule.within, now):
                done.fate = Fate.REVISED
                done.planned += _take_back(session, rule, row, event, now)
        if rule.corrects:
            seen: set[str] = set()
            for row in _before(session, event, rule.corrects, rule.within, now):
                if row.kind not in seen:  # the newest of each kind is what counts
                    seen.add(row.kind)
                    done.planned += _correct(session, rules, rule, row, event, variables, now)
            done.fate = Fate.REVISED
    if done.fate is Fate.UNMATCHED:
        done.why = "it names neither a visit nor a bed: what it takes back is not known"
    return done


def taken_back_before(session: Session, rules: NoticeRules, event: EventRow, now: datetime) -> str:
    """Whether an event that came earlier, but happened later, takes this one back: a sentence, or nothing."""
    kinds = {rule.event for rule in rules.rules.values() if event.kind in rule.cancels}
    if not kinds or not event.visit or event.happened_at is None:
        return ""
    found = _of(kinds, now - timedelta(days=30)).where(EventRow.visit == event.visit, EventRow.fate == Fate.EARLY)
    for row in session.scalars(found):
        if row.happened_at is not None and row.happened_at >= event.happened_at and _same_house(row, event):
            row.fate = Fate.REVISED
            return f'"{row.kind}" had come before it'
    return ""


def told_again(session: Session, rules: NoticeRules, event: EventRow, now: datetime) -> None:
    """What was taken back is so again: nobody is told any more that it is not."""
    kinds = {rule.event for rule in rules.rules.values() if event.kind in rule.cancels}
    if not kinds or not event.visit:
        return
    found = _of(kinds, now - timedelta(days=30)).where(EventRow.visit == event.visit, EventRow.fate == Fate.REVISED)
    for row in session.scalars(found).all():
        for notice in _notices(session, row):
            if _same_house(row, event):
                cancel(session, notice.id, now, f'"{event.kind}" came again')


# What is meant


def _before(
    session: Session, event: EventRow, kinds: Collection[str], within: timedelta, now: datetime
) -> list[EventRow]:
    """The events of the same stay that are told now and are not younger than this one, the newest first.

    The stay is known by its number: of the same sender, or of the same ward. When one of the messages names none, it
    is the newest of the same sender for the same bed.
    """
    found = _of(kinds, now - within).where(EventRow.fate == Fate.PLANNED, EventRow.id != event.id)
    if event.visit:
        same = session.scalars(found.where(EventRow.visit == event.visit)).all()
        if rows := [row for row in same if _same_house(row, event) and not _younger(row, event)]:
            return rows
    if not event.facts.get("bed"):
        return []
    found = found.where(EventRow.source == event.source)
    if event.visit:
        found = found.where(EventRow.visit == "")
    there = (row for row in session.scalars(found) if _place(row) == _place(event) and not _younger(row, event))
    first = next(there, None)
    return [] if first is None else [first]


def _of(kinds: Collection[str], since: datetime) -> Any:
    kept = select(EventRow).where(EventRow.kind.in_(kinds), EventRow.received_at >= since)
    return kept.order_by(EventRow.id.desc()).limit(AT_MOST)


def _findable(event: EventRow) -> bool:
    return bool(event.visit or event.facts.get("bed"))


def _same_house(row: EventRow, event: EventRow) -> bool:
    """Two systems of one hospital may number their stays alike: then the ward must be the same, too."""
    return row.source == event.source or _ward(row.facts) == _ward(event.facts)


def _younger(row: EventRow, event: EventRow) -> bool:
    both = row.happened_at is not None and event.happened_at is not None
    return both and row.happened_at > event.happened_at  # type: ignore[operator]


def _ward(facts: Mapping[str, Any]) -> str:
    return folded(str(facts.get("ward", "")))


def _place(row: EventRow) -> tuple[str, ...]:
    return tuple(folded(str(row.facts.get(name, ""))) for name in ("ward", "room", "bed"))


# Taking back


def _take_back(session: Session, rule: Rule, row: EventRow, event: EventRow, now: datetime) -> list[Planned]:
    """Stop what follows from `row`; who had heard of it in its ward is told."""
    heard: NoticeRow | None = None
    for notice in _notices(session, row):
        if _is_there(notice, row) and _was_heard(notice):
            heard = notice
        cancel(session, notice.id, now, f'taken back by "{event.kind}"')
    row.fate, row.why = Fate.TAKEN_BACK, f'taken back by "{event.kind}"'
    if heard is None:
        return []
    variables = {**heard.variables, "about": row.kind}
    return [Planned(event.id, rule, addressee_of(heard), variables, now, _listener(session, heard))]


def _is_there(notice: NoticeRow, row: EventRow) -> bool:
    """Whether a notice is for the event's own ward, or for somebody who is in none."""
    return notice.addressee_kind != Kind.WARD or folded(notice.addressee) == _ward(row.facts)


def _was_heard(notice: NoticeRow) -> bool:
    return State(notice.state) in DONE or notice.heard_at is not None


def _listener(session: Session, notice: NoticeRow) -> str:
    """The telephone where somebody confirmed the notice, or else heard it last."""
    found = select(AttemptRow).where(AttemptRow.notice_id == notice.id).order_by(AttemptRow.number.desc())
    attempts = session.scalars(found).all()
    for was in ("confirmed", "heard", "answered_at"):
        for attempt in attempts:
            if getattr(attempt, was):
                return attempt.target
    return ""


def _notices(session: Session, row: EventRow) -> Sequence[NoticeRow]:
    # The event before its notices: somebody may be calling one of them again at this moment (`by_hand.py`).
    session.execute(select(EventRow.id).where(EventRow.id == row.id).with_for_update())
    found = select(NoticeRow).where(NoticeRow.event_id == row.id).order_by(NoticeRow.id).with_for_update()
    return session.scalars(found).all()


# Correcting


def _correct(
    session: Session,
    rules: NoticeRules,
    rule: Rule,
    row: EventRow,
    event: EventRow,
    variables: Mapping[str, Any],
    now: datetime,
) -> list[Planned]:
    """Give what follows from `row` the values of `event`. A notice that waits says them in its next call; a call that
    is being made ends, and another one says them; who had confirmed the old ones is told. In another ward everything
    begins anew, and the old ward is told if it had heard."""
    notices = _notices(session, row)
    if not notices:
        return []
    moved = bool(_ward(event.facts)) and _ward(event.facts) != _ward(row.facts)
    facts = _merged(row.facts, event.facts, moved)
    before = notices[-1].variables
    said = _said(before, variables, facts, event.facts, moved)
    if all(said.get(name) == before.get(name) for name in SPOKEN):
        return []
    here = [notice for notice in notices if _is_there(notice, row)]
    wanted = {one.name: one for one in rules.following(row.kind, facts) if not one.revises}
    anew: list[Rule] = list(wanted.values()) if moved else []
    heard: NoticeRow | None = None
    for notice in here:
        state = State(notice.state)
        if state in DONE or (moved and _was_heard(notice)):
            heard = notice
        if state is State.WAITING and not moved and (notice.kind in wanted or notice.listener):
            notice.variables = {**notice.variables, **said}
        elif not state.over:
            cancel(session, notice.id, now, f'corrected by "{event.kind}"')
            if not moved and notice.kind in wanted:
                anew.append(wanted[notice.kind])
            elif notice.listener:
                heard = heard or notice
    if not moved:
        anew += [one for name, one in wanted.items() if name not in {notice.kind for notice in here}]
    row.facts = facts
    ward = str(facts["ward"])
    planned = [Planned(row.id, one, addressed(session, one.to, ward, facts), said, now) for one in anew]
    if heard is not None and (moved or not anew):
        told = {**(before if moved else said), "about": row.kind, "moved": moved}
        told |= {"old_bed": str(before.get("bed", "")), "to_ward": said["ward"]}
        listener = heard.listener or _listener(session, heard)
        planned.append(Planned(row.id, rule, addressee_of(heard), told, now, listener))
    return planned


def _merged(old: Mapping[str, Any], new: Mapping[str, Any], moved: bool) -> dict[str, Any]:
    """The facts as they are now. What a correction leaves out stays as it was; it never makes an emergency less."""
    facts = {**old, **{name: value for name, value in new.items() if value not in ("", None, False)}}
    facts["urgent"] = bool(old.get("urgent") or new.get("urgent"))
    facts["visit"] = old.get("visit") or new.get("visit", "")
    if moved or (new.get("room") and new.get("room") != old.get("room")):  # a bed belongs to its room
        facts["room"], facts["bed"] = new.get("room", ""), new.get("bed", "")
    return facts


def _said(
    before: Mapping[str, Any],
    variables: Mapping[str, Any],
    facts: Mapping[str, Any],
    new: Mapping[str, Any],
    moved: bool,
) -> dict[str, Any]:
    """What a notice says now."""
    said = {**before, "bed": facts["bed"], "room": facts["room"], "urgent": facts["urgent"]}
    if moved:
        said["ward"] = variables["ward"]
    if moved or new.get("department") or new.get("department_text"):
        said["department"] = variables["department"]
    return {name: value for name, value in said.items() if name not in ("about", "moved", "old_bed", "to_ward")}
