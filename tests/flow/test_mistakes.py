"""What is wrong with a flow is reported at its place, with its code, all at once, whatever the file holds.

`bad/` has a file for every code; `bad/told.txt` is what IT reads for them. `UPDATE=1` rewrites it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.errors import FilesBroken
from ivr.flow.load import load_sources
from ivr.flow.verbs import VERBS
from tests.flow.shipped import catalog, flow_files
from tests.flow.world import FakeTexts, actions

BAD = Path(__file__).parent / "bad"
TEXTS = FakeTexts.of(
    {"t.one": None, "t.fee": "fee:money", "t.item": "key:key item.name:name", "t.half": None}, {("en", "t.half")}
)
GOOD = {
    "good_sub.yaml": b"start: a\noutcomes: {right: [], wrong: []}\n"
    b"defaults: {no_input: w, invalid: w, exhausted: w}\n"
    b'steps:\n  a: {menu: t.one, keys: {"1": r}}\n  r: {return: right}\n  w: {return: wrong}\n',
    "good_say.yaml": b"start: a\nsteps:\n  a: {say: t.one, then: end}\n",
    "good_needs.yaml": b"needs: [card]\nstart: a\nsteps:\n  a: {say: t.one, then: end}\n",
}
TOLD = (BAD / "told.txt").read_text(encoding="utf-8").splitlines()


def told(**sources: bytes) -> list[str]:
    """The mistakes of some files beside the good ones; names without .yaml."""
    return told_of(sources)


def told_of(sources: Mapping[str, bytes], *, later: bool = True) -> list[str]:
    """As `told`."""
    files = {**GOOD, **{f"{name}.yaml": data for name, data in sources.items()}}
    try:
        load_sources(files, TEXTS, actions(), later=later)
    except FilesBroken as wrong:
        return str(wrong).splitlines()
    return []


def test_good_flows_have_no_mistakes() -> None:
    assert told() == []


def test_each_bad_file_is_told_at_the_right_place() -> None:
    found = [
        line
        for file in sorted(BAD.glob("*.yaml"))
        for line in told_of({file.stem: file.read_bytes()}, later=not file.name.startswith("e220"))
    ]
    if os.environ.get("UPDATE"):
        (BAD / "told.txt").write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
    assert found == TOLD


@pytest.mark.parametrize("file", sorted(path.name for path in BAD.glob("*.yaml")))
def test_a_bad_file_shows_the_code_that_it_is_named_after(file: str) -> None:
    codes = {line.split()[1] for line in TOLD if line.startswith(f"{file}:")}
    assert codes == {file[:4].upper()}


def test_the_mistakes_of_all_files_come_at_once_and_in_order() -> None:
    files = {path.stem: path.read_bytes() for path in BAD.glob("*.yaml") if not path.name.startswith("e220")}
    found = told(**files)
    assert sorted(found) == sorted(line for line in TOLD if " E220 " not in line)
    places = [line.split()[0].split(":") for line in found]
    assert places == sorted(places, key=lambda place: (place[0], int(place[1]), int(place[2])))


def test_several_mistakes_of_one_file_come_together() -> None:
    flow = (
        b"start: b\ndefaults: {no_input: again, invalid: again, exhausted: end}\n"
        b"steps:\n  a: {menu: t.one, keys: {1: nowhere}, atempts: 3}\n"
    )
    assert [line.split()[0:2] for line in told(f=flow)] == [
        ["f.yaml:1:8", "E204"],
        ["f.yaml:4:27", "E107"],
        ["f.yaml:4:30", "E204"],
        ["f.yaml:4:40", "E106"],
    ]


def test_a_slip_in_a_sub_flow_is_not_told_again_where_it_is_called() -> None:
    caller = b"start: a\nsteps:\n  a: {call: g, then: b}\n  b: {call: h, then: end}\n"
    slip = b"start: a\nsteps:\n  a: {say: t.one, then: edn}\n"
    broken = b"start: a\nsteps:\n  a: {say: t.one, then: end\n"
    assert [line.split()[:2] for line in told(f=caller, g=slip, h=broken)] == [
        ["g.yaml:3:25", "E204"],
        ["h.yaml:3:28", "E103"],
    ]


def test_a_file_that_is_not_utf_8_or_far_too_large_is_told() -> None:
    other = "标题: 挂号".encode("gb18030")
    assert told(f=other) == [
        "f.yaml:1:1 E101 the file is not UTF-8 and seems to be saved as GBK (GB18030): save it as UTF-8"
    ]
    assert told(f=b"#" * 1_000_001) == ["f.yaml:1:1 E101 the file is larger than 1,000,000 bytes"]


@pytest.mark.parametrize("lines", [19, 1_000, 20_000])
def test_a_file_with_very_many_wrong_lines_is_told_soon(lines: int) -> None:
    """Two mistakes a step: no such text, no such step. Of 20,000 nobody reads more than where to begin."""
    began = time.process_time()
    steps = "".join(f"  step{n}: {{say: t.on, then: stp{n}}}\n" for n in range(lines))
    found = [line.split(" ", 2) for line in told(f=f"start: step0\nsteps:\n{steps}".encode())]
    if lines == 19:
        assert len(found) == 2 * lines
    elif lines == 1_000:
        assert [len(found), found[-1][1]] == [201, "E114"]
        assert found[-1][2] == "and 1,800 more mistakes in this file: fix those above first"
    else:
        assert [one[1] for one in found] == ["E101"]
    assert time.process_time() - began < 60  # some seconds when nothing else runs


def test_a_missing_text_of_the_system_is_told() -> None:
    lacking = FakeTexts(("t.one",))
    with pytest.raises(FilesBroken, match=r'E302 the text "system.trouble", which every flow needs, is missing in zh'):
        load_sources(dict(GOOD), lacking, actions())


WORDS = st.sampled_from(
    (  # noqa: SIM905 - what a list of words reads like
        "start steps defaults needs outcomes say menu ask choose do when set call hangup return then keys with as if"
        " else attempts no_input invalid exhausted error operator secret min max end_key each prompt after at_most"
        " beyond end again a b t.one t.fee good_sub right card =card true 1 08 ~ x.y registration.days fee==1"
    ).split()
)
NODES = st.recursive(
    WORDS,
    lambda inner: st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]")
    | st.lists(st.tuples(WORDS, inner), max_size=5).map(
        lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
    ),
    max_leaves=25,
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(WORDS, NODES), max_size=6))
def test_no_flow_however_odd_breaks_the_check(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"{key}: {value}\n" for key, value in pairs)
    told(fuzz=text.encode())


@settings(max_examples=100, deadline=None)
@given(NODES, st.sampled_from(sorted(VERBS)), NODES)
def test_no_step_however_odd_breaks_the_check(node: str, verb: str, other: str) -> None:
    told(fuzz=f"start: a\nsteps:\n  a:\n    {verb}: {node}\n    then: {other}\n    keys: {other}\n".encode())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_break_the_check(data: bytes) -> None:
    told(fuzz=data)
    told(fuzz=b"start: a\nsteps:\n  a: " + data)


SHIPPED = {Path(name).name: data.decode() for name, data in flow_files().items()}
BITS = st.sampled_from([*": {}[]#0\"'\n", "", "- ", "&a ", "*a", "!x ", "then", "again"])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SHIPPED)), st.integers(0, 4000), st.integers(0, 30), BITS)
def test_no_slip_of_the_keyboard_breaks_the_check(name: str, at: int, cut: int, put: str) -> None:
    """What stands in the folder with one slip in one file: at worst mistakes, each with a place in that folder."""
    text = SHIPPED[name]
    broken = text[: at % len(text)] + put + text[at % len(text) + cut :]
    files = {**SHIPPED, name: broken}
    try:
        load_sources({file: source.encode() for file, source in files.items()}, catalog(), actions())
    except FilesBroken as wrong:
        for mistake in wrong.mistakes:
            assert mistake.file in files
            assert 1 <= mistake.line <= files[mistake.file].count("\n") + 2
            assert mistake.col >= 1


def test_a_loop_behind_an_action_that_nobody_knows_is_told_and_ends() -> None:
    """Two ways into one step that set different variables, both after something unknown."""
    flow = """
title: A loop
start: first
defaults: {attempts: 3, no_input: again, invalid: again, exhausted: end}
steps:
  first: {do: no.action, then: {one: p, two: q}}
  p: {ask: card_login.pin, as: a, then: s}
  q: {ask: card_login.pin, as: b, then: s}
  s: {menu: main.more, keys: {"1": p, "2": q}}
"""
    with pytest.raises(FilesBroken, match=r"no\.action"):
        load_sources({"loop.yaml": flow.encode()}, catalog(), actions())
