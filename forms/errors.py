"""What can go wrong with the files that the hospital edits: one tree, whatever the kind of file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from forms.mistake import Mistake

MOST_TOLD = 200
"""Mistakes of one file that are listed one by one; nobody fixes more at once."""


class FilesError(Exception):
    """The files, or what was kept of them, cannot be used."""


class FilesBroken(FilesError):
    """There are mistakes; `mistakes` holds everything that is wrong, `warnings` the rest, sorted by place.

    Of a file with very many mistakes the first are there, and one that counts the others.
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        told = sorted(set(mistakes))
        self.mistakes: Sequence[Mistake] = tuple(_first([one for one in told if not one.is_warning]))
        self.warnings: Sequence[Mistake] = tuple(one for one in told if one.is_warning)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))

    def __reduce__(self) -> tuple[type[FilesBroken], tuple[tuple[Mistake, ...]]]:
        """From one process to another."""
        return type(self), ((*self.mistakes, *self.warnings),)


def _first(told: Sequence[Mistake]) -> Iterator[Mistake]:
    """The first mistakes of each file; then one that counts the rest of it."""
    for _, group in groupby(told, lambda one: one.file):
        of_file = list(group)
        count = sum(one.code != "E114" for one in of_file) - MOST_TOLD
        if count <= 0:
            yield from of_file
            continue
        yield from of_file[:MOST_TOLD]
        sentence = f"and {count:,} more mistake{'s' * (count != 1)} in this file: fix those above first"
        yield replace(of_file[MOST_TOLD], code="E114", sentence=sentence)
