"""IT draws the flows: every way out of every step is on the picture, and the usual ones stay out of the way."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from editions.declared import ACTIONS
from ivr.drawing.looks import LOOKS
from ivr.drawing.map import Entrance, flow_map
from ivr.drawing.picture import Arrow, Picture, Role, picture
from ivr.drawing.steps import draw_step
from ivr.flow.language import Flow, World, exits
from ivr.flow.load import load_sources
from ivr.flow.verbs import VERBS
from tests.flow.shipped import FLOWS, catalog, flow_files
from tests.flow.shipped import flows as shipped

EVERY_VERB = Path(__file__).parent / "every_verb.yaml"


def drawn_flow(source: str, name: str = "f") -> Picture:
    """The picture of one flow."""
    flows = load_sources({f"{name}.yaml": source.encode()}, catalog(), ACTIONS, later=True).flows
    return picture(flows[name], {}, lambda id: id, "zh")


NAMES = [*sorted(Path(name).stem for name in flow_files()), EVERY_VERB.stem]


@cache
def every_flow() -> Mapping[str, Flow]:
    """The shipped flows and one with every verb."""
    files = [*(FLOWS / f"{name}.yaml" for name in NAMES[:-1]), EVERY_VERB]
    return load_sources({file.name: file.read_bytes() for file in files}, catalog(), ACTIONS, later=True).flows


@pytest.mark.parametrize("name", NAMES)
def test_every_exit_of_every_step_is_drawn(name: str) -> None:
    flows = every_flow()
    world = World(flows, ACTIONS, catalog())
    for step in flows[name].steps.values():
        drawn = draw_step(step, str, {})
        assert {way.target for way in drawn.ways} == {way.target.name for way in exits(step, world)}, step.head.name


@pytest.mark.parametrize("name", NAMES)
def test_every_line_leads_from_box_to_box(name: str) -> None:
    shown = picture(every_flow()[name], {}, str, "zh")
    boxes = [box.name for box in shown.boxes]
    assert len(boxes) == len(set(boxes))
    assert {end for line in shown.lines for end in (line.origin, line.target)} == set(boxes)


def test_every_verb_has_a_picture() -> None:
    verbs = {draw_step(step, str, {}).verb for flow in every_flow().values() for step in flow.steps.values()}
    assert verbs == set(VERBS)
    assert verbs <= set(LOOKS)


def test_a_menu_shows_its_words_and_keys() -> None:
    shown = picture(shipped().flows["registration"], {}, lambda id: f"words of {id}", "zh")
    [kind] = [box for box in shown.boxes if box.title == "kind" and box.role is Role.STEP]
    assert kind.words == ("words of registration.kind",)
    ways = {line.target: line.keys for line in shown.lines if line.origin == kind.name}
    assert ways == {"step general_department": ("1",), "step expert_department": ("2",)}


def test_what_most_steps_share_is_drawn_once() -> None:
    shown = picture(shipped().flows["registration"], {}, str, "zh")
    quiet = [line for line in shown.lines if line.quiet]
    assert quiet == [Arrow("everywhere", "step operator", ("too many failures", "trouble"), ("0",), quiet=True)]


def test_a_step_that_does_otherwise_draws_its_own_way() -> None:
    shown = picture(shipped().flows["main"], {}, str, "zh")
    assert Arrow("step more", "step goodbye", ("no key", "too many failures"), quiet=True) in shown.lines


def test_a_long_way_up_ends_in_the_name_of_the_step() -> None:
    shown = picture(shipped().flows["registration"], {}, str, "zh")
    [up] = [box for box in shown.boxes if box.name == "expert_full to choose_day"]
    assert (up.role, up.title) == (Role.ELSEWHERE, "↑ choose_day")


def test_a_short_way_back_is_a_line_back() -> None:
    shown = picture(shipped().flows["registration"], {}, str, "zh")
    assert Arrow("step general_confirm", "step general_department", keys=("2",), back=True) in shown.lines


def test_what_every_step_shares_with_the_main_path_is_named_not_drawn_across_it() -> None:
    shown = picture(shipped().flows["line_switch"], {}, str, "zh")
    titles = {box.name: box.title for box in shown.boxes}
    aside = {titles[line.target] for line in shown.lines if line.origin == "everywhere"}
    assert aside == {"not_done", "→ goodbye"}


def test_each_end_stands_by_its_step() -> None:
    shown = drawn_flow(
        """
start: a
steps:
  a: {menu: main.more, keys: {"1": b}, no_input: end, invalid: end, exhausted: end}
  b: {say: system.goodbye, then: end}
"""
    )
    assert [box.name for box in shown.boxes if box.role is Role.END] == ["a to end", "b to end"]


def test_a_flow_of_five_hundred_steps_is_laid_out() -> None:
    steps = "".join(f"  s{n}: {{say: system.goodbye, then: {f's{n + 1}' if n < 499 else 'end'}}}\n" for n in range(500))
    assert len(drawn_flow(f"start: s0\nsteps:\n{steps}").boxes) == 502


def test_the_map_shows_what_leads_where() -> None:
    shown = flow_map(
        shipped().flows,
        [
            Entrance("1000", "main", "zh", "weekdays"),
            Entrance("1000", "ward_discharge", "zh", "else"),
            Entrance("1001", "main", "en"),
            Entrance("1002", "main", "en"),
        ],
        [Entrance("admission", "ward_admission", "zh")],
    )
    titles = {box.name: box.title for box in shown.boxes}
    ways = {(titles[line.origin], titles[line.target], line.labels) for line in shown.lines}
    assert {
        ("1000", "main", ("weekdays",)),
        ("1000", "ward_discharge", ("else",)),
        ("1001, 1002", "main", ()),
        ("admission", "ward_admission", ()),
        ("main", "registration", ()),
        ("registration", "operator", ()),
    } <= ways
