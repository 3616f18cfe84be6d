"""Checks of the trunk: whether its word on who calls counts."""

from __future__ import annotations

from collections.abc import Iterator

from wardbell.doctor.finding import Finding, ok, warning
from wardbell.settings import Trunk


def believed(trunk: Trunk) -> Iterator[Finding]:
    """Who is believed about the caller's number and about forwarded calls."""
    if trunk.believed:
        yield ok(f"trunk: {', '.join(trunk.believed)} may say who calls and what was forwarded")
        return
    yield warning(
        f"trunk: nobody is believed who calls or what was forwarded: {trunk.target} names its machine by a name",
        'say the addresses of the PBX in wardbell.toml: [trunk] diversions_from = ["10.1.2.3"]',
    )
