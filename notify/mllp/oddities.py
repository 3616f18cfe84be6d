"""What is unusual in a sender's messages is logged once, not with each message. The doctor reads the rows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from twisted.logger import Logger

log = Logger()

REMEMBERED = 10_000
"""Senders and oddities that are remembered; beyond that the oldest is forgotten, and reported again."""


class Oddities:
    """Reports each oddity of each sender once."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[str, str], None] = OrderedDict()

    def tell(self, sender: str, odd: Iterable[str]) -> None:
        """`odd`: sentences without anything of a patient."""
        for sentence in odd:
            key = (sender, sentence)
            if key in self._told:
                continue
            self._told[key] = None
            if len(self._told) > REMEMBERED:
                self._told.popitem(last=False)
            log.warn("HL7 from {sender}: {odd}; read all the same", sender=sender, odd=sentence)
