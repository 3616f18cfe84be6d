"""One webhook, and the list of them."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from wardbell.settings.section import Networks, Section
from webhooks.address import Reach
from webhooks.target import Target, wrong_secrets, wrong_url
from webhooks.what import What


class Webhook(Section):
    """Another system that is told what happens (docs/webhooks.md). The list may hold several, each begun by
    `[[webhooks]]`."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    """Its name in lists and logs."""
    url: str = Field(max_length=500)
    """Where messages are sent: https, or http to a host in the house. Redirects are not followed."""
    secrets: tuple[SecretStr, ...]
    """What messages are signed with: `whsec_` and 24 to 64 random bytes in base64. Two while they are changed."""
    events: tuple[What, ...] = tuple(What)
    """What it is told."""
    private: bool = False
    """Whether the host is in the house: then only private addresses are connected to, else only public ones."""
    networks: Networks = ()
    """Addresses or networks that may be connected to, and no others; empty: as `private` says."""
    ca_file: Path | None = None
    """Certificates that are believed (PEM): those of the house; empty: the system's."""
    off_after_hours: float = Field(default=72.0, ge=1)
    """Hours without one success after which it is switched off, which the log and the doctor report."""

    @model_validator(mode="after")
    def _usable(self) -> Self:
        wrong = wrong_url(self.url, private=self.private or bool(self.networks))
        wrong = wrong or wrong_secrets([secret.get_secret_value() for secret in self.secrets])
        if wrong:
            raise ValueError(wrong)
        return self

    @property
    def target(self) -> Target:
        """As it is sent to."""
        return Target(
            self.name,
            self.url,
            tuple(secret.get_secret_value() for secret in self.secrets),
            self.events,
            Reach(self.private, tuple(ip_network(one, strict=False) for one in self.networks)),
            self.ca_file,
            self.off_after_hours,
        )


def named_once(webhooks: tuple[Webhook, ...]) -> tuple[Webhook, ...]:
    """The list, when no name is given twice; else `ValueError`."""
    names = [webhook.name for webhook in webhooks]
    if len(set(names)) < len(names):
        raise ValueError("two webhooks have the same name")
    return webhooks
