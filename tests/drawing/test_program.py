"""The pictures as Graphviz draws them: words stay words, whatever is in them, and a PC can search them."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ivr.drawing.graphviz import graphviz
from ivr.drawing.paper import paper_for
from ivr.drawing.picture import Arrow, Box, Picture, Role
from ivr.drawing.program import CannotDraw, drawn, shows_chinese

SVG = "{http://www.w3.org/2000/svg}"
ODD = "a <b>\"&quot;\" \\N \\l | {x} ]> 号\x07 &amp;"


def one_of_each(name: str = "odd") -> Picture:
    """A picture with a box of every role, with odd words on all of them."""
    boxes = [
        Box("start", Role.START, ODD),
        Box("a", Role.STEP, ODD, "menu", (ODD, "普通门诊按1，专家门诊按2。"), (ODD,)),
        Box("b", Role.STEP, "b", "call", flow=ODD),
        Box("c", Role.STEP, "c", "hangup", notes=("gone",)),
        Box("up", Role.ELSEWHERE, ODD),
        Box("end", Role.END, "end"),
        Box("everywhere", Role.EVERYWHERE, ODD),
    ]
    lines = [
        Arrow("start", "a"),
        Arrow("a", "b", (ODD, "else"), ("1", "*")),
        Arrow("b", "a", back=True),
        Arrow("a", "up", ("no",)),
        Arrow("b", "end"),
        Arrow("everywhere", "c", ("trouble",), ("0",), quiet=True),
    ]
    return Picture(name, ODD, "zh", tuple(boxes), tuple(lines), (ODD,))


def texts(svg: bytes) -> list[str]:
    """The words on a picture, in order."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_odd_names_are_drawn_as_they_are() -> None:
    shown = texts(drawn(one_of_each(ODD), "svg"))
    assert "普通门诊按1，专家门诊按2。" in shown
    said = "".join(shown).replace("\u00a0", " ")
    assert said.count(r'a <b>"&quot;" \N \l') >= 5
    assert "\x07" not in said


def test_the_last_line_tells_edition_and_paper() -> None:
    assert "odd · zh · edition 12 · A4" in texts(drawn(one_of_each(), "svg", edition=12))
    assert "odd · zh · draft · A4" in texts(drawn(one_of_each(), "svg"))


def test_the_same_flow_gives_the_same_picture() -> None:
    assert drawn(one_of_each(), "svg") == drawn(one_of_each(), "svg")


@pytest.mark.parametrize(("format", "begins"), [("pdf", b"%PDF"), ("png", b"\x89PNG"), ("dot", b"digraph ")])
def test_other_formats(format: str, begins: bytes) -> None:
    assert drawn(one_of_each(), format).startswith(begins)


@pytest.mark.parametrize(
    ("inches", "paper"),
    [
        ((6, 10), "A4"),
        ((10, 6), "A4 landscape"),
        ((11, 16), "A4"),
        ((14, 22), "A3"),
        ((22, 14), "A3 landscape"),
        ((20, 30), "A2"),
        ((90, 14), None),
    ],
)
def test_paper(inches: tuple[float, float], paper: str | None) -> None:
    found = paper_for(*inches)
    assert (None if found is None else found.name) == paper


def test_the_page_of_a_pdf_is_the_sheet() -> None:
    [box] = re.findall(rb"/MediaBox \[ ([0-9. ]+) \]", drawn(one_of_each(), "pdf"))
    assert [float(one) for one in box.split()] == [0, 0, 595, 842]  # A4 in points


def test_a_machine_without_a_chinese_font_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shows_chinese()
    program = tmp_path / "fc-list"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not shows_chinese()
    program.unlink()
    assert shows_chinese()  # nobody can tell


def test_without_graphviz_it_is_said_what_to_install() -> None:
    with pytest.raises(CannotDraw, match=r"install Debian's package graphviz"):
        drawn(one_of_each(), "svg", program="/nowhere/dot")


def test_a_program_that_fails_is_told(tmp_path: Path) -> None:
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\necho 'out of memory' >&2\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(CannotDraw, match="failed: out of memory"):
        drawn(one_of_each(), "svg", program=str(program))


def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    with pytest.raises(CannotDraw, match=r"not ready after 0\.2 seconds"):
        drawn(one_of_each(), "svg", program=str(program), patience=0.2)


def test_what_is_told_to_graphviz_is_one_statement_a_line() -> None:
    assert graphviz(one_of_each()).count("\n") == 7 + 7 + 6
