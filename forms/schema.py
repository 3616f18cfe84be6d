"""The pieces that schemas (JSON Schema, draft 2020-12) are made of: words, numbers, lists and maps, each explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NAME = r"^[a-z][a-z0-9_]*$"
TEXT_ID = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$"
DOTTED = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"
VARIABLE = r"^=\s*[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"
KEYS = r"^[0-9*#]{1,4}$"


def table(about: str, keys: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """A map with these keys and no others."""
    needed = list(required)
    whole: Schema = {"type": "object", "description": about, "additionalProperties": False, "properties": dict(keys)}
    return whole | ({"required": needed} if needed else {})


def word(about: str, pattern: str = "", known: Iterable[str] = ()) -> Schema:
    """A text; `known` are offered."""
    plain: Schema = {"type": "string", "minLength": 1} | ({"pattern": pattern} if pattern else {})
    offered = sorted(known)
    return {"description": about} | ({"anyOf": [{"enum": offered}, plain]} if offered else plain)


def one_of(about: str, *values: str | bool) -> Schema:
    """One of a few."""
    return {"description": about, "enum": list(values)}


def flag(about: str) -> Schema:
    """true or false."""
    return {"description": about, "type": "boolean"}


def number(about: str, low: float, high: float, default: float | None = None, *, whole: bool = False) -> Schema:
    """A number from `low` to `high`."""
    kind: Schema = {"type": "integer" if whole else "number", "minimum": low, "maximum": high}
    return {"description": about} | kind | ({} if default is None else {"default": default})


def many(about: str, item: Schema) -> Schema:
    """A list, or one item that stands instead."""
    return {"description": about, "anyOf": [item, {"type": "array", "items": item}]}


def mapping(about: str, value: Schema, pattern: str = NAME) -> Schema:
    """A map whose keys fit a pattern."""
    return {
        "description": about,
        "type": "object",
        "patternProperties": {pattern: value},
        "additionalProperties": False,
    }
