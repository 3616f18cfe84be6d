"""The story that every test of this room is told with, on both databases."""

from __future__ import annotations

import pytest

from db.database import Database
from tests.notify.story import Story


@pytest.fixture
def story(database: Database) -> Story:
    """A ward, a telephone, an engine."""
    return Story(database)
