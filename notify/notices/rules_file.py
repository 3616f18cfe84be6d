"""Loads `flows/notices.yaml`: what follows from which event. Every fault of the file is reported at once, as
file:line:column with a sentence; a file with a fault isn't used at all.

The YAML itself is read as flows are (`forms.tree`: strict, words stay as written; `rule_form.py`: a misspelt entry is
reported once and read as if it were spelt right). What the rules mean is in `escalation.py` and, for HL7, in
`hl7_part.py`; what only shows beside the flows is checked in `editions.cross_check`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from forms.errors import FilesBroken
from forms.mistake import Mistake
from forms.report import Report, did_you_mean
from forms.tree import Node, Scalar, Table, read_source
from notify.hl7.adt import Reading
from notify.notices.coverage import check_coverage
from notify.notices.escalation import Rule
from notify.notices.facts import check_use
from notify.notices.hl7_part import TRIGGERS, Hl7Part
from notify.notices.rule_part import RulePart
from notify.notices.rules import NoticeRules


def load_rules(
    path: Path, flows: Collection[str] | None = None, languages: Collection[str] | None = None
) -> NoticeRules:
    """Read `path`. With `flows` and `languages` given, its names must be among them. Raises `FilesBroken`."""
    try:
        data = path.read_bytes()
    except OSError as wrong:
        raise FilesBroken([Mistake(str(path), 1, 1, "E101", f"the file can't be read: {wrong.strerror}")]) from wrong
    return read_rules(data, str(path), flows, languages)


def read_rules(
    data: bytes,
    name: str,
    flows: Collection[str] | None = None,
    languages: Collection[str] | None = None,
    report: Report | None = None,
) -> NoticeRules:
    """As `load_rules`, from the bytes of the file `name`. With a `report` mistakes go there instead of being raised;
    what is read then has no rules, and says which flows the file names."""
    told = Report()
    root = read_source(name, data, told)
    rules = _Reader(told, flows, languages).file(root) if root is not None else NoticeRules({})
    if report is not None:
        report.mistakes.extend(dict.fromkeys(told.mistakes))
        return NoticeRules({}, noticed=rules.noticed, private=rules.private) if told.wrong else rules
    if told.wrong:
        raise FilesBroken(told.mistakes)
    return rules


class _Reader(RulePart):
    """Reads one file; what it returns counts only when there are no mistakes."""

    def file(self, root: Table) -> NoticeRules:
        """The whole file."""
        known = {"events", "hl7", "retry", "last_resort", "notices", "nobody"}
        parts = self.keys(root, "the file", known, required={"notices"})
        reading = Hl7Part(self._report).reading(parts.get("hl7"))
        mapped = parts.get("hl7")
        named = isinstance(mapped, Table) and "events" in mapped.values
        shared = self.waits(parts["retry"], {}) if "retry" in parts else {}
        last = tuple(self.numbers(parts["last_resort"])) if "last_resort" in parts else ()
        if "last_resort" in parts and not last and not self._report.wrong:
            self.wrong(parts["last_resort"].mark, "N211", "the last resort must be somebody: name a number")
        told = {self.text(one): one.mark for one in self.items(parts.get("events"))}  # by flows (`notify`)
        kinds = told.keys() | set(reading.events.values()) | (set() if named else set(TRIGGERS.values()))
        entries = self.entries(parts["notices"]) if "notices" in parts else []
        rules = {key.text: self.rule(key, node, shared, kinds) for key, node in entries}
        silent = tuple(self.silence(node, kinds) for node in self.items(parts.get("nobody")))
        taken = {rule.event for rule in rules.values()} | {one.event for one in silent}
        if not named:
            reading = replace(
                reading, events={**reading.events, **{key: kind for key, kind in TRIGGERS.items() if kind in taken}}
            )
        telling = {rule.event for rule in rules.values() if not rule.revises} | {one.event for one in silent}
        reading = replace(reading, revising=frozenset(taken - telling))
        for key, node in entries:
            rule = rules[key.text]
            self._check_corrects(rule, node, reading)
        for use in self.uses:
            check_use(use, reading, told, self.wrong)
        self._check_taken(parts, reading, told, taken)
        marks = {key.text: key.mark for key, _ in entries}
        if not self._report.wrong:
            check_coverage(rules, silent, reading, marks, self._report)
        uses = tuple(use for use in self.uses if use.event in told)
        languages = frozenset(self._languages or ())
        return NoticeRules(rules, reading, last, silent, uses, told, languages, self.noticed, self.private)

    def _check_corrects(self, rule: Rule, node: Node, reading: Reading) -> None:
        """Only what the hospital system tells has beds and wards that may change."""
        foreign = [one for one in (rule.event, *rule.corrects) if rule.corrects and one not in reading.events.values()]
        if foreign and foreign[0] and isinstance(node, Table):
            sentence = f'"{foreign[0]}" is not an event of the hospital system: only those can be corrected'
            self.wrong(node.values["corrects"].mark, "N224", sentence)

    def _check_taken(self, parts: dict[str, Node], reading: Reading, told: Collection[str], taken: set[str]) -> None:
        """Report messages that are mapped to an event that nothing follows."""
        mapped = parts.get("hl7")
        events = mapped.values.get("events") if isinstance(mapped, Table) else None
        for key, value in events.values.items() if isinstance(events, Table) else ():
            kind = reading.events.get(key)
            if kind and kind not in taken and isinstance(value, Scalar):
                near = did_you_mean(kind, taken)
                sentence = f'no rule follows the event "{kind}"{near}: {key} would call nobody. Add a rule'
                self._report.add(value.mark, "W401", f"{sentence}, name it under nobody, or leave {key} out")
