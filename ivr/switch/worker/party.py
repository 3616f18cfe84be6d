"""Whose sound and keys belong to a call: the sources that its RTP and RTCP ports let in, from moment to moment.

The party of a call sends from the address that its SDP names. Only where nothing comes from there is the circle drawn
wider, for some seconds: a telephone behind NAT sends from another port or address than it knows of. The first source
that fits is then the only one, until the SDP changes. Before the party has said anything nobody is let in; whoever
already sends then is sending to an earlier call, and is never taken for the party.

Pure: the caller gives the time and what was seen. The kernel does the rest (`gate.py`).
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ivr.switch.worker.gate import Source

NOBODY: tuple[Source, ...] = ()

BEHIND_NAT = ((0.0, "signalling"), (1.0, "anybody"), (10.0, "signalling"))
DIRECT = ((0.0, "exact"), (2.5, "address"), (4.0, "anybody"), (10.0, "address"))
"""Who is let in, from how many seconds after the SDP on, as long as nothing has come. `exact` is the address and port
of the SDP, `address` any port there, `signalling` also any port where the party's SIP comes from."""
PRIVATE = re.compile(
    r"(?:10|127|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\."
    r"|f[cd]|fe80:|::1$"
)
"""Addresses that mean nothing outside of the network of whoever has them."""
LOOK_EVERY = 0.1
"""s between two looks for the first packet while more than the exact source is let in."""


class Party:
    """The party of one call."""

    def __init__(self, signalling: str = "") -> None:
        """`signalling`: the IP address that the party's SIP comes from, when that is known."""
        self._signalling = signalling
        self._haunted = False
        self._rtp: Source = ("", 0)
        self._rtcp: Source = ("", 0)
        self._circles: tuple[tuple[float, str], ...] = DIRECT
        self._since = 0.0
        self._circle = ""
        self.source: Source | None = None
        """Who the party turned out to be."""

    @property
    def promised(self) -> bool:
        """Whether an SDP has said where it sends from."""
        return self._rtp != ("", 0)

    def promise(self, rtp: Source, rtcp: Source, now: float, *, haunted: bool = False) -> None:
        """An SDP tells where the party is; whatever was found out before is void. `haunted`: somebody sent to the
        ports of this call before any party was told of them."""
        self._rtp, self._rtcp = rtp, rtcp
        self._haunted = self._haunted or haunted
        self._circles = BEHIND_NAT if _is_behind_nat(rtp[0], self._signalling) else DIRECT
        self._since, self._circle, self.source = now, self._circles[0][1], None

    def look(self, source: Source | None, now: float) -> bool:
        """`source` is whoever a packet came from since the promise. True when the set of those let in has changed."""
        if self.source is not None or not self.promised:
            return False
        if source is not None:
            self.source = source
            return True
        if self._haunted:
            return False
        before = self._circle
        self._circle = [name for after, name in self._circles if now - self._since >= after][-1]
        return self._circle != before

    def next_look(self, now: float) -> float:
        """In how many seconds to look again; 0 for never."""
        if self.source is not None or not self.promised:
            return 0.0
        coming = [self._since + after - now for after, _ in self._circles if self._since + after > now]
        if self._circle == "exact" or not coming:
            return max(0.01, coming[0]) if coming and not self._haunted else 5.0
        return LOOK_EVERY

    @property
    def rtp(self) -> tuple[Source, ...]:
        """Who is let in where sound and keys come in."""
        if not self.promised:
            return NOBODY
        if self.source is not None:
            return (self.source,)
        address = self._rtp[0]
        return {
            "exact": (self._rtp,),
            "address": ((address, 0),),
            "signalling": (self._rtp, (self._signalling, 0)) if self._signalling else ((address, 0),),
            "anybody": (("", 0),),
        }[self._circle]

    @property
    def rtcp(self) -> tuple[Source, ...]:
        """Who is let in where reports come in."""
        if not self.promised:
            return NOBODY
        if self.source is not None and self.source != self._rtp:
            return ((self.source[0], 0),)
        if self._circle in ("exact", "address") or self.source is not None:
            return (self._rtcp,)
        return self.rtp


def _is_behind_nat(address: str, signalling: str) -> bool:
    """A private address in the SDP of somebody who is seen at a public one."""
    return PRIVATE.match(address) is not None and signalling != "" and PRIVATE.match(signalling) is None
