"""Asks the workshop's process, one question at a time; starts it when it is needed, ends it when it hangs.

Safe for several threads; `ask` blocks the one that calls it. Each user has one question waiting or in work, so nobody
fills the queue.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import ParamSpec, Protocol, TypeVar

from editions.workshop.process import read_frame, write_frame

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = 60.0
"""Seconds for one question, pictures included; the checks of a large hospital take two."""
PROGRAM = (sys.executable, "-m", "editions.workshop.process")


class WorkshopError(Exception):
    """There is no answer."""


class Busy(WorkshopError):
    """The last question of this user has no answer yet: ask again in a moment."""


class NoAnswer(WorkshopError):
    """The process died or hung over the question; the next one gets a new process."""


class Workshop(Protocol):
    """Answers questions about files."""

    def ask(self, who: str, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`question(*args)`, for a user. Raises `WorkshopError`."""

    def close(self) -> None:
        """No further questions."""


class OwnProcess:
    """The workshop in a process of its own."""

    def __init__(self, program: tuple[str, ...] = PROGRAM, patience: float = PATIENCE) -> None:
        self._program = program
        self._patience = patience
        self._turn = threading.Lock()
        self._asking: set[str] = set()
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def ask(self, who: str, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Workshop.ask`."""
        assert not kwargs, "questions are asked by position"
        frame = pickle.dumps((question, args))
        with self._one_of(who), self._turn:
            answer = self._answer(frame)
        right, came = pickle.loads(answer)
        if not right:
            raise WorkshopError(came)
        found: T = came
        return found

    def busy(self, who: str) -> bool:
        """Whether a question of this user is waiting or in work."""
        return who in self._asking

    def close(self) -> None:
        """End the process, also in the middle of a question."""
        self._closed = True
        self._end()

    @contextmanager
    def _one_of(self, who: str) -> Iterator[None]:
        with self._guard:
            if who in self._asking:
                raise Busy("the last question is still in work")
            self._asking.add(who)
        try:
            yield
        finally:
            with self._guard:
                self._asking.discard(who)

    def _answer(self, frame: bytes) -> bytes:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        watch = threading.Timer(self._patience, process.kill)
        watch.daemon = True
        watch.start()
        try:
            write_frame(process.stdin, frame)
            answer = read_frame(process.stdout)
        except (OSError, ValueError):  # it went home, or was closed just now
            answer = None
        finally:
            watch.cancel()
        if answer is None:
            self._end()
            raise NoAnswer("the check took too long, or its process died")
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise NoAnswer("the service is stopping")
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(self._program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


class AtOnce:
    """The workshop in this thread: for tests, and where nobody calls."""

    def ask(self, who: str, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `Workshop.ask`."""
        return question(*args, **kwargs)

    def close(self) -> None:
        """Nothing runs."""
