"""What Prometheus reads: true, without anybody in it, and what page and dashboard say."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import insert, text
from starlette.testclient import TestClient
from twisted.internet.task import Clock

from db.database import Database, ImmediateTransactions
from db.errors import DatabaseError
from db.tables.notices import EventRow, NoticeRow
from ivr.call.book import CallBegun
from ivr.call.leg import Leg
from ivr.in_progress.line_now import LineNow, TrunkNow, WorkerNow
from ivr.record.trace import CallBook
from ivr.switch.line import Cause, Ended
from prompts.errors import VoiceFailed
from prompts.voices.fake import FakeVoice
from tests.web.conftest import BEGAN
from wardbell.metrics.calls import MeasuredBook
from wardbell.metrics.metrics import MOST_LABELS, Metrics
from wardbell.metrics.standing import EngineStanding, Standing
from wardbell.metrics.voices import MeasuredVoice
from wardbell.metrics.web import MeasuredWeb, MetricsPort
from webhooks import listing
from webhooks.target import Target

ROOT = Path(__file__).parents[2]
LINE = LineNow(8, 3, (WorkerNow("w1", "ready", 4, 3), WorkerNow("w2", "dead", 0, 0)), TrunkNow())
NAMES = re.compile(r"wardbell_[a-z0-9_]+")


@pytest.fixture
def database(sqlite_file: Path, tmp_path: Path, open_database: Callable[[str], Database]) -> Database:
    """A fresh one."""
    shutil.copy(sqlite_file, tmp_path / "wardbell.db")
    return open_database(f"sqlite:///{tmp_path / 'wardbell.db'}")


@pytest.fixture
def metrics(database: Database) -> Metrics:
    """Those of an engine with three calls."""
    made = Metrics()
    database.watch = made.transaction
    made.add(Standing(database, lambda: EngineStanding(LINE, {"in": 2, "out": 1}, 5, 7), lambda: BEGAN))
    return made


def values(metrics: Metrics) -> dict[str, float]:
    """Name with labels -> value."""
    lines = [line for line in metrics.text().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_calls_are_counted_as_they_are_noted(metrics: Metrics, database: Database) -> None:
    clock = Clock()
    book = MeasuredBook(CallBook(ImmediateTransactions(database), clock, lambda: BEGAN, "e1"), metrics, clock.seconds)
    page = book.begin(CallBegun("c1", "in", "1000", "13900000001", "main", "zh"))
    clock.advance(0.3)
    page.answered()
    page.event("keys", keys="1")
    page.finished(Ended(Cause.NORMAL), "booked")
    found = values(metrics)
    assert found['wardbell_calls_total{direction="in",flow="main",outcome="booked"}'] == 1
    assert found['wardbell_call_setup_seconds_bucket{direction="in",le="0.25"}'] == 0
    assert found['wardbell_call_setup_seconds_bucket{direction="in",le="0.5"}'] == 1
    assert "13900000001" not in metrics.text().decode()


def test_what_a_caller_waits_after_an_input_is_measured_once(metrics: Metrics) -> None:
    clock = Clock()
    leg = Leg(clock, metrics.prompt.observe)
    leg.input_at = clock.seconds()
    clock.advance(0.15)
    for _ in range(2):
        with pytest.raises(Exception, match="no line yet"):
            _begin(leg)
    found = values(metrics)
    assert (found["wardbell_key_to_prompt_seconds_count"], found["wardbell_key_to_prompt_seconds_sum"]) == (1, 0.15)


def _begin(leg: Leg) -> None:
    leg.play([Path("clip.wav")]).send(None)


def test_labels_that_people_write_stay_few() -> None:
    metrics = Metrics()
    for number in range(MOST_LABELS + 50):
        metrics.call_over("in", f"flow{number}", "done")
    found = values(metrics)
    assert sum(name.startswith("wardbell_calls_total") for name in found) == MOST_LABELS + 1
    assert found['wardbell_calls_total{direction="in",flow="other",outcome="other"}'] == 50


def test_how_the_engine_stands_is_asked_when_somebody_looks(metrics: Metrics) -> None:
    found = values(metrics)
    assert (found["wardbell_lines"], found["wardbell_lines_busy"], found["wardbell_edition"]) == (8, 3, 7)
    assert found['wardbell_workers{health="ready"}'] == found['wardbell_workers{health="dead"}'] == 1
    assert found['wardbell_calls_in_progress{direction="in"}'] == 2
    assert found['wardbell_up{part="engine"}'] == found['wardbell_up{part="database"}'] == 1


def test_notices_that_are_late_are_seen(metrics: Metrics, database: Database) -> None:
    event = {"key": "e", "kind": "admission", "source": "test", "received_at": BEGAN, "facts": {}}
    notice = {
        "event_id": 1,
        "kind": "admission",
        "addressee": "W3",
        "language": "zh",
        "variables": {},
        "state": "waiting",
        "created_at": BEGAN,
        "expires_at": BEGAN + timedelta(hours=1),
    }
    due = [BEGAN - timedelta(seconds=90), BEGAN - timedelta(seconds=5), BEGAN + timedelta(seconds=5)]
    database.run_now(lambda session: session.execute(insert(EventRow), [event]) and None)
    rows = [{**notice, "priority": number, "due_at": at} for number, at in enumerate(due)]
    database.run_now(lambda session: session.execute(insert(NoticeRow), rows) and None)
    found = values(metrics)
    assert [found[f'wardbell_notices{{state="{state}"}}'] for state in ("due", "late", "in_air")] == [2, 1, 0]
    assert found["wardbell_notices_oldest_seconds"] == 90


def test_webhooks_are_seen(metrics: Metrics, database: Database) -> None:
    database.run_now(listing.keep, [Target("cti", "https://cti.example/", ())])
    metrics.webhook_sent("cti", False)
    found = values(metrics)
    assert found['wardbell_webhooks_waiting{webhook="cti"}'] == found['wardbell_webhooks_off{webhook="cti"}'] == 0
    assert found['wardbell_webhooks_sent_total{webhook="cti",well="false"}'] == 1


def test_a_part_that_does_not_answer_is_told_and_the_rest_is_there(database: Database) -> None:
    def silent() -> EngineStanding:
        raise TimeoutError("the engine does not answer")

    metrics = Metrics()
    metrics.add(Standing(database, silent, lambda: datetime.now(UTC)))
    found = values(metrics)
    assert (found['wardbell_up{part="engine"}'], found['wardbell_up{part="database"}']) == (0, 1)
    assert "wardbell_lines" not in found


def test_transactions_and_their_failures_are_measured(metrics: Metrics, database: Database) -> None:
    with pytest.raises(DatabaseError):
        database.run_now(lambda session: session.execute(text("SELECT nothing")))
    found = values(metrics)
    assert found['wardbell_database_seconds_count{kind="write"}'] == 1
    assert sum(value for name, value in found.items() if name.startswith("wardbell_database_errors_total")) == 1


def test_voices_are_measured(metrics: Metrics, tmp_path: Path) -> None:
    voice = MeasuredVoice(FakeVoice("fake", failing=["bad"]), metrics)
    voice.render("good", "zh", tmp_path / "a.wav")
    with pytest.raises(VoiceFailed):
        voice.render("bad", "zh", tmp_path / "b.wav")
    found = values(metrics)
    assert found['wardbell_voice_seconds_count{voice="fake"}'] == 1
    assert found['wardbell_voice_failures_total{voice="fake"}'] == 1
    assert (voice.name, voice.languages, voice.quick, voice.busy, voice.at_once, voice.version) == (
        "fake",
        frozenset({"zh", "en"}),
        False,
        False,
        True,
        "1",
    )


def test_requests_are_measured_by_side_and_never_by_address(metrics: Metrics) -> None:
    async def app(scope: object, receive: object, send: Callable[..., object]) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})  # type: ignore[misc]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[misc]

    client = TestClient(MeasuredWeb(app, metrics))  # type: ignore[arg-type]
    for path in ("/calls/13900000001", "/api/v1/cards/100001", "/static/x.css"):
        client.get(path)
    found = values(metrics)
    for side in ("console", "api", "static"):
        assert found[f'wardbell_web_seconds_count{{side="{side}",status="4xx"}}'] == 1
    assert "100001" not in metrics.text().decode()


def test_they_are_read_on_a_port_of_their_own(metrics: Metrics) -> None:
    port = MetricsPort(metrics, "127.0.0.1", 0)
    port.start()
    try:
        read = urlopen(f"http://127.0.0.1:{port.port}/metrics", timeout=10).read().decode()
    finally:
        port.stop()
    assert 'wardbell_up{part="engine"} 1.0' in read


def everything(metrics: Metrics) -> set[str]:
    """Names as Prometheus has them."""
    metrics.webhook_sent("cti", True)
    described = re.findall(r"^# TYPE (\S+) (\S+)$", metrics.text().decode(), re.MULTILINE)
    return {name for name, _ in described if not name.endswith("_created")}


def test_the_page_lists_every_metric_and_no_other(metrics: Metrics) -> None:
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    listed = set(NAMES.findall("\n".join(re.findall(r"^\| (`wardbell_.+?) \|", page, re.MULTILINE))))
    told = {name.removesuffix("_total") for name in everything(metrics)}
    assert {name.removesuffix("_total") for name in listed} == told
    asked = {re.sub(r"_total$", "", name) for name in NAMES.findall(page)}
    assert asked <= told


def test_the_dashboard_asks_for_what_there_is(metrics: Metrics) -> None:
    board = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text(encoding="utf-8"))
    questions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    there = everything(metrics)
    histograms = {f"{name}{end}" for name in there for end in ("_bucket", "_sum", "_count")}
    for question in questions:
        assert set(NAMES.findall(question)) <= there | histograms, question
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for question in questions for name in NAMES.findall(question)}
    assert {name.removesuffix("_total") for name in there - shown} == {"wardbell_info"}
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
