"""Another kind of file is its reader and one entry in the list of kinds: nothing else of the program knows it.

A throw-away kind, `tariffs.yaml`, is read, checked against the flows, offered to editors and published.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import Checked, read_edition
from editions.kind import Kind, Reading
from editions.kinds import FLOWS, KINDS
from editions.store import as_texts
from forms.errors import FilesBroken
from forms.form import Form, Name, fill
from forms.report import did_you_mean
from forms.schema import DRAFT, Schema, table, word
from forms.tree import read_source
from ivr.flow.verbs.schema import Known

HOSPITAL = Path(__file__).parents[1] / "flow" / "good" / "hospital"


def _read(reading: Reading, files: Mapping[str, bytes]) -> dict[str, Name]:
    """Fee -> the flow that it is paid for."""
    for name, data in files.items():
        root = read_source(name, data, reading.report)
        if root is not None:
            return fill(root, reading.report, "the tariff", _tariff)
    return {}


def _tariff(form: Form) -> dict[str, Name]:
    flow, fee = form.name("flow", required=True), form.word("fee", required=True)
    return {} if flow is None or fee is None else {fee.text: flow}


def _check(reading: Reading, tariffs: dict[str, Name]) -> None:
    flows = reading.of(FLOWS).each
    for flow in tariffs.values():
        if flow.text not in flows:
            reading.report.add(flow.mark, "E206", f'no flow "{flow.text}"{did_you_mean(flow.text, flows)}')


def _schema(known: Known) -> Schema:
    keys = {"flow": word("What is paid for.", "", known.flows), "fee": word("What it costs.")}
    return {"$schema": DRAFT, "title": "Tariffs", **table("What a flow costs.", keys, ("flow", "fee"))}


TARIFFS = Kind("tariffs", "tariffs.yaml", _read, _check, _schema)


def read(tariffs: str) -> Checked:
    on_disk = Bundle.of_folder(HOSPITAL, HOSPITAL / "texts")
    bundle = Bundle({**on_disk.files, "tariffs.yaml": tariffs.encode()})
    return read_edition(bundle, ACTIONS, later=True, kinds=(*KINDS, TARIFFS))


def test_it_is_read_and_comes_with_the_edition() -> None:
    checked = read('flow: main\nfee: "500"\n')
    assert {fee: flow.text for fee, flow in checked.of(TARIFFS).items()} == {"500": "main"}
    assert checked.warnings == ()
    assert "tariffs" not in checked.edition.flows.flows


@pytest.mark.parametrize(
    ("tariffs", "told"),
    [
        ('flow: mian\nfee: "500"\n', 'flows/tariffs.yaml:1:7 E206 no flow "mian" (did you mean "main"?)'),
        ('flow: main\nfees: "500"\n', 'flows/tariffs.yaml:2:1 E106 the tariff has no use for "fees" (did you'),
        ("flow: main\nfee: 500\n", 'flows/tariffs.yaml:2:6 E107 "fee" must be in quotes: "500"'),
        ("flow：main\n", "flows/tariffs.yaml:1:5 E113 ： was typed with a Chinese keyboard"),
    ],
)
def test_its_mistakes_are_told_as_those_of_every_kind(tariffs: str, told: str) -> None:
    with pytest.raises(FilesBroken) as wrong:
        read(tariffs)
    assert str(wrong.value).startswith(told)
    assert len(wrong.value.mistakes) == 1


def test_without_its_entry_the_file_is_a_flow_like_any_other() -> None:
    on_disk = Bundle.of_folder(HOSPITAL, HOSPITAL / "texts")
    with pytest.raises(FilesBroken, match='the flow "tariffs" needs "start"'):
        read_edition(Bundle({**on_disk.files, "tariffs.yaml": b"flow: main\n"}), ACTIONS, later=True)


def test_it_is_published_with_the_others() -> None:
    on_disk = Bundle.of_folder(HOSPITAL, HOSPITAL / "texts")
    bundle = Bundle({**on_disk.files, "tariffs.yaml": b"flow: main\n"})
    assert as_texts(bundle)["tariffs.yaml"] == "flow: main\n"
    assert bundle.digest != on_disk.digest


def test_its_schema_offers_what_there_is() -> None:
    assert TARIFFS.schema is not None
    offered = TARIFFS.schema(Known((), (), (), ("main",), (), ()))["properties"]["flow"]
    assert offered["anyOf"][0] == {"enum": ["main"]}
