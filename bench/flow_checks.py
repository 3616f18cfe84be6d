"""What checking and publishing cost whoever shares the process: how late a thread that wakes each 5 ms is, alone,
beside checks and proofs (read everything, run all flow tests) in a thread of the same process, beside the same in the
workshop's, and beside the sound of new texts, which programs make.

    python -m bench.flow_checks
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import resources
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from editions.bundle import Bundle
from editions.examiner import Aside, Examiner, Here
from editions.workshop.questions import check
from editions.workshop.workshop import AtOnce, OwnProcess
from prompts.catalog import Catalog
from prompts.render import render_all
from prompts.store import Store
from prompts.studio import Studio
from prompts.voices.espeak import Espeak

EVERY = 0.005
LONG = 10.0
"""Seconds of each measurement."""
ZONE = ZoneInfo("Asia/Shanghai")


def main() -> None:
    """Print a line for each."""
    files = Bundle(Bundle.of_folder(Path(str(resources.files("flows")))).files)
    print(f"{'':28}{'checks':>8}{'ms each':>9}{'late p50':>10}{'p99':>8}{'worst ms':>10}")
    _measured("no check", lambda: time.sleep(0.05))
    _measured("checks in a thread", lambda: AtOnce().ask("it", check, files, ZONE))
    with closing(OwnProcess()) as workshop:
        workshop.ask("it", check, files, ZONE)
        _measured("checks in the workshop", lambda: workshop.ask("it", check, files, ZONE))
        _measured("proofs in a thread", lambda: _proved(Here(), files))
        aside = Aside(workshop)
        _proved(aside, files)
        _measured("proofs in the workshop", lambda: _proved(aside, files))
    with TemporaryDirectory(prefix="wardbell-bench-") as folder:
        numbers = count()
        studio = Studio(Catalog.load(), Store(Path(folder)), {"en": [Espeak()]})
        _measured("the sound of 16 new texts", lambda: _rendered(studio, numbers))


def _proved(examiner: Examiner, files: Bundle) -> None:
    examiner.read(files, ZONE)
    assert not examiner.test(files, ZONE).failed


def _rendered(studio: Studio, numbers: Iterator[int]) -> None:
    words = "The department of number {} is open today, please go to the second floor."
    texts = [("en", words.format(next(numbers))) for _ in range(16)]
    assert not render_all(studio, texts, slow=True, progress=False).failed


def _measured(name: str, work: Callable[[], object]) -> None:
    done, spent = 0, 0.0
    over = threading.Event()

    def works() -> None:
        nonlocal done, spent
        while not over.is_set():
            began = time.perf_counter()
            work()
            spent += time.perf_counter() - began
            done += 1

    worker = threading.Thread(target=works)
    worker.start()
    late, until = [], time.perf_counter() + LONG
    while (now := time.perf_counter()) < until:
        time.sleep(EVERY)
        late.append((time.perf_counter() - now - EVERY) * 1000)
    over.set()
    worker.join()
    late.sort()
    p99 = late[int(len(late) * 0.99)]
    print(f"{name:28}{done:8}{spent / done * 1000:9.0f}{statistics.median(late):10.2f}{p99:8.2f}{late[-1]:10.2f}")


if __name__ == "__main__":
    main()
