"""Recordings before voices, the next voice when one falls out, and rendering everything ahead."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from prompts.catalog import Catalog
from prompts.errors import CannotSay, StudioError
from prompts.render import Known, render_all, texts_ahead
from prompts.store import Store, is_clip, seconds
from prompts.studio import Missing, Studio
from prompts.voices.fake import FakeVoice

ZH = "a.hello: 您好。\na.pick: 您要挂{name}，按1。\n"
EN = "a.hello: Hello.\na.pick: You chose {name}. Press 1.\n"


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "zh.yaml").write_text(ZH, encoding="utf-8")
    (folder / "en.yaml").write_text(EN, encoding="utf-8")
    return Catalog.load(folder, shipped=False)


def studio_of(
    catalog: Catalog, tmp_path: Path, *voices: FakeVoice, recordings: Path | None = None, told: list[str] | None = None
) -> Studio:
    return Studio(
        catalog,
        Store(tmp_path / "store"),
        {"zh": voices, "en": voices},
        recordings,
        tell=(told if told is not None else []).append,
    )


def test_a_text_is_rendered_once_and_then_ready(catalog: Catalog, tmp_path: Path) -> None:
    voice = FakeVoice()
    studio = studio_of(catalog, tmp_path, voice)
    assert studio.ready("zh", "您好。") is None
    clip = studio.render("zh", "您好。")
    assert is_clip(clip)
    assert studio.ready("zh", "您好。") == clip
    assert studio.render("zh", "您好。") == clip
    assert voice.asked == [("zh", "您好。")]
    assert studio_of(catalog, tmp_path, FakeVoice()).ready("zh", "您好。") == clip


def test_a_mark_at_an_end_becomes_quiet_and_is_not_spoken(catalog: Catalog, tmp_path: Path) -> None:
    voice = FakeVoice()
    studio = studio_of(catalog, tmp_path, voice)
    bare, marked = studio.render("zh", "按一"), studio.render("zh", "，按一。")
    assert voice.asked[1] == ("zh", "按一。")
    assert seconds(marked) - seconds(bare) > 0.4


def test_what_is_not_there_is_told_as_missing(catalog: Catalog, tmp_path: Path) -> None:
    studio = studio_of(catalog, tmp_path, FakeVoice())
    clip = studio.render("zh", "您要挂")
    assert studio.clips("zh", "a.pick", {"name": "内科"}) == [clip, Missing("zh", "内科"), Missing("zh", "，按一。")]


def test_the_next_voice_speaks_when_the_first_fell_out_and_is_said_once(catalog: Catalog, tmp_path: Path) -> None:
    first, second, told = FakeVoice("first"), FakeVoice("second"), list[str]()
    first.away = True
    studio = studio_of(catalog, tmp_path, first, second, told=told)
    for text in ("一", "二", "三"):
        assert is_clip(studio.render("zh", text))
    assert [text for _, text in first.asked] == ["一"]  # it is left alone for a while
    assert len(second.asked) == 3
    assert told == ["the voice first failed, the next one speaks: first cannot say that"]


def test_a_rested_voice_is_asked_again(catalog: Catalog, tmp_path: Path) -> None:
    first, second = FakeVoice("first"), FakeVoice("second")
    first.away = True
    studio = studio_of(catalog, tmp_path, first, second)
    studio.render("zh", "零")
    first.away = False
    for n in range(31):
        studio.render("zh", f"第{n}")
    assert len(first.asked) == 2


def test_voices_of_languages_that_the_line_does_not_speak_are_nobodys_concern(catalog: Catalog, tmp_path: Path) -> None:
    nobody = [FakeVoice("two", languages=["en"])]
    studio = Studio(catalog, Store(tmp_path / "x"), {"zh": [FakeVoice()], "tlh": nobody, "qya": nobody})
    assert studio.unavailable == []


def test_no_voice_at_all_is_told_with_every_reason(catalog: Catalog, tmp_path: Path) -> None:
    studio = studio_of(catalog, tmp_path, FakeVoice("one", failing=["啊"]), FakeVoice("two", languages=["en"]))
    with pytest.raises(StudioError, match="one: one cannot say that"):
        studio.render("zh", "啊")
    assert studio.unavailable == ["the voice two cannot speak zh on this machine"]
    with pytest.raises(StudioError, match="no voice is available"):
        Studio(catalog, Store(tmp_path / "x"), {}).render("zh", "啊")


def test_a_chinese_name_in_english_is_spoken_by_the_chinese_voice(catalog: Catalog, tmp_path: Path) -> None:
    voice = FakeVoice()
    studio = studio_of(catalog, tmp_path, voice)
    clip = studio.render("en", "内科")
    assert voice.asked == [("zh", "内科")]
    assert studio.ready("en", "内科") == clip == studio.render("zh", "内科")


@pytest.mark.parametrize(
    ("language", "text", "spoken_in"),
    [
        ("ru", "Dr Chen Wenhua", "en"),
        ("ru", "陈文华", "zh"),
        ("ru", "терапия", "ru"),
        ("pl", "терапия", "ru"),
        ("pl", "Surgery", "pl"),
        ("zh", "Surgery", "en"),
        ("zh", "十二 A", "zh"),
        ("yue", "內科", "yue"),
        ("yue", "Surgery", "en"),
    ],
)
def test_a_name_in_foreign_letters_is_spoken_by_a_voice_that_reads_them(
    catalog: Catalog, tmp_path: Path, language: str, text: str, spoken_in: str
) -> None:
    voice = FakeVoice(languages=("zh", "yue", "en", "ru", "pl"))
    languages: dict[str, list[FakeVoice]] = {one: [voice] for one in voice.languages}
    Studio(catalog, Store(tmp_path / "store"), languages).render(language, text)
    assert voice.asked == [(spoken_in, text)]


def test_an_english_voice_is_never_given_chinese_characters(catalog: Catalog, tmp_path: Path) -> None:
    voice = FakeVoice()
    studio = Studio(catalog, Store(tmp_path / "store"), {"en": [voice]})
    with pytest.raises(StudioError):
        studio.render("en", "内科")
    assert voice.asked == []


def test_a_recording_wins_over_voices_and_a_new_one_over_the_old(catalog: Catalog, tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    (recordings / "zh").mkdir(parents=True)
    FakeVoice().render("录音", "zh", recordings / "zh" / "a.hello.wav")
    FakeVoice().render("录音录音", "zh", recordings / "zh" / "a.pick.1.wav")
    voice = FakeVoice()
    studio = studio_of(catalog, tmp_path, voice, recordings=recordings)
    first = studio.render("zh", "您好。")
    studio.render("zh", "您要挂")
    assert voice.asked == []
    assert studio.source_of("zh", "您好。") == "recording"
    assert studio.ready("zh", "您好。") == first
    FakeVoice().render("新的录音", "zh", recordings / "zh" / "a.hello.wav")
    again = studio_of(catalog, tmp_path, voice, recordings=recordings)
    assert again.render("zh", "您好。") != first


def test_a_broken_recording_falls_back_to_the_voice(catalog: Catalog, tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    (recordings / "zh").mkdir(parents=True)
    (recordings / "zh" / "a.hello.wav").write_text("not audio")
    voice = FakeVoice()
    studio = studio_of(catalog, tmp_path, voice, recordings=recordings)
    assert is_clip(studio.render("zh", "您好。"))
    assert voice.asked == [("zh", "您好。")]


def test_everything_is_rendered_ahead_and_a_second_run_finds_it(catalog: Catalog, tmp_path: Path) -> None:
    texts = texts_ahead(catalog, [Known("name", {"zh": "内科", "en": "medicine"})])
    assert texts == [
        ("en", "Hello."), ("en", "You chose"), ("en", ". Press one."), ("en", "medicine"),
        ("zh", "您好。"), ("zh", "您要挂"), ("zh", "，按一。"), ("zh", "内科"),
    ]  # fmt: skip
    voice = FakeVoice(failing=["内科"])
    summary = render_all(studio_of(catalog, tmp_path, voice), texts, progress=False)
    assert (summary.rendered, summary.found) == (7, 0)
    assert [failure[:2] for failure in summary.failed] == [("zh", "内科")]
    voice.failing.clear()
    resumed = render_all(studio_of(catalog, tmp_path, voice), texts, progress=False)
    assert str(resumed) == "1 rendered, 7 already there"


def test_a_clip_that_vanished_is_made_again_after_the_player_says_so(catalog: Catalog, tmp_path: Path) -> None:
    studio = studio_of(catalog, tmp_path, FakeVoice())
    studio.render("zh", "您好。").unlink()
    studio.forget("zh", "您好。")
    assert studio.ready("zh", "您好。") is None
    assert is_clip(studio.render("zh", "您好。"))


def test_clips_are_what_telephones_play(catalog: Catalog, tmp_path: Path) -> None:
    with wave.open(str(studio_of(catalog, tmp_path, FakeVoice()).render("zh", "您好。")), "rb") as clip:
        assert (clip.getnchannels(), clip.getsampwidth(), clip.getframerate()) == (1, 2, 8000)


def test_slow_speech_is_the_same_clip_a_quarter_longer(catalog: Catalog, tmp_path: Path) -> None:
    voice = FakeVoice()
    studio = studio_of(catalog, tmp_path, voice)
    usual = studio.render("zh", "您好，欢迎致电本院。")
    assert studio.ready("zh", "您好，欢迎致电本院。", slow=True) is None
    slow = studio.render("zh", "您好，欢迎致电本院。", slow=True)
    assert is_clip(slow)
    assert slow != usual
    assert seconds(slow) == pytest.approx(seconds(usual) * 1.25, rel=0.03)
    assert len(voice.asked) == 1  # made of the clip, not spoken again
    assert studio.ready("zh", "您好，欢迎致电本院。", slow=True) == slow
    assert studio.ready("zh", "您好，欢迎致电本院。") == usual
    assert studio_of(catalog, tmp_path, FakeVoice()).ready("zh", "您好，欢迎致电本院。", slow=True) == slow
    assert studio.clips("zh", "a.pick", {"name": "内科"}, slow=True)[0] == Missing("zh", "您要挂")


def test_a_recording_is_slowed_down_too(catalog: Catalog, tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    (recordings / "zh").mkdir(parents=True)
    FakeVoice().render("录音录音", "zh", recordings / "zh" / "a.hello.wav")
    voice = FakeVoice()
    studio = studio_of(catalog, tmp_path, voice, recordings=recordings)
    assert seconds(studio.render("zh", "您好。", slow=True)) > seconds(studio.render("zh", "您好。")) * 1.2
    assert voice.asked == []


def test_a_slow_clip_that_vanished_is_made_again(catalog: Catalog, tmp_path: Path) -> None:
    studio = studio_of(catalog, tmp_path, FakeVoice())
    studio.render("zh", "您好。", slow=True).unlink()
    studio.forget("zh", "您好。")
    assert studio.ready("zh", "您好。", slow=True) is None
    assert is_clip(studio.render("zh", "您好。", slow=True))


def test_slow_clips_are_rendered_ahead_after_the_usual_ones(catalog: Catalog, tmp_path: Path) -> None:
    voice = FakeVoice(failing=["您好。"])
    studio = studio_of(catalog, tmp_path, voice)
    summary = render_all(studio, texts_ahead(catalog), slow=True, progress=False)
    usual = len(texts_ahead(catalog)) - 1
    assert (summary.rendered, len(summary.failed)) == (2 * usual, 1)
    assert studio.ready("en", "Hello.", slow=True) is not None


def test_a_voice_that_comes_back_is_told_once_and_when_it_falls_out_again_too(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prompts.speakers._REST", 3)
    told: list[str] = []
    first, second = FakeVoice("first"), FakeVoice("second")
    studio = studio_of(catalog, tmp_path, first, second, told=told)
    for away in (True, False, True):
        first.away = away
        for number in range(5):
            studio.render("zh", f"{away}{len(told)}第{number}")
    assert [sentence.split(",")[0].split(":")[0] for sentence in told] == [
        "the voice first failed",
        "the voice first speaks again",
        "the voice first failed",
    ]


def test_a_text_that_a_voice_has_no_sounds_for_costs_it_that_text_only(catalog: Catalog, tmp_path: Path) -> None:
    class Particular(FakeVoice):
        def render(self, text: str, language: str, to: Path) -> None:
            if text == "十二":
                raise CannotSay("not this")
            super().render(text, language, to)

    told: list[str] = []
    first, second = Particular("first"), FakeVoice("second")
    studio = studio_of(catalog, tmp_path, first, second, told=told)
    studio.render("zh", "十二")
    studio.render("zh", "十三")
    assert (first.asked, second.asked, told) == ([("zh", "十三")], [("zh", "十二")], [])


def test_a_busy_voice_is_not_waited_for_unless_there_is_no_other(catalog: Catalog, tmp_path: Path) -> None:
    first, second = FakeVoice("first"), FakeVoice("second")
    first.busy = second.busy = True
    studio = studio_of(catalog, tmp_path, first, second)
    studio.render("zh", "十二")
    assert (first.asked, second.asked) == ([], [("zh", "十二")])
    studio.render("zh", "十三", patient=True)  # ahead of the calls there is time
    assert first.asked == [("zh", "十三")]


def test_the_quick_voice_steps_in_whatever_comes_before_it(catalog: Catalog, tmp_path: Path) -> None:
    first, quick = FakeVoice("first"), FakeVoice("quick", quick=True)
    studio = studio_of(catalog, tmp_path, first, quick)
    clip = studio.render_quickly("zh", "您好。")
    assert (first.asked, quick.asked) == ([], [("zh", "您好。")])
    assert studio.ready("zh", "您好。") == clip
    assert seconds(studio.render_quickly("zh", "您好。", slow=True)) > seconds(clip) * 1.1
    with pytest.raises(StudioError, match="no voice is quick"):
        studio_of(catalog, tmp_path, first).render_quickly("zh", "您好。")


def test_texts_are_rendered_anew_when_a_better_voice_was_installed(catalog: Catalog, tmp_path: Path) -> None:
    old, new = FakeVoice("old", quick=True), FakeVoice("new")
    texts = texts_ahead(catalog)
    render_all(studio_of(catalog, tmp_path, old), texts, slow=True, progress=False)
    better = studio_of(catalog, tmp_path, new, old)
    assert better.heard_from("zh", "您好。") == "old"
    assert str(render_all(better, texts, slow=True, progress=False)) == f"{2 * len(texts)} rendered, 0 already there"
    assert better.heard_from("zh", "您好。") == "new"
    assert str(render_all(better, texts, slow=True, progress=False)) == f"0 rendered, {2 * len(texts)} already there"
    new.away = True  # what it cannot say stays as it is
    for text in ("甲", "乙"):
        studio_of(catalog, tmp_path, old).render("zh", text)
    again = studio_of(catalog, tmp_path, new, old)
    assert str(render_all(again, [("zh", "甲"), ("zh", "乙")], progress=False)) == "0 rendered, 2 already there"


HAN = ["您好。", "内科", "B超", "请到3楼CT室", "Chen 医生", "陈 Wenhua", "按一。", "㐀"]


@pytest.mark.parametrize("text", HAN)
@pytest.mark.parametrize("language", ["zh", "yue", "en", "ru", "pl"])
def test_chinese_is_never_given_to_a_voice_of_another_language(
    catalog: Catalog, tmp_path: Path, language: str, text: str
) -> None:
    """Such a voice would spell it out, or read it as English pinyin: neither the first, nor the next, nor the quick."""
    languages = ("zh", "yue", "en", "ru", "pl")
    voices = [FakeVoice("first", languages, [text]), FakeVoice("quick", languages, quick=True)]
    studio = Studio(catalog, Store(tmp_path / "store"), dict.fromkeys(languages, voices))
    studio.render(language, text)
    studio.render_quickly(language, text)
    asked = {spoken for voice in voices for spoken, _ in voice.asked}
    assert asked == {"yue" if language == "yue" else "zh"}
    bare = Studio(catalog, Store(tmp_path / "bare"), dict.fromkeys(("en", "ru", "pl"), voices))
    for render in (bare.render, bare.render_quickly):
        with pytest.raises(StudioError):
            render(language, text)
