"""The whole of Wardbell as the bench's subject: `wardbell run` with the bench's own number.

Number 7000 runs `flows/bench.yaml`: a marker prompt of a minute, a key, and a list of departments
asked of the database, whose first clip is the other marker (`media.py`). The markers are laid into the
prompt store under the names that the service will look for; all else is sung (`tests/e2e/melodies.py`), so that
no voice is rendered while it is measured.
"""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Any

from bench import media, processes
from bench.subjects import wait_for_sip
from prompts.catalog import Catalog
from prompts.speech import fixed_texts
from prompts.store import Store
from prompts.studio import Studio
from prompts.voices.espeak import Espeak
from tests.e2e.line import Line
from tests.e2e.melodies import sing_ahead
from tests.e2e.melodies import studio as singer
from tests.phone.ports import free_port
from wardbell.doctor.pjsip import look
from wardbell.parts import Parts
from wardbell.settings import Settings

HERE = Path(__file__).parent
NUMBER = "7000"
WELCOME_SECONDS, LIST_SECONDS = 75, 10


def calls_of_a_worker() -> int:
    """How many calls this build of pjsua2 holds in one process."""
    return look().calls


class MarkerStudio(Studio):
    """Makes markers where the service would have espeak speak."""

    def _speak(self, source: Any, language: str, text: str, to: Path) -> None:
        high = text == self._welcome
        media.marker(to, WELCOME_SECONDS if high else LIST_SECONDS, high=high)

    _welcome = ""

    def lay(self, welcome: str, others: list[str]) -> None:
        """Put the markers into the store."""
        self._welcome = welcome
        for text in (welcome, *others):
            self.render("zh", text)


class Service:
    """A running `wardbell run` of `lines` lines."""

    name = "wardbell"

    def __init__(
        self, directory: Path, lines: int, per_worker: int, build: str, cpu: str = "", **settings: Any
    ) -> None:
        """`settings`: more of those of `wardbell run`, dotted names with `__`."""
        self.build = build
        self.lines = lines
        workers = -(-lines // per_worker)
        self.nurse_port = free_port()
        flows, texts = directory / "flows", directory / "texts"
        shutil.copytree(HERE.parent / "flows", flows, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        shutil.copy(HERE / "flows" / "bench.yaml", flows)
        with (flows / "numbers.yaml").open("a") as numbers:
            numbers.write(f'\n  "{NUMBER}": {{flow: bench, language: zh}}\n')
        shutil.copytree(HERE / "texts", texts)
        self.line = Line(
            directory, self.nurse_port, flows_dir=flows, texts_dir=texts, sip__workers_min=workers,
            sip__workers_max=workers, sip__lines_per_worker=min(lines, per_worker), outbound__reserve=0,
            sip__port=port_row(workers), sip__rtp_first=20000, sip__rtp_last=32767, **settings,
        )  # fmt: skip
        self.line.prepare()
        catalog = Catalog.load(texts)
        studio = MarkerStudio(catalog, Store(self.line.data / "prompts"), {"zh": [Espeak()]})
        studio.lay(*marked(catalog))
        parts = Parts(Settings(data_dir=self.line.data))
        sing_ahead(singer(catalog, self.line.data / "prompts"), catalog, list(parts.known_values()))
        parts.close()
        self.line.start(cpu)
        assert self.line.process is not None
        self.ports = [self.line.sip_port + 2 * number for number in range(workers)]
        wait_for_sip(self.ports, self.line.process)

    def pids(self) -> list[int]:
        """The engine and its workers."""
        assert self.line.process is not None
        return processes.tree(self.line.process.pid)

    def workers(self) -> list[int]:
        """Those that hold calls."""
        return self.line.workers()

    def number(self, scenario: str) -> str:
        """Every scenario dials the bench's number."""
        return NUMBER

    def close(self) -> None:
        """Stop it."""
        self.line.close()


def marked(catalog: Catalog) -> tuple[str, list[str]]:
    """The text that the high marker stands for, and those that get the low one."""
    texts = dict(fixed_texts(catalog, "zh"))
    return texts["bench.welcome"], [texts["bench.list"]]


def port_row(workers: int) -> int:
    """A SIP port below those that the system hands out; worker n listens 2n above it, RTP is further up."""
    for first in range(6000, 9900 - 2 * workers, 2 * workers):
        try:
            for port in range(first, first + 2 * workers, 2):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise SystemExit(f"no {workers} free SIP ports")
