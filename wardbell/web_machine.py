"""The machine as the console shows it. Implements `web.machine.Machine`.

The doctor makes his round in a process of his own: it takes seconds of a core, and calls need the interpreter.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from forms.catalogue import read_catalogue
from wardbell.settings import Settings
from wardbell.settings_page import every
from web.errors import EngineAway
from web.machine import Finding, InForce

LONGEST = 90.0
"""Seconds that a round may take."""
HIDDEN = "…"
TEXTS = Path(__file__).parent / "texts"
"""The meanings of settings in other languages."""
SECRET = ("secret", "password", "token")


class ThisMachine:
    """The machine, by the settings in force; `file` is where they were read from, if not in the usual place."""

    def __init__(self, settings: Settings, file: Path | None = None) -> None:
        self._settings = settings
        self._file = file
        self._one = threading.Lock()

    def findings(self) -> Sequence[Finding]:
        """As `Machine.findings`. One round at a time; who asks meanwhile waits for his own."""
        config = ["--config", str(self._file)] if self._file is not None else []
        command = [sys.executable, "-m", "wardbell.cli", *config, "doctor", "--json"]
        with self._one:
            try:
                made = subprocess.run(command, capture_output=True, timeout=LONGEST, check=False)
                return [Finding(**one) for one in json.loads(made.stdout)]
            except (OSError, subprocess.TimeoutExpired, ValueError, TypeError) as wrong:
                raise EngineAway(f"the doctor did not come to an end: {wrong}") from wrong

    def settings(self, language: str = "en") -> Sequence[InForce]:
        """As `Machine.settings`."""
        usual, words = Settings.model_construct(), _meanings(language)
        return [
            InForce(
                row.name,
                shown(row.name, _value(self._settings, row.name)),
                _value(self._settings, row.name) == _value(usual, row.name),
                words(row.meaning),
            )
            for _, _, rows in every()
            for row in rows
        ]


@cache
def _meanings(language: str) -> Callable[[str], str]:
    """What settings mean, in a language; of one that there is not, as their docstrings say it."""
    file = TEXTS / f"{language}.po"
    return read_catalogue(file).ugettext if file.exists() else str


def shown(name: str, value: object) -> str:
    """A value as it may be seen: passwords in addresses and whatever is called a secret are hidden."""
    if value is None or value in ("", ()):
        return ""
    if any(word in name for word in SECRET):
        return HIDDEN
    if name == "database":
        try:
            return make_url(str(value)).render_as_string(hide_password=True)
        except ArgumentError:
            return HIDDEN
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _value(settings: Settings, name: str) -> object:
    found: object = settings
    for part in name.split("."):  # of a section that there may be several of, the values of all
        found = tuple(getattr(one, part) for one in found) if isinstance(found, tuple) else getattr(found, part)
    return found
