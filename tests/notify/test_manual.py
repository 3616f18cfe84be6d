"""The manual page of notices: its example loads, and everything that the file may say is there."""

from __future__ import annotations

from pathlib import Path

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import read_edition
from notify.notices.escalation import Confirm, Missed, Priority
from notify.notices.facts import HL7, Kind
from notify.notices.hl7_part import TRIGGERS
from notify.notices.schema import notices_schema
from tests.flow.test_manual import SHIPPED, files

PAGE = (Path(__file__).parents[2] / "docs" / "notices.md").read_text(encoding="utf-8")


def test_the_example_is_right() -> None:
    example = files(PAGE)
    assert set(example) == {"notices.yaml"}
    checked = read_edition(Bundle({**SHIPPED, **example}), ACTIONS)
    assert [one for one in checked.warnings if one.file.endswith("notices.yaml")] == []
    assert len(checked.rules.following("admission", {"urgent": True})) == 1


def test_every_fact_stands_there_with_what_it_is() -> None:
    for fact, kind in HL7.items():
        [row] = [line for line in PAGE.splitlines() if line.startswith(f"| `{fact}` |")]
        assert kind.value in row
        assert (kind is Kind.NAMED) == ("{code, name}" in row)


def test_every_key_cause_class_and_event_stands_there() -> None:
    rule = next(iter(notices_schema()["properties"]["notices"]["patternProperties"].values()))
    words = {*rule["properties"], *Missed, *Confirm, *(one.name.lower() for one in Priority)}
    assert [word for word in sorted(words) if f"`{word}`" not in PAGE] == []
    assert [kind for kind in TRIGGERS.values() if kind not in PAGE] == []
