"""The store survives what disks and power cuts do to it."""

from __future__ import annotations

import subprocess
import sys
import threading
import wave
from pathlib import Path

import pytest

from prompts.errors import StudioError
from prompts.store import Store, is_clip, name_of, seconds

NAME = name_of("fake", "1", "zh", "您好")


def write_clip(to: Path, frames: int = 800, rate: int = 8000) -> None:
    with wave.open(str(to), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"\1\2" * frames)


def refuse(to: Path) -> None:
    raise AssertionError("it was there already")


def test_a_clip_is_made_once_and_found_by_another_process(tmp_path: Path) -> None:
    path = Store(tmp_path).add(NAME, write_clip)
    other = Store(tmp_path)
    assert other.find(NAME) == path
    assert other.add(NAME, refuse) == path
    assert seconds(path) == 0.1


def test_a_known_clip_costs_no_look_at_the_disk(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.add(NAME, write_clip)
    path.unlink()
    assert store.find(NAME) == path
    store.forget(NAME)
    assert store.find(NAME) is None


def test_borders_between_the_parts_of_a_name_count() -> None:
    assert name_of("a", "bc") != name_of("ab", "c")


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:500])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"junk")


def other_rate(path: Path) -> None:
    write_clip(path, rate=16000)


def nothing_in_it(path: Path) -> None:
    write_clip(path, frames=0)


@pytest.mark.parametrize("harm", [torn, empty, zeroed, longer, other_rate, nothing_in_it])
def test_a_bad_file_is_no_clip_and_is_rendered_anew(tmp_path: Path, harm) -> None:  # type: ignore[no-untyped-def]
    path = Store(tmp_path).add(NAME, write_clip)
    harm(path)
    store = Store(tmp_path)
    assert store.find(NAME) is None
    assert store.add(NAME, write_clip) == path
    assert is_clip(path)


def test_a_maker_that_writes_rubbish_is_refused(tmp_path: Path) -> None:
    def scribble(to: Path) -> None:
        to.write_bytes(b"RIFF")

    store = Store(tmp_path)
    with pytest.raises(StudioError, match="not a clip"):
        store.add(NAME, scribble)
    assert store.find(NAME) is None
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_a_maker_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(to: Path) -> None:
        raise StudioError("no")

    store = Store(tmp_path)
    with pytest.raises(StudioError):
        store.add(NAME, fail)
    assert store.find(NAME) is None


def test_a_store_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where the folder should be")
    with pytest.raises(StudioError, match="cannot write"):
        Store(tmp_path / "store").add(NAME, write_clip)


def test_many_at_once_all_get_the_clip(tmp_path: Path) -> None:
    start = threading.Barrier(8)
    got: list[Path] = []

    def make(to: Path) -> None:
        aside = to.with_name(f"{threading.get_ident()}.part")
        write_clip(aside)
        aside.replace(to)

    def add() -> None:
        start.wait()
        got.append(Store(tmp_path).add(NAME, make))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 1
    assert is_clip(got[0])
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [got[0]]


def test_years_of_new_balances_and_slips_do_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prompts.store.REMEMBERED", 3)
    store = Store(tmp_path)
    names = [name_of("fake", str(number)) for number in range(10)]
    paths = [store.add(name, write_clip) for name in names]
    for path in paths:
        path.unlink()
    assert sum(store.find(name) is not None for name in names) <= 3


ENGINE = """
import sys
from pathlib import Path
from prompts.store import Store, is_clip, name_of
from prompts.sweep import sweep
from tests.prompts.test_store import write_clip

def make(to):
    aside = to.with_name(f".{to.name}.{sys.argv[2]}.part")
    write_clip(aside, 400)
    aside.replace(to)

folder, names = Path(sys.argv[1]), [name_of("fake", str(number)) for number in range(40)]
for round in range(5):
    store = Store(folder)
    for name in names:
        clip = store.add(name, make)
        assert clip == store.find(name)
    if sys.argv[2] == "0":
        sweep(folder, set(names[:20]), now=clip.stat().st_mtime + 9, limit=0, older=None)
"""


def test_engines_fill_and_sweep_one_folder_at_the_same_time(tmp_path: Path) -> None:
    """Each finds or makes what it needs; what another threw away is made again; nothing half is left."""
    engines = [
        subprocess.Popen([sys.executable, "-c", ENGINE, str(tmp_path), str(number)], stderr=subprocess.PIPE, text=True)
        for number in range(3)
    ]
    assert [(engine.communicate(timeout=60)[1], engine.returncode) for engine in engines] == [("", 0)] * 3
    store = Store(tmp_path)
    for number in range(20):
        assert store.find(name_of("fake", str(number))) is not None
    assert all(is_clip(file) for file in tmp_path.rglob("*") if file.is_file())
