"""What the sections are made of: how one is read, and the values that several of them hold."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Section(BaseModel):
    """Settings that stand together under a name. One that does not exist is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _are_networks(peers: tuple[str, ...]) -> tuple[str, ...]:
    for peer in peers:
        try:
            ip_network(peer, strict=False)
        except ValueError as wrong:
            raise ValueError(f'"{peer}" is not an address or a network (such as 10.1.2.3 or 10.1.2.0/24)') from wrong
    return peers


Port = Annotated[int, Field(ge=1, le=65535)]
Networks = Annotated[tuple[str, ...], AfterValidator(_are_networks)]
"""Addresses or networks, as they are written."""
