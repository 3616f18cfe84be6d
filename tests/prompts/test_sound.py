"""Real speech through the real programs: rate, level, quiet at the ends, and the languages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from pydub import AudioSegment
from pydub.generators import Sine, WhiteNoise

from prompts.errors import SoundFailed, VoiceFailed
from prompts.sound import LEVEL, PEAK, TOLERANCE, pads, speech_level, to_telephone, without_leading_marks
from prompts.store import is_clip
from prompts.voices.espeak import Espeak
from prompts.voices.gtts import Google
from prompts.voices.voice import run

SPOKEN = [
    ("zh", "一"),
    ("zh", "您要挂的是"),
    ("zh", "本院已经为您记录并生成号单，请于就诊时到医院自助终端打印号单后就诊。"),
    ("en", "one"),
    ("en", "To confirm, press one."),
    ("en", "-v is not an option here; $(reboot) neither"),
]


def quiet_ends(clip: AudioSegment) -> tuple[int, int]:
    """Milliseconds before the first and after the last 10 ms that are louder than -55 dBFS."""
    loud = [at for at in range(0, len(clip), 10) if clip[at : at + 10].dBFS > -55]
    return loud[0], len(clip) - loud[-1] - 10


@pytest.mark.parametrize(("language", "text"), SPOKEN)
def test_speech_comes_out_level_and_trimmed(tmp_path: Path, language: str, text: str) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out.wav"
    Espeak().render(text, language, raw)
    to_telephone(raw, out, *pads(text))
    assert is_clip(out)
    clip = AudioSegment.from_file(str(out), format="wav")
    assert abs(speech_level(clip) - LEVEL) <= TOLERANCE
    assert clip.max_dBFS <= PEAK
    lead, tail = pads(text)
    before, after = quiet_ends(clip)
    assert lead - 10 <= before <= lead + 60
    assert tail - 10 <= after <= tail + 150
    assert [file.name for file in tmp_path.iterdir() if "part" in file.name] == []


def test_chinese_is_not_spelled_out_in_english(tmp_path: Path) -> None:
    voice = Espeak()
    assert {"zh", "en"} <= voice.languages
    phonemes = run(["espeak-ng", "-q", "-x", "-v", "cmn-latn-pinyin", "--stdin"], text="内科门诊", timeout=20)
    assert len(phonemes.split()) == 4  # the English fallback says "Chinese letter" for each
    with pytest.raises(VoiceFailed, match="no voice"):
        voice.render("salut", "fr", tmp_path / "raw")


@pytest.mark.parametrize("gain", [-40, -20, 0])
def test_quiet_and_loud_sources_become_equally_loud(tmp_path: Path, gain: int) -> None:
    source, out = tmp_path / "source.wav", tmp_path / "out.wav"
    tone = Sine(700).to_audio_segment(duration=800).apply_gain(gain)
    (AudioSegment.silent(500) + tone + AudioSegment.silent(900)).export(str(source), format="wav")
    to_telephone(source, out, 20, 50)
    clip = AudioSegment.from_file(str(out), format="wav")
    assert abs(speech_level(clip) - LEVEL) <= TOLERANCE
    assert 800 <= len(clip) <= 960


def test_what_g711_cannot_carry_is_filtered_and_not_folded_back(tmp_path: Path) -> None:
    source, out = tmp_path / "source.wav", tmp_path / "out.wav"
    low = Sine(500, sample_rate=44100).to_audio_segment(duration=300).apply_gain(-20)
    high = Sine(6000, sample_rate=44100).to_audio_segment(duration=300).apply_gain(-6)
    (low + high).export(str(source), format="wav")
    to_telephone(source, out, 0, 0)
    clip = AudioSegment.from_file(str(out), format="wav")
    assert clip[:250].dBFS - clip[340:].dBFS > 20 or len(clip) < 340


def test_files_that_are_no_speech_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    for name, content in (("empty", b""), ("text", b"hello"), ("html", b"<html>" * 500)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SoundFailed):
            to_telephone(tmp_path / name, out, 0, 0)
    AudioSegment.silent(1000).export(str(tmp_path / "silence"), format="wav")
    with pytest.raises(SoundFailed, match="nothing to hear"):
        to_telephone(tmp_path / "silence", out, 0, 0)
    with pytest.raises(SoundFailed):
        to_telephone(tmp_path / "not there", out, 0, 0)
    assert not out.exists()


def test_a_studios_mp3_is_taken_too(tmp_path: Path) -> None:
    WhiteNoise().to_audio_segment(duration=500).export(str(tmp_path / "take.mp3"), format="mp3")
    to_telephone(tmp_path / "take.mp3", tmp_path / "out.wav", 0, 0)
    assert is_clip(tmp_path / "out.wav")


def test_marks_at_the_ends_of_a_text_say_how_much_quiet() -> None:
    assert pads("一") == (20, 50)
    assert pads("，按一。") == (180, 380)
    assert pads("Hello, ") == (20, 180)
    assert without_leading_marks("，按一。") == "按一。"


def test_a_voice_without_a_network_fails_within_its_time_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(VoiceFailed, match="gTTS"):
        Google(timeout=1.0).render("您好", "zh", tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


def test_a_program_that_is_missing_or_hangs_is_told() -> None:
    with pytest.raises(VoiceFailed, match="not installed"):
        run(["no-such-voice-program"], timeout=1)
    with pytest.raises(VoiceFailed, match="longer than"):
        run(["sleep", "5"], timeout=0.05)
    with pytest.raises(VoiceFailed, match="failed"):
        run(["false"], timeout=1)


def test_what_a_full_disk_left_of_a_clip_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ffmpeg ends with 0 although the file holds nothing but zeros."""
    there = shutil.which("ffmpeg")
    shim = tmp_path / "bin" / "ffmpeg"
    shim.parent.mkdir()
    only_zeros = 'head -c 500 /dev/zero > "${to#file:}"'
    shim.write_text(
        f'#!/bin/sh\nfor to; do :; done\ncase "$to" in file:*) {only_zeros};; *) exec {there} "$@";; esac\n'
    )
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}:{os.environ['PATH']}")
    with pytest.raises(SoundFailed, match="disk full"):
        to_telephone(tmp_path / "any", tmp_path / "out.wav", 0, 0)
    assert [file.name for file in tmp_path.iterdir()] == ["bin"]
