"""Checks of PJSIP: which build of pjsua2 is in use, what it is good for, which holes are known in it."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from ivr.switch import ranges
from wardbell.doctor.finding import Finding, ok, warning

DISTRIBUTION = "pjsua2-python"
HOLES = {
    (2, 17): ("CVE-2026-41416 (a ptime in SDP)", "CVE-2026-28799 (SUBSCRIBE)"),
}
"""Release -> the known holes that it closed."""

_ASK = """
import ctypes, json, os, sys
import pjsua2
endpoint = pjsua2.Endpoint()
endpoint.libCreate()
config = pjsua2.EpConfig()
config.logConfig.level = config.logConfig.consoleLevel = 0
config.uaConfig.maxCalls = 65535
endpoint.libInit(config)
binary = next(module for name, module in list(sys.modules.items()) if name.rpartition(".")[2] == "_pjsua2")
calls = ctypes.CDLL(binary.__file__).pjsua_call_get_max_count()
sys.stderr.write("\\nbuild=" + json.dumps([endpoint.libVersion().full, calls]))
sys.stderr.flush()
os._exit(0)
"""
"""PJSIP is started in a process of its own: it greets on stdout, and a broken build may crash."""


class BuildUnusable(Exception):
    """pjsua2 is missing or does not start; the message says how it failed."""


@dataclass(frozen=True, slots=True)
class Build:
    """One build of pjsua2. `calls` is what one process can hold at most."""

    version: str
    """PJSIP's own, like `2.15.1`."""
    calls: int
    package: str = ""
    """Version of the installed package; ours end in `+calls<n>`."""

    @property
    def release(self) -> tuple[int, ...]:
        """The version as numbers."""
        return tuple(int(number) for number in re.findall(r"\d+", self.version.partition("-")[0]))

    @property
    def is_ours(self) -> bool:
        """Whether `make pjsip` made it."""
        return "+calls" in self.package


def look(python: str = sys.executable, timeout: float = 20.0) -> Build:
    """Ask the pjsua2 of `python` what it is. Raises `BuildUnusable`."""
    try:
        done = subprocess.run(
            [python, "-c", _ASK], capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as wrong:
        raise BuildUnusable(f"pjsua2 does not start: {wrong}") from wrong
    found = re.search(r'^build=\["([^"]+)", (\d+)\]$', done.stderr, re.MULTILINE)
    if found is None:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise BuildUnusable(f"pjsua2 does not start: {last}")
    try:
        package = importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        package = ""  # a site's own build under another name
    return Build(found[1], int(found[2]), package)


def build_in_use(build: Build) -> Iterator[Finding]:
    """Which build it is and what it is good for."""
    name = f"PJSIP {build.version}, {build.calls} calls per process"
    if build.is_ours:
        yield ok(f"{name} (built by make pjsip): one worker is enough; make pjsip-undo takes it back")
    elif build.calls <= 8:
        yield ok(f"{name} (the published wheel): fine for trials and a few lines; make pjsip builds one for hundreds")
    else:
        yield ok(f"{name} (this site's own build)")


def known_holes(build: Build) -> Iterator[Finding]:
    """The holes that later releases closed."""
    holes = [hole for release, closed in HOLES.items() if build.release < release for hole in closed]
    if holes:
        newest = ".".join(map(str, max(HOLES)))
        yield warning(
            f"PJSIP {build.version} has known holes: {', '.join(holes)}",
            f"make pjsip builds {newest} or newer; until then let only a PBX or SBC that checks SIP reach the port",
        )


def lines(build: Build, workers: int, per_worker: int) -> Iterator[Finding]:
    """How many calls at once the settings give with this build. `per_worker` 0: as many as it can."""
    if per_worker > build.calls:
        yield warning(
            f"sip.lines_per_worker is {per_worker}, but this pjsua2 holds {build.calls} calls per process",
            "make pjsip, or lower it and raise sip.workers_max",
        )
    each = min(per_worker or build.calls, build.calls)
    yield ok(f"lines: {workers * each} at once ({workers} worker{'s' if workers > 1 else ''} of {each})")


def rtp_ports(lines: int, ports: int) -> Iterator[Finding]:
    """Whether a worker's `ports` are enough for its `lines`: each takes two."""
    if 2 * lines > ports:
        yield warning(
            f"the RTP ports of a worker are enough for {ports // 2} calls, not for its {lines} lines",
            "raise sip.rtp_last, or lower sip.rtp_first, sip.workers_max or sip.lines_per_worker",
        )


def rtp_rotation(first: int, last: int, workers: int) -> Iterator[Finding]:
    """Whether a worker that starts anew finds ports that nobody sends to any more."""
    found = (last - first + 1) // ranges.each(first, last, workers)
    if found < 2 * workers:
        yield warning(
            f"the RTP ports from {first} to {last} are too few for a restarted worker to get fresh ones: "
            "telephones of lost calls may still be sending to the old ones",
            "raise sip.rtp_last or lower sip.rtp_first",
        )


def rtp_of_others(first: int, last: int, own: Collection[int], held: Iterable[tuple[int, int]]) -> Iterator[Finding]:
    """Whether another engine on this machine has some of these ports; `own` are the first ports of our ranges."""
    for low, high in held:
        if low not in own and low <= last and first <= high:
            yield warning(
                f"another engine on this machine uses the RTP ports from {low} to {high}, which this one uses, too",
                "give each engine its own ports: sip.rtp_first and sip.rtp_last",
            )
