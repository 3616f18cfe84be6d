"""All tables. Importing this package registers every table with `Base.metadata`."""

from __future__ import annotations

from db.tables import (
    accounts,
    api,
    calls,
    cards,
    clinic,
    drafts,
    editions,
    exams,
    fees,
    imports,
    lines,
    notices,
    recordings,
    reports,
    wards,
    webhooks,
)
from db.tables.base import Base

__all__ = [
    "Base",
    "accounts",
    "api",
    "calls",
    "cards",
    "clinic",
    "drafts",
    "editions",
    "exams",
    "fees",
    "imports",
    "lines",
    "notices",
    "recordings",
    "reports",
    "wards",
    "webhooks",
]
