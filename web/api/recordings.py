"""What callers said, by links that open for five minutes and for whom they were made. Each hearing is noted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session

from accounts.audit import Hand
from accounts.keys import holder_of
from accounts.rights import Right
from ivr.recordings.rows import RecordingRecord, one_recording, recordings_of
from web.api.asked import Asking
from web.api.calls import CallId
from web.api.links import LASTS
from web.api.noun import Noun, Told
from web.api.once import Reply
from web.api.problem import Problem, answers, unknown
from web.page import Guarded
from web.site import Site

NOUN = Noun("recordings")
Which = Annotated[str, Path(pattern=r"^[a-f0-9]{32}$", examples=["0f" * 16])]


class RecordingTold(Told):
    """One recording; its sound is had by a link."""

    id: str = Field(examples=["0f" * 16])
    call: str = Field(examples=["b2c4d1e0f3a5"])
    flow: str = Field(examples=["complaints"])
    step: str = Field(examples=["message"])
    began_at: datetime
    seconds: float = Field(examples=[12.4])
    ended: str = Field(examples=["key"])


class RecordingsTold(Told):
    """The recordings of a call."""

    recordings: list[RecordingTold]


class LinkTold(Told):
    """A link that needs no key, until it expires."""

    url: str = Field(examples=["/api/v1/recordings/0f.../sound?until=1795906800&key=3&signature=..."])
    expires_at: datetime


@NOUN.get("/calls/{call}/recordings", Right.LISTEN, "listRecordings", response_model=RecordingsTold)
def list_recordings(asked: Asking, call: CallId) -> RecordingsTold:
    """What the caller said in a call."""
    found = asked.site.database.run_now(recordings_of, call)
    return RecordingsTold(
        recordings=[
            RecordingTold(
                id=one.id,
                call=one.call_id,
                flow=one.flow,
                step=one.step,
                began_at=one.began_at,
                seconds=one.seconds,
                ended=one.ended,
            )
            for one in found
            if one.ended
        ]
    )


@NOUN.post(
    "/recordings/{recording}/links", Right.LISTEN, "linkRecording", 404, status_code=201, response_model=LinkTold
)
def link(asked: Asking, request: Request, recording: Which) -> JSONResponse:
    """Make a link to the sound, good for five minutes."""
    root = str(request.scope.get("root_path", ""))

    def work(session: Session) -> Reply:
        _whole(one_recording(session, recording))
        until = int(asked.now.timestamp()) + LASTS
        signature = request.app.state.links.sign(recording, asked.key.key_id, until)
        url = f"{root}/recordings/{recording}/sound?until={until}&key={asked.key.key_id}&signature={signature}"
        asked.hand().note(session, "link", "recording", recording)
        return Reply.of(201, LinkTold(url=url, expires_at=datetime.fromtimestamp(until, UTC)))

    return asked.once(work)


def _whole(found: RecordingRecord | None) -> RecordingRecord:
    if found is None or not found.ended:
        raise unknown()
    return found


SOUND = APIRouter()
"""Behind the link: its signature, and the key that it was made for, say who it is."""
NOUN.routes.append(Guarded(["GET"], "/recordings/{recording}/sound", Right.LISTEN))


@NOUN.router.get(
    "/recordings/{recording}/sound",
    operation_id="hearRecording",
    tags=[NOUN.name],
    response_class=FileResponse,
    response_model=None,
    description="By a link of `linkRecording`. A part of it may be asked for (`Range`).",
    responses={
        200: {"description": "The sound", "content": {"audio/wav": {}}},
        206: {"description": "A part of it", "content": {"audio/wav": {}}},
        416: {"description": "There is no such part"},
        **answers(404),
    },
)
def hear(
    request: Request,
    recording: Which,
    until: Annotated[int, Query(ge=0, le=2**40)],
    key: Annotated[int, Query(ge=1, le=2**31 - 1)],
    signature: Annotated[str, Query(pattern=r"^[a-f0-9]{64}$")],
) -> Response:
    """The sound behind a link."""
    site: Site = request.app.state.site
    now = site.wallclock()
    if not request.app.state.links.opens(recording, key, until, signature, now.timestamp()):
        raise Problem(403, "this link does not open it, or its time is over")
    holder = site.database.run_now(holder_of, key, now)
    if holder is None or not holder.may(Right.LISTEN):
        raise Problem(403, "this link does not open it, or its time is over")
    found = _whole(site.database.run_now(one_recording, recording))
    file = request.app.state.behind.recordings / found.path
    if not file.is_file():
        raise unknown(f"the engine {found.engine} keeps its sound, and its file is not on this machine")
    address = request.client.host if request.client else ""
    hand = Hand(holder, now, "api", address)
    site.database.run_now(lambda session: hand.note(session, "listen", "recording", recording))
    return FileResponse(file, media_type="audio/wav", headers={"Content-Disposition": "inline"})
