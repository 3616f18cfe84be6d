"""Reads what a flow gives an action: the variables that its declaration needs, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from actions.action import Value


class BadArgument(Exception):
    """A flow gave an action something of the wrong shape: the flow's `error`."""


def text(arguments: Mapping[str, Value], *path: str) -> str:
    """The string at `path`, as `text(arguments, "department", "code")`. Raises BadArgument."""
    found = _at(arguments, path)
    if not isinstance(found, str):
        raise BadArgument(f"{'.'.join(path)} is not a string")
    return found


def number(arguments: Mapping[str, Value], *path: str) -> int:
    """The whole number at `path`. Raises BadArgument."""
    found = _at(arguments, path)
    if not isinstance(found, int) or isinstance(found, bool):
        raise BadArgument(f"{'.'.join(path)} is not a number")
    return found


def day(arguments: Mapping[str, Value], *path: str) -> date:
    """The ISO 8601 date at `path`. Raises BadArgument."""
    written = text(arguments, *path)
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise BadArgument(f"{'.'.join(path)} is not a date") from error


def _at(arguments: Mapping[str, Value], path: tuple[str, ...]) -> Value:
    found: Value = dict(arguments)
    for name in path:
        if not isinstance(found, dict) or name not in found:
            raise BadArgument(f"{'.'.join(path)} is missing")
        found = found[name]
    return found
