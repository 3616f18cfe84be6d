"""What a kind of file says about itself, and one edition being read kind by kind.

A kind asks for what others hold by `Reading.of(KIND)`, which reads those first; so there is no order to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any, Generic, TypeVar

from actions.action import Declared
from editions.bundle import Bundle
from forms.report import Mark, Report
from forms.schema import Schema
from ivr.flow.verbs.schema import Known

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Kind(Generic[T]):
    """A kind of file that the hospital edits. It stands in `editions.kinds.KINDS`; nothing else knows it by name."""

    name: str
    """As `wardbell flows schema --for` names it."""
    files: str
    """The file's name in a bundle, or a pattern of names. A name goes before a pattern."""
    read: Callable[[Reading, Mapping[str, bytes]], T]
    """Makes of the files (as messages name them -> content) what is used. Mistakes go into `Reading.report`; what comes
    back of files with mistakes is used to check the others, never to take a call."""
    check: Callable[[Reading, T], None] | None = None
    """Compares it with the other kinds, once all are read."""
    schema: Callable[[Known], Schema] | None = None
    """For editors."""
    required: bool = False
    """Whether there must be such a file."""
    apart: bool = False
    """Nothing that takes calls stands on it. It is read when somebody asks for it, beside others without mistakes; its
    own are no mistakes of the edition: they are raised to who asks, as `FilesBroken`."""


class Reading:
    """A bundle being read. `later`: flows may use verbs that the line cannot carry out yet."""

    def __init__(
        self,
        bundle: Bundle,
        kinds: Sequence[Kind[Any]],
        actions: Mapping[str, Declared],
        zone: tzinfo | None = None,
        later: bool = False,
    ) -> None:
        self.bundle = bundle
        self.actions = actions
        self.zone = zone
        self.later = later
        self.report = Report()
        self._kinds = kinds
        self._read: dict[Kind[Any], Any] = {}
        for kind in kinds:
            if kind.required and kind.files not in bundle.files:
                sentence = f"the file is missing: copy the shipped {kind.files} into the folder and change it"
                self.report.add(Mark(bundle.name(kind.files)), "E112", sentence)

    def everything(self) -> None:
        """Read every kind that calls need, then compare them; what is wrong is in `report`."""
        served = [kind for kind in self._kinds if not kind.apart]
        for kind in served:
            self.of(kind)
        for kind in served:
            if kind.check is not None:
                kind.check(self, self.of(kind))

    def of(self, kind: Kind[T]) -> T:
        """What the files of a kind hold."""
        if kind not in self._read:
            self._read[kind] = kind.read(self, self.files(kind))
        found: T = self._read[kind]
        return found

    def files(self, kind: Kind[Any]) -> dict[str, bytes]:
        """The files of a kind, as messages name them."""
        return {self.bundle.name(file): self.bundle.files[file] for file in self._files(kind)}

    def names(self, kind: Kind[Any]) -> set[str]:
        """What the files of a kind are called, without `.yaml`."""
        return {PurePosixPath(file).stem for file in self._files(kind)}

    def _files(self, kind: Kind[Any]) -> list[str]:
        return [file for file in self.bundle.files if kind_of(file, self._kinds) is kind]


def kind_of(file: str, kinds: Sequence[Kind[Any]]) -> Kind[Any] | None:
    """The kind that a file of a bundle is of."""
    for kind in sorted(kinds, key=lambda one: "*" in one.files):
        if PurePosixPath(file).parent == PurePosixPath(kind.files).parent and fnmatchcase(file, kind.files):
            return kind
    return None
