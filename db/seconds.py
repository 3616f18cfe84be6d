"""Seconds between two moments of a row, reckoned by either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Double
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class seconds_between(FunctionElement[float]):
    """From the first moment to the second; NULL when one of them is not known."""

    type = Double()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _sqlite(element: seconds_between, compiler: SQLCompiler, **given: Any) -> str:
    began, ended = (compiler.process(one, **given) for one in element.clauses)
    return f"round((julianday({ended}) - julianday({began})) * 86400.0, 3)"  # a day is its unit: 40 microseconds off


@compiles(seconds_between, "postgresql")
def _postgresql(element: seconds_between, compiler: SQLCompiler, **given: Any) -> str:
    began, ended = (compiler.process(one, **given) for one in element.clauses)
    return f"EXTRACT(EPOCH FROM {ended} - {began})"
