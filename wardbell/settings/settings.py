"""All settings together: those that stand under no section, the sections, and what follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from wardbell.settings.hl7 import Hl7
from wardbell.settings.metrics import Metrics
from wardbell.settings.outbound import Outbound
from wardbell.settings.pins import Pins
from wardbell.settings.recordings import Recordings
from wardbell.settings.sip import Sip
from wardbell.settings.trunk import Trunk
from wardbell.settings.voices import Voices
from wardbell.settings.web import Web
from wardbell.settings.webhook import Webhook, named_once

PREFIX = "WARDBELL_"


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise ValueError(f'no time zone "{name}" (they are written like Asia/Shanghai)') from unknown
    return name


class Settings(BaseSettings):
    """All settings. Made by `load`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, toml_file=None
    )

    engine: str = Field(default="wardbell", pattern=r"^[a-z0-9-]{1,40}$")
    """This engine's name in leases and call rows; unique among engines on one database."""
    data_dir: Path = Path("var")
    """Folder of everything that Wardbell writes: the database, clips, recordings, logs of builds."""
    database: str = ""
    """SQLAlchemy URL; empty: SQLite in `data_dir`. PostgreSQL: postgresql+psycopg://user@host/name"""
    flows_dir: Path | None = None
    """Folder of the hospital's flows; empty: the shipped ones."""
    texts_dir: Path | None = None
    """Folder of the hospital's own texts (`zh.yaml`, ...), laid over the shipped ones."""
    recordings_dir: Path | None = None
    """Folder of recorded prompts (`zh/main.welcome.wav`, ...); empty: `prompts/recordings` of a checkout."""
    zone: Annotated[str, AfterValidator(_is_zone)] = "Asia/Shanghai"
    """Time zone of the hospital, as in the IANA list: hours, holidays, the rota, what is said of times."""
    log_level: Literal["debug", "info", "warn", "error"] = "info"
    """How much the service logs; at every level numbers show only their last three digits."""
    sip: Sip = Sip()
    trunk: Trunk = Trunk()
    hl7: Hl7 = Hl7()
    web: Web = Web()
    voices: Voices = Voices()
    outbound: Outbound = Outbound()
    pins: Pins = Pins()
    recordings: Recordings = Recordings()
    metrics: Metrics = Metrics()
    webhooks: Annotated[tuple[Webhook, ...], AfterValidator(named_once)] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, which `load` hands in as arguments."""
        return env_settings, init_settings

    @property
    def database_url(self) -> str:
        """The URL in use."""
        return self.database or f"sqlite:///{self.data_dir.absolute() / 'wardbell.db'}"

    @property
    def store_dir(self) -> Path:
        """Rendered prompts."""
        return self.voices.store_dir or self.data_dir / "prompts"

    @property
    def callers_dir(self) -> Path:
        """What callers said. Recorded prompts are elsewhere: `voices.recordings_dir`."""
        return self.data_dir / "recordings"

    @property
    def journal(self) -> Path:
        """What nurses confirmed while the database was away."""
        return self.data_dir / "confirmations.journal"

    @property
    def clock_note(self) -> Path:
        """When the machine's clock jumped last."""
        return self.data_dir / "clock-jumped"

    @property
    def tones_dir(self) -> Path:
        """Tones that the line makes itself."""
        return self.data_dir / "tones"
