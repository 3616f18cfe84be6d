"""Second legs and calls for others: what dials on the trunk and is no notice."""

from __future__ import annotations

from ivr.call.originate import Originator
from ivr.call.tones import Tones
from ivr.trunks.dialling import TrunkDialler
from wardbell.assembly.calls import Calls
from wardbell.assembly.ground import Ground
from wardbell.assembly.line import TelephoneLine


class OutgoingCalls:
    """Who puts callers through, and who makes the calls that another system asks for."""

    def __init__(self, ground: Ground, line: TelephoneLine, calls: Calls, tones: Tones) -> None:
        self.dialler = TrunkDialler(line.way_out, tones)
        self.originator = Originator(line.way_out, self.dialler, calls.in_progress, ground.reactor)
