"""What comes from elsewhere is what its list says: nobody has changed it, nothing stands beside it unlisted."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "web" / "static" / "vendor"
LIST = json.loads((VENDOR / "vendored.json").read_text())


def test_every_file_is_what_the_list_says() -> None:
    for one in LIST:
        assert hashlib.sha256((VENDOR / one["file"]).read_bytes()).hexdigest() == one["sha256"], one["file"]
        assert all(part["version"] and part["licence"] for part in one["packages"])


def test_nothing_is_there_that_is_not_listed() -> None:
    scripts = {path.name for path in VENDOR.iterdir() if path.suffix == ".js"}
    assert scripts == {one["file"] for one in LIST}


def test_every_licence_lies_beside() -> None:
    texts = "".join(path.read_text() for path in VENDOR.glob("*LICENSE*"))
    texts += "".join(path.read_text() for path in VENDOR.glob("*.licences.txt"))
    for one in LIST:
        for part in one["packages"]:
            assert part["name"] in texts, part["name"]
