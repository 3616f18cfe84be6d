"""The shipped flows and texts, read once. What callers hear of them is told by the tests in `flows/tests`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ivr.flow.language import FlowSet
from ivr.flow.load import load
from prompts.catalog import Catalog
from tests.flow.world import actions

FLOWS = Path(__file__).parents[2] / "flows"


@cache
def catalog() -> Catalog:
    """The shipped texts."""
    return Catalog.load()


@cache
def flows() -> FlowSet:
    """The shipped flows."""
    return load(FLOWS, catalog(), actions())
