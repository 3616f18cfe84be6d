"""Events that flows tell (`notify`): stored once, and the notices that follow planned in the same transaction.

A caller is told that it is passed on only when it is stored. Which rules follow is `notify.notices.rules`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.database import Transactions
from db.errors import DatabaseError
from hospital.wards import wards
from ivr.call.notice_board import NotPosted
from ivr.flow.commands import Value
from notify.events import Happening, Stored, store
from notify.notices.rules import NoticeRules

SOURCE = "flow"
WARD = "ward"
"""The fact that says whose telephones are called: a ward's code. Without it the numbers of the steps are, or the
last resort."""


class StoredBoard:
    """Implements `ivr.call.notice_board.NoticeBoard`."""

    def __init__(
        self,
        transactions: Transactions,
        rules: Callable[[], NoticeRules],
        wallclock: Callable[[], datetime],
        planned: Callable[[], None],
    ) -> None:
        """`planned` is called after a commit that made notices."""
        self._transactions = transactions
        self._rules = rules
        self._wallclock = wallclock
        self._planned = planned

    async def post(self, event: str, facts: Mapping[str, Value], key: str) -> None:
        """As `NoticeBoard.post`."""
        rules = self._rules()
        if all(rule.event != event for rule in rules.rules.values()):  # a call that began under an older edition
            raise NotPosted(f"no notice follows the event {event} any more: see flows/notices.yaml")
        try:
            stored = await self._transactions.run(tell_event, rules, event, facts, key, SOURCE, self._wallclock())
        except DatabaseError as away:
            raise NotPosted(str(away)) from away
        if stored.notices:
            self._planned()


def tell_event(
    session: Session,
    rules: NoticeRules,
    event: str,
    facts: Mapping[str, Value],
    key: str,
    source: str,
    now: datetime,
    visit: str = "",
    happened_at: datetime | None = None,
) -> Stored:
    """Store an event and plan what follows; the body of one transaction. `key` makes it the same when told again."""
    ward = facts.get(WARD)
    code = str(ward.get("code", "") if isinstance(ward, dict) else ward or "")
    known = wards.contacts(session, code) if code else None
    code = known.code if known is not None else code
    said = _said(session, facts, code)
    return store(session, rules, Happening(key, event, source, code, facts, said, visit, happened_at), now)


def _said(session: Session, facts: Mapping[str, Value], code: str) -> Mapping[str, Any]:
    """What the called flow gets: the facts; of a ward that is known here, its name as well."""
    found = wards.contacts(session, code) if code and not isinstance(facts.get(WARD), dict) else None
    return {**facts, WARD: {"code": code, "name": dict(found.name)}} if found is not None else facts
