"""The one table of everything that can be wrong in the files that the hospital edits; each room keeps its own codes."""

from __future__ import annotations

from forms.codes import CODES as FILES
from hospital.fees.insurance_codes import CODES as INSURANCE
from ivr.flow.mistakes import CODES as FLOWS
from notify.errors import CODES as NOTICES
from notify.errors import RETIRED as RETIRED_NOTICES
from prompts.errors import CODES as TEXTS
from prompts.errors import RETIRED as RETIRED_TEXTS

CODES = {**FILES, **FLOWS, **INSURANCE, **NOTICES, **TEXTS}
"""Code -> what it means."""
RETIRED = {**RETIRED_NOTICES, **RETIRED_TEXTS}
"""Code that was -> the one that it is now."""
