"""A condition of `when`, in CEL (Common Expression Language): compares variables, computes nothing else.

Short on purpose: no loops, few functions, no clock, small values, so that a condition costs microseconds
whatever somebody writes. tests/flow/test_break_out.py holds the tries to get out of it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

from forms.report import Mark, Report
from forms.tree import Scalar
from ivr.flow.commands import Value

LONGEST = 200
"""Characters of an expression."""
LONGEST_LIST = 50
"""Items of a list, written in an expression or held by a variable."""
LARGEST = 10_000
"""Letters and items that a variable of a condition may hold all together."""
FUNCTIONS = frozenset({"size", "contains", "startsWith", "endsWith", "string", "int", "double"})
_LOOP = re.compile(r"\.\s*(all|exists|exists_one|existsOne|map|filter|transformList|transformMap)\s*\(")
_STRING = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_QUEER = re.compile(r"\\|\'\'\'|\"\"\"")
"""What would make strings hard to tell from the rest: escapes, three quotes."""
_PREFIX = re.compile(r"//|\b[rRbBuU]+''")
"""Outside strings: a comment, or a string of another kind."""


_SLIPS = (
    (r"([“”‘’„«»`])", "{sign} is no plain quote: write ' around texts"),
    (r"([（），；：！＝＜＞])", "{sign} was typed with a Chinese keyboard: write the plain character"),
    (r"(===|!==)", "write == or != instead of {sign}"),
    (r"(<>)", "write != instead of <>"),
    (r"(=<|=>)", "write <= or >= instead of {sign}"),
    (r"(?<![=!<>])(=)(?![=])", "write == to compare; a single = means nothing here"),
    (r"([≤≥≠])", "write <=, >= or != instead of {sign}"),
    (r"\b(and|AND|And|и|oraz)\b", "write && instead of {sign}"),
    (r"\b(or|OR|Or|или|lub)\b", "write || instead of {sign}"),
    (r"\b(not|NOT|Not)\b", "write ! instead of {sign}"),
    (r"\b(is)\b", "write == instead of {sign}"),
    (r"(?<![&])(&)(?![&])", "write && instead of {sign}"),
    (r"(?<![|])(\|)(?![|])", "write || instead of {sign}"),
    (r"(\$\{?|\{\{?)\s*[a-z]", "variables stand without {sign}"),
    (r"(%)", "conditions only compare: {sign} means nothing here"),
)
"""What people who know another language write, and what to write here."""
_AT = re.compile(r"ERROR: <input>:[0-9]+:([0-9]+)")


def _language() -> Any:
    """CEL's compiled part alone: the package around it imports a command line of its own (typer, rich, prompt_toolkit),
    which would cost each start 0.2 s."""
    package = find_spec("cel")
    spec = PathFinder.find_spec("cel.cel", package.submodule_search_locations) if package is not None else None
    if spec is None or spec.loader is None:
        raise ImportError("common-expression-language is not installed")
    language = sys.modules.setdefault(spec.name, module_from_spec(spec))
    spec.loader.exec_module(language)
    return language


cel = _language()


class Unclear(Exception):
    """The condition has no answer: a part is missing, or things of different kinds are compared."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A checked expression and the variables that it reads."""

    source: str
    variables: tuple[str, ...]
    program: Any

    @classmethod
    def read(cls, word: Scalar, report: Report) -> Condition | None:
        """Compile; None after a mistake, which is reported."""
        source = word.text
        if len(source) > LONGEST:
            report.add(word.mark, "E402", f"the condition is longer than {LONGEST} characters")
            return None
        bare = _STRING.sub("''", source)
        queer = _QUEER.search(source) or _PREFIX.search(bare)
        if queer:
            sentence = f"conditions have no {queer[0]}: write texts in plain quotes, without escapes"
            report.add(word.mark, "E403", sentence)
            return None
        if bare.count(",") >= LONGEST_LIST:
            report.add(word.mark, "E402", f"the condition holds a list of more than {LONGEST_LIST}")
            return None
        loop = _LOOP.search(bare)
        if loop:
            report.add(word.mark, "E403", f'"{loop[1]}" loops over a list; conditions only compare')
            return None
        try:
            program = cel.compile(source)
        except ValueError as wrong:
            report.add(*_misread(word, str(wrong)))
            return None
        strange = [name for name in program.functions() if name.isidentifier() and name not in FUNCTIONS]
        if strange and strange[0] in ("not", "and", "or"):
            report.add(*_misread(word, ""))
            return None
        if strange:
            report.add(word.mark, "E403", f'conditions have no function "{strange[0]}"')
            return None
        return cls(source, tuple(program.variables()), program)

    @property
    def bare(self) -> str:
        """The expression with every text in it emptied."""
        return _STRING.sub("''", self.source)

    def tells(self, variable: str) -> bool:
        """Whether it says something about what `variable` holds: it appears, other than by its size, beside a number
        or a text that is not empty."""
        sizes = rf"(\bsize\(\s*{variable}\s*\)|(?<![\w.]){variable}\.size\(\))\s*([=!<>]=?\s*[0-9]+)?"
        texts = any(found[1] or found[2] for found in _STRING.finditer(self.source))
        rest = re.sub(sizes, "", self.bare)
        used = re.search(rf"(?<![\w.]){variable}\b", rest)
        return used is not None and (texts or re.search(r"(?<![\w.])[0-9]", rest) is not None)

    def holds(self, variables: Mapping[str, Value]) -> bool:
        """Whether it is true now. Raises `Unclear`."""
        result = self.value(variables)
        if not isinstance(result, bool):
            raise Unclear(f"{self.source} is neither true nor false")
        return result

    def value(self, variables: Mapping[str, Value]) -> object:
        """Its value, which should be true or false. Raises `Unclear`."""
        used = {name: variables[name] for name in self.variables if name in variables}
        for name, value in used.items():
            if isinstance(value, list) and len(value) > LONGEST_LIST:
                raise Unclear(f"{name} is a list of {len(value)}")
            if _is_larger(value, LARGEST):
                raise Unclear(f"{name} is too large for a condition")
        try:
            return self.program.execute(used)
        except (ValueError, TypeError, RuntimeError, ArithmeticError, LookupError) as wrong:
            raise Unclear(f"{self.source}: {wrong}") from wrong


def _misread(word: Scalar, wrong: str) -> tuple[Mark, str, str]:
    """Where a condition cannot be read, and what to write instead."""
    source, bare = word.text, _STRING.sub(lambda found: "'" + "x" * (len(found[0]) - 2) + "'", word.text)
    for pattern, sentence in _SLIPS:
        if found := re.search(pattern, bare):
            sign = source[found.start(1) : found.end(1)] if found.re.groups else source[found.start() : found.end()]
            told = sentence.format(sign=sign)
            return _within(word, found.start(found.re.groups and 1)), "E401", f"not a condition (CEL): {told}"
    for quote in "\"'":
        if bare.replace("''", "").count(quote) % 2:
            told = f"a {quote} is opened and never closed"
            return _within(word, source.index(quote)), "E401", f"not a condition (CEL): {told}"
    at = _AT.search(wrong)
    col = int(at[1]) - 1 if at is not None else 0
    before = source[:col].rstrip()
    if bare.count("(") != bare.count(")"):
        told = f"{abs(bare.count('(') - bare.count(')'))} {'(' if bare.count('(') > bare.count(')') else ')'} too many"
    elif col >= len(source.rstrip()):
        told = f"something is missing after {before.split()[-1] if before.split() else 'its beginning'}"
    else:
        told = f"{source[col:].split()[0]} cannot be here"
    example = "conditions are written like fee > 2000 && half == 'am'"
    return _within(word, min(col, len(source))), "E401", f"not a condition (CEL): {told}; {example}"


def _within(word: Scalar, at: int) -> Mark:
    """The place of a sign of a condition; of one that goes over lines or holds escapes, its beginning."""
    if "\n" in word.text or (not word.plain and ("'" in word.text or '"' in word.text[:at])):
        return word.mark
    return Mark(word.mark.file, word.mark.line, word.mark.col + at + (not word.plain))


def _is_larger(value: Value, most: int) -> bool:
    """Whether a value holds more than `most` letters and items, however deep. Iterative."""
    waiting: list[Value] = [value]
    while waiting and most >= 0:
        part = waiting.pop()
        if isinstance(part, dict):
            most -= sum(len(key) + 1 for key in part)
            waiting.extend(part.values())
        elif isinstance(part, list):
            most -= len(part)
            waiting.extend(part)
        else:
            most -= len(part) if isinstance(part, str) else 1
    return most < 0
