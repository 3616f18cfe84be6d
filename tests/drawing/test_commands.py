"""IT draws what is on disk, and has the editor's schemas written."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.drawing import program
from tests.flow.shipped import FLOWS
from wardbell.cli import wardbell


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hospital with flows of its own."""
    shutil.copytree(FLOWS, tmp_path / "flows", ignore=shutil.ignore_patterns("__pycache__", "*.py", "tests"))
    (tmp_path / "wardbell.toml").write_text('data_dir = "data"\nflows_dir = "flows"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(wardbell, ["flows", *words])


def test_every_flow_and_the_map_are_drawn(house: Path) -> None:
    drawn = run("draw", "--format", "dot")
    assert drawn.exit_code == 0, drawn.output
    names = {path.stem for path in (house / "drawings").iterdir()}
    assert names >= {"main", "registration", "map"}
    assert "预约挂号" in (house / "drawings" / "main.dot").read_text(encoding="utf-8")


def test_one_flow_in_english(house: Path) -> None:
    drawn = run("draw", "main", "--language", "en", "--out", "pictures")
    assert drawn.output == "pictures/main.svg\n"
    words = (house / "pictures" / "main.svg").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "Hello, and welcome" in words


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("draw", "mian"), 'no flow "mian"'),
        (("draw", "--language", "xx"), 'no language "xx"'),
        (("draw", "--out", "wardbell.toml"), "wardbell.toml"),
    ],
)
def test_what_cannot_be_drawn_is_told(house: Path, words: tuple[str, ...], told: str) -> None:
    drawn = run(*words)
    assert drawn.exit_code != 0
    assert told in drawn.output
    assert not (house / "drawings").exists()


def test_flows_with_mistakes_are_not_drawn(house: Path) -> None:
    main = house / "flows" / "main.yaml"
    main.write_text(main.read_text(encoding="utf-8").replace("then: services", "then: servces"), encoding="utf-8")
    drawn = run("draw")
    assert drawn.exit_code == 1
    assert 'E204 no step "servces"' in drawn.output


def test_boxes_in_place_of_chinese_are_explained(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_font = house / "fc-list"
    no_font.write_text("#!/bin/sh\n")
    no_font.chmod(0o755)
    monkeypatch.setenv("PATH", str(house), prepend=os.pathsep)
    assert "apt-get install fonts-wqy-microhei" in run("draw", "main", "--format", "png").output
    assert "apt-get install" not in run("draw", "main", "--format", "png", "--language", "en").output
    assert "apt-get install" not in run("draw", "main").output  # an SVG is drawn with the reader's fonts


def test_without_graphviz_a_sentence_says_what_to_install(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert program.PROGRAM == "dot"
    monkeypatch.setenv("PATH", str(house))
    drawn = run("draw", "main")
    assert drawn.exit_code == 1
    assert 'Error: "dot" is not there: install Debian\'s package graphviz' in drawn.output


def test_verbs_to_come_are_drawn_when_asked_for(house: Path) -> None:
    (house / "flows" / "line.yaml").write_text(
        "start: q\ndefaults: {error: end}\nsteps:\n"
        "  q: {queue: line, then: {served: end, timed_out: end, full: end, closed: end, left: end}}\n"
    )
    assert "E220" in run("draw", "line", "--format", "dot").output
    assert run("draw", "line", "--format", "dot", "--later").output == "drawings/line.dot\n"


def test_schemas_offer_what_there_is(house: Path) -> None:
    written = run("schema", "--out", "flows/schema")
    assert written.exit_code == 0, written.output
    assert {path.stem for path in (house / "flows" / "schema").iterdir()} == {
        "flow", "numbers", "holidays", "notices", "insurance", "catalogue", "languages", "tests"
    }  # fmt: skip
    flow = json.loads((house / "flows" / "schema" / "flow.json").read_text(encoding="utf-8"))
    assert "registration.kind" in flow["$defs"]["text"]["anyOf"][0]["enum"]
    assert "card_login" in flow["$defs"]["call"]["properties"]["call"]["anyOf"][0]["enum"]
    assert run("draw", "main", "--format", "dot").exit_code == 0  # schemas beside the flows are no flows


def test_a_schema_is_there_while_the_files_are_broken(house: Path) -> None:
    (house / "flows" / "notices.yaml").write_text("notices: [")
    (house / "flows" / "main.yaml").write_text("steps: {")
    assert json.loads(run("schema", "--for", "notices").output)["title"]
