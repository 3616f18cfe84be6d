"""Callers (SIPp) and captures (tcpdump) of the bench, both kept off the server's CPU where possible."""

from __future__ import annotations

import csv
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import media, rtp
from tests.phone.ports import free_port

SCENARIOS = Path(__file__).with_name("scenarios")
MOST_SECONDS = 170


@dataclass
class Bench:
    """Where files go, what is running, and the CPU that loads run on (empty: any)."""

    directory: Path
    load_cpu: str = ""
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        media.pcaps(self.directory)
        for scenario in SCENARIOS.glob("*.xml"):
            (self.directory / scenario.name).write_bytes(scenario.read_bytes())

    def run(self, command: Sequence[str], log: str) -> subprocess.Popen[bytes]:
        """Start a program of the load side."""
        pinned = ["taskset", "-c", self.load_cpu, *command] if self.load_cpu else list(command)
        with (self.directory / log).open("wb") as out:
            process = subprocess.Popen(pinned, cwd=self.directory, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        self.started.append(process)
        return process

    def close(self) -> None:
        """Stop what is left."""
        for process in self.started:
            if process.poll() is None:
                process.terminate()
        for process in self.started:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


@dataclass(frozen=True, slots=True)
class Counts:
    """How the calls of a load went."""

    good: int
    failed: int
    repeated: int
    """SIP messages that had to be sent again."""


class Load:
    """SIPp making calls to `ports` in turn."""

    def __init__(
        self,
        bench: Bench,
        scenario: str,
        ports: Sequence[int],
        *,
        number: str,
        calls: int,
        per_second: float,
        at_once: int,
        hold_ms: int = 0,
    ) -> None:
        self.sip_port = free_port()
        pair = free_port(3)
        self.rtp_port = pair + pair % 2
        name = f"{scenario}-{self.sip_port}"
        self._counts = bench.directory / f"{name}.csv"
        targets = bench.directory / f"{name}-targets.csv"
        targets.write_text("SEQUENTIAL\n" + "".join(f"{port}\n" for port in ports))
        command = ["sipp", f"127.0.0.1:{ports[0]}", "-sf", f"{scenario}.xml", "-s", number, "-inf", str(targets)]
        command += ["-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(self.sip_port), "-mp", str(self.rtp_port)]
        command += ["-m", str(calls), "-l", str(at_once), "-r", str(max(1, round(per_second * 10))), "-rp", "10000"]
        command += ["-d", str(hold_ms), "-trace_stat", "-stf", str(self._counts), "-fd", "1"]
        command += ["-trace_err", "-nostdin", "-recv_timeout", "20000", "-timeout", f"{MOST_SECONDS}s"]
        self._log = bench.directory / f"{name}.log"
        self.process = bench.run(command, self._log.name)

    def wait(self, seconds: float) -> Counts:
        """Until every call is over."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait(10)
        if not self._counts.exists():
            raise SystemExit(f"SIPp made no call: {self._log.read_text(errors='replace')[-2000:]}")
        with self._counts.open() as out:
            rows = list(csv.DictReader(out, delimiter=";"))
        if not rows:
            return Counts(0, 0, 0)
        last = rows[-1]
        return Counts(int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"]), int(last["Retransmissions(C)"]))


class Nurses:
    """SIPp answering every call, pressing 1, on one port."""

    def __init__(self, bench: Bench, sip_port: int) -> None:
        self.sip_port = sip_port
        pair = free_port(3)
        command = ["sipp", "-sf", "nurse.xml", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(self.sip_port)]
        command += ["-mp", str(pair + pair % 2), "-trace_err", "-nostdin", "-timeout", "600s"]
        self.process = bench.run(command, f"nurse-{self.sip_port}.log")


class Capture:
    """tcpdump on loopback with the kernel's time stamps."""

    def __init__(self, bench: Bench, name: str, what: str, snap: int = 330) -> None:
        self.path = bench.directory / f"seen-{name}.pcap"  # beside what SIPp plays: menu.pcap
        self._log = bench.directory / f"{name}.tcpdump.log"
        command = ["tcpdump", "-i", "lo", "-Q", "in", "-s", str(snap), "-B", "65536", "-Z", "root", "-U"]
        self.process = bench.run([*command, "-w", str(self.path), what], self._log.name)
        end = time.monotonic() + 5
        while b"listening on" not in self._log.read_bytes():
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"tcpdump does not run (it needs root): {self._log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> int:
        """Stop; says how many packets were missed."""
        time.sleep(1.2)  # the last buffer reaches tcpdump within its read time-out of a second
        self.process.terminate()
        self.process.wait(20)
        missed = re.search(r"(\d+) packets dropped by kernel", self._log.read_text())
        return int(missed[1]) if missed else 0


def call_id(message: bytes) -> bytes:
    """Call-ID of a SIP message, empty when there is none."""
    found = re.search(rb"\n(?:Call-ID|i) *: *(\S+)", message, re.I)
    return found[1] if found else b""


def answer_times(path: Path, caller: int) -> list[float]:
    """Milliseconds from each call's first INVITE to its first 200, seen at SIPp's port."""
    sent: dict[bytes, float] = {}
    answered: dict[bytes, float] = {}
    for at, source, target, body in rtp.packets(path):
        head = bytes(body[:900])
        if source == caller and head.startswith(b"INVITE "):
            sent.setdefault(call_id(head), at)
        elif target == caller and head.startswith(b"SIP/2.0 200") and re.search(rb"CSeq: *\d+ INVITE", head, re.I):
            answered.setdefault(call_id(head), at)
    return [(answered[call] - at) * 1e3 for call, at in sent.items() if call in answered]


def invites(path: Path, callee: int) -> dict[bytes, tuple[float, str, str]]:
    """Call-ID -> (time of the first INVITE, number called, Wardbell's own call id) of calls to SIPp's port."""
    seen: dict[bytes, tuple[float, str, str]] = {}
    for at, _, target, body in rtp.packets(path):
        message = bytes(body)
        if target == callee and (number := re.match(rb"INVITE sip:([^@;> ]+)@", message)):
            own = re.search(rb"\nX-Wardbell-Call: *(\w+)", message, re.I)
            seen.setdefault(call_id(message), (at, number[1].decode(), own[1].decode() if own else ""))
    return seen
