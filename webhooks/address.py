"""Which addresses a target may have. What a name means is asked once; the connection goes to an address that was
looked at here, so a name that means something else a moment later (rebinding) leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_HOUSE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")))
"""RFC 1918, loopback, unique local."""
_TRANSLATED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
"""IPv6 addresses that stand for an IPv4 address, and so could hide one."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a target may be. With `networks`: there and nowhere else. Else, `private`: in the house, and nowhere else.
    Else in the public internet, and nowhere else."""

    private: bool = False
    networks: tuple[Network, ...] = ()

    def allows(self, address: Address) -> bool:
        """Whether a connection may go there."""
        plain = _plain(address)
        if self.networks:
            return _is_in(plain, self.networks)
        if self.private:
            return _is_in(plain, _HOUSE)
        return plain.is_global and not (plain.is_multicast or plain.is_reserved or _is_in(plain, _TRANSLATED))

    def __str__(self) -> str:
        if self.networks:
            return ", ".join(str(network) for network in self.networks)
        return "private addresses" if self.private else "public addresses"


def allowed(found: Iterable[str], reach: Reach) -> list[Address]:
    """Of the addresses that a name has, those to which a connection may go, in their order."""
    plain = dict.fromkeys(ip_address(one.partition("%")[0]) for one in found)
    return [one for one in plain if reach.allows(one)]


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
