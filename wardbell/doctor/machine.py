"""Checks of the machine: programs, voices, folders, disk, clock, limits."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from background.steady_clock import last_jump, told
from ivr.drawing.program import CHINESE_FONT, PROGRAM, shows_chinese
from ivr.switch.worker.priority import AHEAD
from wardbell.doctor.finding import Finding, error, ok, warning

VOICES = {"zh": "cmn-latn-pinyin", "en": "en-us"}
"""Voices of espeak-ng by language; the plain `cmn` reads Chinese characters as English."""
ROOM = 1 << 30
"""Bytes of disk below which we warn: recordings and the database grow."""
LEAST = 100 << 20
"""Bytes of disk below which a working day may not fit."""
HANDLES = 6
"""Files and sockets that a call may hold: two of RTP, clips, a recording, and some to spare."""
YEARS = (2026, 2100)
"""Outside of these the clock was never set."""


def program(name: str, package: str) -> Iterator[Finding]:
    """Whether a program is installed and starts."""
    path = shutil.which(name)
    if path is None:
        yield error(f"{name} is not installed", f"apt-get install {package}")
        return
    first = _output([path, "-version" if name == "ffmpeg" else "--version"])
    if first is None:
        yield error(f"{path} does not run", f"apt-get install --reinstall {package}")
    else:
        version = re.search(r"\d+\.\d+[\w.+-]*", first)
        yield ok(f"{name} {version[0]}" if version else f"{name} is installed")


def pictures() -> Iterator[Finding]:
    """Whether pictures of flows can be made, and show Chinese. The line needs neither: a hint, never an error."""
    if shutil.which(PROGRAM) is None:
        yield ok("no Graphviz: `wardbell flows draw` needs it (apt-get install graphviz)")
    elif not shows_chinese():
        yield warning("pictures of flows show boxes for Chinese: no font has it", f"apt-get install {CHINESE_FONT}")
    else:
        yield ok("pictures of flows can be drawn")


def espeak_voices(languages: tuple[str, ...]) -> Iterator[Finding]:
    """Whether espeak-ng has the voices of the languages spoken here."""
    if shutil.which("espeak-ng") is None:
        return  # `program` says so
    listed = _output(["espeak-ng", "--voices"]) or ""
    for language in languages:
        voice = VOICES.get(language)
        if voice is not None and voice not in listed.split():
            yield error(f"espeak-ng has no voice {voice} ({language})", "apt-get install espeak-ng-data")


def _output(command: list[str]) -> str | None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def folder(path: Path) -> Iterator[Finding]:
    """Whether the folder of data can be written to, and how much room it has."""
    there = path
    while not there.exists():
        there = there.parent
    if not there.is_dir():
        yield error(f"data folder {path}: {there} is not a folder", "correct data_dir in wardbell.toml")
        return
    if not os.access(there, os.W_OK | os.X_OK):
        yield error(f"data folder {path} cannot be written to", f"chown it to the user of the service: {there}")
        return
    free = shutil.disk_usage(there).free
    room = f"data folder {path.absolute()}: {free / (1 << 30):.1f} GiB free"
    if free < LEAST:
        yield error(room, "free some space: messages that cannot be stored are refused")
    elif free < ROOM:
        yield warning(room, "free some space before it fills up")
    else:
        yield ok(room)


def files_allowed() -> int:
    """How many files a process may open here at most; -1: any number."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def file_limit(lines: int, allowed: int) -> Iterator[Finding]:
    """Whether a worker may open as many files as its lines can need."""
    needed = lines * HANDLES + 64
    if 0 <= allowed < needed:
        yield warning(
            f"a process may open {allowed} files, {lines} lines can need {needed}",
            "raise the limit (systemd: LimitNOFILE, shell: ulimit -n)",
        )


def worker_priorities() -> list[int]:
    """The niceness of each media worker that runs here."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if b"ivr.switch.worker" in (entry / "cmdline").read_bytes().split(b"\0"):
                found.append(os.getpriority(os.PRIO_PROCESS, int(entry.name)))
        except OSError:  # it has just ended
            continue
    return found


def priority(found: Sequence[int]) -> Iterator[Finding]:
    """Whether the sound of calls comes before all other work of the machine. Judged by the workers that run: what the
    service may do differs from what the shell may in which this is asked."""
    if any(niceness > AHEAD for niceness in found):
        yield warning(
            "calls get no priority over other programs: speech may break up when the machine is busy",
            "allow it (systemd: LimitNICE=-10, docker: --cap-add SYS_NICE)",
        )
    elif found:
        yield ok("calls go ahead of other programs")


def clock(now: datetime, zone: str) -> Iterator[Finding]:
    """Whether the clock can be right, and what time it is in the hospital."""
    local = now.astimezone(ZoneInfo(zone))
    if not YEARS[0] <= now.year < YEARS[1]:
        yield error(f"the clock says {now:%Y-%m-%d}", "set the clock: notices and bookings go by it")
        return
    yield ok(f"clock: {local:%Y-%m-%d %H:%M} in {zone} (UTC{local:%z})")


def synchronised() -> str:
    """systemd's word on it: `yes`, `no`, or empty where it does not run."""
    return (_output(["timedatectl", "show", "-p", "NTPSynchronized", "--value"]) or "").strip()


def clock_kept(said: str) -> Iterator[Finding]:
    """Whether something keeps the clock right. Unknown where systemd does not run."""
    if said == "no":
        yield warning("nothing keeps the clock synchronised (no NTP)", "timedatectl set-ntp true, or install chrony")
    elif said == "yes":
        yield ok("the clock is synchronised by NTP")


TOLD = timedelta(days=7)
"""How long a jump of the clock is reported."""


def clock_jumped(note: Path, now: datetime) -> Iterator[Finding]:
    """Whether the service has seen the clock jump lately."""
    jump = last_jump(note)
    if jump is not None and abs(now - jump[0]) < TOLD:
        what = f"the clock jumped by {told(jump[1])} at {jump[0]:%Y-%m-%d %H:%M} UTC while the service ran"
        yield warning(what, "synchronise it (chrony); no notice is delayed or expires by it, but calendars follow it")
