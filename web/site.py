"""All that pages may use, made once by `wardbell.web_side`: the database, the clock, the hospital's zone, the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from accounts.login import Login
from db.database import Database
from hospital.cards.pins import Pins
from hospital.fees.scheme import Insurance
from web.door import Door
from web.flow_desk import FlowDesk
from web.live.watchers import Watchers
from web.machine import FakeMachine, Machine


@dataclass(frozen=True, slots=True)
class Address:
    """How the console is reached."""

    public: str = ""
    """The address that people type, such as `https://line.hospital.example`; empty: whatever they typed."""
    tls: bool = False
    """Whether browsers reach it by TLS: here, or at the proxy in front of it."""


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages share. Nothing of it changes while the console runs."""

    database: Database
    """A database object of the web's own: however slow pages are, calls keep their connections."""
    wallclock: Callable[[], datetime]
    zone: ZoneInfo
    door: Door
    pins: Pins
    """Makes the hashes of cards' PINs."""
    login: Login
    """Lets users in; has their passwords and second factors."""
    machine: Machine = field(default_factory=FakeMachine)
    measured: Callable[[], bytes] = lambda: b""
    """What the engine measures of itself, as Prometheus reads it."""
    callers_dir: Path | None = None
    """Where what callers said lies; None: nowhere."""
    address: Address = field(default_factory=Address)
    insurance: Callable[[], Insurance] = Insurance
    """What insurance pays, as it is live."""
    watchers: Watchers | None = None
    """Those who are told what goes on as it happens; None: nobody is."""
    version: str = ""
    language: str = "en"
    """Of who asks for none that there is."""
    flows: FlowDesk | None = None
    """Where flows and texts are worked on."""
