"""A recording in a browser's player, which seeks in it by asking for parts (RFC 9110, 14: 206, 416, If-Range).

What comes from outside is the id of a row, never a name of a file. That somebody hears it is noted before a byte goes
out; who may is said by the route.
"""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import HTTPException
from fastapi.responses import FileResponse, Response

from ivr.recordings import messages
from ivr.recordings.rows import RecordingRecord
from web.visit import Visit

ID = re.compile(r"[0-9a-f]{32}")


def play(visit: Visit, id: str) -> Response:
    """The sound of a recording. HTTP 404: there is none, it still runs, or it lies on another machine, as is said."""
    if not ID.fullmatch(id):
        raise HTTPException(404)
    found = visit.site.database.run_now(messages.hear, id, visit.hand())
    file = None if found is None else file_of(visit.site.callers_dir, found)
    if found is None:
        raise HTTPException(404)
    if file is None:
        return visit.render("elsewhere.html", 404, engine=found.engine)
    name = f"{found.began_at.astimezone(visit.site.zone):%Y-%m-%d-%H%M%S}-{found.id[:8]}.wav"
    return FileResponse(file, media_type="audio/wav", filename=name, content_disposition_type="inline")


def file_of(folder: Path | None, recording: RecordingRecord) -> Path | None:
    """Where it lies; None when it is not here."""
    if folder is None:
        return None
    file = (folder / recording.path).resolve()
    return file if file.is_relative_to(folder.resolve()) and file.is_file() else None
