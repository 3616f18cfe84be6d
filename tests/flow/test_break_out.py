"""Tries to get from a flow to code, files, the network or SQL, or to make the line do too much work.

`break_out.yaml` holds the tries and what must happen: the check reports them, or the run does what is written there,
at once, and nothing else.
"""

from __future__ import annotations

import builtins
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from forms.errors import FilesBroken
from forms.report import Mark, Report
from forms.tree import Scalar
from ivr.flow.condition import Condition, Unclear
from ivr.flow.load import load_sources
from prompts.catalog import Catalog
from tests.flow.test_mistakes import GOOD, TEXTS
from tests.flow.world import actions

TRIES = YAML(typ="safe", pure=True).load(Path(__file__).with_name("break_out.yaml"))
AT_ONCE = 0.25
"""Seconds of the processor that a condition may take: more would be a way to stop the line."""


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = {"x": value}
    return value


VARIABLES: dict[str, Any] = {
    "a": "text",
    "n": 1,
    "d": {"y": {"z": 1}},
    "l": [1, 2],
    "huge": "x" * 5_000_000,
    "deep": nested(20_000),
    "wide": {f"k{number}": number for number in range(20_000)},
    "many": list(range(1000)),
    "bignum": 10**40,
    "nan": float("nan"),
    "nul": "\0",
    "lone": "\ud800",
}


def written(one: dict[str, Any]) -> str:
    return str(one["try"]) if "try" in one else one["repeat"] * one["times"] + one["then"]


def told(source: str) -> tuple[Condition | None, list[str]]:
    report = Report()
    condition = Condition.read(Scalar(Mark("f"), source, False), report)
    return condition, [mistake.code for mistake in report.mistakes]


@pytest.mark.parametrize("one", TRIES["conditions"], ids=lambda one: written(one)[:60])
def test_a_condition_compares_and_nothing_else(one: dict[str, Any]) -> None:
    began = time.thread_time()
    condition, codes = told(written(one))
    if one.get("told"):
        assert codes == [one["told"]]
        assert condition is None
    elif condition is not None:
        came: object
        try:
            came = condition.holds(VARIABLES)
        except Unclear:
            came = "unclear"
        assert came == one.get("runs", came)
    else:
        assert "runs" not in one, codes
    assert time.thread_time() - began < AT_ONCE


class Touched(AssertionError):
    """The check or the run reached for something outside."""


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process in which nothing can be run, fetched or opened."""

    def refuse(*args: object, **named: object) -> None:
        raise Touched(args)

    for owner, name in ((os, "system"), (os, "popen"), (subprocess, "Popen"), (socket, "socket"), (builtins, "open")):
        monkeypatch.setattr(owner, name, refuse)


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize("one", TRIES["files"], ids=lambda one: one["try"].replace("\n", " ")[:70])
def test_a_file_names_things_and_nothing_else(one: dict[str, Any]) -> None:
    with pytest.raises(FilesBroken) as wrong:
        load_sources({**GOOD, "f.yaml": one["try"].encode()}, TEXTS, actions(), later=True)
    assert one["told"] in {mistake.code for mistake in wrong.value.mistakes}


NAMES = ("../main.yaml", "a b.yaml", "Main.yaml", "主.yaml", "a;b.yaml", "__init__.yaml", ".yaml")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_is_a_plain_word(name: str) -> None:
    flow = b"start: a\nsteps:\n  a: {say: t.one, then: end}\n"
    if name == "../main.yaml":
        flows = load_sources({name: flow}, TEXTS, actions()).flows
        assert set(flows) == {"main"}  # the name counts, never the way to it
        return
    with pytest.raises(FilesBroken, match="E111"):
        load_sources({name: flow}, TEXTS, actions())


@pytest.mark.parametrize("one", TRIES["texts"], ids=lambda one: one["try"])
def test_a_text_holds_fields_and_nothing_else(one: dict[str, Any]) -> None:
    text = "main.welcome: '" + one["try"].replace("'", "''") + "'\n"
    with pytest.raises(FilesBroken) as wrong:
        Catalog.read({"zh.yaml": text.encode()})
    assert one["told"] in {mistake.code for mistake in wrong.value.mistakes}
