"""What the console shows of the machine that it runs on: the doctor's findings and the settings in force.

The real one is `wardbell.web_machine`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: how bad (`ok`, `warning`, `error`), what, and what to do about it."""

    level: str
    what: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class InForce:
    """One setting as it is in force."""

    name: str
    value: str
    usual: bool
    """Whether it is the default."""
    meaning: str


class Machine(Protocol):
    """The machine, the settings, the doctor."""

    def findings(self) -> Sequence[Finding]:
        """The doctor's round: takes seconds. Raises `web.errors.EngineAway` when it does not come to an end."""

    def settings(self, language: str = "en") -> Sequence[InForce]:
        """Every setting, without secrets; `language` is that of their meanings."""


@dataclass
class FakeMachine:
    """A machine that says what a test wants."""

    found: list[Finding] = field(default_factory=lambda: [Finding("ok", "all is well")])
    in_force: list[InForce] = field(default_factory=list)

    def findings(self) -> Sequence[Finding]:
        """As `Machine.findings`."""
        return self.found

    def settings(self, language: str = "en") -> Sequence[InForce]:
        """As `Machine.settings`."""
        return self.in_force
