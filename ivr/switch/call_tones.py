"""Tells the tones of exchanges and fax machines (busy, congested, dial, CNG) from people.

Where a caller's line goes dead without a BYE, an analogue exchange sends such a tone for as long as we listen. A piece
of 20 ms is a tone when nearly all of its energy stands on one or two of their frequencies (ITU-T E.180 supplement 2,
T.30), steadily, for a tenth of a second and longer. Pure; works on 16-bit samples at 8 kHz. What follows from it is for
others.
"""

from __future__ import annotations

import math
from array import array
from operator import mul

PIECE = 160
"""Samples of 20 ms."""
SECONDS = 0.02
QUIET = 150
"""Mean size of a sample up to which nobody speaks: about -45 dBFS."""
LINES = (350, 400, 425, 440, 450, 480, 620, 1100, 2100)
"""Hz. A frequency within 12 Hz of one of them is heard as it."""
SINGLE = (1, 2, 3, 4, 7, 8)
"""Lines that stand alone: busy in Europe and China, CNG and CED of a fax."""
PAIRS = ((0, 3), (5, 6))
"""Lines that stand together in North America and Britain: dial, busy."""
PURE = 0.75
"""Part of the energy that must stand on the lines. A line 12 Hz beside the tone still gets 0.8 of it."""
STEADY = 1.6
"""From piece to piece the energy changes by this factor at most: 2 dB."""
LONG = 5
"""Pieces that a tone lasts at least."""
BETWEEN = 200
"""Pieces that may lie between two of them: 4 s, more than any of them rests."""
WEAK = 30
"""By this factor of energy the noise between them is weaker: 15 dB."""

OTHER, SILENT = -1, -2

_WAVES = tuple(
    tuple(array("d", (wave(math.tau * hertz * n / 8000) for n in range(PIECE))) for wave in (math.cos, math.sin))
    for hertz in LINES
)


class CallTones:
    """The sound of one recording, piece by piece."""

    def __init__(self) -> None:
        self._kinds: list[int] = []
        self._powers: list[float] = []
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """What comes next, 16-bit samples in this machine's order."""
        data = self._rest + data
        whole = len(data) // (2 * PIECE) * 2 * PIECE
        self._rest = data[whole:]
        samples = array("h", data[:whole])
        for at in range(0, len(samples), PIECE):
            piece = samples[at : at + PIECE]
            if sum(map(abs, piece)) <= QUIET * PIECE:
                self._kinds.append(SILENT)
                self._powers.append(0.0)
            else:
                power = float(sum(map(mul, piece, piece)))
                self._kinds.append(_line_of(piece, power))
                self._powers.append(power)

    @property
    def pieces(self) -> int:
        """How many there are so far."""
        return len(self._kinds)

    def told(self, last: int = 0) -> tuple[float, float]:
        """Seconds louder than quiet that are no tone, and seconds of tones; of the `last` pieces, 0: of all."""
        kinds, powers = self._kinds[-last:], self._powers[-last:]
        told = [kind == SILENT for kind in kinds]  # whether a piece is accounted for
        sounds = before = 0
        tones = _runs(kinds, powers)
        for n, (begin, end) in enumerate(tones):
            after = tones[n + 1][0] if n + 1 < len(tones) else len(kinds)
            # Its edges and what the network tore out of it belong to it, as does the noise around it.
            for at in range(max(0, begin - 1), min(len(kinds), end + 1)):
                sounds += not told[at]
                told[at] = True
            for at in (*range(max(before, begin - BETWEEN), begin), *range(end, min(after, end + BETWEEN))):
                told[at] = told[at] or powers[at] * WEAK <= powers[begin]
            before = end
        return told.count(False) * SECONDS, sounds * SECONDS


def _runs(kinds: list[int], powers: list[float]) -> list[tuple[int, int]]:
    """Where tones begin and end."""
    found, begin = [], 0
    for at in range(1, len(kinds) + 1):
        if at < len(kinds) and kinds[at] == kinds[begin] and _steady(powers[at - 1], powers[at]):
            continue
        if kinds[begin] >= 0 and at - begin >= LONG:
            found.append((begin, at))
        begin = at
    return found


def _line_of(piece: array[int], power: float) -> int:
    """The place in LINES of the tone that a piece is (of a pair, its first), else OTHER."""
    found = []
    for cosine, sine in _WAVES:
        real, imaginary = sum(map(mul, piece, cosine)), sum(map(mul, piece, sine))
        found.append((real * real + imaginary * imaginary) * 2 / PIECE)
    best = max(SINGLE, key=found.__getitem__)
    if found[best] >= PURE * power:
        return 2 if 1 <= best <= 4 else best  # 400 to 450 Hz are one: their lines overlap
    for pair in PAIRS:
        if sum(found[line] for line in pair) >= PURE * power and min(found[line] for line in pair) >= power / 20:
            return len(LINES) + pair[0]
    return OTHER


def _steady(before: float, after: float) -> bool:
    return before <= after * STEADY and after <= before * STEADY
