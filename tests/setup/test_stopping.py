"""The engine is told to stop by whoever started it: a terminal, systemd, a script; some tell it twice."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db.migrate import upgrade


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return str(found.getsockname()[1])


@pytest.mark.parametrize("pause", [0.0, 0.05], ids=["at once", "a moment later"])
def test_told_twice_to_stop_it_stops_once_without_a_traceback(tmp_path: Path, pause: float) -> None:
    upgrade(f"sqlite:///{tmp_path / 'wardbell.db'}")
    port = free_port()
    settings = {"DATA_DIR": str(tmp_path), "SIP__PORT": free_port(), "HL7__PORT": port, "SIP__DRAIN": "1"}
    settings["WEB__PORT"] = "0"
    engine = subprocess.Popen(
        [sys.executable, "-m", "wardbell.cli", "run"],
        env={**os.environ, **{f"WARDBELL_{name}": value for name, value in settings.items()}},
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert engine.stderr is not None
        while "serving: SIP" not in (line := engine.stderr.readline()):
            assert line, "it did not start"
        engine.send_signal(signal.SIGTERM)
        time.sleep(pause)  # it may have taken the first by then, or not
        engine.send_signal(signal.SIGTERM)
        _, said = engine.communicate(timeout=60)
    finally:
        engine.kill()
    assert engine.returncode == 0
    assert "Traceback" not in said
    assert "stopped" in said
