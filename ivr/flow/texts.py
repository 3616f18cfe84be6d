"""What the flow language needs to know of a catalogue of texts; `prompts.catalog.Catalog` fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ivr.flow.commands import Value


class Texts(Protocol):
    """A catalogue: which texts there are and which values they name."""

    @property
    def languages(self) -> Sequence[str]:
        """The languages that every text must have."""

    @property
    def ids(self) -> Sequence[str]:
        """Every text that some language has."""

    def has(self, language: str, id: str) -> bool:
        """Whether this language has the text."""

    def fields(self, id: str) -> Mapping[str, str]:
        """Field path -> type, as `{"department.name": "name"}`, of a text that some language has."""

    def cannot_read(self, id: str, path: str, value: Value) -> str:
        """Why a language cannot read a value aloud where a text names it; nothing when all can."""

    def keys_named(self, language: str, id: str) -> Sequence[str]:
        """The keys of the telephone that a text names in a language; none when it lacks the text."""

    def length(self, language: str, id: str) -> float:
        """Seconds that a text takes to say, roughly; 0 when the language lacks it."""
