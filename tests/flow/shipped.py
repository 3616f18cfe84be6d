"""The shipped flows and texts, read once. What callers hear of them is told by the tests in `flows/tests`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from editions.bundle import Bundle
from editions.kind import Reading
from editions.kinds import FLOWS as FLOW_KIND
from editions.kinds import KINDS
from ivr.flow.language import FlowSet
from ivr.flow.load import load_sources
from prompts.catalog import Catalog
from tests.flow.world import actions

FLOWS = Path(__file__).parents[2] / "flows"


def flow_files(folder: Path = FLOWS) -> dict[str, bytes]:
    """The files of a folder that are flows: path -> content."""
    return Reading(Bundle.of_folder(folder), KINDS, {}).files(FLOW_KIND)


@cache
def catalog() -> Catalog:
    """The shipped texts."""
    return Catalog.load()


@cache
def flows() -> FlowSet:
    """The shipped flows."""
    return load_sources(flow_files(), catalog(), actions())
