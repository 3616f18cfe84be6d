"""What can be measured: bare pjsua2 processes and, in `service.py`, the whole of Wardbell."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench import media, processes
from tests.phone.sipp import free_port

OPTIONS = (
    "OPTIONS sip:bench@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{mine};branch=z9hG4bK{mine}\r\n"
    "From: <sip:bench@127.0.0.1>;tag=b{mine}\r\nTo: <sip:bench@127.0.0.1>\r\nCall-ID: ready-{mine}-{port}\r\n"
    "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)


def answers_sip(port: int) -> bool:
    """Whether something answers OPTIONS on UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind(("127.0.0.1", 0))
        asking.settimeout(0.2)
        mine = asking.getsockname()[1]
        try:
            asking.sendto(OPTIONS.format(port=port, mine=mine).encode(), ("127.0.0.1", port))
            return asking.recv(100).startswith(b"SIP/2.0")
        except OSError:
            return False


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


def grown_from(root: int, marker: str) -> list[int]:
    """Processes under `root` whose command line holds `marker`."""
    return [pid for pid in processes.tree(root) if marker in processes.command(pid)]
