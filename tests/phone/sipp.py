"""Calls by SIPp that play a tape of RTP packets, for what a telephone library would not send.

SIPp's pcap play uses raw sockets: it needs root. The scenario is `tape.xml`.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ivr.switch.worker.priority import AHEAD
from tests.phone.packets import Tape, write_pcap
from tests.phone.ports import free_port

SCENARIO = Path(__file__).with_name("tape.xml")


@dataclass
class SippCall:
    """A SIPp process that plays a tape in one or more calls."""

    process: subprocess.Popen[bytes]
    directory: Path
    seconds: float

    @property
    def is_over(self) -> bool:
        """Whether every call is done."""
        return self.process.poll() is not None

    def wait(self) -> None:
        """Until it is done; fails with SIPp's words when a call did not go as the scenario says."""
        try:
            if self.process.wait(self.seconds) != 0:
                told = [file.read_text(errors="replace") for file in self.directory.glob("*errors.log")]
                raise AssertionError(f"SIPp ended with {self.process.returncode}: {' '.join(told)[-2000:]}")
        finally:
            self.close()

    def close(self) -> None:
        """Stop it and clean up."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def play(target: str, user: str, tape: Tape, *, calls: int = 1, caller: str = "13800000001") -> SippCall:
    """Call `user` at `target` (127.0.0.1:port) `calls` times at once, play the tape, hang up; returns at once."""
    if not target.startswith("127."):
        raise ValueError(f"{target} is not on loopback")
    directory = Path(tempfile.mkdtemp(prefix="wardbell-tape-"))
    write_pcap(directory / "tape.pcap", tape.packets)
    shutil.copy(SCENARIO, directory)
    media = free_port(2)
    first = ["nice", "-n", str(AHEAD)]  # a late packet would be a tape of its own; where it is not allowed nice goes on
    command = [*first, "sipp", target, "-sf", "tape.xml", "-s", user, "-i", "127.0.0.1", "-mi", "127.0.0.1"]
    command += ["-p", str(free_port()), "-mp", str(media + media % 2), "-m", str(calls), "-l", str(calls)]
    command += ["-r", str(min(10, calls)), "-d", str(int(tape.seconds * 1000) + 500), "-key", "caller", caller]
    command += ["-recv_timeout", "10000", "-nostdin", "-trace_err"]
    log = (directory / "sipp.log").open("wb")
    process = subprocess.Popen(command, cwd=directory, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    log.close()
    return SippCall(process, directory, tape.seconds + 20)
