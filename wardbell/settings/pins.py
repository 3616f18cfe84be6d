"""Cards and PINs."""

from __future__ import annotations

from wardbell.settings.section import Section


class Pins(Section):
    """The check of card and PIN."""

    shared_callers: tuple[str, ...] = ()
    """Numbers that many patients call from, as the trunk shows them (a PBX that shows one number for all): wrong
    entries from there are counted as patiently as those of callers who hide their number."""
