"""Files that pages load: scripts, styles, icons. Read once and served from memory by name, so no path from outside ever
reaches the disk."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from fastapi import HTTPException
from fastapi.responses import Response

HERE = Path(__file__).parent
KINDS = frozenset({".js", ".css", ".svg", ".png", ".ico", ".woff2", ".json", ".txt"})
YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    content: bytes
    kind: str


class Assets:
    """All files under `static/`, and the scripts and styles of each page as `<page>/<file>`."""

    def __init__(self) -> None:
        static = HERE / "static"
        files = {str(path.relative_to(static)): path for path in static.rglob("*") if path.suffix in KINDS}
        files |= {f"{path.parent.name}/{path.name}": path for path in HERE.glob("pages/*/*") if path.suffix in KINDS}
        self._files = {name: Asset(path.read_bytes(), _kind(path)) for name, path in sorted(files.items())}
        every = hashlib.sha256()
        for name, asset in self._files.items():
            every.update(name.encode() + b"\0" + asset.content)
        self.build = every.hexdigest()[:12]
        """Changes when any of them changes: browsers may keep what they have as long as it does not."""

    def address(self, name: str) -> str:
        """Where `name` is served. Raises `KeyError` when there is no such file."""
        self._files[name]
        return f"/static/{self.build}/{name}"

    def serve(self, build: str, name: str) -> Response:
        """The file; one of another build is asked for by a page that was open while we were replaced."""
        asset = self._files.get(name)
        if asset is None:
            raise HTTPException(404)
        kept = YEAR if build == self.build else "no-cache"
        return Response(asset.content, media_type=asset.kind, headers={"Cache-Control": kept})


def _kind(path: Path) -> str:
    if path.suffix == ".js":
        return "text/javascript"
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
