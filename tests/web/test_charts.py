"""Charts: every figure is in them, and nothing that somebody named himself becomes more than text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from web.charts import Series, bars, heat, lines
from web.charts.sheet import nice

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&{kind}"
Draws = Callable[[str, str, str], Markup]

DRAWN: dict[str, Draws] = {
    "bars": lambda title, about, name: bars(
        "c", title, about, [name, "b"], [Series(name, [3, 0]), Series("x", [1, None])]
    ),
    "lines": lambda title, about, name: lines("c", title, about, [name, "b", "c"], [Series(name, [3, None, 4])]),
    "heat": lambda title, about, name: heat("c", title, about, [name], [name, "2"], lambda row, column: column * 1.5),
}


def tree(drawn: Markup) -> ET.Element:
    return ET.fromstring(f'<div xmlns="http://www.w3.org/2000/svg">{drawn}</div>')


@pytest.mark.parametrize("kind", DRAWN)
def test_a_chart_has_a_title_and_a_description_for_who_cannot_see_it(kind: str) -> None:
    svg = tree(DRAWN[kind]("Calls by day", "Most on Monday", "a"))[0]
    assert svg.get("role") == "img"
    title, about = svg[0], svg[1]
    assert (title.text, about.text) == ("Calls by day", "Most on Monday")
    assert svg.get("aria-labelledby") == f"{title.get('id')} {about.get('id')}"


@pytest.mark.parametrize("kind", DRAWN)
def test_a_script_in_a_flows_name_stays_text(kind: str) -> None:
    drawn = DRAWN[kind](HOSTILE, HOSTILE, HOSTILE)
    assert "<script" not in drawn
    assert any(HOSTILE in (one.text or "") for one in tree(drawn).iter())


@pytest.mark.parametrize("kind", DRAWN)
def test_nothing_in_a_chart_is_styled_inline(kind: str) -> None:
    assert "style=" not in DRAWN[kind]("t", "d", "a")


def test_every_part_of_a_bar_says_its_figure_and_they_stand_on_each_other() -> None:
    svg = tree(bars("c", "t", "d", ["mon"], [Series("done", [6]), Series("left", [2])]))[0]
    boxes = [box for box in svg.iter(f"{SVG}rect") if box.get("class", "").startswith("s")]
    assert [box[0].text for box in boxes] == ["mon, done: 6", "mon, left: 2"]
    low, high = boxes
    assert float(high.get("y", 0)) + float(high.get("height", 0)) == pytest.approx(float(low.get("y", 0)), abs=0.2)
    assert float(low.get("height", 0)) == pytest.approx(3 * float(high.get("height", 0)), rel=0.01)


def test_a_line_is_broken_where_there_is_no_value() -> None:
    svg = tree(lines("c", "t", "d", ["1", "2", "3"], [Series("half", [5, None, 7])]))[0]
    assert len([one for one in svg.iter(f"{SVG}path") if "line" in one.get("class", "")]) == 2


def test_a_chart_of_nothing_is_drawn() -> None:
    for drawn in (
        bars("c", "t", "d", [], []),
        lines("c", "t", "d", [], []),
        heat("c", "t", "d", [], [], lambda r, c: 0),
    ):
        tree(drawn)


@given(st.floats(0.001, 1e7, allow_nan=False))
def test_an_axis_reaches_over_its_values_with_few_round_lines(highest: float) -> None:
    top, step = nice(highest)
    assert top >= highest * (1 - 1e-9)
    assert 2 <= round(top / step) <= 5
