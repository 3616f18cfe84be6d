"""The SIP side."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from ivr.switch import ranges
from wardbell.settings.section import Port, Section


class Sip(Section):
    """The SIP side: where it listens and how many lines it holds."""

    host: str = "127.0.0.1"
    """Address to listen on. Loopback unless set otherwise; see docs/install.md before opening it."""
    port: Port = 5060
    """Port of SIP on UDP and TCP; further workers take this port + 2, + 4 ..."""
    public_host: str = ""
    """Address that phones are told when it is not `host`: behind NAT."""
    rtp_first: Port = 20000
    """First RTP port (UDP)."""
    rtp_last: int = Field(default=0, ge=0, le=65535)
    """Last RTP port; 0: 32767, or 65535 when `rtp_first` is above 28000. Each worker has a range of its own between the
    two, and another one after every start, so that no call gets ports that a lost call's telephone still sends to."""
    workers_min: int = Field(default=1, ge=1, le=64)
    """Worker processes that always run."""
    workers_max: int = Field(default=1, ge=1, le=64)
    """Worker processes at most; those beyond `workers_min` come when lines are needed and go when idle for a minute."""
    lines_per_worker: int = Field(default=0, ge=0, le=4000)
    """Lines of one worker; 0: as many as this pjsua2 build allows."""
    media_timeout: float = Field(default=20.0, gt=0)
    """Seconds without RTP and RTCP after which a telephone is asked by SIP whether it is still there; if not, the call
    is over."""
    silence_timeout: float = Field(default=300.0, gt=0)
    """Seconds without RTP and RTCP after which a call is over although the telephone says that it is there."""
    hold_timeout: float = Field(default=300.0, gt=0)
    """Seconds without RTP and RTCP after which a call is over while the other side holds the call."""
    log_level: int = Field(default=1, ge=0, le=6)
    """Level of PJSIP's own log: 1 errors, 3 what happens, 5 everything. Neither messages nor keys are in it; from 3 on
    callers' numbers are."""
    drain: float = Field(default=60.0, ge=0)
    """Seconds that calls in progress may go on after SIGTERM."""

    @property
    def rtp_end(self) -> int:
        """The last RTP port."""
        return self.rtp_last or (32767 if self.rtp_first <= 28000 else 65535)

    @property
    def rtp_ports_each(self) -> int:
        """RTP ports of one worker."""
        return ranges.each(self.rtp_first, self.rtp_end, self.workers_max)

    @model_validator(mode="after")
    def _enough_ports(self) -> Self:
        if self.workers_min > self.workers_max:
            raise ValueError("workers_min is larger than workers_max")
        if self.rtp_ports_each < ranges.LEAST:
            between = f"between {self.rtp_first} and {self.rtp_end}"
            raise ValueError(
                f"no {self.workers_max} ranges of RTP ports fit {between}: lower rtp_first or raise rtp_last"
            )
        return self
