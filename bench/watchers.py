"""What it costs callers that many people watch: the menu's times with nobody and with 200 browsers at `/live`.

    python -m bench.watchers                    24 lines, 200 watchers, two rounds of each
    python -m bench.watchers --lines 48 --watchers 400

Callers hear a prompt, press a key and hear the next one, as in `python -m bench menu`. The watchers are another process
that reads what comes and counts it. Needs root, sipp, tcpdump. The last column says how often one browser was told of
changes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from accounts.audit import Hand
from accounts.rights import Role
from accounts.users import add
from accounts.visits import open_session
from bench import measures
from bench.service import Service, calls_of_a_worker
from bench.sipp import Bench
from db.database import Database
from tests.phone.ports import free_port

EACH = 10
"""Browsers of one session."""
ARRIVING = 4.0
"""Seconds in which they come."""
WATCHED = 34.0
"""Seconds for which they listen: longer than a measure takes."""


def sessions(url: str, count: int) -> list[str]:
    """Tokens of as many sessions of one operator."""
    database, now = Database(url), datetime.now(UTC)
    user = database.run_now(add, "watcher", "", Role.OPERATOR, None, Hand("the bench", now, "command"))
    tokens = [database.run_now(open_session, user.id, now, "127.0.0.1", "the bench") for _ in range(count)]
    database.close()
    return tokens


async def browser(port: int, token: str, told: list[int]) -> None:
    """One that listens until it is stopped, and comes again when it is cut off."""
    request = f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: wardbell={token}\r\n\r\n".encode()
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        while part := await reader.read(65536):
            told[0] += len(part)
            told[1] += part.count(b"event: change")
            told[2] += part.count(b"event: snapshot")
        writer.close()
        await asyncio.sleep(1)


async def listen(port: int, count: int, seconds: float, tokens: list[str]) -> None:
    """So many browsers for so long; what they were told, to the standard output."""
    told = [0, 0, 0]
    tasks = [asyncio.create_task(browser(port, tokens[number // EACH], told)) for number in range(count)]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    print(*told)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.watchers", description=__doc__)
    parser.add_argument("--lines", type=int, default=24)
    parser.add_argument("--watchers", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2, help="with nobody and with all of them, in turn")
    parser.add_argument("--server-cpu", default="")
    parser.add_argument("--load-cpu", default="")
    parser.add_argument("--listen", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.listen:
        port, count, seconds = chosen.listen
        asyncio.run(listen(int(port), int(count), float(seconds), sys.stdin.read().split()))
        return
    if os.geteuid() != 0:
        sys.exit("the bench needs root: tcpdump and SIPp's pcap play open raw sockets")
    directory = Path(tempfile.mkdtemp(prefix="wardbell-bench-"))
    try:
        measure(directory, chosen)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def measure(directory: Path, chosen: argparse.Namespace) -> None:
    """Rounds in turn, so that a machine which changes its speed does so for both."""
    per_worker, port = calls_of_a_worker(), free_port()
    bench = Bench(directory, chosen.load_cpu)
    build = f"{per_worker} calls a worker"
    subject = Service(directory, chosen.lines, per_worker, build, chosen.server_cpu, web__port=port)
    try:
        tokens = sessions(f"sqlite:///{subject.line.data / 'wardbell.db'}", -(-chosen.watchers // EACH))
        print("watchers  key-prompt ms median    p95    max  INVITE-200 p95  cores  failed  bytes/s  changes/s each")
        for _ in range(chosen.rounds):
            for watchers in (0, chosen.watchers):
                row, heard = watched(bench, subject, port, watchers, tokens, max(1, chosen.lines * 3 // 4))
                keys, setup = row["key_to_prompt_ms"], row["setup_ms"]
                print(
                    f"{watchers:8}  {keys['median']:20.1f} {keys['p95']:6.1f} {keys['max']:6.1f}"
                    f" {setup['p95']:15.1f} {row['cores']:6.2f} {row['failed']:7} {heard}",
                    flush=True,
                )
    finally:
        bench.close()
        subject.close()


def watched(
    bench: Bench, subject: Service, port: int, watchers: int, tokens: list[str], lines: int
) -> tuple[measures.Row, str]:
    """The menu's row while so many watch, and what they were told."""
    if not watchers:
        return measures.menu(bench, subject, lines), ""
    words = [str(port), str(watchers), str(WATCHED)]
    command = [sys.executable, "-m", "bench.watchers", "--listen", *words]
    pinned = ["taskset", "-c", bench.load_cpu, *command] if bench.load_cpu else command
    with subprocess.Popen(pinned, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as listening:
        assert listening.stdin is not None
        listening.stdin.write("\n".join(tokens))
        listening.stdin.close()
        listening.stdin = None
        time.sleep(ARRIVING)
        row = measures.menu(bench, subject, lines)
        told, _ = listening.communicate()
    sent, changes, _snapshots = map(int, told.split())
    return row, f"{sent / WATCHED:8.0f} {changes / WATCHED / watchers:15.2f}"


if __name__ == "__main__":
    main()
