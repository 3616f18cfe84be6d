"""Measurements."""

from __future__ import annotations

from pydantic import Field

from wardbell.settings.section import Section


class Metrics(Section):
    """Measurements for Prometheus on a port of their own (docs/metrics.md). A key with the right `system` has them at
    `/api/v1/metrics`, too."""

    host: str = "127.0.0.1"
    """Address to listen on. Loopback unless set otherwise."""
    port: int = Field(default=0, ge=0, le=65535)
    """TCP port to listen on; 0: no such port."""
