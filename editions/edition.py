"""Reads a bundle of the hospital's files into an edition that can be used, or reports all that is wrong with it.

The kinds of files (`editions.kinds`) are checked together: the check before publishing, the check of the command line
and the start of the service are all this one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, TypeVar

from actions.action import Declared
from editions.bundle import Bundle
from editions.kind import Kind, Reading
from editions.kinds import CATALOGUE, FLOWS, INSURANCE, KINDS, NOTICES, NUMBERS, TEXTS
from forms.errors import FilesBroken
from forms.mistake import Mistake, nearest
from forms.report import Mark
from hospital.fees.scheme import Insurance
from ivr.call.edition import Edition
from notify.notices.rules import NoticeRules

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Checked:
    """An edition with the rules of the notices that go with it."""

    edition: Edition
    rules: NoticeRules
    warnings: Sequence[Mistake] = ()
    """What should be looked at; none of it keeps the edition from being used."""
    reading: Reading | None = field(default=None, repr=False)

    @property
    def insurance(self) -> Insurance:
        """What insurance pays, and of what."""
        return Insurance(self.of(INSURANCE).schemes, self.of(CATALOGUE))

    def of(self, kind: Kind[T]) -> T:
        """What the files of a kind hold. Raises `FilesBroken` for mistakes in one that stands apart."""
        assert self.reading is not None
        return self.reading.of(kind)


_PASSED_OVER = (
    "nothing reads this file: flows and the files beside them belong in the folder itself, named like fees.yaml; "
    "copies are ignored"
)


def read_edition(
    bundle: Bundle,
    actions: Mapping[str, Declared],
    version: int = 0,
    zone: tzinfo | None = None,
    *,
    later: bool = False,
    kinds: Sequence[Kind[Any]] = KINDS,
) -> Checked:
    """Read and check everything. Raises `FilesBroken` with every mistake in every file.

    With `later` flows may use verbs that the line cannot carry out yet: to try, test and draw them.
    """
    reading = Reading(bundle, kinds, actions, zone, later)
    for path in bundle.passed_over:
        reading.report.add(Mark(path), "W101", _PASSED_OVER)
    beside = {bundle.name(NUMBERS.files), bundle.name(NOTICES.files)}
    numbers, rules = reading.of(NUMBERS), reading.of(NOTICES)
    unread = any(one.file in beside for one in reading.report.mistakes)
    reading.everything()
    texts, flows = reading.of(TEXTS), reading.of(FLOWS)
    told = reading.report.mistakes
    if texts.unread:  # what flows say may be there
        told = [one for one in told if not _of_unread(one, texts.unread)]
    if unread:  # what they lead to is not known
        told = [one for one in told if one.code != "W201"]
    broken = FilesBroken(told)
    if broken.mistakes or flows.whole is None:
        raise broken
    return Checked(Edition(version, flows.whole, numbers, texts), rules, broken.warnings, reading)


def _of_unread(one: Mistake, unread: Collection[str]) -> bool:
    """Whether a mistake only follows from texts that could not be read: those were reported themselves."""
    if one.code == "E301":
        id = one.sentence.partition('"')[2].partition('"')[0]
        return "*" in unread or bool(nearest(id, unread))
    if one.code in {"E303", "E304", "E306", "E307", "E308", "E237", "W301"}:
        return any(f'"{id}"' in one.sentence for id in unread)
    return "*" in unread and one.code in {"E302", "W303"}
