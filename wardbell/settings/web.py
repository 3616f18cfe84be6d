"""The console and the API."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from wardbell.settings.section import Networks, Section


class Web(Section):
    """The console in a browser, and the API."""

    host: str = "127.0.0.1"
    """Address to listen on. Loopback unless set otherwise; docs/console.md says what to do before opening it."""
    port: int = Field(default=8080, ge=0, le=65535)
    """TCP port to listen on; 0: no console."""
    public: str = ""
    """The address that people type, such as https://line.hospital.example: behind a proxy that speaks TLS, and for
    links in messages."""
    certificate: Path | None = None
    """File of the TLS certificate (PEM, with its chain); empty: plain HTTP."""
    key: Path | None = None
    """File of the certificate's key; empty: it is in the same file."""
    proxies: Networks = ()
    """Addresses or networks of reverse proxies: only they are believed when they say for whom they ask."""
    language: Literal["zh", "en", "ru", "pl"] = "en"
    """Language of who asks for none that there is."""
    totp_roles: tuple[Literal["admin", "it", "operator", "clerk", "nurse", "doctor", "auditor"], ...] = ()
    """Roles that must log in with a second factor."""
    idle_minutes: float = Field(default=60, gt=0)
    """Minutes without use after which a user is logged out."""
    shift_hours: float = Field(default=12, gt=0, le=168)
    """Hours after which a user has to log in again, used or not."""
    api_per_minute: float = Field(default=1_200, ge=1)
    """Requests of the API that one key may make in a minute."""

    @property
    def tls(self) -> bool:
        """Whether browsers reach the console by TLS."""
        return self.certificate is not None or self.public.startswith("https:")

    @model_validator(mode="after")
    def _key_has_a_certificate(self) -> Self:
        if self.key is not None and self.certificate is None:
            raise ValueError("key is set without certificate")
        return self
