"""A condition of `when`, in CEL (Common Expression Language): compares variables, computes nothing else.

Short on purpose: no loops, few functions, no clock, so that a condition costs microseconds
whatever somebody writes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cel

from ivr.flow.commands import Value
from ivr.flow.mistakes import Report
from ivr.flow.source import Scalar

LONGEST = 200
"""Characters of an expression."""
LONGEST_LIST = 50
"""Items of a list, written in an expression or held by a variable."""
FUNCTIONS = frozenset({"size", "contains", "startsWith", "endsWith", "string", "int", "double"})
_LOOP = re.compile(r"\.\s*(all|exists|exists_one|map|filter)\s*\(")
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")


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
            first = next((line for line in str(wrong).splitlines() if "ERROR" in line), str(wrong))
            report.add(word.mark, "E401", f"not a condition (CEL): {first.partition('ERROR: <input>:')[2] or first}")
            return None
        strange = [name for name in program.functions() if name[0].isalpha() and name not in FUNCTIONS]
        if strange:
            report.add(word.mark, "E403", f'conditions have no function "{strange[0]}"')
            return None
        return cls(source, tuple(program.variables()), program)

    def holds(self, variables: Mapping[str, Value]) -> bool:
        """Whether it is true now. Raises `Unclear`."""
        used = {name: variables[name] for name in self.variables if name in variables}
        for name, value in used.items():
            if isinstance(value, list) and len(value) > LONGEST_LIST:
                raise Unclear(f"{name} is a list of {len(value)}")
        try:
            result = self.program.execute(used)
        except (ValueError, TypeError, RuntimeError, ArithmeticError, LookupError) as wrong:
            raise Unclear(f"{self.source}: {wrong}") from wrong
        if not isinstance(result, bool):
            raise Unclear(f"{self.source} is neither true nor false")
        return result
