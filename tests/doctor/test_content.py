"""What the doctor says of the hospital's files: the shipped ones are well, every mistake in others is told."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import pytest

from prompts.catalog import Catalog
from prompts.store import Store
from prompts.studio import Studio
from prompts.voices.espeak import Espeak
from wardbell.doctor import content
from wardbell.doctor.finding import Level

SHIPPED = Path(str(resources.files("flows")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The hospital's own copy of the shipped flows."""
    copy = tmp_path / "flows"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def test_the_shipped_flows_are_well() -> None:
    assert {found.level for found in content.flows(SHIPPED, Catalog.load)} == {Level.OK}


def test_each_mistake_in_a_flow_is_told_with_its_place(folder: Path) -> None:
    (folder / "main.yaml").write_text('title: Main\nstart: a\nsteps:\n  a: {say: no.such_text, then: b}\n')
    wrong = [found for found in content.flows(folder, Catalog.load) if found.level is Level.ERROR]
    assert len(wrong) >= 2  # the text and the step
    assert all("main.yaml:4:" in found.what for found in wrong[:2])


def test_a_number_that_leads_nowhere_is_told(folder: Path) -> None:
    (folder / "numbers.yaml").write_text('numbers:\n  "1": {flow: nowhere, language: zh}\n')
    wrong = [found for found in content.flows(folder, Catalog.load) if found.level is Level.ERROR]
    assert {found.advice for found in wrong} == {"correct numbers.yaml"}
    assert "numbers.yaml:2:" in wrong[-1].what


def test_broken_rules_of_notices_are_told(folder: Path) -> None:
    (folder / "notices.yaml").write_text("rules: 7\n")
    wrong = [found for found in content.flows(folder, Catalog.load) if found.level is Level.ERROR]
    assert wrong
    assert {found.advice for found in wrong} == {"correct notices.yaml"}


def test_a_broken_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "zh.yaml").write_text("main.welcome: 您好{\n")
    wrong = list(content.flows(SHIPPED, lambda: Catalog.load(tmp_path)))
    assert {found.level for found in wrong} == {Level.ERROR}
    assert "zh.yaml:1:" in wrong[0].what


def test_prompts_that_are_not_rendered_are_a_warning_and_stay_so(tmp_path: Path) -> None:
    catalog = Catalog.load()
    studio = Studio(catalog, Store(tmp_path / "prompts"), {"zh": [Espeak()], "en": [Espeak()]})
    (found,) = content.prompts(lambda: catalog, lambda: studio, lambda: ())
    assert (found.level, found.advice) == (Level.WARNING, "wardbell prompts render")
    assert not list(tmp_path.rglob("*.wav"))
