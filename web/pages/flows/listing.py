"""The list: every file with its state, what is live, what differs on disk, who works on what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, HTTPException
from fastapi.responses import Response

from accounts.rights import Right
from editions import drafts
from editions.drafts import DraftHead, Kept
from editions.glance import FileTitle, title_of
from web.page import N_
from web.pages.flows.page import PAGE, desk_of, laid
from web.visit import Visit, Visiting

KINDS = {
    "flow": N_("Flows"),
    "numbers": N_("Numbers"),
    "holidays": N_("Holidays"),
    "notices": N_("Notices"),
    "insurance": N_("Insurance"),
    "catalogue": N_("Drugs and services"),
    "texts": N_("The hospital's own texts"),
    "languages": N_("The languages that the line speaks"),
    "tests": N_("Tests"),
    "": N_("Nothing reads these"),
}
NEW_FLOW = "title: {name}\nstart: hello\nsteps:\n  hello: {{say: main.welcome, then: over}}\n  over: {{hangup: done}}\n"
NEW_FILE = "# {name}\n"
STATES = {"new": N_("new file"), "gone": N_("to be removed"), "changed": N_("changed by you")}


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the list."""

    title: FileTitle
    state: str
    """A key of `STATES`, or nothing: as it is live."""
    others: tuple[DraftHead, ...]


@PAGE.get("/flows")
def listing(visit: Visiting) -> Response:
    """Every file by kind."""
    over = laid(visit)
    found = {file: title_of(file, data) for file, data in {**over.before.files, **over.bundle.files}.items()}
    everybody = visit.site.database.run_now(drafts.heads)
    rows: dict[str, list[Row]] = {kind: [] for kind in KINDS}
    for file, title in sorted(found.items()):
        others = tuple(one for one in everybody if one.file == file and one.who != visit.visitor.name)
        rows[title.kind].append(Row(title, _state(file, over), others))
    live = over.live
    return visit.render(
        "flows/list.html",
        rows=rows,
        kinds=KINDS,
        states=STATES,
        live=live,
        over=over,
        disk=desk_of(visit).disk() if live is not None else None,
        edits=visit.may(Right.FLOWS_EDIT),
        elsewhere=[one for one in everybody if one.file not in found and one.who != visit.visitor.name],
    )


@PAGE.post("/flows/new", right=Right.FLOWS_EDIT)
def new(visit: Visiting, name: Annotated[str, Form(max_length=120)]) -> Response:
    """A new file, as a draft."""
    file = name.strip() if name.strip().endswith(".yaml") else f"{name.strip()}.yaml"
    over = laid(visit)
    if file in over.bundle.files:
        return visit.go(f"/flows/file/{file}")
    if not re.fullmatch(r"((tests|texts)/)?[a-z][a-z0-9_]*\.yaml", file):
        raise HTTPException(422)
    made = (NEW_FILE if "/" in file else NEW_FLOW).format(name=file.rpartition("/")[2].removesuffix(".yaml"))
    _keep(visit, file, made, over.live.number if over.live is not None else 0)
    return visit.go(f"/flows/file/{file}")


@PAGE.post("/flows/remove", right=Right.FLOWS_EDIT)
def remove(visit: Visiting, file: Annotated[str, Form(max_length=200)]) -> Response:
    """The file goes with the next edition."""
    over = laid(visit)
    if file not in over.bundle.files:
        raise HTTPException(404)
    if file in over.before.files:
        _keep(visit, file, None, over.live.number if over.live is not None else 0)
    else:
        visit.site.database.run_now(drafts.throw_away, visit.visitor.name, [file])
    return visit.go("/flows")


@PAGE.post("/flows/throw-away", right=Right.FLOWS_EDIT)
def throw_away(visit: Visiting, file: Annotated[str, Form(max_length=200)]) -> Response:
    """The visitor's draft of a file is forgotten."""
    visit.site.database.run_now(drafts.throw_away, visit.visitor.name, [file])
    return visit.go("/flows")


def _keep(visit: Visit, file: str, text: str | None, base: int) -> None:
    now = visit.site.database.run_now(drafts.draft_of, visit.visitor.name, file)
    version = now.version if now is not None else 0
    came = visit.site.database.run_now(drafts.keep, visit.visitor.name, file, text, base, version, visit.now)
    if not isinstance(came, Kept):
        raise HTTPException(422)


def _state(file: str, over: drafts.LaidOver) -> str:
    if file not in over.drafted:
        return ""
    if file not in over.before.files:
        return "new"
    return "changed" if file in over.bundle.files else "gone"
