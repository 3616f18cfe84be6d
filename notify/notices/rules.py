"""Loads `flows/notices.yaml`: what follows from which event. Every fault of the file is reported at once, as
file:line:column with a sentence; a file with a fault isn't used at all.

The YAML itself is read as flows are (`forms.tree`: strict, words stay as written; `rule_form.py`: a misspelt entry is
reported once and read as if it were spelt right). What the rules mean is in `escalation.py` and, for HL7, in
`hl7_part.py`; what only shows beside the flows is checked in `editions.cross_check`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias
from zoneinfo import available_timezones

from forms.errors import FilesBroken
from forms.mistake import Mistake
from forms.report import Mark, Report, did_you_mean
from forms.tree import Node, Scalar, Table, read_source
from notify.hl7.adt import Reading
from notify.notices.addressee import OWN, Addressee, Kind, To
from notify.notices.coverage import check_coverage
from notify.notices.escalation import Confirm, Missed, Priority, Rule, Silence, Step, longest
from notify.notices.facts import Use, check_use, value_of
from notify.notices.hl7_part import TRIGGERS, Hl7Part
from notify.notices.rule_form import NUMBER, RuleForm

ROLES = ("station", "head_nurse", "duty_manager")
"""Whom a step may call by role (the ward's contacts, which the hospital keeps)."""

TALK = timedelta(seconds=120)
"""What a conversation is reckoned at when the length of an escalation is checked: the longest there is, with a machine
that hears everything and presses nothing. The shipped alert takes 96 s of it in Chinese; longer names, more languages
and slower voices need room."""

Waits: TypeAlias = Mapping[Missed, tuple[timedelta, ...]]

LISTENER = "listener"
"""Of a rule that takes back or corrects: the telephone where somebody had confirmed."""

_DEFAULT_RING = timedelta(seconds=25)
_RING = (timedelta(seconds=2), timedelta(minutes=5))
_EXPIRES = (timedelta(minutes=1), timedelta(days=60))
_WITHIN = (timedelta(minutes=1), timedelta(days=30))
_SOON = timedelta(seconds=1)
"""From the second round on the wait before a call is at least this long."""


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """The whole file."""

    rules: Mapping[str, Rule]
    reading: Reading = field(default_factory=Reading)
    last_resort: tuple[str, ...] = ()
    """Numbers called when an event's ward has nobody at all to call (it's unknown, or has no telephone)."""
    silent: tuple[Silence, ...] = ()
    """Events that are meant to call nobody."""
    uses: tuple[Use, ...] = ()
    """Where the file names facts of events that flows tell."""
    told: Mapping[str, Mark] = field(default_factory=dict)
    """Events that flows tell, and where the file says so."""
    languages: frozenset[str] = frozenset()
    """Those of the hospital's texts: an addressee may be spoken to in another than the rule's."""
    noticed: Mapping[str, Mark] = field(default_factory=dict)
    """The flows that its rules name, and where they do so first; also of a file with mistakes, as `private`."""
    private: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Flow -> the facts that nobody but the right listener may hear."""

    def following(self, kind: str, facts: Mapping[str, object]) -> tuple[Rule, ...]:
        """The rules that follow from an event."""
        return tuple(rule for rule in self.rules.values() if rule.fits(kind, facts))

    def meant(self, kind: str, facts: Mapping[str, object]) -> bool:
        """Whether nobody is to be called because of an event."""
        return any(one.fits(kind, facts) for one in self.silent)

    def why_nobody(self, kind: str, facts: Mapping[str, object]) -> str:
        """Why nothing follows from an event: what each of its rules waits for."""
        waiting = [rule for rule in self.rules.values() if rule.event == kind]
        if not waiting:
            return f'no rule of notices.yaml follows "{kind}"'
        return "; ".join(f'"{rule.name}" waits for {rule.unmet(facts)}' for rule in waiting)


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


class _Reader(RuleForm):
    """Reads one file; what it returns counts only when there are no mistakes."""

    def __init__(self, report: Report, flows: Collection[str] | None, languages: Collection[str] | None) -> None:
        super().__init__(report)
        self._flows = flows
        self._languages = languages
        self._uses: list[Use] = []
        self._noticed: dict[str, Mark] = {}
        self._private: dict[str, frozenset[str]] = {}

    def file(self, root: Table) -> NoticeRules:
        """The whole file."""
        known = {"events", "hl7", "retry", "last_resort", "notices", "nobody"}
        parts = self.keys(root, "the file", known, required={"notices"})
        reading = Hl7Part(self._report).reading(parts.get("hl7"))
        mapped = parts.get("hl7")
        named = isinstance(mapped, Table) and "events" in mapped.values
        shared = self._waits(parts["retry"], {}) if "retry" in parts else {}
        last = tuple(self.numbers(parts["last_resort"])) if "last_resort" in parts else ()
        if "last_resort" in parts and not last and not self._report.wrong:
            self.wrong(parts["last_resort"].mark, "N211", "the last resort must be somebody: name a number")
        told = {self.text(one): one.mark for one in self.items(parts.get("events"))}  # by flows (`notify`)
        kinds = told.keys() | set(reading.events.values()) | (set() if named else set(TRIGGERS.values()))
        entries = self.entries(parts["notices"]) if "notices" in parts else []
        rules = {key.text: self._rule(key, node, shared, kinds) for key, node in entries}
        silent = tuple(self._silence(node, kinds) for node in self.items(parts.get("nobody")))
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
        for use in self._uses:
            check_use(use, reading, told, self.wrong)
        self._check_taken(parts, reading, told, taken)
        marks = {key.text: key.mark for key, _ in entries}
        if not self._report.wrong:
            check_coverage(rules, silent, reading, marks, self._report)
        uses = tuple(use for use in self._uses if use.event in told)
        languages = frozenset(self._languages or ())
        return NoticeRules(rules, reading, last, silent, uses, told, languages, self._noticed, self._private)

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

    def _rule(self, key: Scalar, node: Node, shared: Waits, kinds: set[str]) -> Rule:
        needed = {"event", "flow", "language", "priority", "confirm", "expires_after", "steps"}
        more = {"title", "to", "when", "ring", "private", "cancels", "corrects", "within"}
        parts = self.keys(node, f'the notice "{key.text}"', needed | more, required=needed)
        title = self.text(parts.get("title"))

        def one_of(part: str, known: Collection[str] | None, what: str, code: str) -> str:
            if part not in parts or known is None:
                return self.text(parts.get(part))
            return self.choice(parts[part], known, what, code)

        def few(part: str, known: list[str]) -> str:
            return self.one_of(parts[part], part, known) if part in parts else ""

        ring = self.duration(parts["ring"], *_RING) if "ring" in parts else _DEFAULT_RING
        priority = few("priority", [one.name.lower() for one in Priority])
        confirm = few("confirm", [one.value for one in Confirm])
        event = one_of("event", kinds, "event", "N203")
        cancels, corrects = (self._events(parts.get(part), event, kinds) for part in ("cancels", "corrects"))
        if both := set(cancels) & set(corrects):
            self.wrong(parts["corrects"].mark, "N224", f'"{min(both)}" is taken back or corrected, not both')
        if "within" in parts and not cancels and not corrects:
            self.wrong(parts["within"].mark, "N224", '"within" belongs to "cancels" or "corrects"')
        to = self._to(parts["to"], event) if "to" in parts else To()
        roles = (*(ROLES if to.kind is Kind.WARD else (to.kind.value,)), *((LISTENER,) if cancels or corrects else ()))
        steps = tuple(self._step(step, ring, shared, roles) for step in self.items(parts.get("steps")))
        if "steps" in parts and not steps:
            self.wrong(parts["steps"].mark, "N206", "there must be at least one step")
        named = self.items(parts.get("private"), alone=True)
        private = {word.mark: fact for word in named if (fact := self.text(word))}
        self._uses += [Use(mark, event, fact, spoken=True) for mark, fact in private.items()]
        flow, at = parts.get("flow"), node.mark
        if isinstance(flow, Scalar):
            at = flow.mark
            self._noticed.setdefault(flow.text, at)
            if private:
                self._private[flow.text] = self._private.get(flow.text, frozenset()).union(private.values())
        expires = self.duration(parts["expires_after"], *_EXPIRES) if "expires_after" in parts else timedelta.max
        rule = Rule(
            name=key.text,
            event=event,
            flow=one_of("flow", self._flows, "flow", "E206"),
            language=self._language(parts.get("language")),
            priority=Priority[priority.upper()] if priority else Priority.ALERT,
            confirm=Confirm(confirm) if confirm else Confirm.KEY,
            expires_after=expires,
            steps=steps,
            to=to,
            when=self._when(parts["when"], event) if "when" in parts else {},
            cancels=cancels,
            corrects=corrects,
            within=self.duration(parts["within"], *_WITHIN) if "within" in parts else timedelta(days=1),
            title=title,
            mark=at,
            steps_mark=parts["steps"].mark if "steps" in parts else node.mark,
        )
        needs = longest(rule, TALK)
        if rule.expires_after < needs and not any(one.code in ("N213", "N220") for one in self._mistakes):
            self.wrong(
                parts["expires_after"].mark,
                "N207",
                f"calling everybody may take {needs}: the notice would expire before the last one is called",
            )
        return rule

    def _language(self, node: Node | None) -> str:
        if node is None or self._languages is None:
            return self.text(node)
        return self.language(node, self._languages)

    def _to(self, node: Node, event: str) -> To:
        """The addressee: a patient or a number that a fact of the event names, a number or a person named here."""
        parts = self.keys(node, '"to"', {*OWN, "language", "zone", "telephones"})
        [named, *others] = [one for one in OWN if one in parts] or [""]
        if not named or others:
            self.wrong(node.mark, "N226", f"name one addressee: {', '.join(OWN)}; without to it is the event's ward")
            return To()
        kind, who = Kind(named), self.text(parts[named])
        mine = {"person": {"language", "zone", "telephones"}, "number": {"language", "zone"}}.get(named, set())
        if named == "number" and not NUMBER.match(who):
            mine = set()
        for key in sorted(parts.keys() - mine - {named}):
            sentence = f'"{key}" is told by the event of such an addressee, or does not belong to one'
            self.wrong(parts[key].mark, "N226", sentence)
        if kind is Kind.PATIENT or (kind is Kind.NUMBER and not NUMBER.match(who)):
            if who:
                self._uses.append(Use(parts[named].mark, event, who))
            return To(kind, who)
        telephones = tuple(self.numbers(parts["telephones"])) if "telephones" in parts else ()
        if kind is Kind.PERSON and not telephones and not self._report.wrong:
            self.wrong(node.mark, "N226", f"{who} has no telephones: add them, in the order in which they are called")
        language = ""
        if "language" in parts:
            language = self._language(parts["language"])
        zone = self.text(parts.get("zone"))
        if zone and zone not in available_timezones():
            self.wrong(parts["zone"].mark, "N226", f'no time zone "{zone}"{did_you_mean(zone, available_timezones())}')
        own = telephones if kind is Kind.PERSON else (who,)
        return To(kind, known=Addressee(kind, who, language=language, zone=zone, telephones=own))

    def _events(self, node: Node | None, own: str, kinds: Collection[str]) -> tuple[str, ...]:
        """Other events that a rule takes back or corrects."""
        found = []
        for one in self.items(node, alone=True):
            text = self.choice(one, kinds, "event", "N203")
            if text and text == own:
                self.wrong(one.mark, "N224", f'"{text}" cannot take back or correct itself')
            elif text:
                found.append(text)
        return tuple(found)

    def _silence(self, node: Node, kinds: Collection[str]) -> Silence:
        parts = self.keys(node, "the entry", {"event", "when"}, required={"event"})
        event = self.choice(parts["event"], kinds, "event", "N203") if "event" in parts else ""
        return Silence(event, self._when(parts["when"], event) if "when" in parts else {})

    def _step(self, node: Node, ring: timedelta, shared: Waits, roles: Collection[str]) -> Step:
        parts = self.keys(node, "the step", {"call", "ring", "retry"}, required={"call"})
        call = []
        for target in self.items(parts.get("call"), alone=True):
            text = self.text(target)
            if text in call:
                self.wrong(target.mark, "N225", f"{text} is listed twice in this step: it would ring twice in a row")
            elif text in roles or NUMBER.match(text):
                call.append(text)
            elif text == LISTENER:
                sentence = f'"{LISTENER}" is whoever confirmed before: only a rule that cancels or corrects has one'
                self.wrong(target.mark, "N210", sentence)
            elif text:
                near = did_you_mean(text, roles)
                self.wrong(target.mark, "N210", f'"{text}" is neither a role ({", ".join(roles)}) nor a number{near}')
        if "call" in parts and not call and not self._report.wrong:
            self.wrong(parts["call"].mark, "N211", "a step must call somebody")
        return Step(
            tuple(call),
            self.duration(parts["ring"], *_RING) if "ring" in parts else ring,
            self._waits(parts["retry"], shared) if "retry" in parts else shared,
        )

    def _waits(self, node: Node, shared: Waits) -> Waits:
        waits = dict(shared)
        for cause, value in self.keys(node, '"retry"', [one.value for one in Missed]).items():
            items = self.items(value)
            durations = tuple(self.duration(item, most=timedelta(days=7)) for item in items)
            if len(durations) > 20:
                self.wrong(value.mark, "N213", "more than 20 rounds: go on to the next step instead")
            elif hasty := [item for item, wait in zip(items[1:], durations[1:], strict=True) if wait < _SOON]:
                self.wrong(hasty[0].mark, "N221", "only the first retry may come at once: wait 1s or more here")
            waits[Missed(cause)] = durations
        return waits

    def _when(self, node: Node, event: str) -> Mapping[str, str | bool]:
        found = {}
        for key, value in self.entries(node):
            found[key.text] = value_of(value) if isinstance(value, Scalar) else self.text(value)
            if isinstance(value, Scalar) and self.text(value):
                self._uses.append(Use(key.mark, event, key.text, value))
        return found
