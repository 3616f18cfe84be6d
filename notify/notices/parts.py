"""What an outbox works with: handed in by the service, by tests with fakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from background.reactor import Time
from db.database import Transactions
from ivr.switch.line import Capacity
from notify.notices.budget import LineBudget
from notify.notices.confirmations import Confirmations
from notify.notices.ladder import Phonebook
from notify.notices.reports import Reports
from notify.notices.rules import NoticeRules
from notify.notices.telephone import Telephone

LEASE = timedelta(seconds=30)
"""How long a claimed notice is ours without a sign of life: when an engine dies, another one dials this much later."""


@dataclass(frozen=True, slots=True)
class OutboxParts:
    """What an outbox works with."""

    clock: Time
    wallclock: Callable[[], datetime]
    transactions: Transactions
    rules: Callable[[], NoticeRules]
    """Those of the current edition: asked anew for every transaction."""
    phonebook: Phonebook
    telephone: Telephone
    capacity: Callable[[], Capacity]
    """Of the switch, at this moment."""
    reports: Reports
    owner: str
    """This engine's name: unique among the engines of one database, the same after a restart."""
    budget: LineBudget
    confirmations: Confirmations
    """What nurses confirmed and the database does not know yet is stored before anything is claimed or ended."""
