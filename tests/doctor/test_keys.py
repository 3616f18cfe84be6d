"""The doctor tells of keys before somebody misses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from accounts.audit import Hand
from accounts.keys import make, note_use, revoke
from accounts.rights import Right
from db.database import Database
from wardbell.doctor.finding import Level
from wardbell.doctor.keys import expiring

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def test_a_key_that_expires_soon_is_told_and_one_that_was_revoked_is_not(
    sqlite_file: Path, tmp_path: Path, open_database: Callable[[str], Database]
) -> None:
    (tmp_path / "wardbell.db").write_bytes(sqlite_file.read_bytes())
    database = open_database(f"sqlite:///{tmp_path / 'wardbell.db'}")
    hand = Hand("test", NOW, "command")
    assert list(expiring(database, NOW, ZONE)) == []
    his = database.run_now(make, "his", [Right.EVENTS], NOW + timedelta(days=30), hand)
    database.run_now(make, "old", [Right.EVENTS], NOW + timedelta(days=3), hand)
    database.run_now(revoke, "old", hand)
    assert [one.level for one in expiring(database, NOW, ZONE)] == [Level.OK]
    later = NOW + timedelta(days=20)
    [found] = expiring(database, later, ZONE)
    assert (found.level, found.what) == (Level.WARNING, "the key his expires on 2026-12-28")
    database.run_now(note_use, his.record.id, NOW + timedelta(days=29), "10.1.2.3")
    [found] = expiring(database, NOW + timedelta(days=31), ZONE)
    assert "has expired on 2026-12-28, and was in use" in found.what
