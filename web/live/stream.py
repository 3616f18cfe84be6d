"""An answer that goes on: events to one browser, until it leaves or its time is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from web.live.audience import Audience
from web.live.watchers import Full, Watchers

LIFE = 60.0
"""Seconds; then the browser comes again by itself and shows its session: who has logged out hears no more."""
HEAD = b"retry: 1000\n\n"
"""Milliseconds until a browser that was cut off tries again."""


class EventStream(Response):
    """What somebody hears of what goes on. 503 when there are too many already."""

    media_type = "text/event-stream"

    def __init__(self, watchers: Watchers, audience: Audience, who: str, last_id: str, life: float = LIFE) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._watchers = watchers
        self._audience = audience
        self._who = who
        self._last_id = last_id
        self._life = life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        try:
            with self._watchers.enter(self._who):
                await self._serve(receive, send)
        except Full:
            refusal = Response("too many watch already", 503, {"Retry-After": "10"}, "text/plain")
            await refusal(scope, receive, send)

    async def _serve(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": HEAD, "more_body": True})
        events = self._watchers.hear(self._last_id, self._audience)
        tasks = asyncio.create_task(_tell(events, send)), asyncio.create_task(_gone(receive))
        done, left = await asyncio.wait(tasks, timeout=self._life, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if tasks[1] not in done:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        for task in done:
            task.result()  # what went wrong


async def _tell(events: AsyncIterator[bytes], send: Send) -> None:
    async for event in events:
        await send({"type": "http.response.body", "body": event, "more_body": True})


async def _gone(receive: Receive) -> None:
    """Returns when the browser has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
