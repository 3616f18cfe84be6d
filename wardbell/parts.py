"""What commands and the service share, made from the settings when it is first asked for.

Implements the desks that commands ask for (`ClerkDesk`, `PromptsDesk`). Calls and messages are
the service's. What only some commands want is imported where it is made: each command starts with this module.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from twisted.logger import Logger

from wardbell.settings import Settings, SettingsError

if TYPE_CHECKING:
    from db.database import Database
    from editions.bundle import Bundle
    from editions.edition import Checked
    from hospital.fees.scheme import Insurance
    from notify.notices.rules import NoticeRules
    from prompts.catalog import Catalog
    from prompts.render import Known
    from prompts.studio import Studio
    from prompts.voices import Voice
    from prompts.voices.kokoro import Kokoro

log = Logger()


def wallclock() -> datetime:
    """Now, aware, in UTC: the one place of the product that looks at the clock on the wall."""
    return datetime.now(UTC)


def boottime() -> float:
    """Seconds since the machine started, asleep or awake: nobody can set that clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Parts:
    """The parts that need no reactor. `close` at the end."""

    def __init__(self, settings: Settings, settings_file: Path | None = None) -> None:
        """`settings_file`: where the settings were read from, when it was named."""
        self.settings = settings
        self.settings_file = settings_file
        self.wallclock = wallclock
        self.measured: Callable[[Voice], Voice] = lambda voice: voice
        """Put before each voice, for whoever measures them. To be set before the first studio is made."""
        self._first_studio: Studio | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The hospital's time zone."""
        return ZoneInfo(self.settings.zone)

    @property
    def engine(self) -> str:
        """The name of the engine of these settings."""
        return self.settings.engine

    @property
    def callers_dir(self) -> Path:
        """What callers said."""
        return self.settings.callers_dir

    @cached_property
    def database(self) -> Database:
        """The database, without threads: for `run_now`."""
        from db.database import Database

        self.data_dir()
        return Database(self.settings.database_url)

    @cached_property
    def pepper(self) -> bytes:
        """The server's part of every PIN's hash. Raises `BadPepper`."""
        from hospital.cards.pins import load_pepper

        return load_pepper(self.data_dir() / "pepper")

    @cached_property
    def catalog(self) -> Catalog:
        """The texts, the hospital's own over the shipped ones. Raises `FilesBroken`."""
        from prompts.catalog import Catalog

        own = [self.settings.texts_dir] if self.settings.texts_dir is not None else []
        return Catalog.load(*own)

    def texts_of(self, edition: int | None) -> Catalog:
        """The texts of a published edition; those on disk where it is unknown or cannot be read any more."""
        from editions import store
        from editions.bundle import TEXTS
        from forms.errors import FilesBroken, FilesError
        from prompts.catalog import Catalog

        stored = self.database.run_now(store.fetch, edition) if edition else None
        if stored is not None:
            with suppress(FilesError, FilesBroken):
                return Catalog.read(stored.bundle().under(TEXTS))
        return self.catalog

    def on_disk(self) -> Bundle:
        """The hospital's files as they stand on disk now. Raises `FilesBroken` for what cannot be read."""
        from editions.bundle import Bundle

        return Bundle.of_folder(self.flows_dir(), self.settings.texts_dir)

    def check(self, bundle: Bundle, version: int = 0) -> Checked:
        """Everything of an edition, read and checked as the service does. Raises `FilesBroken` with every mistake."""
        from editions.declared import ACTIONS
        from editions.edition import read_edition

        return read_edition(bundle, ACTIONS, version, self.zone)

    def notice_rules(self) -> NoticeRules:
        """Those of the newest edition; of the files on disk before anything was published. Raises `FilesBroken`."""
        return self._newest().rules

    def insurance(self) -> Insurance:
        """As `notice_rules`, for what insurance pays."""
        return self._newest().insurance

    def _newest(self) -> Checked:
        from editions import store

        newest = self.database.run_now(store.newest)
        stored = self.database.run_now(store.fetch, newest.number) if newest is not None else None
        return self.check(stored.bundle() if stored is not None else self.on_disk())

    @cached_property
    def kokoro(self) -> Kokoro:
        """The neural voice, asleep."""
        from prompts.voices.kokoro import Kokoro

        return Kokoro()

    def warm_up(self) -> None:
        """Load the neural voice for good when it is set, here and wanted. Blocks for seconds."""
        from prompts.errors import VoiceFailed

        voices = self.settings.voices
        spoken = {language for language, names in voices.order.items() if "kokoro" in names}
        if voices.keep_loaded and spoken & self.kokoro.languages:
            try:
                self.kokoro.keep()
            except (VoiceFailed, OSError) as failed:
                log.error("kokoro does not speak: {failed}", failed=failed)

    @cached_property
    def studio(self) -> Studio:
        """As `studio_of`, for the texts on disk."""
        return self.studio_of(self.catalog)

    def studio_of(self, catalog: Catalog) -> Studio:
        """The clips of these texts and the voices that make new ones. Raises `PromptError` without the
        folder of recordings."""
        from prompts.errors import PromptError
        from prompts.store import Store
        from prompts.studio import Studio
        from prompts.voices.espeak import Espeak
        from prompts.voices.festival import Festival
        from prompts.voices.gtts import Google

        if self._first_studio is not None:
            return self._first_studio.of(catalog)
        recordings = self.recordings_dir
        if recordings is not None and not recordings.is_dir():
            raise PromptError(f"recordings_dir {recordings}: there is no such folder")
        voices = self.settings.voices
        made: dict[str, Voice] = {
            "espeak": Espeak(),
            "festival": Festival(),
            "gtts": Google(timeout=voices.gtts_timeout),
            "kokoro": self.kokoro,
        }
        order = {language: [self.measured(made[name]) for name in names] for language, names in voices.order.items()}
        self._first_studio = Studio(
            catalog,
            Store(self.settings.store_dir),
            order,
            recordings,
            tell=lambda sentence: log.warn("{sentence}", sentence=sentence),
        )
        return self._first_studio

    @property
    def recordings_dir(self) -> Path | None:
        """The hospital's recordings of prompts: as set, or beside the texts in a checkout; None: it keeps none."""
        beside = Path(str(resources.files("prompts"))) / "recordings"
        return self.settings.recordings_dir or (beside if beside.is_dir() else None)

    @property
    def store_dir(self) -> Path:
        """The folder of clips."""
        return self.settings.store_dir

    @property
    def store_limit(self) -> int:
        """Bytes that the clips may take."""
        return self.settings.voices.store_limit * 1_000_000

    def known_values(self) -> Sequence[Known]:
        """Values that callers will hear; none while there is no database yet."""
        from db import version
        from hospital.clinic.calendar import HospitalCalendar
        from wardbell.known import known_values

        if not version.is_there(self.settings.database_url) or version.current_of(self.database) is None:
            return []
        return self.database.run_now(known_values, HospitalCalendar(self.zone), self.wallclock())

    def data_dir(self) -> Path:
        """The folder of data, made when it is missing. Raises `SettingsError` when it cannot be had."""
        folder = self.settings.data_dir
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"data_dir {folder}: {error.strerror}") from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise SettingsError(f"data_dir {folder}: this user may not write there")
        return folder

    def flows_dir(self) -> Path:
        """The folder of flows: the hospital's, or the shipped one."""
        return self.settings.flows_dir or Path(str(resources.files("flows")))

    def close(self) -> None:
        """Close what was opened."""
        if "kokoro" in self.__dict__:
            self.kokoro.close()
        if "database" in self.__dict__:
            with suppress(OSError):
                self.database.close()
