"""Which flow answers a dialled number, and when: `flows/numbers.yaml` and `flows/holidays.yaml`.

Reading the files, the hours of the clock on the wall and the look-up are pure: who closed a number
(`ivr.numbers.closings`) and what time it is are handed in. The carrying out is the switchboard's.
"""

from __future__ import annotations

from ivr.numbers.closing import Closing
from ivr.numbers.plan import Answer, Code, Found, Numbers, Plan, Refusal, Route
from ivr.numbers.read import FILE, HOLIDAYS, load_numbers, read_numbers

__all__ = [
    "FILE",
    "HOLIDAYS",
    "Answer",
    "Closing",
    "Code",
    "Found",
    "Numbers",
    "Plan",
    "Refusal",
    "Route",
    "load_numbers",
    "read_numbers",
]
