"""Many short calls through one worker: does it crash, does a line get stuck, does memory grow?

    python -m bench.soak --calls 10000 --at-once 4

Every call plays a list of clips, hears keys that stop it, records, and is hung up by one side or the other; every
fourth one is placed by the switch. Memory, file descriptors and threads of the worker are sampled on the way; the
report compares the second half of the calls with their middle. Everything stays on the loopback address.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from twisted.internet import reactor, task
from twisted.internet.defer import Deferred
from twisted.logger import FilteringLogObserver, LogLevel, LogLevelFilterPredicate, globalLogBeginner
from twisted.logger import textFileLogObserver as to_file

from ivr.switch.line import Ended, Line, LineGone, Offer, Played, TurnedAway
from ivr.switch.pool import Pool
from ivr.switch.settings import SwitchSettings
from tests.switch.peer import HOST, Peer
from tests.switch.worlds import clip

PAUSE = 0.02


class Talk:
    """One call on our side."""

    def __init__(self, soak: Soak) -> None:
        self.soak = soak
        self.keys = ""
        self.over: Deferred[Ended] = Deferred()
        self.up: Deferred[None] = Deferred()

    def ringing(self) -> None: ...

    def answered(self) -> None:
        self.up.callback(None)

    def key(self, key: str) -> None:
        self.keys += key

    def ended(self, end: Ended) -> None:
        self.soak.causes[end.cause] += 1
        self.over.callback(end)


class Soak:
    """Callers on one side, the switch on the other."""

    def __init__(self, calls: int, at_once: int, directory: Path) -> None:
        self.left = calls
        self.calls = calls
        self.at_once = at_once
        self.directory = directory
        self.clips = [clip(directory, seconds) for seconds in (0.06, 0.1, 0.04)]
        self.pool = Pool(reactor, SwitchSettings(port=0), self)  # type: ignore[arg-type]
        self.talks: dict[str, Talk] = {}
        self.causes: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.done = 0
        self.samples: list[dict[str, int]] = []
        self.deaths = 0
        self.chance = random.Random(1)

    def incoming(self, line: Line, offer: Offer) -> None:
        talk = self.talks.setdefault(offer.caller, Talk(self))
        line.listen(talk)
        Deferred.fromCoroutine(self.serve(line, talk, offer.caller)).addErrback(self.failed)

    def turned_away(self, refused: TurnedAway) -> None:
        self.wrong[f"refused with {refused.sip_code}"] += 1

    async def serve(self, line: Line, talk: Talk, name: str) -> None:
        try:
            if self.chance.random() < 0.5:
                await line.ring()
            await line.answer()
            await self.talk(line, talk, name)
        except LineGone:
            self.wrong["gone"] += 1

    async def talk(self, line: Line, talk: Talk, name: str) -> None:
        """A prompt to its end, a prompt that a key stops, a message, and perhaps we hang up."""
        if await line.play(self.clips[:2]) != Played(finished=True):
            self.wrong["play"] += 1
        stopped = await line.play(self.clips * 5, stop_on="15")
        if stopped.stopped_by != "1":
            self.wrong["stop"] += 1
        path = self.directory / f"{name}.wav"
        recorded = await line.record(path, limit=0.2, end_keys="#")
        if recorded.seconds < 0.05 or not path.exists():
            self.wrong["record"] += 1
        path.unlink(missing_ok=True)
        if talk.keys not in ("12", "12#"):
            self.wrong[f"keys {talk.keys!r}"] += 1
        await line.hang_up()

    def failed(self, failure: object) -> None:
        self.wrong[str(failure)[:300]] += 1

    async def caller(self) -> None:
        """One caller after the other on one line."""
        while self.left:
            self.left -= 1
            number = self.calls - self.left
            peer = Peer(self.pool.port)
            try:
                await (self.dialled(peer) if number % 4 == 0 else self.dials(peer, str(number)))
            finally:
                await peer.close()
            self.done += 1
            if self.done % 250 == 0:
                self.sample()

    async def dials(self, peer: Peer, name: str) -> None:
        talk = self.talks.setdefault(name, Talk(self))
        await peer.dials("8000", name)
        await self.wait_for(lambda: talk.up.called or peer.ended)
        if peer.ended:
            self.wrong[f"refused {peer.statuses[-1:]}"] += 1
            del self.talks[name]
            return
        await self.behave(peer)
        await self.finish(talk, peer)
        del self.talks[name]

    async def dialled(self, peer: Peer) -> None:
        talk = Talk(self)
        line = await self.pool.dial(f"sip:21@{HOST}:{peer.port}", caller_id="8000", timeout=10, listener=talk)
        await self.wait_for(lambda: peer.invite)
        peer.rings()
        peer.answers()
        await talk.up
        flow = Deferred.fromCoroutine(self.talk(line, talk, line.call_id)).addErrback(self.failed)
        await self.behave(peer)
        await self.finish(talk, peer)
        await flow

    async def behave(self, peer: Peer) -> None:
        """Press a key during the second prompt, another while nothing plays, sometimes # to end the message."""
        await task.deferLater(reactor, 0.35)  # type: ignore[arg-type]
        peer.press("12", milliseconds=80)
        if self.chance.random() < 0.5:
            await task.deferLater(reactor, 0.1)  # type: ignore[arg-type]
            peer.press("#", milliseconds=60)

    async def finish(self, talk: Talk, peer: Peer) -> None:
        if not talk.over.called:
            stuck = task.deferLater(reactor, 15, self.failed, "stuck")  # type: ignore[arg-type]
            stuck.addErrback(lambda _: None)
            await talk.over
            stuck.cancel()
        await self.wait_for(lambda: peer.ended)

    async def wait_for(self, happens: object) -> None:
        for _ in range(int(10 / PAUSE)):
            if happens():  # type: ignore[operator]
                return
            await task.deferLater(reactor, PAUSE)  # type: ignore[arg-type]
        self.wrong["late"] += 1

    def sample(self) -> None:
        pid = self.pool.workers[0].pid
        facts = {"calls": self.done, **memory_of(pid), "pid": pid or 0}
        facts["fds"] = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        facts["threads"] = len(list(Path(f"/proc/{pid}/task").iterdir()))
        self.samples.append(facts)
        sys.stderr.write(f"{facts} wrong={dict(self.wrong)}\n")

    async def run(self) -> dict[str, object]:
        await self.pool.start()
        await task.deferLater(reactor, 2.0)  # type: ignore[arg-type]
        self.sample()
        before = reactor.seconds()  # type: ignore[attr-defined]
        for one in [Deferred.fromCoroutine(self.caller()) for _ in range(self.at_once)]:
            await one
        seconds = reactor.seconds() - before  # type: ignore[attr-defined]
        await task.deferLater(reactor, 3.0)  # type: ignore[arg-type]
        self.sample()
        busy = self.pool.capacity().busy
        await self.pool.drain(1)
        first, last = self.samples[0], self.samples[-1]
        middle = next((s for s in self.samples if s["calls"] >= self.calls // 2), last)
        end = max((s for s in self.samples if s["calls"] >= self.calls), key=lambda s: s["private_kb"], default=last)
        return {
            "calls": self.done,
            "seconds": round(seconds, 1),
            "causes": dict(self.causes),
            "wrong": dict(self.wrong),
            "stuck lines": busy,
            "worker replaced": len({s["pid"] for s in self.samples}) - 1,
            "private kB at start, middle, end": [first["private_kb"], middle["private_kb"], end["private_kb"]],
            "growth over the second half": round(end["private_kb"] / middle["private_kb"] - 1, 4),
            "file descriptors before, after": [first["fds"], last["fds"]],
            "threads before, after": [first["threads"], last["threads"]],
        }


def memory_of(pid: int | None) -> dict[str, int]:
    """Memory of a process in kB: what it wrote itself, and all that is resident."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    facts = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return {"private_kb": facts["Private_Dirty"], "rss_kb": facts["Rss"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--json", type=Path, help="write the report and all samples there")
    chosen = parser.parse_args()
    quiet = LogLevelFilterPredicate(LogLevel.warn)
    globalLogBeginner.beginLoggingTo([FilteringLogObserver(to_file(sys.stderr), [quiet])], redirectStandardIO=False)
    directory = Path(tempfile.mkdtemp(prefix="wardbell-soak-"))

    async def run() -> None:
        soak = Soak(chosen.calls, chosen.at_once, directory)
        report = await soak.run()
        print(json.dumps(report, indent=2))
        if chosen.json:
            chosen.json.write_text(json.dumps({"report": report, "samples": soak.samples}, indent=1))

    try:
        task.react(lambda _: Deferred.fromCoroutine(run()))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
