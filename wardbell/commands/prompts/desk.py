"""What the commands about prompts need of the application."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from db.database import Database
from prompts.catalog import Catalog
from prompts.render import Known
from prompts.studio import Studio


class PromptsDesk(Protocol):
    """Where texts and clips are, and what callers will hear."""

    @property
    def catalog(self) -> Catalog:
        """The texts. Raises `FilesBroken`."""

    @property
    def studio(self) -> Studio:
        """The clips."""

    def known_values(self) -> Sequence[Known]:
        """Values that callers will hear: departments, experts, wards, fees, the next days."""

    @property
    def recordings_dir(self) -> Path | None:
        """The hospital's recordings; None: it keeps none."""

    @property
    def store_dir(self) -> Path:
        """The folder of clips."""

    @property
    def store_limit(self) -> int:
        """Bytes that the clips may take."""

    @property
    def database(self) -> Database:
        """Where it is noted who took recordings in."""

    def wallclock(self) -> datetime:
        """Now, aware, in UTC."""
