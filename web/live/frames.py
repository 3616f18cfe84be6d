"""Server-sent events of a feed, as bytes: each is written once for all who hear the same.

The id of an event is `<boot>.<audience>-<number>`: the number says where a browser is, the rest whether that number
means anything to us. After a restart, or when somebody's rights have changed, it begins with the document again.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from web.live.audience import Audience
from web.live.feed import Change, Feed

REMEMBERED = 2_000
"""Events that are kept written down."""

Values: TypeAlias = Mapping[str, Mapping[str, Any] | None]
"""Name -> thing; None: it is gone."""


class Frames:
    """Writes down what a feed tells."""

    def __init__(self, feed: Feed, boot: str) -> None:
        """`boot`: another one each time that the engine starts."""
        self._feed = feed
        self._boot = boot
        self._written: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()

    def place_of(self, last_id: str, audience: Audience) -> int | None:
        """The number up to which a browser has heard, by the id that it saw last; None: it has nothing of use."""
        head, _, number = last_id.rpartition("-")
        if head != f"{self._boot}.{audience.mark}" or not (number.isascii() and number.isdigit() and len(number) < 16):
            return None
        return int(number)

    def since(self, place: int | None, audience: Audience) -> tuple[bytes, int]:
        """What somebody at `place` has not heard yet, and where he is then."""
        changes = None if place is None else self._feed.after(place)
        if changes is None:
            return self.snapshot(audience), self._feed.number
        return b"".join(self._change(change, audience) for change in changes), self._feed.number

    def snapshot(self, audience: Audience) -> bytes:
        """The whole document."""
        return self._once("snapshot", audience, self._feed.number, lambda: self.heard(audience))

    def heard(self, audience: Audience) -> Values:
        """What somebody may see of the document."""
        return {name: item.value for name, item in self._feed.items.items() if audience.hears(item.topic)}

    def beat(self, audience: Audience, now: float) -> bytes:
        """A sign of life, with the time by our clock."""
        return self._event("beat", audience, self._feed.number, {"at": round(now, 3)})

    def _change(self, change: Change, audience: Audience) -> bytes:
        return self._once("change", audience, change.number, lambda: _heard(change, audience) or None)

    def _once(self, kind: str, audience: Audience, number: int, tell: Callable[[], Values | None]) -> bytes:
        key = (kind, audience.mark, number)
        written = self._written.get(key)
        if written is None:
            told = tell()
            written = b"" if told is None else self._event(kind, audience, number, told)
            self._written[key] = written
            if len(self._written) > REMEMBERED:
                self._written.popitem(last=False)
        return written

    def _event(self, kind: str, audience: Audience, number: int, data: Mapping[str, Any]) -> bytes:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self._boot}.{audience.mark}-{number}\nevent: {kind}\ndata: {text}\n\n".encode()


def _heard(change: Change, audience: Audience) -> Values:
    """What of a change somebody hears. What he may not see any more is gone."""
    items: dict[str, Mapping[str, Any] | None] = {}
    for name, was in change.of.items():
        if was.after is not None and audience.hears(was.after.topic):
            items[name] = was.after.value
        elif was.before is not None and audience.hears(was.before.topic):
            items[name] = None
    return items
