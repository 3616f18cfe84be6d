"""What an INVITE says, as far as its sender is believed: anybody may write anything, a trunk's word counts."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address, ip_network

from ivr.switch import wire
from ivr.switch.line import Diversion, Offer


class Offers:
    """`trunks`: addresses or networks whose word on callers and forwarded calls is believed."""

    def __init__(self, trunks: tuple[str, ...]) -> None:
        self._trunks = [ip_network(trunk, strict=False) for trunk in trunks]
        self._believes = lru_cache(maxsize=256)(self._is_believed)

    def read(self, fields: wire.Fields) -> Offer:
        """Of a call that comes, or that was turned away."""

        def texts(name: str) -> list[str]:
            return [str(text) for text in fields.get(name, [])]  # type: ignore[union-attr]

        said, vouched, pairs = texts("diversions"), texts("asserted"), texts("headers")
        believed = self._believes(str(fields["peer"]))
        caller, display = vouched if believed and vouched else (str(fields["caller"]), str(fields["display"]))
        return Offer(
            dialled=str(fields["dialled"]),
            caller=caller,
            display=display,
            diversions=tuple(map(Diversion, said[::2], said[1::2])) if believed else (),
            headers=dict(zip(pairs[::2], pairs[1::2], strict=True)),
        )

    def _is_believed(self, peer: str) -> bool:
        """Whether a peer's word on who calls and who forwarded the call counts."""
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._trunks)
