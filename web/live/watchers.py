"""Everybody who watches what goes on. While anybody does, the engine and the database are asked once for all of them.

Belongs to the event loop that serves pages; only what the engine tells comes from another thread, and is handed over
without waiting. A slow browser holds up nobody: each takes what it has not heard yet when it can.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import ParamSpec

from twisted.logger import Logger

from db.errors import DatabaseError
from web.live.audience import EVERYBODY, Audience
from web.live.engine import Engine, Told
from web.live.feed import Feed, Item
from web.live.frames import Frames
from web.live.plain import ALARM, CALL, FAR, of_standing, of_told, seconds
from web.live.standing import Standing

P = ParamSpec("P")

log = Logger()

MOST = 400
"""Browsers at a time."""
MOST_EACH = 10
"""Of one person: a browser opens one, however many tabs it shows."""
BEAT = 5.0
"""Seconds between two signs of life. A browser that hears nothing for ten says so."""
OFTEN = 0.2
"""Seconds between two changes at least."""
A_SECOND = 400
"""Events that are sent to all browsers together in a second; with more browsers changes gather for longer."""
LOOK = 1.0
"""Seconds between two questions to the database."""
FIRST = 2.0
"""Seconds for which the first browser waits for the engine and the database to say how things stand."""
LINGER = 10.0
"""Seconds for which things are followed after the last browser left: it may only be turning a page."""
SILENT = 5.0
"""Seconds after which an engine that should speak each second is said to be silent."""


class Full(Exception):
    """There are as many watchers as there may be."""


class Watchers:
    """`enter`, then `hear`."""

    def __init__(
        self, engine: Engine, look: Callable[[], Standing], now: Callable[[], datetime], boot: str, *, most: int = MOST
    ) -> None:
        """`look` asks the database, and may block; `boot` is another text after each start."""
        self._engine = engine
        self._look = look
        self._now = now
        self._most = most
        self._feed = Feed()
        self._frames = Frames(self._feed, boot)
        self._here: Counter[str] = Counter()
        self._following: tuple[asyncio.Task[None], ...] = ()
        self._leaving: asyncio.TimerHandle | None = None
        self._bell = asyncio.Event()
        self._beats = 0
        self._beat: dict[str, bytes] = {}
        self._coming: dict[str, Item | None] = {}
        self._soon: asyncio.TimerHandle | None = None
        self._put_at = 0.0
        self._engine_at: float | None = None
        self._standing_at: float | None = None
        self._told = asyncio.Event()
        """Engine and database have said how things stand, since somebody watches."""
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def count(self) -> int:
        """How many watch."""
        return self._here.total()

    @contextmanager
    def enter(self, who: str) -> Iterator[None]:
        """Somebody watches. Raises `Full`."""
        if self._closed or self.count >= self._most or self._here[who] >= MOST_EACH:
            raise Full
        self._here[who] += 1
        try:
            self._follow()
            yield
        finally:
            self._here[who] -= 1
            self._here += Counter()  # without those that are at nought
            if not self.count:
                self._stop_later()

    async def hear(self, last_id: str, audience: Audience) -> AsyncIterator[bytes]:
        """Events, from the one after `last_id` on, as long as somebody listens."""
        await self._stands()
        place = self._frames.place_of(last_id, audience)
        beats = -1
        while not self._closed:
            told, place = self._frames.since(place, audience)
            if beats != self._beats:
                beats = self._beats
                told += self._beat_for(audience)
            bell = self._bell
            if told:
                yield told
            if bell is self._bell:
                await bell.wait()

    def close(self) -> None:
        """Everybody goes: the server stops."""
        self._closed = True
        self._stop()
        self._ring()

    def close_from_thread(self) -> None:
        """As `close`, from another thread."""
        self._closed = True
        if self._loop is not None:
            _hand_over(self._loop, self.close)

    # Following what goes on

    def _follow(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        if not self._following:
            self._told.clear()
            self._engine_at = self._standing_at = None
            self._loop = loop = asyncio.get_running_loop()
            self._following = loop.create_task(self._keep_looking()), loop.create_task(self._keep_beating())
            self._engine.watch(lambda told: _hand_over(loop, self._take, told))

    def _stop_later(self) -> None:
        if self._following and self._leaving is None:
            self._leaving = asyncio.get_running_loop().call_later(LINGER, self._stop)

    def _stop(self) -> None:
        if self._following:
            for task in self._following:
                task.cancel()
            self._following = ()
            self._engine.unwatch()
        for timer in (self._leaving, self._soon):
            if timer is not None:
                timer.cancel()
        self._leaving = self._soon = None
        self._coming.clear()

    async def _stands(self) -> None:
        """Until it is known how things stand; not for long, for some of it is better than nothing."""
        if not self._told.is_set():
            try:
                await asyncio.wait_for(self._told.wait(), FIRST)
            except TimeoutError:
                self._put()

    async def _keep_looking(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        away: float | None = None
        while True:
            asked = loop.time()
            try:
                standing = await asyncio.to_thread(self._look)
            except DatabaseError as wrong:
                if away is None:
                    log.warn("who watches the line is told nothing new of alerts: {wrong}", wrong=wrong)
                    away = seconds(self._now())
            else:
                away, self._standing_at = None, loop.time()
                gone = {**self._feed.instead(ALARM, {}), **self._feed.instead(FAR, {})}
                self._coming.update({**gone, **of_standing(standing)})
            silent = loop.time() - (self._engine_at or began) > SILENT
            self._coming["stale"] = Item({"alarms": away, "line": silent}, EVERYBODY)
            self._put_soon()
            await asyncio.sleep(max(0.1, LOOK - (loop.time() - asked)))

    async def _keep_beating(self) -> None:
        """Apart from the database, which may take its time."""
        while True:
            await asyncio.sleep(BEAT)
            self._beats += 1
            self._beat.clear()
            self._ring()

    def _take(self, told: Told) -> None:
        """What the engine says, in this thread."""
        if not self._following:
            return
        self._engine_at = asyncio.get_running_loop().time()
        if told.whole:
            self._coming = {name: item for name, item in self._coming.items() if not name.startswith(CALL)}
            self._coming.update(self._feed.instead(CALL, {}))
        self._coming.update(of_told(told))
        self._put_soon()

    def _put_soon(self) -> None:
        if self._soon is None:
            loop = asyncio.get_running_loop()
            pace = max(OFTEN, self.count / A_SECOND)
            self._soon = loop.call_later(max(0.0, self._put_at + pace - loop.time()), self._put)

    def _put(self) -> None:
        self._soon = None
        self._put_at = asyncio.get_running_loop().time()
        coming, self._coming = self._coming, {}
        changed = self._feed.put(coming) is not None
        if self._engine_at is not None and self._standing_at is not None:
            self._told.set()
        if changed:
            self._ring()

    def _ring(self) -> None:
        """Wake everybody up."""
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    def _beat_for(self, audience: Audience) -> bytes:
        if audience.mark not in self._beat:
            self._beat[audience.mark] = self._frames.beat(audience, self._now().timestamp())
        return self._beat[audience.mark]


def _hand_over(loop: asyncio.AbstractEventLoop, work: Callable[P, None], *told: P.args, **more: P.kwargs) -> None:
    """From another thread, which waits for nothing."""
    try:
        loop.call_soon_threadsafe(partial(work, *told, **more))
    except RuntimeError as closed:
        log.debug("nobody watches any more: {closed}", closed=closed)
