"""Marks the bodies of transactions that only read: they never stand in a writer's way, nor wait for one.

A mark, not another way to run them: whoever runs a body need not know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Body = TypeVar("Body", bound=Callable[..., Any])

_MARK = "only_reads"


def reading(body: Body) -> Body:
    """`body` changes nothing. If it tries to, the database refuses."""
    setattr(body, _MARK, True)
    return body


def only_reads(body: Callable[..., Any]) -> bool:
    """Whether `body` is marked."""
    return getattr(body, _MARK, False) is True
