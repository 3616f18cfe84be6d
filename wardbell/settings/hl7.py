"""The port for the hospital's messages."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from notify.hl7.character_sets import codec_of
from wardbell.settings.section import Networks, Port, Section


def _character_set(name: str) -> str:
    return name if name.strip().lower() == "guess" else _named_set(name)


def _named_set(name: str) -> str:
    if codec_of(name) is None:
        raise ValueError(f'"{name}" is not a known character set (such as utf-8, GB18030, CP1250)')
    return name


class Hl7(Section):
    """The MLLP port for the hospital's messages."""

    host: str = "127.0.0.1"
    """Address to listen on. Loopback unless set otherwise."""
    port: Port = 2575
    """TCP port to listen on."""
    encoding: Annotated[str, AfterValidator(_character_set)] = "utf-8"
    """Character set when MSH-18 does not say: any name of HL7 table 0211 or a usual one (`cp1250`, `GBK`); `guess`: the
    first of `guess` that fits. What does not fit the character set that is said is guessed too."""
    guess: tuple[Annotated[str, AfterValidator(_named_set)], ...] = ()
    """Character sets in the order in which they are tried; empty: by the hospital's zone, see docs/hl7.md."""
    peers: Networks = ()
    """Addresses or networks that may connect; empty: any that reaches the port."""
    connections: int = Field(default=50, ge=1, le=1000)
    """Connections at a time. One more closes the one that has been silent longest."""
    longest: int = Field(default=67_108_864, ge=65_536)
    """Bytes of one message; a longer one is refused and its connection closed. Long messages are not held in memory."""
    stale_hours: float = Field(default=6.0, ge=0)
    """Hours after which an event that comes late (by EVN-2, else MSH-7) is reported, and nobody is called; 0: none."""
    same_visit_minutes: float = Field(default=10.0, ge=0)
    """Minutes within which the same visit, reported by two systems, calls once; 0: each calls."""
    hold: float = Field(default=10.0, ge=0, le=60)
    """Seconds that an answer waits for a database that is away; then the connection is closed without one."""
    keep_days: int = Field(default=30, ge=0, le=90)
    """Days that accepted messages are kept as they came, for whoever has the right to see them; 0: only refused ones
    are, 90 days."""
    keep_megabytes: int = Field(default=1_000, ge=1)
    """Size of all accepted messages that are kept; beyond it the oldest go first."""
