"""How the switch is set up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SwitchSettings:
    """Times in seconds, ports of UDP and TCP."""

    address: str = "127.0.0.1"
    """What SIP and RTP are bound to."""
    port: int = 5060
    """SIP, UDP and TCP; 0 is any free port (tests)."""
    public_address: str = ""
    """What peers are told when it is not `address`: behind NAT."""
    lines: int = 0
    """Calls that a worker takes at most; 0 is as many as its build of PJSIP holds."""
    min_workers: int = 1
    max_workers: int = 1
    idle: float = 60.0
    """A worker beyond the minimum that held no call for so long is given back."""
    rtp_port: int = 0
    """First RTP port; 0 lets the system choose. Every worker has a range of its own (`ranges.py`)."""
    rtp_last: int = 32767
    memory: Path | None = None
    """A folder in which is kept what must outlive the engine; None keeps nothing."""
    media_timeout: float = 20.0
    """A peer that sent nothing for so long is asked by SIP whether it is still there, and has vanished if not."""
    silence_timeout: float = 300.0
    """A peer that sent nothing for so long has vanished whatever its SIP says."""
    hold_timeout: float = 300.0
    """The same while the peer holds the call."""
    ack_timeout: float = 4.0
    """How long SIP waits for an ACK or a response of a peer; it frees the line after twice that."""
    user_agent: str = "Wardbell"
    log_level: int = 1
    """Of PJSIP's own log, 0 to 6. Keys are in none of them."""
    trunks: tuple[str, ...] = ("127.0.0.0/8",)
    """Addresses or networks whose word on callers and forwarded calls is believed."""
