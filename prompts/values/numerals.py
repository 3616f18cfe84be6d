"""Numbers in words by CLDR's spell-out rules (unicode-rbnf)."""

from __future__ import annotations

from functools import cache

from unicode_rbnf import RbnfEngine


@cache
def _engine(language: str) -> RbnfEngine:
    return RbnfEngine.for_language(language)


def spelled(language: str, rules: str, number: int) -> str:
    """`number` in words by one of the language's rule sets, e.g. `spellout-ordinal`."""
    return str(_engine(language).format_number(number, ruleset_names=[rules]).text)
