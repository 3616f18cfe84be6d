"""Reads the settings from their file and the environment; a wrong one is told by its name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wardbell.settings.settings import Settings

FILE = "wardbell.toml"


class SettingsError(Exception):
    """The settings cannot be used; the message names each wrong one."""


def load(file: Path | None = None) -> Settings:
    """Read `file`, or `wardbell.toml` here when there is one. Raises `SettingsError`."""
    chosen = file or Path(FILE)
    values: dict[str, Any] = {}
    if file is not None or chosen.exists():
        try:
            values = tomllib.loads(chosen.read_text(encoding="utf-8"))
        except OSError as e:
            raise SettingsError(f"{chosen}: {e.strerror}") from e
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
            raise SettingsError(f"{chosen}: {e}") from e
    try:
        return Settings(**values)
    except ValidationError as e:
        wrongs = [(".".join(map(str, one["loc"])), _told(one["type"], one["msg"])) for one in e.errors()]
        raise SettingsError("\n".join(f"setting {name}: {told}" for name, told in wrongs)) from e


def _told(type: str, message: str) -> str:
    if type == "extra_forbidden":
        return "there is no such setting"
    return message.removeprefix("Value error, ")
