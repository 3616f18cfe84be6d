"""A prompt is recognised through a telephone, and another prompt is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.phone.hearing import Sound, find, load_clip

Melody = Callable[[str, float], Path]


def telephone(sound: Sound) -> Sound:
    """What is left of a sound after G.711 and a little noise."""
    noise = np.random.default_rng(7).normal(0, 20, sound.size)
    levels = np.sign(sound) * np.exp2(np.round(np.log2(np.abs(sound) + 1) * 16) / 16)
    worse: Sound = (levels + noise).astype(np.float32)
    return worse


def gap(seconds: float) -> Sound:
    return np.zeros(int(seconds * 8000), dtype=np.float32)


def test_a_prompt_is_found_where_it_was_said(melody: Melody) -> None:
    one, two = load_clip(melody("one", 1.3)), load_clip(melody("two", 0.9))
    heard = telephone(np.concatenate([gap(0.7), two, gap(0.2), one, gap(0.5)]))
    found = find(one, heard)
    assert found is not None
    assert abs(found.start - (gap(0.9).size + two.size)) < 80
    assert find(load_clip(melody("three", 1.0)), heard) is None


@pytest.mark.parametrize("seconds", [0.24, 0.5, 2.0])
@pytest.mark.parametrize("at", [0.2, 0.5, 0.8])
def test_a_prompt_with_a_frame_put_in_is_still_found(melody: Melody, seconds: float, at: float) -> None:
    clip = load_clip(melody("hello", seconds))
    cut = int(at * clip.size) // 160 * 160
    heard = np.concatenate([gap(0.3), clip[:cut], clip[cut - 160 : cut], clip[cut:], gap(0.3)])
    assert find(clip, telephone(heard)) is not None


@pytest.mark.parametrize("lost", [160, 480])
def test_a_prompt_with_frames_left_out_is_still_found(melody: Melody, lost: int) -> None:
    clip = load_clip(melody("hello", 2.0))
    heard = np.concatenate([gap(0.3), clip[:5000], clip[5000 + lost :], gap(0.3)])
    assert find(clip, telephone(heard)) is not None


def test_half_a_prompt_is_not_the_prompt(melody: Melody) -> None:
    clip = load_clip(melody("hello", 2.0))
    half = telephone(np.concatenate([gap(0.3), clip[: clip.size // 2], gap(2)]))
    assert find(clip, half) is None
    assert find(load_clip(melody("hello", 2.0), 0.8), half) is not None
