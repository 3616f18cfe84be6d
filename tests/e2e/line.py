"""The whole service as a process: `wardbell run` in a folder of its own, on ports of its own.

Knows how to start, ask, kill and look into it; what should happen is for the tests and the bench.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg.rows import dict_row

from ivr.switch.ranges import held_here
from tests.phone.ports import quiet_port

T = TypeVar("T")

PROGRAM = [sys.executable, "-m", "wardbell.cli"]
LANGUAGES = ("zh", "yue", "en", "ru", "pl")
START_BLOCK, END_BLOCK = b"\x0b", b"\x1c\r"
OPTIONS = (
    "OPTIONS sip:ready@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{mine};branch=z9hG4bK{mine}\r\n"
    "From: <sip:ready@127.0.0.1>;tag=r{mine}\r\nTo: <sip:ready@127.0.0.1>\r\nCall-ID: ready-{mine}-{port}\r\n"
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


def accepts(port: int) -> bool:
    """Whether something listens on TCP."""
    with socket.socket() as trying:
        trying.settimeout(0.5)
        return trying.connect_ex(("127.0.0.1", port)) == 0


def eventually(look: Callable[[], T | None], seconds: float = 5.0, what: str = "it", every: float = 0.05) -> T:
    """The first true answer of `look`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}; last seen: {found!r}")
        time.sleep(every)


RTP_PORTS = 1200


def quiet_range() -> int:
    """The first of some RTP ports of which no other line of this machine holds any."""
    while True:
        first, held = random.randrange(10000, 31000, 2), held_here()
        if all(last < first or first + RTP_PORTS <= begin for begin, last in held):
            return first


class Line:
    """One `wardbell run` and what it leaves behind."""

    def __init__(self, directory: Path, trunk_port: int, **settings: Any) -> None:
        """`settings`: dotted names with `__`, e.g. `sip__workers_max=2`, over those of this class."""
        self.directory = directory
        self.data = directory / "var"
        self.sip_port = int(settings.get("sip__port", 0)) or quiet_port()
        self.hl7_port = quiet_port()
        self.log_path = directory / "wardbell.log"
        rtp_first = quiet_range()
        self.settings: dict[str, Any] = {
            "data_dir": self.data,
            "sip__port": self.sip_port,
            "sip__rtp_first": rtp_first,
            "sip__rtp_last": rtp_first + RTP_PORTS - 1,
            "hl7__port": self.hl7_port,
            "web__port": 0,
            "trunk__target": f"sip:{{number}}@127.0.0.1:{trunk_port}",
            "voices__deadline": 8,  # a busy machine takes its time; what happens past it has tests of its own
            **{f"voices__{language}": '["espeak"]' for language in LANGUAGES},  # what every machine has, and light
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        """The settings as the service reads them. No file is involved."""
        own = {f"WARDBELL_{name.upper()}": str(value) for name, value in self.settings.items()}
        rest = {name: value for name, value in os.environ.items() if not name.startswith("WARDBELL_")}
        root = str(Path(__file__).parents[2])
        return {**rest, **own, "PYTHONPATH": root}

    def command(self, *words: str) -> str:
        """Run a `wardbell` command to its end; its output. Raises `CalledProcessError`."""
        done = subprocess.run(
            [*PROGRAM, *words],
            env=self.environment, cwd=self.directory, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        if done.returncode:
            raise AssertionError(f"wardbell {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def prepare(self) -> None:
        """Database and the demo hospital."""
        self.command("db", "upgrade")
        self.command("demo")

    def start(self, pin: str = "") -> Line:
        """Start it and wait until it serves SIP and HL7. `pin`: a taskset list of CPUs."""
        self.launch(pin)
        return self.wait_serving()

    def launch(self, pin: str = "") -> None:
        """Start it, and wait for nothing."""
        command = [*(["taskset", "-c", pin] if pin else []), *PROGRAM, "run"]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, cwd=self.directory, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                process_group=0,  # not a session: Linux gives each one the same share, whatever its priority
            )  # fmt: skip

    def wait_serving(self, seconds: float = 30.0) -> Line:
        """Until it serves SIP and HL7."""
        eventually(self._serves, seconds, f"the line to serve; its log:\n{self.log}")
        return self

    @property
    def alive(self) -> bool:
        """Whether its engine runs."""
        return self.process is not None and self.process.poll() is None

    def _serves(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"wardbell run ended with {self.process.returncode}:\n{self.log}")
        return accepts(self.hl7_port) and answers_sip(self.sip_port)

    def uri(self, number: str) -> str:
        """Where to dial a number of the hospital."""
        return f"sip:{number}@127.0.0.1:{self.sip_port}"

    # ending it

    def stop(self, seconds: float = 20.0) -> int:
        """SIGTERM and wait; the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"wardbell did not stop within {seconds} s:\n{self.log[-3000:]}") from None
        return self.process.returncode

    def kill(self) -> None:
        """kill -9 of the engine alone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Whatever is left of it goes."""
        if self.process is None:
            return
        if self.process.poll() is None:
            try:
                self.stop(10)
            except AssertionError:
                self.kill()
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    # looking at it

    def family(self) -> list[int]:
        """Every process of this line: those that carry its data folder in their environment."""
        mark = f"WARDBELL_DATA_DIR={self.data}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if mark in (entry / "environ").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
                except OSError:
                    continue
        return sorted(found)

    def wait_gone(self, seconds: float = 8.0) -> None:
        """Until no process of it is left."""
        try:
            eventually(lambda: not self.family(), seconds)
        except AssertionError as late:
            left = [Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ") for pid in self.family()]
            raise AssertionError(f"after {seconds} s these are left: {left}") from late

    def workers(self) -> list[int]:
        """Its media workers, by process id."""
        found = []
        for pid in self.family():
            try:
                if b"ivr.switch.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
            except OSError:
                continue
        return found

    @property
    def log(self) -> str:
        """All that it logged so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self.data / 'wardbell.db'}?mode=ro", uri=True, timeout=5)) as connection:
            connection.row_factory = sqlite3.Row
            yield connection

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What a SELECT finds in its database. The places of values are marked with `?`."""
        if url := self.settings.get("database"):
            with psycopg.connect(url.replace("+psycopg", ""), row_factory=dict_row) as there:
                return there.execute(query.replace("?", "%s").encode(), values).fetchall()
        with self._database() as connection:
            return [dict(row) for row in connection.execute(query, values)]

    def dump(self) -> str:
        """The whole database as SQL text."""
        with self._database() as connection:
            return "\n".join(connection.iterdump())

    def calls(self, direction: str = "in") -> list[dict[str, Any]]:
        """Call rows, the oldest first."""
        return self.rows("SELECT * FROM calls WHERE direction = ? ORDER BY began_at", direction)

    def last_call(self, direction: str = "in", seconds: float = 5.0) -> dict[str, Any]:
        """The newest call row once it is complete."""

        def ended() -> dict[str, Any] | None:
            rows = self.calls(direction)
            return rows[-1] if rows and rows[-1]["ended_at"] else None

        return eventually(ended, seconds, "the row of the call to be complete")

    def events(self, call_id: str) -> list[dict[str, Any]]:
        """What happened in a call: `kind` and the fields of its detail."""
        rows = self.rows("SELECT kind, detail FROM call_events WHERE call_id = ? ORDER BY number", call_id)
        details = [json.loads(row["detail"]) if isinstance(row["detail"], str) else row["detail"] for row in rows]
        return [{**detail, "kind": row["kind"]} for detail, row in zip(details, rows, strict=True)]

    # the hospital's system

    def send(self, message: str | bytes, timeout: float = 5.0) -> str:
        """One HL7 message over MLLP (segments parted by CR); the acknowledgement."""
        body = message.encode() if isinstance(message, str) else message
        with socket.create_connection(("127.0.0.1", self.hl7_port), timeout) as wire:
            wire.sendall(START_BLOCK + body + END_BLOCK)
            answer = b""
            while not answer.endswith(END_BLOCK):
                part = wire.recv(65536)
                if not part:
                    break
                answer += part
        return answer.strip(START_BLOCK + END_BLOCK).decode()


def admission(
    control: str, ward: str, *, bed: str = "12", kind: str = "A01", urgent: bool = False, more: Mapping[str, str] = {}
) -> str:
    """An ADT message as a hospital's system sends it now; the visit is `V` and the control id."""
    now = datetime.now(UTC).strftime("%Y%m%d%H%M%S+0000")
    visit = [""] * 45
    visit[0] = "1"
    visit[1] = "I"
    visit[2] = f"{ward}^ROOM3^{bed}"
    visit[3] = "E" if urgent else "R"
    visit[18] = f"V{control}"
    segments = [
        f"MSH|^~\\&|HIS|HOSPITAL|WARDBELL|PHONE|{now}||ADT^{kind}|{control}|P|2.5|||AL|NE||UNICODE UTF-8",
        f"EVN|{kind}|{now}",
        "PID|1||900001^^^H^MR||WANG^XIAOMING||19700101|M",
        "PV1|" + "|".join(visit).rstrip("|"),
        *(f"{name}|{fields}" for name, fields in more.items()),
    ]
    return "\r".join(segments) + "\r"
