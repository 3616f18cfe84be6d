"""The files that the hospital edits, as bytes: what is checked, published and taken back as one.

    main.yaml  registration.yaml  numbers.yaml  notices.yaml  tests/main.yaml  texts/zh.yaml

Flows and what stands beside them keep their names in the folder; the hospital's own texts stand
under `texts/`. What the files mean is for those who read them.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from forms.errors import FilesBroken
from forms.report import Mark, Report

TESTS = "tests"
TEXTS = "texts"
_LIKE_YAML = re.compile(r"\.ya?ml(\.|~|$|_| \d|-)|\.ya?ml[^a-z]*$|^~\$", re.IGNORECASE)
_COPY = re.compile(
    r" - (copy|副本|kopia|копия)|^copy of |^kopia |conflicted copy|\.sync-conflict-| \(\d+\)\.yaml$"
    r"|[-_ .](copy|backup|bak|orig)\.yaml$|_(BASE|LOCAL|REMOTE|BACKUP)_\d+\.yaml$|冲突|副本|（\d+）|的副本",
    re.IGNORECASE,
)
_NAME = re.compile(r"[a-z][a-z0-9_]*\.yaml")
_MOST_PASSED_OVER = 20
"""Files of one subfolder that are named in messages."""
LARGEST_FILE = 4_000_000
"""Bytes that are read at all; readers have lower limits of their own."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """File name -> content; never changes."""

    files: Mapping[str, bytes]
    shown: Mapping[str, str] = field(default_factory=dict)
    """File name -> how messages name it, where that differs."""
    folder: str = "flows"
    """How messages name the folder of flows."""
    passed_over: tuple[str, ...] = ()
    """Files that nothing reads although somebody seems to think so: main.yml."""

    @classmethod
    def of_folder(cls, flows: Path, texts: Path | None = None) -> Bundle:
        """What is on disk now. Raises `FilesBroken` for what cannot be read."""
        report = Report()
        files: dict[str, bytes] = {}
        shown: dict[str, str] = {}
        passed_over: list[str] = []
        places = [("", flows), (f"{TESTS}/", flows / TESTS)] + ([(f"{TEXTS}/", texts)] if texts is not None else [])
        for prefix, folder in places:
            try:
                there = sorted(folder.iterdir())
            except OSError as wrong:
                if not isinstance(wrong, FileNotFoundError):
                    report.add(Mark(str(folder)), "E101", f"the folder cannot be read: {wrong.strerror}")
                elif prefix != f"{TESTS}/":
                    report.add(Mark(str(folder)), "E101", "there is no such folder")
                continue
            for path in there:
                if path.name.startswith("."):  # editors leave hidden files behind
                    continue
                if path.suffix != ".yaml" or _is_copy(path.name):
                    passed_over.extend(_meant(path, flows, texts))
                    continue
                if _leads_out(path, folder):
                    sentence = "a link to a file outside the folder is not followed: put the file itself here"
                    report.add(Mark(str(path)), "E101", sentence)
                    continue
                try:
                    files[prefix + path.name] = _content(path)
                    shown[prefix + path.name] = str(path)
                except OSError as wrong:
                    report.add(Mark(str(path)), "E101", f"the file cannot be read: {wrong.strerror}")
        if report.mistakes:
            raise FilesBroken(report.mistakes)
        return cls(files, shown, str(flows), tuple(passed_over))

    def name(self, file: str) -> str:
        """How messages name a file."""
        return self.shown.get(file, file if file.startswith(f"{TEXTS}/") else f"{self.folder}/{file}")

    def under(self, folder: str = "") -> dict[str, bytes]:
        """The files of one folder ("" are the flows and what stands beside them), as messages name them."""
        parent = PurePosixPath(folder)
        return {self.name(file): data for file, data in self.files.items() if PurePosixPath(file).parent == parent}

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents, in hex: equal for equal files."""
        whole = hashlib.sha256()
        for file, data in sorted(self.files.items()):
            for part in (file.encode(), data):
                whole.update(len(part).to_bytes(8, "big") + part)
        return whole.hexdigest()


def _leads_out(path: Path, folder: Path) -> bool:
    """Whether a path is a link to a file elsewhere: its lines would appear in messages, and be published."""
    real = Path(os.path.realpath(path))
    return path.is_symlink() and real.is_file() and not real.is_relative_to(os.path.realpath(folder))


def _is_copy(name: str) -> bool:
    """Whether a name is one that programs give to copies and drafts of a file."""
    if _NAME.fullmatch(name):  # night_copy.yaml is as good a name as any
        return False
    return name.startswith("~$") or _COPY.search(name) is not None


def _meant(path: Path, flows: Path, texts: Path | None) -> Iterator[str]:
    """The files that somebody seems to think are read: main.yml, fees.yaml.txt, fees/fees.yaml."""
    if path.is_dir():
        if path not in (flows / TESTS, flows / TEXTS, texts) and not path.is_symlink():
            inside = sorted(one for one in path.glob("*") if one.suffix.lower() in {".yaml", ".yml"})
            yield from (str(one) for one in inside[:_MOST_PASSED_OVER])
    elif _LIKE_YAML.search(path.name):
        yield str(path)


def _content(path: Path) -> bytes:
    """What a file holds. Raises `OSError` for what is not a file: a pipe would keep its reader waiting, a device never
    ends."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(number, "rb") as there:
        kind = os.fstat(number).st_mode
        if not stat.S_ISREG(kind):
            raise OSError(errno.EINVAL, "it is not a regular file")
        data = there.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST_FILE:,} bytes")
    return data
