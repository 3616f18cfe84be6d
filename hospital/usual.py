"""What the hospital answers on a good day: for rehearsed calls and flow tests that do not say it themselves."""

from __future__ import annotations

from collections.abc import Mapping

from actions.action import ActionOutcome, Value
from hospital.actions import DECLARED
from hospital.clinic.actions import DEPARTMENT

USUAL: Mapping[str, ActionOutcome] = {one.name: one.usual for one in DECLARED if one.usual is not None}
"""Action -> its outcome."""

USUAL_VARIABLES: Mapping[str, Value] = {
    "card": "100001",
    "stay": "Z100001",
    "notice": "1.1",
    "ward": {"code": "W3", "name": {"zh": "内科三病区", "en": "Medical ward three"}},
    "bed": "12",
    "department": {**DEPARTMENT},
    "urgent": False,
}
"""What flows may need to begin with, when somebody tries one by itself."""
