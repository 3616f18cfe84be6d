"""What is measured, each on a running subject: held calls, menus, set-up rate, alerts.

A measure returns one flat row for the table and the JSON. Sizes are lines of the whole subject;
loads leave a quarter of them free unless they measure the full house.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Protocol

from bench import processes, rtp
from bench.sipp import Bench, Capture, Load, answer_times

Row = dict[str, Any]

PROBES_PER_SECOND = 8
MENU_SECONDS = 5
"""Length of a call of menu.xml."""


class Subject(Protocol):
    """A running server under test."""

    name: str
    build: str

    @property
    def ports(self) -> list[int]:
        """SIP ports that callers take in turn."""

    @property
    def lines(self) -> int:
        """Calls that it can hold."""

    def pids(self) -> list[int]:
        """All its processes."""

    def workers(self) -> list[int]:
        """Those of them that hold calls."""

    def number(self, scenario: str) -> str:
        """What to dial for a scenario."""


def usage(subject: Subject, load: list[int]) -> Callable[[], Row]:
    """Start measuring CPU; call the result for cores used by subject, load and everything else."""
    began = time.monotonic()
    pids, workers = subject.pids(), subject.workers()
    before = processes.cpu(pids), processes.cpu(workers), processes.cpu(load), processes.whole_machine()[0]

    def ended() -> Row:
        seconds = time.monotonic() - began
        used = processes.cpu(pids) - before[0]
        loaded = processes.cpu(load) - before[2]
        busy = processes.whole_machine()[0] - before[3]
        return {
            "cores": round(used / seconds, 3),
            "worker_cores": round((processes.cpu(workers) - before[1]) / seconds, 3),
            "load_cores": round(loaded / seconds, 3),
            "other_cores": round(max(0.0, busy - used - loaded) / seconds, 3),
        }

    return ended


def idle(bench: Bench, subject: Subject, seconds: float = 5.0) -> Row:
    """What it costs with no call at all."""
    stop = usage(subject, [])
    time.sleep(seconds)
    memory = processes.memory(subject.workers())
    engine = processes.memory([pid for pid in subject.pids() if pid not in subject.workers()])
    return {
        "measure": "idle",
        "workers": len(subject.workers()),
        **stop(),
        "worker_pss_mib": memory.pss,
        "engine_pss_mib": engine.pss,
    }


def hold(bench: Bench, subject: Subject, lines: int, window: float = 12.0, probes: int = 40) -> Row:
    """`lines` calls with audio both ways. INVITE to 200 at three quarters of them, cost at all of them."""
    quiet = processes.memory(subject.workers())
    early = max(1, lines * 3 // 4)
    late = lines - early
    per_second = min(40.0, max(5.0, lines / 8))
    ramps = early / per_second + 1.5, late / per_second + 1.5
    probing = probes / PROBES_PER_SECOND + 4
    whole = sum(ramps) + probing + window + 4
    first = Load(
        bench, "hold", subject.ports, number=subject.number("hold"), calls=early, per_second=per_second,
        at_once=early, hold_ms=int(whole * 1000),
    )  # fmt: skip
    time.sleep(ramps[0])
    probe_ports = subject.ports[early % len(subject.ports) :] or subject.ports
    setup = _probe(bench, subject, probe_ports, probes, max(1, late))
    loads = [first.process.pid]
    second = None
    if late:
        second = Load(
            bench, "hold", probe_ports, number=subject.number("hold"), calls=late, per_second=per_second,
            at_once=late, hold_ms=int((whole - ramps[0] - probing) * 1000),
        )  # fmt: skip
        loads.append(second.process.pid)
    time.sleep(ramps[1])
    capture = Capture(bench, "hold", f"udp and dst port {first.rtp_port}", 60)
    stop = usage(subject, [*loads, capture.process.pid])
    time.sleep(window)
    used = stop()
    held = processes.memory(subject.workers())
    engine = processes.memory([pid for pid in subject.pids() if pid not in subject.workers()])
    missed = capture.stop()
    sound = rtp.analyse(capture.path, first.rtp_port)
    counts = first.wait(whole + 30)
    failed = counts.failed + (second.wait(60).failed if second else 0)
    return {
        "measure": "hold",
        "lines": lines,
        "cpu_s_per_call_min": round(used["cores"] * 60 / lines, 4),
        "worker_cpu_s_per_call_min": round(used["worker_cores"] * 60 / lines, 4),
        "pss_mib_per_call": round(held.pss / lines, 2),
        "pss_mib_grown_per_call": round((held.pss - quiet.pss) / lines, 3),
        "engine_pss_mib": engine.pss,
        "setup_ms_at_three_quarters": setup,
        **used,
        "rtp": sound,
        "capture_missed": missed,
        "failed": failed,
    }


def _probe(bench: Bench, subject: Subject, ports: list[int], probes: int, at_once: int) -> Row:
    """Short calls while others are held: INVITE to 200."""
    load = Load(
        bench, "brief", ports, number=subject.number("brief"), calls=probes, per_second=PROBES_PER_SECOND,
        at_once=min(at_once, 20),
    )  # fmt: skip
    capture = Capture(bench, "probe", f"udp and port {load.sip_port}", 1200)
    counts = load.wait(probes / PROBES_PER_SECOND + 25)
    capture.stop()
    return {**rtp.spread(answer_times(capture.path, load.sip_port)), "failed": counts.failed}


def menu(bench: Bench, subject: Subject, lines: int, seconds: float = 20.0) -> Row:
    """Callers who hear a menu, press 5 after two seconds and hear the next prompt, `lines` at a time."""
    per_second = lines / MENU_SECONDS
    calls = max(1, math.ceil(per_second * seconds))
    load = Load(
        bench, "menu", subject.ports, number=subject.number("menu"), calls=calls, per_second=per_second,
        at_once=lines + 20,
    )  # fmt: skip
    capture = Capture(bench, "menu", f"udp and (port {load.rtp_port} or port {load.sip_port})")
    time.sleep(MENU_SECONDS)
    stop = usage(subject, [load.process.pid, capture.process.pid])
    time.sleep(max(5.0, seconds - MENU_SECONDS))
    used = stop()
    counts = load.wait(40)
    missed = capture.stop()
    sound = rtp.analyse(capture.path, load.rtp_port)
    return {
        "measure": "menu",
        "lines": lines,
        "calls": counts.good,
        "failed": counts.failed,
        "setup_ms": rtp.spread(answer_times(capture.path, load.sip_port)),
        "key_to_stop_ms": sound.pop("key_to_stop_ms"),
        "key_to_prompt_ms": sound.pop("key_to_prompt_ms"),
        **used,
        "rtp": sound,
        "capture_missed": missed,
    }


def rate(bench: Bench, subject: Subject, per_second: int, seconds: float = 10.0) -> Row:
    """So many new calls a second, hung up 20 ms after the answer."""
    load = Load(
        bench, "brief", subject.ports, number=subject.number("brief"), calls=int(per_second * seconds),
        per_second=per_second, at_once=per_second * 4 + 20,
    )  # fmt: skip
    capture = Capture(bench, "rate", f"udp and port {load.sip_port}", 1200)
    stop = usage(subject, [load.process.pid, capture.process.pid])
    before, began = processes.cpu(subject.pids()), time.monotonic()
    counts = load.wait(seconds + 30)
    took = time.monotonic() - began
    used = stop()
    spent = processes.cpu(subject.pids()) - before
    capture.stop()
    answered = answer_times(capture.path, load.sip_port)
    return {
        "measure": "rate",
        "per_second": per_second,
        "achieved": round(len(answered) / max(0.1, took - 0.5), 1),
        "failed": counts.failed,
        "repeated": counts.repeated,
        "cpu_ms_per_call": round(spent * 1e3 / max(1, len(answered)), 2),
        "setup_ms": rtp.spread(answered),
        **used,
    }


def sustained(row: Row) -> bool:
    """Whether a rate was kept up: nearly every call answered, at the speed asked for."""
    calls = row["setup_ms"]["n"] + row["failed"]
    return bool(row["failed"] <= 0.005 * calls and row["achieved"] >= 0.9 * row["per_second"])
