"""`wardbell flows try`, `test` and `export` at the keyboard: what is typed, what is printed, what is left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from db.database import Database
from db.tables.calls import CallEventRow, CallRow
from ivr.rehearsal.moments import Moment, Pressed, Said, Saying
from ivr.rehearsal.sound import write_call
from wardbell.cli import wardbell

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`wardbell ...` in a fresh data folder."""

    def invoke(*words: str, typed: str | None = None, **more: str) -> Result:
        env = {"WARDBELL_DATA_DIR": str(tmp_path / "var"), **more}
        return CliRunner(mix_stderr=True).invoke(wardbell, list(words), input=typed, env=env, catch_exceptions=False)

    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of flows with one flow."""
    flows = tmp_path / "flows"
    (flows / "tests").mkdir(parents=True)
    hello = "title: Hello\nstart: a\nsteps:\n  a: {say: main.welcome, then: end}\n"
    (flows / "hello.yaml").write_text(hello, encoding="utf-8")
    (flows / "numbers.yaml").write_text("default: {flow: hello, language: zh}\n", encoding="utf-8")
    (flows / "notices.yaml").write_text("notices: {}\n", encoding="utf-8")
    return flows


def test_a_call_is_tried_against_a_demo_hospital_and_nothing_of_it_is_real(run: Run, tmp_path: Path) -> None:
    at = "2026-11-23 09:00"
    given = ("--set", "card=100004", "--at", at, "--language", "en")
    tried = run("flows", "try", "registration", *given, "--keys", "1 1 1")
    assert tried.exit_code == 0, tried.output
    assert "asks registration.check_funds  card=100004" in tried.output
    assert "answer: enough  balance=1000" in tried.output
    assert "1 Internal medicine" in tried.output
    assert "answer: booked" in tried.output
    assert tried.output.rstrip().endswith("ends: end")
    assert not (tmp_path / "var" / "wardbell.db").exists()  # the hospital's own database was not even opened


def test_lines_are_typed_one_after_the_other(run: Run) -> None:
    typed = "?\n1\n100002#\n1123# 9!\nrubbish\nhangup\n"
    tried = run("flows", "try", "1000", "--language", "zh", "--at", "2026-11-23 09:00", typed=typed)
    assert tried.exit_code == 0, tried.output
    assert "press nothing until the line goes on by itself" in tried.output
    assert "(cut off)" in tried.output
    assert '"rubbish" is nothing that a caller can do' in tried.output
    assert "1123" not in tried.output
    assert tried.output.rstrip().endswith("ends: hung_up")


def test_who_types_no_more_has_hung_up(run: Run) -> None:
    tried = run("flows", "try", "main", typed="1\n")
    assert "(the caller has nothing more to say)" in tried.output
    assert tried.output.rstrip().endswith("ends: hung_up")


def test_whoever_tries_it_answers_for_the_hospital(run: Run) -> None:
    typed = "shortt\nshort\nshort balance=100 fee=600 currency=CNY\n"
    tried = run("flows", "try", "registration", "--actions", "fake", typed=typed)
    assert 'it has no outcome "shortt" (did you mean "short"?)' in tried.output
    assert "short also sets: balance=... currency=... fee=..." in tried.output
    assert "您的卡上有一元，挂号费要六元" in tried.output
    assert tried.output.rstrip().endswith("ends: end")


def test_whoever_tries_it_says_beforehand_what_the_far_side_does(run: Run) -> None:
    tried = run("flows", "try", "operator", "--language", "en", "--answer", "dial=busy", "--keys", "wait")
    assert "answer: busy" in tried.output
    assert "[operator.busy]" in tried.output
    full = ("--answer", "registration.book_general=full", "--set", "card=100001", "--at", "2026-11-23 09:00")
    tried = run("flows", "try", "registration", *full, "--language", "en", "--keys", "1 1 1 hangup")
    assert "answer: full" in tried.output  # also where the demo hospital would have answered
    for wrong, told in (
        ("dail=busy", 'nothing called "dail" is asked (did you mean "dial"?)'),
        ("dial=bussy", 'it has no outcome "bussy" (did you mean "busy"?)'),
        ("dial", "an answer is written NAME=OUTCOME"),
        ("registration.check_funds=short", "short also sets: balance=... currency=... fee=..."),
        ("dial=talked soon", "a value is written NAME=VALUE"),
    ):
        assert told in run("flows", "try", "operator", "--answer", wrong, "--keys", "wait").output


def test_an_answer_that_is_none_is_asked_for_again(run: Run) -> None:
    tried = run("flows", "try", "operator", "--language", "en", typed="busy x\nbusy\nhangup\n")
    assert 'a value is written NAME=VALUE, not "x"' in tried.output
    assert "answer: busy" in tried.output


def test_the_published_line_is_tried_as_it_is_closed_by_hand(run: Run, tmp_path: Path) -> None:
    assert run("db", "upgrade").exit_code == 0
    own = tmp_path / "own"
    shutil.copytree(Path(__file__).parents[2] / "flows", own)
    published = run("flows", "publish", "-m", "x", "--no-tests", "--no-render", WARDBELL_FLOWS_DIR=str(own))
    assert published.exit_code == 0
    assert run("numbers", "close", "1000", "--why", "a flood").exit_code == 0
    tried = run("flows", "try", "1000", "--live", "--keys", "hangup")
    assert "closed in" in tried.output
    assert "[closed." in tried.output
    assert "main in" in run("flows", "try", "1000", "--keys", "hangup").output  # the draft asks no database


def test_what_is_not_there_is_told(run: Run) -> None:
    assert 'no flow "mian" (did you mean "main"?)' in run("flows", "try", "mian").output
    assert 'no language "xx"' in run("flows", "try", "main", "--language", "xx").output
    assert "--at is written" in run("flows", "try", "main", "--at", "soon").output


def test_a_flow_with_mistakes_is_told_whole_and_nothing_is_tried(run: Run, folder: Path) -> None:
    (folder / "hello.yaml").write_text("title: x\nstart: b\nsteps:\n  a: {say: main.welcom, then: end}\n")
    for words in (("try", "hello"), ("test",)):
        told = run("flows", *words, WARDBELL_FLOWS_DIR=str(folder))
        assert told.exit_code == 1
        assert "hello.yaml:2:8 E204" in told.output
        assert "hello.yaml:4:12 E301" in told.output
        assert "mistakes: nothing" in told.output


def test_a_tried_call_is_exported_and_passes_as_a_test(run: Run, tmp_path: Path) -> None:
    out = str(tmp_path / "tried.yaml")
    keys = "1 100001# 1234# 2! 1 wait"
    tried = run("flows", "try", "1001", "--at", "2026-11-23 09:00", "--keys", keys, "--export", out)
    assert f"the call was written as a test to {out}" in tried.output
    assert "1234" not in Path(out).read_text(encoding="utf-8")
    tested = run("flows", "test", out)
    assert tested.exit_code == 0, tested.output
    assert "1 of 1 tests passed" in tested.output


def test_tests_beside_the_flows_are_run_with_coverage(run: Run, folder: Path) -> None:
    test = folder / "tests" / "hello.yaml"
    test.write_text("flow: hello\nlanguage: zh\ntests:\n  hello: {call: [{says: main.welcome}, {ends: end}]}\n")
    passed = run("flows", "test", WARDBELL_FLOWS_DIR=str(folder))
    assert passed.exit_code == 0, passed.output
    assert "1 of 1 tests passed" in passed.output
    assert "hello  steps 1/1  ways out 1/1" in passed.output
    test.write_text("flow: hello\nlanguage: zh\ntests:\n  hello: {call: [{says: main.more}]}\n")
    failed = run("flows", "test", WARDBELL_FLOWS_DIR=str(folder))
    assert failed.exit_code == 1
    assert f"{test}:4:25 expected: says main.more" in failed.output
    assert "0 of 1 tests passed, 1 FAILED" in failed.output
    nothing = run("flows", "test", "-k", "nobody", WARDBELL_FLOWS_DIR=str(folder))
    assert nothing.exit_code == 1  # a word mistyped in a script must not look like a success
    assert 'no test in the folder tests has "nobody" in its name or file' in nothing.output
    test.write_text("flow: hello\nlanguage: zh\ntests: {}\n")
    assert f"{test}:3:8 E108" in run("flows", "test", WARDBELL_FLOWS_DIR=str(folder)).output


def test_json_is_for_programs(run: Run, folder: Path) -> None:
    test = folder / "tests" / "hello.yaml"
    test.write_text("flow: hello\nlanguage: zh\ntests:\n  hello: {call: [{ends: over}]}\n")
    told = json.loads(run("flows", "test", "--json", WARDBELL_FLOWS_DIR=str(folder)).output)
    assert told["tests"][0]["failure"]["expected"] == "ends: over"
    assert told["coverage"]["hello"]["steps_left"] == []
    test.write_text("flow: hello\nlanguage: zh\ntests: {}\n")
    told = json.loads(run("flows", "test", "--json", WARDBELL_FLOWS_DIR=str(folder)).output)
    assert told["mistakes"][0]["code"] == "E108"


def test_a_call_on_the_line_is_exported(run: Run, tmp_path: Path) -> None:
    assert run("db", "upgrade").exit_code == 0
    database = Database(f"sqlite:///{tmp_path / 'var' / 'wardbell.db'}")
    began = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    events = [
        ("step", {"flow": "operator", "step": "desk"}),
        ("ended", {"outcome": "hung_up", "cause": "normal", "sip_code": 200, "by_peer": True}),
    ]

    def write(session: object) -> None:
        call = CallRow(
            id="ab" * 16, engine="e", direction="in", dialled="1000", caller="139", flow="operator", language="zh",
            notice="", began_at=began, answered_at=began, ended_at=began, cause="normal", sip_code=200,
            outcome="hung_up",
        )  # fmt: skip
        session.add(call)  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        for number, (kind, detail) in enumerate(events, 1):
            session.add(  # type: ignore[attr-defined]
                CallEventRow(call_id="ab" * 16, number=number, at=began, kind=kind, detail=detail)
            )

    database.run_now(write)
    database.close()
    out = run("flows", "export", "abab")
    assert out.exit_code == 0, out.output
    assert "flow: operator" in out.output
    assert "- hang_up: true" in out.output
    assert "no call (or more than one)" in run("flows", "export", "cd").output


def test_the_sound_of_a_call_holds_what_was_heard_of_each_text_and_the_keys(tmp_path: Path) -> None:
    clip = tmp_path / "clip.wav"
    with wave.open(str(clip), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(b"\x10\x27" * 8000 * 3)
    moments = [
        Moment(0.0, Saying("zh", (), "", clips=(clip, clip))),
        Moment(4.0, Said((), whole=False)),
        Moment(4.0, Pressed("12")),
        Moment(64.0, Pressed("****", secret=True)),
    ]
    seconds = write_call(moments, tmp_path / "call.wav")
    assert seconds == pytest.approx(4.0 + 2 * 0.2 + 2.0 + 4 * 0.2, abs=0.01)
    with wave.open(str(tmp_path / "call.wav")) as whole:
        assert (whole.getframerate(), whole.getnchannels(), whole.getsampwidth()) == (8000, 1, 2)


@pytest.mark.slow
def test_say_writes_the_call_with_the_real_voice(run: Run, tmp_path: Path) -> None:
    wav = tmp_path / "c.wav"
    tried = run("flows", "try", "operator", "--keys", "hangup!", "--say", str(wav))
    assert tried.exit_code == 0, tried.output
    assert wav.stat().st_size > 8000


@pytest.mark.slow
def test_lines_may_come_from_a_pipe(tmp_path: Path) -> None:
    tried = subprocess.run(
        [sys.executable, "-m", "wardbell.cli", "flows", "try", "1000", "--at", "2026-11-23 09:00"],
        input="1\n100002#\n1123#\n",
        env={**os.environ, "WARDBELL_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "answer: right" in tried.stdout


@pytest.mark.slow
def test_rubbish_from_a_pipe_is_no_key(tmp_path: Path) -> None:
    tried = subprocess.run(
        [sys.executable, "-m", "wardbell.cli", "flows", "try", "1000", "--at", "2026-11-23 09:00"],
        input=b"\xc1\xff 1\n\0\n",
        env={**os.environ, "WARDBELL_DATA_DIR": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert b"is nothing that a caller can do" in tried.stderr
    assert b"[card_login." in tried.stdout


def test_a_card_that_the_demo_hospital_does_not_know_is_told_in_a_line(
    run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    came = run("flows", "try", "registration", "--set", "card=100009", "--keys", "hangup")
    assert "answer: error (no card 100009)" in came.output
    assert "Traceback" not in capfd.readouterr().err
