"""Keys into answers, case by case: `gathering.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ivr.flow.commands import Collect, Keys, NoInput
from ivr.flow.gathering import Gathering

CASES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("gathering.yaml"))


def played(case: dict[str, Any]) -> tuple[Keys | NoInput | None, str, float]:
    """The answer, the keys left over, and how long the input would wait now."""
    wants = {"maximum": 1, **case["wants"]}
    gathering = Gathering(Collect((), **{**wants, "single": frozenset(wants.get("single", ()))}))
    passed = quiet = 0.0
    play = list(case["play"])
    while play:
        now = play.pop(0)
        if isinstance(now, str):
            if (answer := gathering.key(now)) is not None:
                return answer, "".join(play), 0.0
            quiet = 0.0
            continue
        # no key for so long: the clock runs as far as the input lets it
        if now >= gathering.patience(passed):
            return gathering.over(), "".join(play), 0.0
        quiet, passed = quiet + now, passed + now
    return None, "", gathering.patience(passed - quiet) - quiet


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_keys_gather_as_the_rules_say(case: dict[str, Any]) -> None:
    answer, rest, waits = played(case)
    wanted = case.get("answer")
    assert answer == (NoInput() if wanted == "no_input" else None if wanted is None else Keys(wanted))
    assert rest == case.get("rest", "")
    assert waits == pytest.approx(case.get("waits", 0.0))
