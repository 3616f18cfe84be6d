"""Every verb as users meet it: `verbs/<verb>.yaml` holds flows, answers, and all that is to be heard.

The same interpreter runs live calls, so what is written there is what a caller meets.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from actions.action import Declared
from ivr.flow.load import load_sources
from ivr.flow.verbs import VERBS
from tests.flow.world import FakeTexts, actions, play

FILES = sorted((Path(__file__).parent / "verbs").glob("*.yaml"))


def cases() -> Iterator[Any]:
    for file in FILES:
        data = YAML(typ="safe", pure=True).load(file)
        for case in data["cases"]:
            yield pytest.param(data, case, id=f"{file.stem}: {case['name']}")


@pytest.mark.parametrize(("data", "case"), list(cases()))
def test_a_verb_does_what_its_case_tells(data: Any, case: Any) -> None:
    declared = [
        Declared(
            name=name,
            needs=frozenset(spec.get("needs", ())),
            outcomes={outcome: frozenset(sets) for outcome, sets in spec["outcomes"].items()},
            lists=spec.get("lists", False),
            secret=frozenset(spec.get("secret", ())),
            identifies=frozenset(spec.get("identifies", ())),
        )
        for name, spec in data.get("actions", {}).items()
    ]
    texts = {**data.get("flows", {}), **case.get("flows", {}), "f": case["flow"]}
    sources = {f"{name}.yaml": text.encode() for name, text in texts.items()}
    flows = load_sources(sources, FakeTexts.of(data["texts"]), actions(declared), later=True)
    assert play(flows, "f", "zh", case["play"], case.get("variables")) == case["play"]


def test_every_verb_has_its_cases() -> None:
    assert {file.stem for file in FILES} == set(VERBS)
