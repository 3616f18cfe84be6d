"""One rule of `notices.yaml`: from which event it follows, whom it calls in which steps, what it takes back. What only
shows beside the other rules is checked in `rules_file.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import TypeAlias
from zoneinfo import available_timezones

from forms.report import Mark, Report, did_you_mean
from forms.tree import Node, Scalar
from notify.notices.addressee import OWN, Addressee, Kind, To
from notify.notices.escalation import Confirm, Missed, Priority, Rule, Silence, Step, longest
from notify.notices.facts import Use, value_of
from notify.notices.rule_form import NUMBER, RuleForm
from notify.notices.rules import LISTENER, ROLES

TALK = timedelta(seconds=120)
"""What a conversation is reckoned at when the length of an escalation is checked: the longest there is, with a machine
that hears everything and presses nothing. The shipped alert takes 96 s of it in Chinese; longer names, more languages
and slower voices need room."""
Waits: TypeAlias = Mapping[Missed, tuple[timedelta, ...]]
_DEFAULT_RING = timedelta(seconds=25)
_RING = (timedelta(seconds=2), timedelta(minutes=5))
_EXPIRES = (timedelta(minutes=1), timedelta(days=60))
_WITHIN = (timedelta(minutes=1), timedelta(days=30))
_SOON = timedelta(seconds=1)
"""From the second round on the wait before a call is at least this long."""


class RulePart(RuleForm):
    """Reads them one by one, and keeps what they name."""

    def __init__(self, report: Report, flows: Collection[str] | None, languages: Collection[str] | None) -> None:
        super().__init__(report)
        self._flows = flows
        self._languages = languages
        self.uses: list[Use] = []
        """Where facts of events are named."""
        self.noticed: dict[str, Mark] = {}
        """The flows that rules name, and where they do so first."""
        self.private: dict[str, frozenset[str]] = {}
        """Flow -> the facts that nobody but the right listener may hear."""

    def rule(self, key: Scalar, node: Node, shared: Waits, kinds: set[str]) -> Rule:
        """One entry of `notices`. `shared`: the waits of a step that names none; `kinds`: the events that there are."""
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
        self.uses += [Use(mark, event, fact, spoken=True) for mark, fact in private.items()]
        flow, at = parts.get("flow"), node.mark
        if isinstance(flow, Scalar):
            at = flow.mark
            self.noticed.setdefault(flow.text, at)
            if private:
                self.private[flow.text] = self.private.get(flow.text, frozenset()).union(private.values())
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
                self.uses.append(Use(parts[named].mark, event, who))
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

    def silence(self, node: Node, kinds: Collection[str]) -> Silence:
        """One entry of `nobody`."""
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
            self.waits(parts["retry"], shared) if "retry" in parts else shared,
        )

    def waits(self, node: Node, shared: Waits) -> Waits:
        """The waits after each cause, over those that are `shared`."""
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
                self.uses.append(Use(key.mark, event, key.text, value))
        return found
