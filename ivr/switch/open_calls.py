"""The calls that are open, on disk: when the engine and its workers are killed together, the next start tells the far
sides (`parting.py`) that these calls are over.

A file of JSON lines that is only added to: a call, the same call further on, its end. It is begun anew when it has
grown and at each start. Nothing waits for the disk: this is for killed processes, not for a machine without power.
"""

from __future__ import annotations

import json
from dataclasses import replace
from io import FileIO
from pathlib import Path

from twisted.logger import Logger

from ivr.switch.dialog import Dialog

MEMORY = "calls.open"
MOST = 4 << 20
"""Bytes after which the file is begun anew."""


class OpenCalls:
    """`memory` is the file; without it nothing outlives this process."""

    log = Logger()

    def __init__(self, memory: Path | None) -> None:
        self._memory = memory
        self._open: dict[str, Dialog] = {}
        self._file: FileIO | None = None
        self._bytes = 0
        self.left = _read(memory) if memory is not None else []
        """Calls of the engine before."""
        self._begin()

    def get(self, call_id: str) -> Dialog | None:
        """What is known of a call."""
        return self._open.get(call_id)

    def put(self, call_id: str, dialog: Dialog) -> None:
        """A call has begun."""
        self._open[call_id] = dialog
        self._write({"call": call_id, **dialog.written()})

    def goes_on(self, call_id: str, **news: str) -> None:
        """`final` or `peer` of a call is known, or known better."""
        dialog = self._open.get(call_id)
        if dialog is not None and any(news.values()):
            self._open[call_id] = replace(dialog, **news)  # type: ignore[arg-type]
            self._write({"news": call_id, **news})

    def drop(self, call_id: str) -> Dialog | None:
        """It is over; what was known of it."""
        dialog = self._open.pop(call_id, None)
        if dialog is not None:
            self._write({"over": call_id})
        return dialog

    def close(self) -> None:
        """The engine ends in order."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, line: dict[str, object]) -> None:
        if self._file is None:
            return
        try:
            self._bytes += self._file.write(json.dumps(line).encode() + b"\n")
        except OSError as error:
            self.log.error("open calls are no longer noted: {why}", why=error)
            self.close()
            return
        if self._bytes > MOST:
            self._begin()

    def _begin(self) -> None:
        if self._memory is None:
            return
        self.close()
        fresh = self._memory.with_name(self._memory.name + ".new")
        try:
            with fresh.open("w") as file:
                file.writelines(json.dumps({"call": key, **one.written()}) + "\n" for key, one in self._open.items())
            fresh.replace(self._memory)
            self._file = self._memory.open("ab", buffering=0)
            self._bytes = self._file.tell()
        except OSError as error:
            self.log.error("open calls are not noted: {why}", why=error)


def _read(memory: Path) -> list[Dialog]:
    """The calls that were open when the file was last written to. A torn last line is passed over."""
    try:
        lines = memory.read_text(errors="replace").splitlines()
    except OSError:
        return []
    found: dict[str, Dialog] = {}
    for line in lines:
        try:
            entry = json.loads(line)
            if "over" in entry:
                found.pop(entry["over"], None)
            elif "news" in entry:
                key = entry.pop("news")
                found[key] = replace(found[key], **entry)
            else:
                key = entry.pop("call")
                found[key] = Dialog(**entry)
        except (ValueError, TypeError, KeyError):
            continue
    return list(found.values())
