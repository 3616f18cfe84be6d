"""What stands beside the text: the picture, the texts that the flow says, the tests, what differs from what is live."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi import HTTPException
from fastapi.responses import Response
from markupsafe import Markup

from editions.bundle import Bundle
from editions.difference import unified
from editions.workshop import questions
from editions.workshop.questions import Drawing
from web.pages.flows.page import PAGE, ask, laid, language_of, with_flow
from web.visit import Visiting

_LEADS = re.compile(r'xlink:href="([A-Za-z0-9_]+)\.svg"')
_FIXED_SIZE = re.compile(r'<svg width="([0-9.]+)pt" height="([0-9.]+)pt"')


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a difference; `kind` is `more`, `less`, `at`, `head` or nothing."""

    kind: str
    text: str


@PAGE.get("/flows/beside/picture/{flow}")
def picture(visit: Visiting, flow: str, language: str = "") -> Response:
    """The flow as a drawing; a click on a box leads to its step."""
    chosen = language_of(visit, language)
    drawn = ask(visit, questions.picture, with_flow(visit, flow), visit.site.zone, flow, chosen, visit.language)
    svg, spots, why = Markup(), {}, ""
    if isinstance(drawn, Drawing):
        leads = _LEADS.sub(r'xlink:href="/flows/file/\1.yaml"', drawn.svg)
        # Graphviz has escaped the words; `questions.picture` refuses a drawing with a script in it.
        svg = Markup(_FIXED_SIZE.sub(r'<svg class="drawing" data-width="\1"', leads, count=1))
        spots = {id: [spot.line, spot.flow] for id, spot in drawn.spots.items()}
    else:
        why = drawn.why
    return visit.render("flows/picture.html", flow=flow, svg=svg, spots=spots, why=why, language=chosen)


@PAGE.get("/flows/beside/texts/{flow}")
def texts(visit: Visiting, flow: str) -> Response:
    """What the flow says, in every language."""
    found = ask(visit, questions.texts_of, with_flow(visit, flow), visit.site.zone, flow)
    return visit.render("flows/texts.html", texts=found, flow=flow)


@PAGE.get("/flows/beside/tests")
def coverage(visit: Visiting, flow: str = "") -> Response:
    """Runs the flow tests: those of this flow at length, of the others whether they pass."""
    came = ask(visit, questions.run_suite, laid(visit).bundle, visit.site.zone)
    return visit.render("flows/tests.html", came=came if isinstance(came, dict) else None, flow=flow)


@PAGE.get("/flows/beside/changes/{file:path}")
def changes(visit: Visiting, file: str) -> Response:
    """What the visitor's draft changes in a file."""
    over = laid(visit)
    if file not in over.bundle.files and file not in over.before.files:
        raise HTTPException(404)
    return visit.render("flows/changes.html", lines=difference(only(over.before, file), only(over.bundle, file)))


def only(bundle: Bundle, file: str) -> Bundle:
    """One file of a bundle."""
    return Bundle({file: bundle.files[file]} if file in bundle.files else {})


def difference(before: Bundle, after: Bundle, old: str = "live", new: str = "draft") -> list[DiffLine]:
    """What differs, line by line."""
    kinds = {"+": "more", "-": "less", "@": "at"}
    lines = unified(before, after, old, new)
    return [DiffLine("head" if one.startswith(("---", "+++")) else kinds.get(one[:1], ""), one) for one in lines]
