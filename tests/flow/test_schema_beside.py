"""The schemas of the files beside the flows: numbers, holidays, notices, tests. Good files are good, bad ones are
underlined, and the keys are those that the readers ask for."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from forms.errors import FilesBroken
from forms.form import Form
from forms.schema import NAME, Schema
from hospital.fees.insurance_schema import catalogue_schema, insurance_schema
from ivr.flow.schema.flow import flow_schema
from ivr.flow.verbs.schema import Known
from ivr.numbers import read_numbers
from ivr.numbers.schema import holidays_schema, numbers_schema
from ivr.rehearsal.schema import schema_of_tests
from notify.notices.rules_file import read_rules
from notify.notices.schema import notices_schema
from prompts.phrase import PLURAL_FORMS
from prompts.schema import languages_schema
from prompts.texts import read_languages
from tests.notify.test_rules import SMALL as NOTICES

TESTS = Path(__file__).parents[1]
FLOWS = TESTS.parent / "flows"
NUMBERS = TESTS / "numbers"
KNOWN = Known(("t.one",), ("a.b",), ("a.c",), ("main",), ("zh",), ("admission",))
SCHEMAS = {
    "numbers": numbers_schema,
    "holidays": lambda known=None: holidays_schema(),
    "notices": notices_schema,
    "insurance": lambda known=None: insurance_schema(),
    "catalogue": lambda known=None: catalogue_schema(),
    "tests": schema_of_tests,
    "languages": lambda known=None: languages_schema(),
}


def read(text: str) -> Any:
    """As an editor reads it: a date stays as it is written."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda maker, node: node.value)
    return yaml.load(text)


def told(kind: str, text: str) -> list[str]:
    """What an editor underlines."""
    node = read(text)
    return [] if node is None else [error.message for error in Draft202012Validator(SCHEMAS[kind]()).iter_errors(node)]


def told_of_numbers(text: str) -> list[str]:
    """As `told`, for a file of the corpus: numbers, and holidays behind a line."""
    numbers, _, holidays = text.partition("--- holidays\n")
    unquoted = [str(key) for key in (read(numbers) or {}).get("numbers") or {} if not isinstance(key, str)]
    return unquoted or [*told("numbers", numbers), *told("holidays", holidays)]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_each_is_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[kind]())
    Draft202012Validator.check_schema(SCHEMAS[kind](KNOWN))


@pytest.mark.parametrize("kind", ["numbers", "holidays", "notices", "insurance", "catalogue"])
def test_the_shipped_files_are_good(kind: str) -> None:
    assert told(kind, (FLOWS / f"{kind}.yaml").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sorted((FLOWS / "tests").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_tests_are_good(path: Path) -> None:
    assert told("tests", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sorted((NUMBERS / "good").glob("*.yaml")), ids=lambda path: path.stem)
def test_good_numbers_are_good_for_the_editor_too(path: Path) -> None:
    assert told_of_numbers(path.read_text(encoding="utf-8")) == []


STRUCTURAL = ("e106_unknown", "e107", "e108", "e109_no_else", "e111", "e501", "e504")


@pytest.mark.parametrize(
    "path",
    [path for path in sorted((NUMBERS / "bad").glob("*.yaml")) if path.stem.startswith(STRUCTURAL)],
    ids=lambda path: path.stem,
)
def test_numbers_that_are_wrong_in_themselves_are_underlined(path: Path) -> None:
    assert told_of_numbers(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("priority: alert", "priority: loud"),
        ("confirm: key", "confirm: smile"),
        ("expires_after: 1h", "expires_after: soon"),
        ("call: station", "call: stations"),
        ("busy: [10s, 20s]", "bussy: [10s]"),
        ("busy: [10s, 20s]", "busy: 10s"),
        ("    flow: ward_admission\n", ""),
        ("    flow:", "    flo: 1\n    flow:"),
        ("notices:", "last_resort: [x]\nnotices:"),
        ("notices:", "hl7: {fields: {ward: PV1.3}}\nnotices:"),
        ("notices:", "hl7: {events: {B01: x}}\nnotices:"),
        ("notices:", "hl7: {others: maybe}\nnotices:"),
        ("    flow:", "    when: {urgent: maybe}\n    flow:"),
        ("    flow:", "    when: {urgent: yes}\n    flow:"),
        ("    flow:", "    ring: 0s\n    flow:"),
        ("    flow:", "    within: soon\n    flow:"),
        ("notices:", "nobody: [{when: {urgent: true}}]\nnotices:"),
    ],
)
def test_mistakes_in_notices_are_underlined(old: str, new: str) -> None:
    assert told("notices", NOTICES) == []
    assert told("notices", NOTICES.replace(old, new, 1))


@pytest.mark.parametrize(
    ("more", "underlined"),
    [
        ("when: {urgent: true, ward: W3, room: 301}", False),
        ("private: [bed]", False),
        ("when: {urgnt: true}", True),
        ("when: {bed: true}", True),
        ("private: [beed]", True),
    ],
)
def test_an_editor_knows_the_facts_of_an_event_that_the_hospital_system_tells(more: str, underlined: bool) -> None:
    written = read(NOTICES.replace("    flow:", f"    {more}\n    flow:", 1))
    schema = notices_schema(Known(events=("admission",), of_hl7=("admission",)))
    assert bool(list(Draft202012Validator(schema).iter_errors(written))) is underlined


def test_a_number_to_call_may_stand_without_quotes() -> None:
    assert told("notices", f"last_resort: [8309]\n{NOTICES}") == []


def test_an_editor_set_up_as_the_manual_says_underlines_nothing_in_the_shipped_files() -> None:
    manual = (FLOWS.parent / "docs" / "flows.md").read_text(encoding="utf-8")
    [written] = re.findall(r'^    (\{"yaml\.schemas": .*?\}\})$', manual, re.MULTILINE | re.DOTALL)
    settings: dict[str, str | list[str]] = json.loads(written)["yaml.schemas"]
    for path in [*FLOWS.glob("*.yaml"), *(FLOWS / "tests").glob("*.yaml")]:
        name = path.relative_to(FLOWS.parent).as_posix()
        chosen = [Path(schema).stem for schema, globs in settings.items() if matches(name, globs)]
        assert len(chosen) == 1, f"{name}: {chosen}"
        schema = {**SCHEMAS, "flow": flow_schema}[chosen[0]]()
        assert list(Draft202012Validator(schema).iter_errors(read(path.read_text(encoding="utf-8")))) == [], name


def matches(name: str, globs: str | list[str]) -> bool:
    """As yaml-language-server chooses a schema: by the patterns, but for those behind an exclamation mark."""
    each = [globs] if isinstance(globs, str) else globs
    wanted = [one for one in each if not one.startswith("!")]
    return any(PurePosixPath(name).match(one) for one in wanted) and f"!{name}" not in each


def test_a_number_may_be_written_for_the_eye() -> None:
    written = 'numbers: {"(010) 6552-9988": {flow: main, language: zh}}\ncallers: {pbx: ["(010) 6552-9*"]}\n'
    assert told("numbers", written) == []


def test_the_keys_of_notices_are_the_readers() -> None:
    def known(text: str) -> set[str]:
        with pytest.raises(FilesBroken) as broken:
            read_rules(text.encode(), "notices.yaml")
        [listed] = re.findall(r'has no use for "zzz" \(known: (.*)\)', str(broken.value))
        return set(listed.split(", "))

    whole = notices_schema()["properties"]
    [notice] = whole["notices"]["patternProperties"].values()
    assert known(f"zzz: 1\n{NOTICES}") == set(whole)
    assert known(NOTICES.replace("    event:", "    zzz: 1\n    event:")) == set(notice["properties"])
    assert known(NOTICES.replace("- call: station", "- zzz: 1\n        call: station")) == set(
        notice["properties"]["steps"]["items"]["properties"]
    )
    assert known(f"hl7: {{zzz: 1}}\n{NOTICES}") == set(whole["hl7"]["properties"])


@pytest.mark.parametrize(
    "line",
    ["- {press: 1}", "- {press: x}", "- {wait: 8}", "- {says: a, ends: b}", "- {say: a}", "- {ends: end, with: {}}"],
)
def test_mistakes_in_tests_are_underlined(line: str) -> None:
    written = 'flow: main\nlanguage: zh\ntests:\n  a call:\n    call:\n      - {press: "1", after: 1.5s}\n      '
    assert told("tests", f"{written}- {{ends: end}}\n") == []
    assert told("tests", f"{written}{line}\n")


@pytest.mark.parametrize(
    ("written", "underlined"),
    [
        ("languages: [zh, yue, en]", False),
        ("languages: [zh, de]", True),
        ("languages: []", True),
        ("languages: zh", True),
        ("languages: [zh]\nlanguage: zh", True),
        ("spoken: [zh]", True),
    ],
)
def test_the_languages_of_the_line_are_underlined_where_the_reader_finds_a_mistake(
    written: str, underlined: bool
) -> None:
    _, mistakes = read_languages("texts/languages.yaml", written.encode(), PLURAL_FORMS)
    assert bool(told("languages", written)) is bool(mistakes) is underlined


def test_the_keys_of_numbers_and_holidays_are_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, set[str]] = {}
    finish = Form.finish

    def finished(form: Form, known: frozenset[str] = frozenset()) -> None:
        asked.setdefault(form.what.partition(' "')[0] or form.what, set()).update(form._asked)
        finish(form, known)

    monkeypatch.setattr(Form, "finish", finished)
    numbers, _, holidays = (NUMBERS / "good" / "clinic.yaml").read_text(encoding="utf-8").partition("--- holidays\n")
    read_numbers(
        "numbers.yaml", numbers.encode(), {"main", "fees", "closed", "line_switch"}, {"zh", "en"}, holidays.encode()
    )
    whole = numbers_schema()["properties"]
    assert asked["the list of numbers"] == set(whole)
    assert asked["the number"] | {"else", "when", "refuse"} == keys(whole["numbers"])
    assert asked["the line"] | {"refuse", "language"} == set(
        whole["default"]["properties"]["when"]["items"]["properties"]
    )
    assert asked["the code"] | {"flow", "pin"} == keys(whole["codes"])
    assert asked["the holiday"] == set(holidays_schema()["patternProperties"][NAME]["items"]["properties"])


def keys(schema: Schema) -> set[str]:
    """The keys of the maps in a map."""
    return {key for inner in schema["patternProperties"].values() for key in inner["properties"]}
