"""Two worlds for the contract: the fake switch with scripted peers; real workers with telephones over loopback SIP."""

from __future__ import annotations

import shutil
import struct
import tempfile
import wave
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater

from ivr.switch.fake import FakeSwitch
from ivr.switch.fake_line import FakeLine
from ivr.switch.line import Ended, Line, Offer, Switch, TurnedAway
from ivr.switch.pool import Pool
from ivr.switch.settings import SwitchSettings
from tests.switch.peer import HOST, Peer


class Owner:
    """Notes what a switch and its lines say."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.offers: list[Offer] = []
        self.refused: list[TurnedAway] = []
        self.heard: list[str] = []
        self.end: Ended | None = None
        self.listens = True
        self.inside = False

    def incoming(self, line: Line, offer: Offer) -> None:
        self.lines.append(line)
        self.offers.append(offer)
        if self.listens:
            line.listen(self)

    def turned_away(self, refused: TurnedAway) -> None:
        self.refused.append(refused)

    @property
    def line(self) -> Line:
        return self.lines[-1]

    @property
    def keys(self) -> str:
        return "".join(word for word in self.heard if len(word) == 1)

    def _note(self, word: str) -> None:
        assert not self.inside, "told from inside the owner's own call"
        assert self.end is None, "told something after the end"
        self.heard.append(word)

    def ringing(self) -> None:
        self._note("ringing")

    def answered(self) -> None:
        self._note("answered")

    def key(self, key: str) -> None:
        self._note(key)

    def ended(self, end: Ended) -> None:
        self._note("ended")
        self.end = end


class Task:
    """A coroutine in the background: `done`, then `result` or `error`."""

    def __init__(self, owner: Owner, coroutine: Coroutine[Any, Any, Any]) -> None:
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None
        owner.inside = True
        deferred: Deferred[Any] = Deferred.fromCoroutine(coroutine)
        owner.inside = False
        deferred.addCallbacks(self._is, lambda failure: self._failed(failure.value))

    def _is(self, result: object) -> None:
        self.done, self.result = True, result

    def _failed(self, error: BaseException) -> None:
        self.done, self.error = True, error


class Person(Protocol):
    """The other side of a call."""

    def press(self, keys: str) -> None: ...
    def hangs_up(self) -> None: ...
    def vanishes(self) -> None: ...
    def falls_silent(self) -> None: ...
    def cancels(self) -> None: ...
    def rings(self) -> None: ...
    def answers(self) -> None: ...
    def refuses(self, status: int) -> None: ...
    @property
    def refused_with(self) -> int: ...


class World(Protocol):
    """A switch with four lines, a listener, and people."""

    switch: Switch
    owner: Owner

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def caller(self, dialled: str = "8000", caller: str = "1001") -> Person: ...
    async def dial(self, owner: Owner, timeout: float = 30.0, **options: Any) -> tuple[Line, Person]: ...
    async def until(self, happens: Callable[[], object], limit: float = 5.0) -> None: ...
    async def wait(self, seconds: float) -> None: ...


def clip(directory: Path, seconds: float, level: int = 8000) -> Path:
    """A WAV file of a steady level."""
    path = directory / f"{seconds}-{level}.wav"
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(8000)
        wav.writeframes(struct.pack("<h", level) * int(8000 * seconds))
    return path


class FakePerson:
    def __init__(self, line: FakeLine) -> None:
        self.line = line
        self.press = line.press
        self.hangs_up = self.cancels = line.peer_hangs_up
        self.vanishes = line.peer_vanishes
        self.falls_silent = line.peer_falls_silent
        self.rings = line.peer_rings
        self.answers = line.peer_answers
        self.refuses = line.peer_refuses

    @property
    def refused_with(self) -> int:
        return self.line.end.sip_code if self.line.end is not None and not self.line.end.by_peer else 0


class FakeWorld:
    def __init__(self) -> None:
        self.clock = Clock()
        self.owner = Owner()
        self.switch = FakeSwitch(self.clock, lines=4, listener=self.owner)

    async def open(self) -> None: ...

    async def close(self) -> None:
        await self.switch.drain(0)
        self.clock.advance(0)
        assert self.clock.getDelayedCalls() == []

    async def caller(self, dialled: str = "8000", caller: str = "1001") -> FakePerson:
        return FakePerson(self.switch.offer(dialled, caller))

    async def dial(self, owner: Owner, timeout: float = 30.0, **options: Any) -> tuple[FakeLine, FakePerson]:
        line = await self.switch.dial("sip:21@10.0.0.1", caller_id="8000", timeout=timeout, listener=owner, **options)
        return line, FakePerson(line)

    async def until(self, happens: Callable[[], object], limit: float = 5.0) -> None:
        for _ in range(int(limit * 50)):
            if happens():
                return
            self.clock.advance(0.02)
        assert happens()

    async def wait(self, seconds: float) -> None:
        end = self.clock.seconds() + seconds
        await self.until(lambda: self.clock.seconds() >= end, seconds + 1)


class RealPerson(Peer):
    @property
    def refused_with(self) -> int:
        return next((status for status in self.statuses if status >= 300), 0)


class RealWorld:
    def __init__(self, owner: Owner | None = None, **settings: Any) -> None:
        self.owner = owner or Owner()
        options = {"port": 0, "lines": 4, "media_timeout": 1.0, "ack_timeout": 1.0, **settings}
        self.switch = Pool(reactor, SwitchSettings(**options), self.owner)  # type: ignore[arg-type]
        self.people: list[RealPerson] = []

    async def open(self) -> None:
        await self.switch.start()

    async def close(self) -> None:
        await self.switch.stop()
        for person in self.people:
            await person.close()

    def person(self, **options: Any) -> RealPerson:
        person = RealPerson(self.switch.port, **options)
        self.people.append(person)
        return person

    async def caller(self, dialled: str = "8000", caller: str = "1001", **options: Any) -> RealPerson:
        person = self.person()
        count = len(self.owner.lines)
        await person.dials(dialled, caller, **options)
        await self.until(lambda: len(self.owner.lines) > count or person.refused_with)
        return person

    async def dial(self, owner: Owner, timeout: float = 30.0, **options: Any) -> tuple[Line, RealPerson]:
        person = self.person()
        line = await self.switch.dial(
            f"sip:21@{HOST}:{person.port}", caller_id="8000", timeout=timeout, listener=owner, **options
        )
        await self.until(lambda: person.invite)
        return line, person

    async def until(self, happens: Callable[[], object], limit: float = 30.0) -> None:
        end = reactor.seconds() + limit  # type: ignore[attr-defined]
        while not happens():
            if reactor.seconds() > end:  # type: ignore[attr-defined]
                raise AssertionError(f"it did not happen: {[person.statuses for person in self.people]}")
            await self.wait(0.01)

    async def wait(self, seconds: float) -> None:
        await deferLater(reactor, seconds)  # type: ignore[arg-type]


class Places:
    """Temporary directories of a test."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="wardbell-"))

    def close(self) -> None:
        shutil.rmtree(self.path)
