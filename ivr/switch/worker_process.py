"""A worker process as the engine sees it: started, spoken to (`link.py`), watched, and buried. Calls that it holds are
`PoolLine`s; how many workers there are is for `workers.py`.
"""

from __future__ import annotations

import enum
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone, ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

import ivr
from background.reactor import Reactor, Timer, call_later
from ivr.switch import wire
from ivr.switch.line import LineGone, SwitchError
from ivr.switch.link import Link


class _Process(ProcessProtocol):
    """Standard output and error of a worker as log lines, and its end."""

    log = Logger()

    def __init__(self, name: str, ended: Callable[[], None]) -> None:
        self._name = name
        self._ended = ended
        self._rest = b""
        self.in_order = False
        """Whether it ended by itself and without complaint: then its calls have been hung up."""
        self.last = ""
        """What it said last."""

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-10_000:]
        for line in lines:
            self._say(line)

    def processEnded(self, reason: Failure) -> None:
        self.in_order = reason.check(ProcessDone) is not None  # type: ignore[no-untyped-call]
        if self._rest:
            self._say(self._rest)
        self._ended()

    def _say(self, line: bytes) -> None:
        self.last = line.decode(errors="replace")[:500]
        self.log.warn("{worker}: {line}", worker=self._name, line=self.last)


class Health(enum.Enum):
    """Where a worker is in its life."""

    STARTING = "starting"
    READY = "ready"
    LEAVING = "leaving"
    """Told to quit; takes no calls any more."""
    DEAD = "dead"


class WorkerProcess:
    """One worker process. `ended` is called once, when its calls are lost for whatever reason."""

    log = Logger()

    def __init__(
        self,
        reactor: Reactor,
        name: str,
        heard: Callable[[wire.Message, wire.Fields], None],
        ended: Callable[[], None],
        *,
        start_limit: float = 15.0,
        ping_every: float = 2.0,
        ping_limit: float = 6.0,
    ) -> None:
        self.name = name
        self.health = Health.STARTING
        self.lines = 0
        """Calls that it can hold, once it is ready."""
        self.port = 0
        self.pjsip = ""
        self._reactor = reactor
        self._ended = ended
        self._ping_every = ping_every
        self._ping_limit = ping_limit
        self._timer: Timer | None = call_later(reactor, start_limit, self._does_not_answer)
        self._is_reaped = False
        self._waiting: list[Deferred[None]] = []
        self._words = _Process(name, self._reaped)
        ours, theirs = socket.socketpair()
        self._link = Link(reactor, ours, heard, self._gone)
        with theirs, Path(os.devnull).open() as nothing:
            self._process: Any = reactor.spawnProcess(
                self._words,
                sys.executable,
                [sys.executable, "-m", "ivr.switch.worker"],
                env=_environment(),
                childFDs={0: nothing.fileno(), 1: "r", 2: "r", 3: theirs.fileno()},
            )

    @property
    def pid(self) -> int | None:
        """Process id, None once it has ended."""
        pid: int | None = self._process.pid
        return pid

    @property
    def left_in_order(self) -> bool:
        """Whether it hung up its calls before it ended; known once it has ended."""
        return self._words.in_order

    async def start(self, settings: wire.Fields) -> None:
        """Take the SIP port; SwitchError when that fails."""
        try:
            ready = await self._request(wire.START, {"version": wire.VERSION, **settings})
        except SwitchError as error:
            self.kill()
            await self.when_dead()  # its last words are in
            raise SwitchError(f"{self.name} did not start: {self._words.last or error}") from error
        self.lines, self.port, self.pjsip = int(ready["lines"]), int(ready["port"]), str(ready["pjsip"])
        if self.health is Health.STARTING:
            self.health = Health.READY
            self._wait_for(self._ping_every, self._ping)

    async def ask(self, message: wire.Message, **fields: wire.Value) -> dict[str, Any]:
        """Send a request and wait for its answer: LineGone, NoLineFree or SwitchRefused as the worker says,
        LineGone too when it dies meanwhile."""
        return await self._request(message, fields)

    async def _request(self, message: wire.Message, fields: wire.Fields) -> dict[str, Any]:
        if self.health is Health.DEAD:
            raise LineGone(f"{self.name} is gone")
        answer: dict[str, Any] = await self._link.ask(message, fields)
        return answer

    def quit(self) -> None:
        """Ask it to hang up what it holds and exit; insist after 3 s."""
        if self.health is Health.DEAD:
            return
        self.health = Health.LEAVING
        self._wait_for(3.0, self.kill)
        send_off(self.ask(wire.QUIT))

    def kill(self) -> None:
        """SIGKILL."""
        try:
            self._process.signalProcess(signal.SIGKILL)
        except ProcessExitedAlready:
            return

    def when_dead(self) -> Deferred[None]:
        """Fires when it is gone and its ports are free."""
        waiting: Deferred[None] = Deferred()
        if self._is_reaped:
            waiting.callback(None)
        else:
            self._waiting.append(waiting)
        return waiting

    def _ping(self) -> None:
        self._wait_for(self._ping_limit, self._does_not_answer)

        async def ping() -> None:
            await self.ask(wire.PING)
            if self.health is Health.READY:
                self._wait_for(self._ping_every, self._ping)

        send_off(ping())

    def _does_not_answer(self) -> None:
        self.log.error("{worker} does not answer and is killed", worker=self.name)
        self.kill()

    def _wait_for(self, seconds: float, action: Callable[[], None]) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = call_later(self._reactor, seconds, action)

    def _gone(self) -> None:
        """The socket closed or the process ended, whichever is seen first."""
        if self.health is Health.DEAD:
            return
        self.health = Health.DEAD
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self.kill()  # a process that has closed its socket may still be there
        self._link.close()
        self._ended()

    def _reaped(self) -> None:
        """The process has ended: its port is free again."""
        self._gone()
        self._is_reaped = True
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)


def send_off(request: Coroutine[Deferred[Any], Any, object]) -> None:
    """Send a request whose answer nobody waits for; that the call or the worker is gone by now is as good."""

    def expected(failure: Failure) -> None:
        failure.trap(SwitchError)  # type: ignore[no-untyped-call]

    Deferred.fromCoroutine(request).addErrback(expected)


def _environment() -> dict[str, str]:
    """The worker must find this very package, and be modest: one heap for all of its threads."""
    home = str(Path(ivr.__file__).resolve().parent.parent)
    path = [home, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "MALLOC_ARENA_MAX": "1", "PYTHONUNBUFFERED": "1"}
