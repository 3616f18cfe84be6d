"""Loads `flows/notices.yaml`: what follows from which event. Every fault of the file is told at once,
as file:line:column with a sentence; a file with a fault isn't used at all.

The YAML itself is read as flows are (`prompts.written.tree`: strict, words stay as written; `ivr.flow.form`: a misspelt
entry is told once and read as if it were spelt right). What the rules mean is in `escalation.py` and, for HL7, in
`hl7_messages.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

from ivr.flow.form import Form, fill
from ivr.flow.mistakes import Mark, Report, did_you_mean
from notify.errors import RulesBroken
from notify.escalation import Confirm, Missed, Priority, Rule, Step, longest
from notify.hl7_messages import FIELDS, FieldPath, Reading
from prompts.errors import Mistake
from prompts.written.tree import Listing, Node, Scalar, Table, read_source

ROLES = ("station", "head_nurse", "duty_manager")
"""Whom a step may call by role (the ward's contacts, which the hospital keeps)."""

NUMBER = re.compile(r"\+?[0-9*#]{1,24}\Z")
TALK = timedelta(seconds=60)
"""What a conversation is reckoned at when the length of an escalation is checked."""

Waits: TypeAlias = Mapping[Missed, tuple[timedelta, ...]]

_DURATION = re.compile(r"([0-9]{1,6})(s|m|h|d)\Z")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DEFAULT_RING = timedelta(seconds=25)


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """The whole file."""

    rules: Mapping[str, Rule]
    reading: Reading = field(default_factory=Reading)
    last_resort: tuple[str, ...] = ()
    """Numbers called when an event's ward has nobody at all to call (it's unknown, or has no telephone)."""

    def following(self, kind: str, facts: Mapping[str, object]) -> tuple[Rule, ...]:
        """The rules that follow from an event."""
        return tuple(rule for rule in self.rules.values() if rule.fits(kind, facts))

    def why_nobody(self, kind: str, facts: Mapping[str, object]) -> str:
        """Why nothing follows from an event: what each of its rules waits for."""
        waiting = [rule for rule in self.rules.values() if rule.event == kind]
        if not waiting:
            return f'no rule of notices.yaml follows "{kind}"'
        return "; ".join(f'"{rule.name}" waits for {rule.unmet(facts)}' for rule in waiting)


def load_rules(
    path: Path, flows: Collection[str] | None = None, languages: Collection[str] | None = None
) -> NoticeRules:
    """Read `path`. With `flows` and `languages` given, its names must be among them. Raises `RulesBroken`."""
    try:
        data = path.read_bytes()
    except OSError as wrong:
        raise RulesBroken([Mistake(str(path), 1, 1, "N001", f"the file can't be read: {wrong.strerror}")]) from wrong
    return read_rules(data, str(path), flows, languages)


def read_rules(
    data: bytes, name: str, flows: Collection[str] | None = None, languages: Collection[str] | None = None
) -> NoticeRules:
    """As `load_rules`, from the bytes of the file `name`."""
    report = Report()
    root = read_source(name, data, report)
    rules = _Reader(report, flows, languages).file(root) if root is not None else NoticeRules({})
    if report.mistakes:
        raise RulesBroken(sorted(set(report.mistakes)))
    return rules


class _Part(Form):
    """A map of the file; what it lacks and what is unknown in it have codes of their own."""

    def take(self, known: Collection[str], required: Collection[str]) -> dict[str, Node]:
        """Its entries by name."""
        found = {key: node for key in known if (node := self.node(key)) is not None}
        for key in sorted(set(required) - found.keys()):
            self.missing(key)
        return found

    def missing(self, key: str, hint: str = "") -> None:
        self.report.add(self.table.mark, "N102", f'"{key}" is missing here{hint}')

    def unknown(self, key: Scalar, hint: str) -> None:
        known = "" if len(self._asked) > 12 else f" (known: {', '.join(sorted(self._asked))})"
        self.report.add(key.mark, "N103", f'no key "{key.text}"{hint or known}')


class _Reader:
    """Walks the nodes of one file and gathers mistakes; what it returns counts only when there are none."""

    def __init__(self, report: Report, flows: Collection[str] | None, languages: Collection[str] | None) -> None:
        self._report = report
        self._mistakes = report.mistakes
        self._flows = flows
        self._languages = languages

    def _wrong(self, mark: Mark, code: str, sentence: str) -> None:
        self._mistakes.append(Mistake(mark.file, mark.line, mark.col, code, sentence))

    # The file

    def file(self, root: Table) -> NoticeRules:
        parts = self._keys(root, {"events", "hl7", "retry", "last_resort", "notices"}, required={"notices"})
        reading = self._reading(parts["hl7"]) if "hl7" in parts else Reading()
        shared = self._waits(parts["retry"], {}) if "retry" in parts else {}
        last = tuple(self._numbers(parts["last_resort"])) if "last_resort" in parts else ()
        told = {self._text(one) for one in self._items(parts.get("events"))}  # by flows (`notify`)
        kinds = told | set(reading.events.values())
        notices = self._entries(parts["notices"]) if "notices" in parts else ()
        return NoticeRules({key.text: self._rule(key, node, shared, kinds) for key, node in notices}, reading, last)

    def _rule(self, key: Scalar, node: Node, shared: Waits, kinds: set[str]) -> Rule:
        needed = {"event", "flow", "language", "priority", "confirm", "expires_after", "steps"}
        parts = self._keys(node, needed | {"title", "when", "ring", "private"}, required=needed)
        for word in self._items(parts.get("private"), alone=True):  # variables that only the right listener may hear
            self._text(word)

        def one_of(part: str, known: Collection[str] | None, what: str, code: str) -> str:
            if part not in parts or known is None:
                return self._text(parts.get(part))
            return self._choice(parts[part], known, what, code)

        ring = self._duration(parts["ring"]) if "ring" in parts else _DEFAULT_RING
        priority = one_of("priority", [one.name.lower() for one in Priority], "priority", "N201")
        confirm = one_of("confirm", [one.value for one in Confirm], "kind of confirmation", "N202")
        steps = tuple(self._step(step, ring, shared) for step in self._items(parts.get("steps")))
        if "steps" in parts and not steps:
            self._wrong(parts["steps"].mark, "N206", "there must be at least one step")
        rule = Rule(
            name=key.text,
            event=one_of("event", kinds, "event", "N203"),
            flow=one_of("flow", self._flows, "flow", "N204"),
            language=one_of("language", self._languages, "language", "N205"),
            priority=Priority[priority.upper()] if priority else Priority.ALERT,
            confirm=Confirm(confirm) if confirm else Confirm.KEY,
            expires_after=self._duration(parts["expires_after"]) if "expires_after" in parts else timedelta.max,
            steps=steps,
            when=self._when(parts["when"]) if "when" in parts else {},
        )
        needs = longest(rule, TALK)
        if rule.expires_after < needs:
            self._wrong(
                parts["expires_after"].mark,
                "N207",
                f"calling everybody may take {needs}: the notice would expire before the last one is called",
            )
        return rule

    def _step(self, node: Node, ring: timedelta, shared: Waits) -> Step:
        parts = self._keys(node, {"call", "ring", "retry"}, required={"call"})
        call = []
        for target in self._items(parts.get("call"), alone=True):
            text = self._text(target)
            if text in ROLES or NUMBER.match(text):
                call.append(text)
            else:
                near = did_you_mean(text, ROLES)
                self._wrong(target.mark, "N210", f'"{text}" is neither a role ({", ".join(ROLES)}) nor a number{near}')
        if "call" in parts and not call and not self._mistakes:
            self._wrong(parts["call"].mark, "N211", "a step must call somebody")
        return Step(
            tuple(call),
            self._duration(parts["ring"]) if "ring" in parts else ring,
            self._waits(parts["retry"], shared) if "retry" in parts else shared,
        )

    def _waits(self, node: Node, shared: Waits) -> Waits:
        waits = dict(shared)
        for key, value in self._entries(node):
            cause = self._choice(key, [one.value for one in Missed], "cause", "N212")
            durations = tuple(self._duration(item) for item in self._items(value))
            if len(durations) > 20:
                self._wrong(value.mark, "N213", "more than 20 rounds: let the next step begin instead")
            if cause:
                waits[Missed(cause)] = durations
        return waits

    def _when(self, node: Node) -> Mapping[str, str | bool]:
        truths = {"true": True, "false": False}
        return {key.text: truths.get(text := self._text(value), text) for key, value in self._entries(node)}

    # The HL7 part

    def _reading(self, node: Node) -> Reading:
        parts = self._keys(node, {"events", "fields", "urgent", "processing", "others"})
        default = Reading()
        events = dict(default.events)
        if "events" in parts:
            events = {}
            for key, value in self._entries(parts["events"]):
                if not re.fullmatch(r"A[0-9]{2}", key.text):
                    self._wrong(key.mark, "N301", f'"{key.text}" is not a trigger of ADT, such as A01')
                events[key.text] = self._text(value)
        fields = dict(default.fields)
        for key, value in self._entries(parts["fields"]) if "fields" in parts else ():
            if self._choice(key, list(FIELDS), "field", "N302"):
                fields[key.text] = tuple(path for one in self._items(value, alone=True) if (path := self._path(one)))
                if key.text == "ward" and not fields["ward"]:
                    self._wrong(value.mark, "N304", "the ward must be read from somewhere")
        urgent = list(default.urgent)
        if "urgent" in parts:
            urgent = []
            for key, value in self._entries(parts["urgent"]):
                path = self._path(key)
                values = frozenset(self._text(item).upper() for item in self._items(value, alone=True))
                if path is not None:
                    urgent.append((path, values))
        processing = default.processing
        if "processing" in parts:
            processing = frozenset(
                self._choice(one, ("P", "T", "D"), "processing id", "N305") for one in self._items(parts["processing"])
            )
        others = "accept"
        if "others" in parts:
            others = self._choice(parts["others"], ("accept", "reject"), "answer", "N306")
        return Reading(events, fields, tuple(urgent), processing, others != "reject")

    def _path(self, node: Node) -> FieldPath | None:
        text = self._text(node)
        path = FieldPath.parse(text)
        if path is None:
            self._wrong(node.mark, "N303", f'"{text}" is not a field such as PV1-3.1')
        return path

    # Nodes

    def _entries(self, node: Node) -> list[tuple[Scalar, Node]]:
        if isinstance(node, Table):
            return [(key, node.values[name]) for name, key in node.keys.items()]
        self._wrong(node.mark, "N101", "here must stand `key: value`")
        return []

    def _keys(self, node: Node, known: Collection[str], required: Collection[str] = ()) -> dict[str, Node]:
        if isinstance(node, Table):
            return fill(node, self._report, "", lambda part: part.take(known, required), _Part)
        self._entries(node)
        return {}

    def _items(self, node: Node | None, alone: bool = False) -> list[Node]:
        if node is None:
            return []
        if isinstance(node, Listing):
            return list(node.items)
        if alone and isinstance(node, Scalar):
            return [node]
        self._wrong(node.mark, "N104", "here must stand a list, such as [a, b]")
        return []

    def _text(self, node: Node | None) -> str:
        if node is None:
            return ""
        if not isinstance(node, Scalar) or not node.text.strip():
            self._wrong(node.mark, "N105", "here must stand one word")
            return ""
        return node.text

    def _choice(self, node: Node, known: Collection[str], what: str, code: str) -> str:
        text = self._text(node)
        if not text or text in known:
            return text
        hint = did_you_mean(text, known) or (f" (known: {', '.join(sorted(known))})" if len(known) <= 12 else "")
        self._wrong(node.mark, code, f'no {what} "{text}"{hint}')
        return ""

    def _numbers(self, node: Node) -> Iterator[str]:
        for one in self._items(node, alone=True):
            text = self._text(one)
            if NUMBER.match(text):
                yield text
            else:
                self._wrong(one.mark, "N214", f'"{text}" is not a telephone number')

    def _duration(self, node: Node) -> timedelta:
        text = self._text(node)
        found = _DURATION.match(text)
        if found is None:
            if text:
                self._wrong(node.mark, "N215", f'"{text}" is not a time such as 30s, 5m, 2h or 1d')
            return timedelta()
        return timedelta(**{_UNIT[found[2]]: int(found[1])})
