"""Actions by their shape: what conversations and tests import. `hospital.hospital_actions` carries them out."""

from __future__ import annotations

from actions.action import Action, ActionOutcome, CallFacts, Declared, Value
from hospital.declarations import DECLARED
from hospital.fake_actions import FakeActions, NotScripted

__all__ = ["DECLARED", "Action", "ActionOutcome", "CallFacts", "Declared", "FakeActions", "NotScripted", "Value"]
