"""Numbers in words by CLDR's spell-out rules (unicode-rbnf), and how digits in a row are grouped."""

from __future__ import annotations

from functools import cache, lru_cache

from unicode_rbnf import RbnfEngine

_GROUPS: dict[int, tuple[int, ...]] = {
    5: (5,),
    6: (3, 3),
    7: (3, 4),
    9: (3, 3, 3),
    10: (3, 3, 4),
    11: (3, 4, 4),
    18: (6, 4, 4, 4),
}


@cache
def _engine(language: str) -> RbnfEngine:
    return RbnfEngine.for_language(language)


@lru_cache(maxsize=4096)
def spelled(language: str, rules: str, number: int) -> str:
    """`number` in words by one of the language's rule sets, e.g. `spellout-ordinal`."""
    return str(_engine(language).format_number(number, ruleset_names=[rules]).text)


def by_fours(length: int) -> tuple[int, ...]:
    """Groups for languages that read each digit: as telephone numbers and card numbers are written, else fours."""
    if length <= 4:
        return (length,)
    sizes = _GROUPS.get(length)
    if sizes is not None:
        return sizes
    rest = length % 4
    return (4,) * (length // 4) + ((rest,) if rest else ())


def by_pairs(length: int) -> tuple[int, ...]:
    """Groups for languages that read a group as a number: pairs, an odd digit makes the first group three."""
    if length <= 3:
        return (length,)
    return (2,) * (length // 2) if length % 2 == 0 else (3,) + (2,) * (length // 2 - 1)


def by_threes(group: str) -> tuple[str, ...]:
    """A group as somebody wrote it, cut so that each piece can be read as a number."""
    pieces, at = [], 0
    for size in by_pairs(len(group)):
        pieces.append(group[at : at + size])
        at += size
    return tuple(pieces)
