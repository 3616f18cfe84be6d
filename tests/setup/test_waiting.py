"""The service comes up before its database, as after a power cut: it waits, says so, and can be ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from db.errors import DatabaseAway
from tests.postgres import Cluster
from wardbell.parts import Parts
from wardbell.settings import Settings
from wardbell.waiting import wait_for_database

NOWHERE = "postgresql+psycopg://wardbell@127.0.0.1:1/wardbell"


def test_it_goes_on_when_the_database_is_there(cluster: Cluster, tmp_path: Path) -> None:
    name = "late_for_work"
    parts = Parts(Settings(data_dir=tmp_path, database=cluster.url(name)))
    looked: list[float] = []

    def pause(seconds: float) -> None:
        looked.append(seconds)
        if len(looked) == 2:
            cluster.create(name=name)

    try:
        wait_for_database(parts, pause)
    finally:
        cluster.drop(name)
    assert len(looked) == 2


def test_a_file_that_is_no_database_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "wardbell.db").write_bytes(b"something else" * 100)
    with pytest.raises(DatabaseAway):
        wait_for_database(Parts(Settings(data_dir=tmp_path)), lambda _: pytest.fail("it waits"))


def test_it_says_that_it_waits_and_sigterm_ends_it(tmp_path: Path) -> None:
    engine = subprocess.Popen(
        [sys.executable, "-m", "wardbell.cli", "run"],
        env={**os.environ, "WARDBELL_DATA_DIR": str(tmp_path), "WARDBELL_DATABASE": NOWHERE},
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert engine.stderr is not None
        while "waiting for the database" not in (line := engine.stderr.readline()):
            assert line, "it did not wait"
        engine.send_signal(signal.SIGTERM)
        _, said = engine.communicate(timeout=20)
    finally:
        engine.kill()
    assert engine.returncode == 0
    assert "Traceback" not in said
