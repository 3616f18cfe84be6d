"""`wardbell prompts`, as the hospital's IT types it."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from prompts.catalog import Catalog
from prompts.render import Known
from prompts.store import Store
from prompts.studio import Studio
from prompts.voices.fake import FakeVoice
from wardbell.commands.prompts import prompts
from wardbell.parts import Parts
from wardbell.settings import Settings


@dataclass
class Desk:
    """The little of the application that the commands need."""

    catalog: Catalog
    studio: Studio
    voice: FakeVoice

    def known_values(self) -> Sequence[Known]:
        return [Known("name", {"zh": "内科"}), Known("money", 1000)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "zh.yaml").write_text("a.pick: 您要挂{d.name}，费用{fee:money}。\na.hello: 您好。\n", encoding="utf-8")
    catalog = Catalog.load(texts, shipped=False)
    voice = FakeVoice()
    return Desk(catalog, Studio(catalog, Store(tmp_path / "store"), {"zh": [voice]}), voice)


def typed(desk: Desk, *words: str) -> Result:
    return CliRunner().invoke(prompts, list(words), obj=desk)


def test_render_makes_everything_and_says_how_much(desk: Desk) -> None:
    assert "prompts: 5 rendered, 0 already there" in typed(desk, "render", "--no-slow").output
    assert "prompts: 5 rendered, 5 already there" in typed(desk, "render").output  # the slow ones
    assert "prompts: 0 rendered, 10 already there" in typed(desk, "render", "--quiet").output


def test_render_goes_on_after_a_failure_and_ends_with_an_error(desk: Desk) -> None:
    desk.voice.failing.add("内科")
    result = typed(desk, "render")
    assert result.exit_code == 1
    assert 'failed: zh "内科": no clip in zh: fake: fake cannot say that' in result.output
    assert "8 rendered, 0 already there, 1 FAILED" in result.output


def test_list_tells_name_source_and_length(desk: Desk) -> None:
    assert "zh  a.hello  [fake, not rendered]  您好。" in typed(desk, "list").output
    typed(desk, "render")
    lines = typed(desk, "list", "--lang", "zh").output.splitlines()
    assert [line.split()[1] for line in lines] == ["a.hello", "a.pick.1", "a.pick.2"]
    assert "[fake, 0.6 s]" in lines[0]
    assert typed(desk, "list", "--lang", "xx").exit_code == 2


def test_say_speaks_an_id_with_its_values_into_one_file(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    result = typed(desk, "say", "a.pick", "--out", str(out), "--value", "d.name=外科", "--value", "fee=201")
    assert result.exit_code == 0, result.output
    assert result.output.strip() == "您要挂 | 外科 | ，费用 | 两元零一分。"
    with wave.open(str(out), "rb") as sound:
        assert sound.getframerate() == 8000
        assert sound.getnframes() > 8000


def test_say_speaks_any_text(desk: Desk, tmp_path: Path) -> None:
    result = typed(desk, "say", "请按1", "--out", str(tmp_path / "out.wav"))
    assert result.output.strip() == "请按一"


def test_say_speaks_slowly(desk: Desk, tmp_path: Path) -> None:
    lengths = []
    for more in ([], ["--slow"]):
        out = tmp_path / "out.wav"
        assert typed(desk, "say", "请按1", "--out", str(out), *more).exit_code == 0
        with wave.open(str(out), "rb") as sound:
            lengths.append(sound.getnframes())
    assert lengths[1] > lengths[0] * 1.2


def test_say_tells_what_is_wrong_in_a_sentence(desk: Desk, tmp_path: Path) -> None:
    out = str(tmp_path / "out.wav")
    assert '"fee" is not set' in typed(desk, "say", "a.pick", "--out", out, "--value", "d.name=外科").output
    assert "NAME=VALUE" in typed(desk, "say", "a.pick", "--out", out, "--value", "fee").output
    assert 'no language "xx"' in typed(desk, "say", "hi", "--lang", "xx", "--out", out).output
    assert 'no text "a.pik" in zh (did you mean "a.pick"?)' in typed(desk, "say", "a.pik", "--out", out).output
    assert "No such file" in typed(desk, "say", "好", "--out", str(tmp_path / "no" / "o.wav")).output


def test_list_tells_who_made_the_clip_and_what_is_heard_without_any_voice(desk: Desk, tmp_path: Path) -> None:
    catalog = Catalog.load(languages={"zh"})
    old, new = FakeVoice("old"), FakeVoice("new")
    Studio(catalog, Store(tmp_path / "two"), {"zh": [old]}).render("zh", "已经确认，谢谢。")
    desk.catalog, desk.studio = catalog, Studio(catalog, Store(tmp_path / "two"), {"zh": [new, old]})
    rows = {line.split()[1]: line for line in typed(desk, "list").output.splitlines()}
    assert "[new, not rendered, recorded: own words]" in rows["system.trouble"]
    assert "[new, not rendered, recorded: without values]" in rows["ward_admission.urgent.1"]
    assert "[new, not rendered]" in rows["main.welcome"]
    assert "[old, " in rows["ward.thanks"]


def test_before_there_is_a_database_no_value_is_known_and_none_is_made(tmp_path: Path) -> None:
    parts = Parts(Settings(data_dir=tmp_path))
    assert list(parts.known_values()) == []
    assert list(tmp_path.iterdir()) == []
    parts.database.run_now(lambda session: session.connection())  # a file without tables
    assert list(parts.known_values()) == []
    parts.close()
