"""A request of the engine that cannot be met."""

from __future__ import annotations


class Refusal(Exception):
    """`code` is one of wire's error codes."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
