"""The rules file: what it may say, and how its mistakes are reported."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forms.errors import FilesBroken
from forms.report import Report
from notify.notices.escalation import Confirm, Missed, Priority, Rung, next_rung
from notify.notices.rules import NoticeRules
from notify.notices.rules_file import read_rules
from tests.notify.story import SHIPPED

SMALL = """\
notices:
  admission:
    event: admission
    flow: ward_admission
    language: zh
    priority: alert
    confirm: key
    expires_after: 1h
    steps:
      - call: station
        retry: {busy: [10s, 20s]}
      - call: [head_nurse, "8009"]
"""

SILENT = "nobody: [{event: admission, when: {urgent: false}}]\n"


def read(text: str) -> NoticeRules:
    return read_rules(text.encode(), "notices.yaml", {"ward_admission"}, {"zh", "en"})


def mistakes(text: str) -> list[str]:
    with pytest.raises(FilesBroken) as broken:
        read(text)
    return [str(mistake) for mistake in broken.value.mistakes]


def test_a_rule_is_read_as_it_stands() -> None:
    rule = read(SMALL).rules["admission"]
    assert (rule.priority, rule.confirm, rule.expires_after) == (Priority.ALERT, Confirm.KEY, timedelta(hours=1))
    assert [step.call for step in rule.steps] == [("station",), ("head_nurse", "8009")]
    assert rule.steps[0].waits == {Missed.BUSY: (timedelta(seconds=10), timedelta(seconds=20))}


@pytest.mark.parametrize("written", ["true", "True", '"true"'])
def test_a_truth_may_be_written_in_each_way_of_yaml(written: str) -> None:
    rules = read(SMALL.replace("    flow:", f"    when: {{urgent: {written}}}\n    flow:") + SILENT)
    assert rules.rules["admission"].when == {"urgent": True}
    assert rules.following("admission", {"urgent": True}) != ()
    assert rules.following("admission", {"urgent": False}) == ()
    assert rules.meant("admission", {"urgent": False})


def test_an_unfinished_list_of_events_is_read_with_what_its_rules_name() -> None:
    assert read(SMALL).reading.events == {"A01": "admission", "A03": "discharge"}


def test_one_rule_for_emergencies_leaves_the_others_to_be_asked_about() -> None:
    text, report = SMALL.replace("    flow:", "    when: {urgent: true}\n    flow:"), Report()
    assert read_rules(text.encode(), "notices.yaml", {"ward_admission"}, {"zh", "en"}, report).rules
    assert [warning.code for warning in report.mistakes] == ["W402"]


def test_the_shipped_file_covers_every_admission() -> None:
    for urgent in (True, False):
        assert len(SHIPPED.following("admission", {"urgent": urgent})) == 1
    assert len(SHIPPED.following("discharge", {"urgent": False})) == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("flow: ward_admission", "flow: ward_admision", '4:11 E206 no flow "ward_admision" (did you mean'),
        ("language: zh", "language: ru", '5:15 E305 "ru" is not among the languages of texts/languages.yaml (en, zh)'),
        ("priority: alert", "priority: loud", '6:15 E108 "priority" is emergency, alert, care or money'),
        ("confirm: key", "confirm: smile", '7:14 E108 "confirm" is key, heard or answered'),
        ("event: admission", "event: admision", '3:12 N203 no event "admision" (did you mean "admission"?)'),
        ("expires_after: 1h", "expires_after: soon", '8:20 N215 "soon" is not a time such as'),
        ("expires_after: 1h", "expires_after: 2m", "8:20 N207 calling everybody may take"),
        ("call: station", "call: stations", '10:15 N210 "stations" is neither a role'),
        ("call: station", "call: []", "10:15 N211 a step must call somebody"),
        ("busy: [10s, 20s]", "bussy: [10s]", '11:17 E106 "retry" has no use for "bussy" (did you mean "busy"?)'),
        ("busy: [10s, 20s]", "busy: 10s", "11:23 E108 this must be a list"),
        ("    flow: ward_admission\n", "", '3:5 E109 the notice "admission" needs "flow"'),
        ("    flow:", "    flo: 1\n    flow:", '4:5 E106 the notice "admission" has no use for "flo"'),
        ("    flow:", "    event: x\n    flow:", '4:5 E105 "event" occurs twice here'),
        ("notices:", "last_resort: [x]\nnotices:", '1:15 N214 "x" is not a telephone number'),
        ("notices:", "hl7: {fields: {ward: PV1.3}}\nnotices:", '1:22 N303 "PV1.3" is not a field such as PV1-3.1'),
        ("notices:", "hl7: {fields: {wart: PV1-3}}\nnotices:", '1:16 E106 "fields" has no use for "wart" (did you'),
        ("notices:", "hl7: {events: {B01: x}}\nnotices:", '1:16 N301 "B01" is not a trigger'),
        ("notices:", "hl7: {processing: [X]}\nnotices:", '1:20 E108 "processing" is P, T or D'),
        ("notices:", "hl7: {others: maybe}\nnotices:", '1:15 E108 "others" is accept or reject'),
        ("notices:\n", "notices: 1\nx:\n", "1:10 E108 this must be a map of name: value"),
        ("    steps:\n", "    steps: []\n    when:\n", "9:12 N206 there must be at least one step"),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, told: str) -> None:
    assert any(line.startswith(f"notices.yaml:{told}") for line in mistakes(SMALL.replace(old, new, 1)))


def test_all_mistakes_are_told_at_once() -> None:
    text = SMALL.replace("alert", "loud").replace("language: zh", "language: ru").replace("station", "statio")
    assert [line.split()[1] for line in mistakes(text)] == ["E305", "E108", "N210"]


def test_a_misspelt_entry_is_told_once_and_read_as_it_was_meant() -> None:
    text = SMALL.replace("flow:", "flwo:").replace("confirm: key", "confrim: smile")
    assert mistakes(text) == [
        'notices.yaml:4:5 E106 the notice "admission" has no use for "flwo" (did you mean "flow"?)',
        'notices.yaml:7:5 E106 the notice "admission" has no use for "confrim" (did you mean "confirm"?)',
        'notices.yaml:7:14 E108 "confirm" is key, heard or answered',
    ]


@pytest.mark.parametrize("text", ["", "- a", "a: [", "\t", "notices: {a: &x 1, b: *x}", "%YAML 9\n", "\0", "notices:"])
def test_nonsense_is_refused_as_a_mistake(text: str) -> None:
    assert mistakes(text)


def test_every_path_through_a_rule_ends() -> None:
    """Whatever happens to every call, the last step comes, and comes to an end."""
    for rule in SHIPPED.rules.values():
        for why in Missed:
            rung, calls = Rung(), 0
            steps = set()
            while True:
                calls += 1
                steps.add(rung.step)
                following = next_rung(rule, rung, 2, why)
                if following is None:
                    break
                rung = following[0]
            assert steps == set(range(len(rule.steps)))
            assert calls <= 2 * 4 * len(rule.steps)
