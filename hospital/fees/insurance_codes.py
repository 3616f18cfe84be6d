"""What can be wrong with `insurance.yaml` and `catalogue.yaml` beyond what can be wrong with any file."""

from __future__ import annotations

CODES = {
    "I101": "not an amount of money",
    "I102": "not a share between 0 and 100 percent",
    "I103": "not a date, or an end before its beginning",
    "I104": "two rules, or two entries of one item, for the same day",
    "I105": "tiers that do not rise to one without end",
    "I106": "a line of the catalogue that cannot be read",
    "I107": "an item that the catalogue does not list",
    "I108": "the same code of the hospital's messages for two schemes",
    "I109": "a scheme without a name in Chinese and English",
    "I110": "terms that contradict each other",
}
"""Every code with what it means; the codes never change their meaning."""
