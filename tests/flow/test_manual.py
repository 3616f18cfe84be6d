"""What the manual says is so: each example loads, each test in it passes, each command is there.

Examples name their file in the first line (`# flows/main.yaml`); those of one section of a page are checked together,
laid over the shipped files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import read_edition
from editions.flow_tests import run_flow_tests
from forms.errors import FilesBroken
from ivr.flow.verbs import VERBS
from wardbell.cli import wardbell

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [DOCS / "flows.md", *sorted((DOCS / "flows").glob("*.md"))]
ZONE = ZoneInfo("Asia/Shanghai")
SHIPPED = dict(Bundle.of_folder(ROOT / "flows").files)
_BLOCK = re.compile(r"^```yaml\n# (\S+\.yaml).*?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections() -> Iterator[tuple[str, str]]:
    """Each section of the manual with its text."""
    for page in PAGES:
        for part in re.split(r"^(?=## )", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
            yield f"{page.stem}: {part.splitlines()[0].lstrip('# ')}", part


def files(text: str) -> dict[str, bytes]:
    """The files of a section as a bundle names them; texts of one language come together."""
    found: dict[str, bytes] = {}
    for name, content in _BLOCK.findall(text):
        inside = name.removeprefix("flows/")
        before = found.get(inside, b"") if inside.startswith("texts/") else b""
        found[inside] = before + content.encode()
    return found


WITH_FILES = [(name, text) for name, text in sections() if files(text)]


def begun() -> dict[str, bytes]:
    """What the ten minutes begin with: the languages and the numbers of the hospital."""
    first = files((DOCS / "flows.md").read_text(encoding="utf-8"))
    return {name: first[name] for name in ("texts/languages.yaml", "numbers.yaml")}


def bundle(text: str) -> Bundle:
    """The shipped files with those of a section over them."""
    tests = {name: data for name, data in files(text).items() if name.startswith("tests/")}
    shipped = {name: data for name, data in SHIPPED.items() if not name.startswith("tests/")}
    return Bundle({**shipped, **begun(), **files(text), **tests})


def test_every_example_names_its_file() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert text.count("```yaml\n") == len(_BLOCK.findall(text)), page.name


@pytest.mark.parametrize(("name", "text"), WITH_FILES, ids=[name for name, _ in WITH_FILES])
def test_the_examples_of_a_section_have_no_mistakes(name: str, text: str) -> None:
    try:
        read_edition(bundle(text), ACTIONS, zone=ZONE, later=True)
    except FilesBroken as wrong:
        pytest.fail(str(wrong))


TESTED = [(name, text) for name, text in WITH_FILES if any(file.startswith("tests/") for file in files(text))]


@pytest.mark.parametrize(("name", "text"), TESTED, ids=[name for name, _ in TESTED])
def test_the_tests_in_the_manual_pass(name: str, text: str) -> None:
    tested = run_flow_tests(bundle(text), ZONE)
    assert tested.played
    assert [str(one.failure) for one in tested.failed] == []


def test_every_verb_has_its_section_with_an_example() -> None:
    text = (DOCS / "flows" / "verbs.md").read_text(encoding="utf-8")
    parts = {part.split("`")[1]: part for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]}
    assert set(parts) == set(VERBS)
    for verb, part in parts.items():
        examples = [content for _, content in _BLOCK.findall(part)]
        assert any(re.search(rf"(^|[ {{]){verb}:[ \n]", content, re.MULTILINE) for content in examples), verb


def commands() -> Iterator[tuple[str, str]]:
    for page in [*PAGES, *(DOCS / name for name in ("features.md", "install.md", "prompts.md")), ROOT / "README.md"]:
        text = page.read_text(encoding="utf-8")
        for line in re.findall(r"^ {4}(wardbell [^\n]*)|`(wardbell [^`\n]*)`", text, re.MULTILINE):
            yield page.name, next(filter(None, line))


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_every_command_of_the_manual_is_there(page: str, line: str) -> None:
    words = re.split(r"  #| \| ", line)[0].split()[1:]
    command: click.Command = wardbell
    while isinstance(command, click.Group) and words:
        named = command.get_command(click.Context(command), words[0])
        if named is None:
            break
        command = named
        words.pop(0)
    if isinstance(command, click.Group):
        assert not words or words[0].startswith("-"), f"{page}: {line}"
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    given = {word for word in words if re.fullmatch(r"--[a-z-]+", word)}
    assert given <= known | {"--help"}, f"{page}: {line}"


def test_every_link_of_the_manual_leads_somewhere() -> None:
    for page in [*PAGES, DOCS / "features.md"]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"
