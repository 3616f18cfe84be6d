"""What can be measured: bare pjsua2 processes and, in `service.py`, the whole of Wardbell."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench import media
from tests.e2e.line import answers_sip
from tests.phone.ports import free_port


def wait_for_sip(ports: list[int], process: subprocess.Popen[bytes], seconds: float = 30.0) -> None:
    """Until every port answers."""
    end = time.monotonic() + seconds
    for port in ports:
        while not answers_sip(port):
            if process.poll() is not None:
                raise SystemExit(f"the subject ended with status {process.returncode} before it served")
            if time.monotonic() > end:
                raise SystemExit(f"nothing answers SIP on port {port}")
            time.sleep(0.05)


def stop(process: subprocess.Popen[bytes], seconds: float = 20.0) -> None:
    """SIGTERM, then SIGKILL."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Bare:
    """`count` bare pjsua2 processes of `calls` calls each."""

    name = "bare pjsua2"

    def __init__(self, directory: Path, count: int, calls: int, build: str, cpu: str = "") -> None:
        self.build = build
        self.lines = count * calls
        high = media.marker(directory / "high.wav", 60, high=True)
        low = media.marker(directory / "low.wav", 10, high=False)
        pin = ["taskset", "-c", cpu] if cpu else []
        self.ports = [free_port() for _ in range(count)]
        self._log = (directory / "bare.log").open("wb")
        self._processes = []
        for i, port in enumerate(self.ports):
            rtp_port = 20000 + i * (4 * calls + 24)
            command = [sys.executable, "-m", "bench.bare", str(port), str(rtp_port), str(calls), str(high), str(low)]
            self._processes.append(
                subprocess.Popen([*pin, *command], stdout=self._log, stderr=self._log, env=dict(os.environ))
            )
            wait_for_sip([port], self._processes[-1])

    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def workers(self) -> list[int]:
        return self.pids()

    def number(self, scenario: str) -> str:
        return scenario

    def close(self) -> None:
        """Stop it."""
        for process in self._processes:
            stop(process)
        self._log.close()
