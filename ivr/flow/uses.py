"""What stands beside the flows and uses them: which numbers and notices lead to a flow, and with what.

The check across files fills it in; flows that are checked alone know nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms.report import Mark


@dataclass(frozen=True, slots=True)
class Beside:
    """The mappings are by flow unless they say otherwise. None: nothing is known of that."""

    dialled: Mapping[str, Mark] | None = None
    """Flows that calls to a number begin with, and where it says so."""
    brought: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Variables that a number hands over."""
    noticed: Mapping[str, Mark] = field(default_factory=dict)
    """Flows that the line's own calls begin with, and where it says so."""
    private: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Variables that a notice hands over and that concern nobody but the patient."""
    followed: Mapping[str, frozenset[str]] | None = None
    """Event -> the flows of the notices that follow it: they get its facts as variables."""
