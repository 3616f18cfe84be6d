"""What was heard is held to what was said, whatever way numbers are written."""

from __future__ import annotations

import numpy as np
import pytest

from tests.phone.ear import WINDOW, windows
from tests.phone.hearing import RATE, Sound
from tests.phone.levels import bursts, clipped, quiet_since, speech_level
from tests.phone.wording import compare

SAME = (
    ("en", "To confirm, press one.", "To confirm, press 1."),
    ("en", "two zero two six, zero zero four two", "2-0-2-6, 0042"),
    ("en", "I am sorry, twelve yuan and fifty fen", "I'm sorry, 12 yuan and 50 fen."),
    ("ru", "нажмите один, чтобы прослушать ещё раз", "Нажмите 1, чтобы прослушать еще раз"),
    ("pl", "proszę nacisnąć dwa", "Proszę nacisnąć 2."),
)
DIFFERENT = (
    ("en", "To confirm, press one.", "To confirm, press two.", 1),
    ("en", "press one", "please press the one", 2),
    ("pl", "Nie naciśnięto żadnego klawisza.", "", 4),
)


def tone(seconds: float, height: float = 5000) -> Sound:
    return (height * np.sin(np.arange(int(seconds * RATE)) * 0.5)).astype(np.float32)


def quiet(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), dtype=np.float32)


@pytest.mark.parametrize(("language", "said", "heard"), SAME)
def test_the_same_words_are_the_same_however_they_are_written(language: str, said: str, heard: str) -> None:
    assert compare(language, said, heard)[0] == 0


@pytest.mark.parametrize(("language", "said", "heard", "wrong"), DIFFERENT)
def test_other_words_are_counted(language: str, said: str, heard: str, wrong: int) -> None:
    assert compare(language, said, heard)[0] == wrong


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("确认按一，重听按二。", "確認按1,重聽按2", 0),
        ("挂号费十二元五角", "挂号费12元5角", 0),
        ("二零二六，零零四二", "2026 0042", 0),
        ("幺三八，两元", "138,2元", 0),
        ("病区", "定期", 2),
    ],
)
def test_chinese_is_compared_by_its_sounds(said: str, heard: str, wrong: int) -> None:
    """Needs pypinyin, of the extra `kokoro`."""
    assert compare("zh", said, heard)[0] == wrong


def test_speech_and_quiet_are_told_apart() -> None:
    sound = np.concatenate([quiet(0.5), tone(1), quiet(0.1), tone(1), quiet(0.6), tone(0.5), quiet(2)])
    assert [(round(a / RATE, 2), round(b / RATE, 2)) for a, b in bursts(sound, 0.3)] == [(0.5, 2.6), (3.2, 3.7)]
    assert quiet_since(sound) == pytest.approx(2)
    assert speech_level(sound) == pytest.approx(-19.3, abs=0.1)
    assert clipped(sound) == 0
    assert clipped(np.clip(tone(1, 60_000), -32_124, 32_124)) > 1000


def test_a_long_sound_is_cut_where_nobody_speaks() -> None:
    sound = np.concatenate([piece for _ in range(12) for piece in (tone(4), quiet(0.4))])
    cut = list(windows(sound))
    assert len(cut) == 2
    assert all(part.size <= (WINDOW + 0.5) * RATE for part in cut)
    assert sum(float(np.abs(part).sum()) for part in cut) == pytest.approx(float(np.abs(sound).sum()))
