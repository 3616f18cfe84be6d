"""The schema that editors complete by says what the reader of flows says: neither more nor less."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from editions.declared import ACTIONS
from forms.report import Mark, Report
from forms.tree import read_source
from ivr.flow.defaults import Defaults, Input
from ivr.flow.form import FlowForm
from ivr.flow.language import Head, Target
from ivr.flow.load import load_sources
from ivr.flow.schema.flow import flow_schema, verbs
from ivr.flow.verbs import VERBS
from ivr.flow.verbs.choose import Choose
from ivr.flow.verbs.errand import Errand
from ivr.flow.verbs.schema import LIMIT, Known
from tests.flow.shipped import FLOWS, catalog, flow_files

HERE = Path(__file__).parent
EVERY_VERB = HERE.parent / "drawing" / "every_verb.yaml"
SHIPPED = [Path(name) for name in flow_files()]
GOOD = [*SHIPPED, EVERY_VERB, *sorted((HERE / "good").glob("*.yaml"))]
STRUCTURAL = ("e106", "e108", "e109", "e110", "e111", "e201", "e202", "e214_not_a_key")
"""What one file alone shows to be wrong; what takes a look at other steps or files is the check's."""
OF_THE_CHECK = {"e109_missing_exits", "e110_max_below_min"}
HEAD = Head("a", Mark("f"), None)
MET = Target("end", Mark("f"))
DEFAULTS = Defaults(Input(no_input=MET, invalid=MET, exhausted=MET), MET)
VALIDATOR = Draft202012Validator(flow_schema())


def read(text: bytes) -> Any:
    """As an editor reads it."""
    return YAML(typ="safe", pure=True).load(text)


def written_as_texts(node: Any) -> bool:
    """Whether every key is a text: an editor sees 1 and "1" apart, a schema cannot."""
    if isinstance(node, dict):
        return all(isinstance(key, str) and written_as_texts(value) for key, value in node.items())
    return all(map(written_as_texts, node)) if isinstance(node, list) else True


def told(text: bytes) -> list[str]:
    """What an editor underlines."""
    try:
        node = read(text)
    except YAMLError as wrong:
        return [str(wrong)]
    return [] if node is None else [error.message for error in VALIDATOR.iter_errors(node)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(flow_schema(Known(("t.one",), ("a.b",), ("a.c",), ("main",), ("zh",), ("e",))))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_flow_is_good_for_the_editor_too(path: Path) -> None:
    assert told(path.read_bytes()) == []


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted((HERE / "bad").glob("*.yaml"))
        if path.stem.startswith(STRUCTURAL) and path.stem not in OF_THE_CHECK
    ],
    ids=lambda path: path.stem,
)
def test_what_is_wrong_in_itself_is_underlined(path: Path) -> None:
    text = path.read_bytes()
    assert told(text) or not written_as_texts(read(text))


def test_every_verb_has_its_schema() -> None:
    assert list(verbs()) == list(VERBS)


def asked(verb: str, source: str) -> tuple[set[str], list[str]]:
    """The keys that the reader of a verb asks for, and the mistakes that it tells."""
    report = Report()
    table = read_source("f", source.encode(), report)
    assert table is not None
    form = FlowForm(table, report, "the step")
    VERBS[verb].read(form, HEAD, DEFAULTS)
    return set(form._asked), [mistake.sentence for mistake in report.mistakes]


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_the_schema_has_the_keys_that_the_reader_asks_for(verb: str) -> None:
    keys, _ = asked(verb, f"{verb}: x\n")
    assert keys == set(verbs()[verb].keys)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_the_schema_demands_what_the_reader_demands(verb: str) -> None:
    _, mistakes = asked(verb, f"{verb}: x.y\n")
    demanded = {key for key in verbs()[verb].keys if any(f'needs "{key}"' in sentence for sentence in mistakes)}
    kind = VERBS[verb]
    waits = isinstance(kind, type) and issubclass(kind, Errand | Choose)
    outcomes = {"then"} if waits else set()
    assert demanded | outcomes == set(verbs()[verb].required)


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> list[FlowForm]:
    """Every form that is read, in order."""
    read: list[FlowForm] = []
    finish = FlowForm.finish

    def finished(form: FlowForm, known: frozenset[str] = frozenset()) -> None:
        read.append(form)
        finish(form, known)

    monkeypatch.setattr(FlowForm, "finish", finished)
    return read


def test_the_keys_of_the_flow_its_defaults_and_its_steps_are_the_readers(forms: list[FlowForm]) -> None:
    beside = (FLOWS / "card_login.yaml", FLOWS / "operator.yaml")
    load_sources({path.name: path.read_bytes() for path in (EVERY_VERB, *beside)}, catalog(), ACTIONS, later=True)

    def keys(what: str) -> set[str]:
        return next(form._asked for form in forms if form.what == what)

    whole = flow_schema()["properties"]
    assert keys('the flow "every_verb"') == set(whole)
    assert keys('"defaults"') == set(whole["defaults"]["properties"])
    assert keys('the step "which"') == {*verbs()["menu"].keys, *LIMIT}


def numbers() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for verb, one in verbs().items():
        for key, schema in one.keys.items():
            if "minimum" in schema:
                yield verb, key, schema


@pytest.mark.parametrize(("verb", "key", "schema"), list(numbers()))
def test_numbers_have_the_readers_range(verb: str, key: str, schema: dict[str, Any]) -> None:
    def refused(value: float) -> bool:
        _, mistakes = asked(verb, f"{verb}: x.y\n{key}: {value:g}\n")
        return any(f'"{key}" must' in sentence for sentence in mistakes)

    low, high = schema["minimum"], schema["maximum"]
    assert [refused(value) for value in (low - 1, low, high, high + 1)] == [True, False, False, True]


def test_every_key_is_explained() -> None:
    for verb, one in verbs().items():
        assert one.about, verb
        for key, schema in one.keys.items():
            assert schema.get("description") or schema.get("anyOf"), f"{verb}.{key}"
