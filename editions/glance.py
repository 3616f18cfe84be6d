"""What a file is, at a glance: its kind, its title, how many steps. Nothing is parsed, so it costs a list of files
nothing and drafts with mistakes are listed like others."""

from __future__ import annotations

import re
from dataclasses import dataclass

from editions.kind import kind_of
from editions.kinds import FLOWS, KINDS

_TITLE = re.compile(r"^title:[ \t]*([^#\n]*)", re.MULTILINE)
_KEY = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_.*#+-]+))\s*:(?=\s|$)")


@dataclass(frozen=True, slots=True)
class FileTitle:
    """A file of a bundle as a list shows it."""

    file: str
    kind: str
    """`flow`, `numbers`, `holidays`, `notices`, `texts`, `languages`, `tests`; empty: nothing reads it."""
    title: str = ""
    steps: int | None = None
    """Of a flow."""


def title_of(file: str, data: bytes = b"") -> FileTitle:
    """The file's kind; of a flow also its title and the number of its steps."""
    kind = kind_of(file, KINDS)
    if kind is not FLOWS or not data:
        return FileTitle(file, kind.name if kind is not None else "")
    text = data.decode("utf-8", "replace")
    title = _TITLE.search(text)
    return FileTitle(file, kind.name, title[1].strip().strip("'\"") if title is not None else "", len(steps_of(text)))


def steps_of(text: str) -> tuple[str, ...]:
    """The names of the steps of a flow, in their order, as far as its indentation shows them."""
    found: list[str] = []
    indent: int | None = None
    among = False
    for line in text.split("\n"):
        if re.match(r"steps\s*:", line):
            among = True
            continue
        if not among or not line.strip() or line.lstrip().startswith("#"):
            continue
        lead = len(line) - len(line.lstrip(" "))
        if lead == 0:
            among = False
            continue
        indent = lead if indent is None else indent
        if lead == indent and (key := _KEY.match(line)):
            found.append(key[1] or key[2] or key[3])
    return tuple(found)
