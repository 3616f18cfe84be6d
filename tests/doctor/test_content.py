"""What the doctor says of the hospital's files: the shipped ones are well, every mistake in others is reported."""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path

import pytest

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import read_edition
from prompts.catalog import Catalog
from prompts.store import Store
from prompts.studio import Studio
from prompts.voices import Voice
from prompts.voices.espeak import Espeak
from prompts.voices.fake import FakeVoice
from wardbell.doctor import content
from wardbell.doctor.finding import Finding, Level

SHIPPED = Path(str(resources.files("flows")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The hospital's own copy of the shipped flows."""
    copy = tmp_path / "flows"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def said(folder: Path, texts: Path | None = None) -> list[Finding]:
    return list(content.flows(lambda: Bundle.of_folder(folder, texts), lambda bundle: read_edition(bundle, ACTIONS)))


def wrong(found: list[Finding]) -> list[str]:
    return [finding.what for finding in found if finding.level is Level.ERROR]


def test_the_shipped_flows_are_well() -> None:
    assert {found.level for found in said(SHIPPED)} == {Level.OK}


def test_each_mistake_in_a_flow_is_told_with_its_place(folder: Path) -> None:
    (folder / "main.yaml").write_text("title: Main\nstart: a\nsteps:\n  a: {say: no.such_text, then: b}\n")
    told = wrong(said(folder))
    assert len(told) >= 2  # the text and the step
    assert all("main.yaml:4:" in one for one in told[:2])


def test_the_mistakes_of_all_files_are_told_at_once(folder: Path) -> None:
    (folder / "numbers.yaml").write_text('numbers:\n  "1": {flow: nowhere, language: zh}\n')
    (folder / "notices.yaml").write_text("rules: 7\n")
    told = wrong(said(folder))
    assert any("numbers.yaml:2:" in one for one in told)
    assert any("notices.yaml:1:" in one for one in told)


def test_a_flow_that_nobody_uses_is_a_warning(folder: Path) -> None:
    (folder / "draft.yaml").write_text("start: a\nsteps:\n  a: {say: main.welcome, then: end}\n")
    told = said(folder)
    assert wrong(told) == []
    assert ["draft.yaml:1:1 W201" in found.what for found in told if found.level is Level.WARNING] == [True]


def before_there_was_taking_back(folder: Path, *nobody: str) -> list[str]:
    """What is said of a notices.yaml that a hospital wrote before there was `cancels`."""
    notices = folder / "notices.yaml"
    text = notices.read_text()
    for trigger in ("A11", "A13", "A02", "A12", "A08"):
        text = re.sub(rf"    {trigger}: .*\n", "", text)
    text = text[: text.index("  # What is no longer so.")]
    if nobody:
        text = text.replace("  events:\n", "  events:\n    A11: admission_cancelled\n    A13: discharge_cancelled\n")
        text += f"nobody: [{', '.join(f'{{event: {event}}}' for event in nobody)}]\n"
    notices.write_text(text)
    told = said(folder)
    assert wrong(told) == []
    return [found.what for found in told if found.what.startswith("notices: wards are called for")]


def test_rules_that_call_for_what_was_taken_back_are_a_warning(folder: Path) -> None:
    admission, discharge = before_there_was_taking_back(folder)
    assert "(A01) also when it was taken back (A11)" in admission
    assert "(A03) also when it was taken back (A13)" in discharge


def test_who_says_that_taking_back_calls_nobody_is_not_told_again(folder: Path) -> None:
    assert before_there_was_taking_back(folder, "admission_cancelled", "discharge_cancelled") == []


def test_a_broken_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "zh.yaml").write_text("main.welcome: 您好{\n")
    told = said(SHIPPED, tmp_path)
    assert {found.level for found in told} == {Level.ERROR}
    assert "zh.yaml:1:" in told[0].what


def test_prompts_that_are_not_rendered_are_a_warning_and_stay_so(tmp_path: Path) -> None:
    catalog = Catalog.load()
    studio = Studio(catalog, Store(tmp_path / "prompts"), {"zh": [Espeak()], "en": [Espeak()]})
    *_, found = content.prompts(lambda: catalog, lambda: studio, lambda: ())
    assert (found.level, found.advice) == (Level.WARNING, "wardbell prompts render")
    assert not list(tmp_path.rglob("*.wav"))


QUICK, GOOD = FakeVoice("espeak", ["zh", "en"], quick=True), FakeVoice("kokoro", ["zh", "en"])
VOICES: list[tuple[list[Voice], list[tuple[Level, str]]]] = [
    ([GOOD, QUICK], [(Level.OK, "voices for en: kokoro, espeak"), (Level.OK, "voices for zh: kokoro, espeak")]),
    (
        [QUICK],
        [
            (Level.OK, "voices for en: espeak"),
            (Level.WARNING, "voices for zh: espeak; it is hard to follow in that language"),
        ],
    ),
    (
        [GOOD],
        [
            (Level.OK, "voices for en: kokoro"),
            (Level.OK, "voices for zh: kokoro"),
            (Level.WARNING, "no voice is quick: recorded words replace whatever is not rendered in time"),
        ],
    ),
    (
        [FakeVoice("espeak", ["en"], quick=True)],
        [
            (Level.OK, "voices for en: espeak"),
            (Level.ERROR, "no voice can speak zh here (the voice espeak cannot speak zh on this machine)"),
        ],
    ),
]


@pytest.mark.parametrize(("here", "told"), VOICES)
def test_who_speaks_each_language_is_told(tmp_path: Path, here: list[Voice], told: list[tuple[Level, str]]) -> None:
    catalog = Catalog.load(languages={"zh", "en"})
    studio = Studio(catalog, Store(tmp_path / "prompts"), {"zh": here, "en": here})
    *found, _ = content.prompts(lambda: catalog, lambda: studio, lambda: ())
    assert [(one.level, one.what) for one in found] == told
    chinese = [one.advice for one in found if "hard to follow" in one.what]
    assert all("make voices" in advice for advice in chinese)
