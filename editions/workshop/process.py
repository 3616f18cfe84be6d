"""The program of the workshop: `python -m editions.workshop.process`.

A frame in: 8 bytes of length, then a pickled `(function, arguments)`. A frame out: a pickled answer, or the exception
that it came to. Only its own parent writes here. It ends with its input, or when nobody asked for `IDLE` seconds.
Starting and watching it is `workshop.py`'s.
"""

from __future__ import annotations

import os
import pickle
import select
from typing import IO

IDLE = 600.0
"""Seconds without a question after which its memory is given back."""
KINDNESS = 10
"""Of the scheduler: calls come first."""


def main() -> None:
    """Answer until the input ends."""
    asked, answers = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what prints must not mix into the answers
    os.nice(KINDNESS)
    while select.select([asked], [], [], IDLE)[0]:
        frame = read_frame(asked)
        if frame is None:
            return
        try:
            question, arguments = pickle.loads(frame)
            answer = pickle.dumps((True, question(*arguments)))
        except Exception as wrong:  # noqa: BLE001 - whoever asked gets it
            answer = pickle.dumps((False, f"{type(wrong).__name__}: {wrong}"))
        write_frame(answers, answer)


def read_frame(source: IO[bytes]) -> bytes | None:
    """One frame; None at the end."""
    head = _read(source, 8)
    return _read(source, int.from_bytes(head)) if head is not None else None


def write_frame(to: IO[bytes], data: bytes) -> None:
    """One frame."""
    to.write(len(data).to_bytes(8) + data)
    to.flush()


def _read(source: IO[bytes], count: int) -> bytes | None:
    found = bytearray()
    while len(found) < count:
        piece = source.read(count - len(found))
        if not piece:
            return None
        found += piece
    return bytes(found)


if __name__ == "__main__":
    main()
