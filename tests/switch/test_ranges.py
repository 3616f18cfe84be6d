"""Which RTP ports a worker gets. The ranges of these tests lie where no other test has any."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ivr.switch.line import SwitchError
from ivr.switch.ranges import LEAST, Ranges, each, held_here

FIRST = 1000


def test_a_worker_that_starts_anew_gets_other_ports(tmp_path: Path) -> None:
    ranges = Ranges(FIRST, FIRST + 47, 1)
    got = []
    for _ in range(5):
        got.append(ranges.take())
        ranges.give_back(got[-1])
    assert got == [1000, 1016, 1032, 1000, 1016]


def test_an_engine_that_starts_anew_goes_on_where_the_one_before_was(tmp_path: Path) -> None:
    memory = tmp_path / "rtp.json"
    first = Ranges(FIRST, FIRST + 47, 1, memory)
    assert first.take() == 1000
    del first  # killed: it gives nothing back
    again = Ranges(FIRST, FIRST + 47, 1, memory)
    assert again.take() == 1016
    again.give_back(1016)
    memory.write_text("not what was written")
    assert Ranges(FIRST, FIRST + 47, 1, memory).take() == 1000


def test_two_workers_have_ranges_of_their_own_until_none_is_left() -> None:
    ranges = Ranges(FIRST, FIRST + 31, 2)
    assert [ranges.take(), ranges.take()] == [1000, 1016]
    with pytest.raises(SwitchError, match="every range of RTP ports from 1000 on is in use"):
        ranges.take()


def test_two_engines_of_one_machine_never_have_the_same_ports() -> None:
    program = "import sys; from ivr.switch.ranges import Ranges; r = Ranges(1000, 1047, 1); print(r.take(), flush=True)"
    command = [sys.executable, "-c", f"{program}; sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert int(other.stdout.readline()) == 1000
        assert (1000, 1015) in held_here()
        ranges = Ranges(FIRST, FIRST + 47, 1)
        assert ranges.take() == 1016
        assert Ranges(1008, 1055, 1).take() == 1040  # settings that overlap in another way
        assert Ranges(FIRST, FIRST + 15, 1).take() == 1000  # rather the same ports than no calls
        other.kill()
    ranges.give_back(1016)
    assert (1000, 1015) not in held_here()


@pytest.mark.parametrize(
    ("last", "workers", "expected"),
    [(32767, 1, 4000), (32767, 4, 1064), (32767, 64, 66), (20047, 3, 16), (20020, 2, 10)],
)
def test_how_many_ports_one_worker_gets(last: int, workers: int, expected: int) -> None:
    assert each(20000, last, workers) == expected
    assert expected >= LEAST or workers * LEAST > last - 20000
