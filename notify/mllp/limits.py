"""What the MLLP port bears: of one connection, and of all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MllpLimits:
    """What a connection may take."""

    longest: int = 67_108_864
    """Bytes of one frame; a longer one is refused and its connection closed."""
    connections: int = 50
    begun: float = 30.0
    """Seconds within which a frame that has begun must be whole; a large one gets as many as it takes at `rate`."""
    rate: int = 65_536
    """Bytes a second."""
    pending: float = 1.0
    """Seconds after which a 0x1C that nothing follows is an end."""
    idle: float = 3600.0
    """Seconds without a byte after which a quiet connection is closed."""
    leaving: float = 5.0
    """Seconds that a drain leaves senders to take their last answers; then connections are cut."""
    garbage: int = 65_536
    """Bytes outside frames after which a connection is closed: whoever this is doesn't speak MLLP."""
    ahead: int = 65_536
    """Bytes that a sender may send before it is answered; then we read no more of it until it is."""
