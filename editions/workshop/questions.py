"""What is asked of files that somebody works on: plain functions of a bundle, with frozen records as answers.

They run in the workshop's process, one after the other; what was read last is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from editions.bundle import Bundle
from editions.check import check_files
from editions.codes import CODES
from editions.declared import ACTIONS
from editions.edition import Checked, read_edition
from editions.flow_tests import run_tests_of
from editions.offered import SCHEMAS, offered
from editions.pictures import pictures, words
from forms.errors import FilesBroken
from forms.fix import Fix, fix_of
from forms.mistake import Mistake, printable
from forms.schema import Schema
from ivr.drawing.graphviz import ids
from ivr.drawing.map import NAME as MAP
from ivr.drawing.picture import Role
from ivr.drawing.program import CannotDraw, drawn
from ivr.flow.words import said

REMEMBERED = 4
"""Editions that were read last; one is some megabytes."""
_LAST: dict[tuple[str, str], Checked] = {}
_SCRIPT = re.compile(r"<(script|foreignObject)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """A mistake or a warning for whoever edits: its file of the bundle, its place, what the code means, and what would
    put it right."""

    file: str
    line: int
    col: int
    code: str
    warning: bool
    sentence: str
    meaning: str
    fix: Fix | None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a click on a box of a picture leads: a line of the flow, or the picture of another one."""

    line: int
    flow: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture as SVG, and where the boxes lead, by the id of their group."""

    svg: str
    spots: Mapping[str, Spot]


@dataclass(frozen=True, slots=True)
class NoDrawing:
    """There is none; `why` says it."""

    why: str


@dataclass(frozen=True, slots=True)
class SaidText:
    """A text that a flow says: its words in each language, and where it is said first."""

    id: str
    line: int
    words: Mapping[str, str]
    own: bool
    """The hospital's own, in any language."""


def check(bundle: Bundle, zone: ZoneInfo) -> tuple[Told, ...]:
    """Everything that is wrong with the files, by place."""
    found = check_files(lambda: bundle, zone)
    names = {bundle.name(file): file for file in bundle.files}
    lines: dict[str, list[str]] = {}
    return tuple(_told(one, names.get(one.file, one.file), bundle, lines) for one in found.reported)


def reported(bundle: Bundle, zone: ZoneInfo) -> tuple[Mistake, ...]:
    """The same for programs (`editions.check.as_data`)."""
    return tuple(check_files(lambda: bundle, zone).reported)


def picture(bundle: Bundle, zone: ZoneInfo, flow: str, language: str, labels: str = "en") -> Drawing | NoDrawing:
    """The picture of a flow, or of all (`map`). `language` is that of its texts, `labels` that of our own words."""
    try:
        checked = read(bundle, zone)
    except FilesBroken:
        return NoDrawing("mistakes")
    flows = checked.edition.flows.flows
    if flow not in flows and flow != MAP:
        return NoDrawing("unknown")
    if language not in checked.edition.texts.languages:
        language = checked.edition.texts.languages[0]
    (one,) = pictures(checked, (flow,), language, labels)
    try:
        svg = drawn(one, "svg", checked.edition.version).decode()
    except CannotDraw as wrong:
        return NoDrawing(str(wrong))
    svg = svg[svg.index("<svg") :]
    if _SCRIPT.search(svg):  # it is escaped before; nobody should have to trust that
        return NoDrawing("unknown")
    spots: dict[str, Spot] = {}
    for box in one.boxes:
        step = flows[flow].steps.get(box.title) if flow in flows and box.role is Role.STEP else None
        if step is not None or box.flow:
            spots[ids(one)[box.name]] = Spot(step.head.mark.line if step is not None else 0, box.flow)
    return Drawing(svg, spots)


def texts_of(bundle: Bundle, zone: ZoneInfo, flow: str) -> tuple[SaidText, ...] | None:
    """The texts that a flow says, in the order of its steps; None: the files have mistakes, or no such flow."""
    try:
        checked = read(bundle, zone)
    except FilesBroken:
        return None
    if flow not in checked.edition.flows.flows:
        return None
    texts, found = checked.edition.texts, {}
    own = {id for file, data in bundle.under("texts").items() for id in _ids(data)}
    for step in checked.edition.flows.flows[flow].steps.values():
        for text in said(step):
            if text.text not in found:
                spoken = {one: words(texts, one, text.text) for one in texts.languages if texts.has(one, text.text)}
                found[text.text] = SaidText(text.text, text.mark.line, spoken, text.text in own)
    return tuple(found.values())


def schema(bundle: Bundle, kind: str) -> Schema | None:
    """What an editor completes by, with the names that there are; None: the kind has none."""
    make = SCHEMAS.get(kind)
    return make(offered(bundle)) if make is not None else None


def run_suite(bundle: Bundle, zone: ZoneInfo) -> dict[str, Any] | tuple[Told, ...]:
    """What came of the flow tests, as `SuiteResult.as_data` tells it; mistakes where they could not be run."""
    try:
        return run_tests_of(read(bundle, zone), zone).as_data()
    except FilesBroken as wrong:
        names = {bundle.name(file): file for file in bundle.files}
        lines: dict[str, list[str]] = {}
        return tuple(_told(one, names.get(one.file, one.file), bundle, lines) for one in wrong.mistakes)


def _told(one: Mistake, file: str, bundle: Bundle, lines: dict[str, list[str]]) -> Told:
    if file not in lines:
        lines[file] = bundle.files.get(file, b"").decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    line = lines[file][one.line - 1] if one.line <= len(lines[file]) else ""
    return Told(
        printable(file),
        one.line,
        one.col,
        one.code,
        one.is_warning,
        printable(one.sentence),
        CODES.get(one.code, ""),
        fix_of(one, line),
    )


def _ids(data: bytes) -> set[str]:
    return set(re.findall(r"^([a-z][a-z0-9_.]*)\s*:", data.decode("utf-8", "replace"), re.MULTILINE))


def read(bundle: Bundle, zone: ZoneInfo) -> Checked:
    """The edition of a bundle, with verbs that the line cannot carry out yet. Raises `FilesBroken`."""
    key = bundle.digest, zone.key
    found = _LAST.pop(key, None) or read_edition(bundle, ACTIONS, zone=zone, later=True)
    _LAST[key] = found
    while len(_LAST) > REMEMBERED:
        del _LAST[next(iter(_LAST))]
    return found
