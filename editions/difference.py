"""What differs between two bundles of files: a line a file, or the lines themselves as `diff -u` shows them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from editions.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Changed:
    """One file that differs. Lines are counted as `diff` does: a changed line is one less and one more."""

    file: str
    kind: str
    """`new`, `gone` or `changed`."""
    more: int
    less: int

    def __str__(self) -> str:
        return f"{self.file} ({self.kind}, +{self.more} -{self.less})"


def changes(old: Bundle, new: Bundle) -> list[Changed]:
    """The files that differ, by name."""
    found = []
    for file in sorted({*old.files, *new.files}):
        before, after = old.files.get(file), new.files.get(file)
        if before == after:
            continue
        lines = list(_lines(file, before, after, "", ""))[2:]
        more, less = (sum(line.startswith(sign) for line in lines) for sign in "+-")
        found.append(Changed(file, "new" if before is None else "gone" if after is None else "changed", more, less))
    return found


def unified(old: Bundle, new: Bundle, old_name: str, new_name: str) -> Iterator[str]:
    """The differing lines of all files."""
    for changed in changes(old, new):
        file = changed.file
        yield from _lines(file, old.files.get(file), new.files.get(file), old_name, new_name)


def _lines(file: str, before: bytes | None, after: bytes | None, old_name: str, new_name: str) -> Iterator[str]:
    old_side = "/dev/null" if before is None else f"{old_name}/{file}"
    new_side = "/dev/null" if after is None else f"{new_name}/{file}"
    yield from difflib.unified_diff(_split(before), _split(after), old_side, new_side, lineterm="")


def _split(data: bytes | None) -> list[str]:
    """Only at line feeds: a text may hold characters that Python takes for the end of a line."""
    if not data:
        return []
    lines = data.decode("utf-8", "replace").split("\n")
    if lines[-1]:
        lines[-1] += "  (no newline at the end)"
    else:
        lines.pop()
    return lines
