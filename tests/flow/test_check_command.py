"""`wardbell flows check` as IT uses it: what is printed, for people and for editors, and the exit code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.flow.test_slips import HOSPITAL
from wardbell.cli import wardbell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small hospital that has no fault."""
    return Path(shutil.copytree(HOSPITAL, tmp_path / "flows"))


def check(*words: str, home: Path) -> Result:
    env = {"WARDBELL_DATA_DIR": str(home / "var"), "WARDBELL_CONFIG": ""}
    return CliRunner().invoke(wardbell, ["flows", "check", *words], env=env)


def spoil(folder: Path, old: str, new: str, file: str = "main.yaml") -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_without_a_mistake_it_says_how_much_was_looked_at(folder: Path, tmp_path: Path) -> None:
    done = check(str(folder), home=tmp_path)
    assert (done.exit_code, done.output) == (0, "no mistakes in 3 flows with 18 steps\n")
    assert not (tmp_path / "var").exists()  # no database, no voices, nothing made


def test_the_shipped_files_are_well(tmp_path: Path) -> None:
    done = check(home=tmp_path)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("no mistakes in ")


def test_a_mistake_shows_its_line_and_a_caret_below_the_column(folder: Path, tmp_path: Path) -> None:
    spoil(folder, "then: services}", "then: servises}")
    done = check(str(folder), home=tmp_path)
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        f'{folder}/main.yaml:6:36 E204 no step "servises" (did you mean "services"?)',
        "    hello: {say: main.welcome, then: servises}",
        "                                     ^",
        "1 mistake",
    ]


def test_the_caret_stands_right_below_chinese_too(folder: Path, tmp_path: Path) -> None:
    spoil(folder, "title: Front desk", "title: {服务台: x}")
    lines = check(str(folder), home=tmp_path).output.splitlines()
    assert lines[1:3] == ["    title: {服务台: x}", "           ^"]


def test_mistakes_of_all_files_come_at_once_and_warnings_too(folder: Path, tmp_path: Path) -> None:
    spoil(folder, "then: services}", "then: servises}")
    spoil(folder, "flow: main, language: en", "flow: mian, language: en", "numbers.yaml")
    spoil(folder, "confirm: key", "confirm: smile", "notices.yaml")
    (folder / "old.yml").write_text("start: a\n")
    rows = json.loads(check(str(folder), "--json", home=tmp_path).output)
    assert [(Path(row["file"]).name, row["code"], row["severity"]) for row in rows] == [
        ("main.yaml", "E204", "error"),
        ("notices.yaml", "E108", "error"),
        ("numbers.yaml", "E206", "error"),
        ("old.yml", "W101", "warning"),
    ]


def test_for_editors_there_is_one_list_with_the_word_that_was_meant(folder: Path, tmp_path: Path) -> None:
    spoil(folder, "then: services}", "then: servises}")
    done = check(str(folder), "--json", home=tmp_path)
    assert done.exit_code == 1
    assert json.loads(done.output) == [
        {
            "file": f"{folder}/main.yaml",
            "line": 6,
            "col": 36,
            "code": "E204",
            "severity": "error",
            "sentence": 'no step "servises" (did you mean "services"?)',
            "hint": "services",
        }
    ]


def test_for_editors_nothing_is_an_empty_list(folder: Path, tmp_path: Path) -> None:
    done = check(str(folder), "--json", home=tmp_path)
    assert (done.exit_code, json.loads(done.output)) == (0, [])


def test_warnings_alone_are_no_failure(folder: Path, tmp_path: Path) -> None:
    (folder / "draft.yaml").write_text("start: a\nsteps:\n  a: {say: main.welcome, then: end}\n")
    done = check(str(folder), home=tmp_path)
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == "no mistakes in 4 flows with 19 steps, 1 warning"
    assert "W201" in done.output


def test_verbs_of_later_are_allowed_when_asked_for(folder: Path, tmp_path: Path) -> None:
    spoil(
        folder,
        '{dial: "8000", then: {talked: bye, busy: bye, no_answer: tell, refused: bye}}',
        "{queue: desk, then: {served: bye, timed_out: tell, full: bye, closed: bye, left: bye}}",
    )
    assert "E220" in check(str(folder), home=tmp_path).output
    assert check(str(folder), "--later", home=tmp_path).exit_code == 0


def test_a_mistake_in_a_flow_test_is_told_too(folder: Path, tmp_path: Path) -> None:
    (folder / "tests").mkdir()
    test = "flow: mian\ntests:\n  a caller is welcomed:\n    call: [{press: '1'}]\n"
    (folder / "tests" / "main.yaml").write_text(test)
    done = check(str(folder), home=tmp_path)
    assert done.exit_code == 1
    assert 'tests/main.yaml:1:7 E206 no flow "mian" (did you mean "main"?)' in done.output


def test_a_folder_that_is_not_there_and_one_without_flows_are_told(tmp_path: Path) -> None:
    assert "E101 there is no such folder" in check(str(tmp_path / "nowhere"), home=tmp_path).output
    (tmp_path / "empty").mkdir()
    done = check(str(tmp_path / "empty"), home=tmp_path)
    assert done.exit_code == 1
    assert "numbers.yaml:1:1 E112 the file is missing" in done.output


def test_a_wrong_option_is_another_exit_code(tmp_path: Path) -> None:
    assert check("--jsn", home=tmp_path).exit_code == 2


def test_signs_that_a_terminal_obeys_are_written_out(folder: Path, tmp_path: Path) -> None:
    (folder / "x\x1b[31m.yaml").write_text('start: "\x9b2J\u202e"\nsteps: {}\n')
    spoil(folder, "then: services}", 'then: "ser\\evices"}')
    for words in ([str(folder)], [str(folder), "--json"]):
        said = check(*words, home=tmp_path).output
        assert "\\x1b[31m" in said
        assert all(sign.isprintable() or sign == "\n" for sign in said)
