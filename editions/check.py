"""Everything that is wrong with the hospital's files, at once and as a value: flows, numbers, notices, texts and the
flow tests beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import Checked, read_edition
from editions.kinds import TESTS
from forms.errors import FilesBroken
from forms.mistake import Mistake, printable


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be reported of some files."""

    bundle: Bundle
    """The files; empty when they could not be had."""
    reported: Sequence[Mistake]
    """Mistakes and warnings, by place."""
    checked: Checked | None
    """The edition, when nothing is wrong with it."""

    @property
    def warnings(self) -> int:
        """How many of them keep nothing from being published."""
        return sum(one.is_warning for one in self.reported)

    @property
    def mistakes(self) -> int:
        """How many of them do."""
        return len(self.reported) - self.warnings


def check_files(read: Callable[[], Bundle], zone: ZoneInfo, *, later: bool = False) -> Found:
    """Check what `read` gives. With `later` flows may use verbs that the line cannot carry out yet."""
    bundle = Bundle({})
    try:
        bundle = read()
        checked = read_edition(bundle, ACTIONS, zone=zone, later=later)
        checked.of(TESTS)
    except FilesBroken as wrong:
        return Found(bundle, sorted((*wrong.mistakes, *wrong.warnings)), None)
    return Found(bundle, checked.warnings, checked)


def as_data(one: Mistake) -> dict[str, str | int]:
    """A mistake for programs; keys are only ever added."""
    return {
        "file": printable(one.file),
        "line": one.line,
        "col": one.col,
        "code": one.code,
        "severity": "warning" if one.is_warning else "error",
        "sentence": printable(one.sentence),
        "hint": printable(one.hint),
    }
