"""What goes wrong between a browser and the engine. What a visitor did wrong is an answer, not one of these."""

from __future__ import annotations


class WebError(Exception):
    """The root of the web's errors."""


class EngineAway(WebError):
    """The engine did not answer in time: it starts, ends, or is very busy. Nothing was done, or nobody knows."""


class Unguarded(WebError):
    """A route names no right. The console does not start with one."""
