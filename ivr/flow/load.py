"""Reads the flows of a folder and checks them; what is wrong is reported all at once.

    flows/registration.yaml:17:9 E204 no step "generl" (did you mean "general"?)

Reading one file is here; what must hold between steps and flows is in `check.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from actions.action import Declared
from forms.errors import FilesBroken
from forms.form import NAME, Name, fill
from forms.report import Mark, Report, did_you_mean
from forms.tree import Node, Scalar, Table, read_source
from ivr.flow.check.flows import check_flows, ends
from ivr.flow.defaults import Defaults
from ivr.flow.form import FlowForm, check_step_name
from ivr.flow.language import END, NOWHERE, Flow, FlowSet, Head, Limit, Step, World
from ivr.flow.texts import Texts
from ivr.flow.uses import Beside
from ivr.flow.verbs import LATER, VERBS

_BESIDE = frozenset({"then", "with", "as", "else", "keys", "prompt", "each", "error", "title", "needs", "if"})
"""What stands beside a verb: no slip of one."""


def load_sources(
    sources: Mapping[str, bytes],
    texts: Texts,
    actions: Mapping[str, Declared],
    report: Report | None = None,
    *,
    later: bool = False,
    beside: Beside = Beside(),  # noqa: B008 - frozen
) -> FlowSet:
    """All flows, file name -> content. Raises nothing but `FilesBroken`; warnings are left in `report`.

    With `later` a flow may use verbs that the line cannot carry out yet: to try and to test it. `beside` is what
    numbers and notices do with the flows.
    """
    report = report or Report()
    found = check_together(read_flows(sources, texts, report, later=later), texts, actions, beside, report)
    if found is None:
        raise FilesBroken(report.mistakes)
    return found


def read_flows(
    sources: Mapping[str, bytes], texts: Texts, report: Report, *, later: bool = False
) -> dict[str, Flow | None]:
    """The flows by name, each by itself; None for one that could not be read."""
    flows: dict[str, Flow | None] = {}
    for file, data in sources.items():
        name = Path(file).stem
        flows[name] = _read_flow(file, name, data, texts, report, later)
        if not NAME.fullmatch(name):
            report.add(Mark(file), "E111", f'"{name}" is not a name for a flow (lowercase letters, digits and _)')
    return flows


def check_together(
    flows: Mapping[str, Flow | None], texts: Texts, actions: Mapping[str, Declared], beside: Beside, report: Report
) -> FlowSet | None:
    """What holds between steps and between flows; the flows when nothing is wrong with them, by `report` either."""
    check_flows(World(flows, actions, texts, beside=beside), report)
    if report.wrong:
        return None
    whole = {name: flow for name, flow in flows.items() if flow is not None}
    return FlowSet(whole, dict(actions), {id: _named(texts, id) for id in texts.ids}, frozenset(texts.languages))


def _named(texts: Texts, id: str) -> frozenset[str]:
    """The variables that a text may use: those it names, and `currency` beside an amount."""
    fields = texts.fields(id)
    names = frozenset(path.partition(".")[0] for path in fields)
    return names | {"currency"} if "money" in fields.values() else names


def _read_flow(file: str, name: str, data: bytes, texts: Texts, report: Report, later: bool) -> Flow | None:
    table = read_source(file, data, report)
    if table is None:
        return None
    return fill(table, report, f'the flow "{name}"', lambda form: _flow(form, file, name, texts, later), FlowForm)


def _flow(form: FlowForm, file: str, name: str, texts: Texts, later: bool) -> Flow | None:
    report = form.report
    title = form.title()
    needs = form.names("needs")
    start = form.target("start", hint=": the first step") or NOWHERE
    outcomes, outcome_marks = _read_outcomes(form)
    node = form.node("steps")
    defaults_node = form.node("defaults")
    if not isinstance(node, Table) or not node.values:
        if node is None:
            form.missing("steps")
        else:
            report.add(node.mark, "E108", '"steps" must be a map of name: step')
        return None
    names, at = node.keys, node.mark
    hazy = form.hazy
    if isinstance(defaults_node, Table):
        defaults, unclear = fill(
            defaults_node, report, '"defaults"', lambda f: (Defaults.read(f, names, at), f.hazy), FlowForm
        )
        hazy = hazy or unclear
    else:
        defaults = Defaults.read(None, names, at)
        if defaults_node is not None:
            report.add(defaults_node.mark, "E108", '"defaults" must be a map')
    steps: dict[str, Step] = {}
    pushed_out: frozenset[str] = frozenset()
    for word in node.keys.values():
        if word.text in pushed_out and not isinstance(node.values[word.text], Table):
            hazy = True
            continue
        pushed_out = frozenset()
        if _is_hollow(word.text, node):
            sentence = f'the step "{word.text}" is empty: what belongs to it must begin further to the right'
            report.add(node.values[word.text].mark, "E108", sentence)
            pushed_out, hazy = _BESIDE | VERBS.keys(), True
            continue
        step, unclear = _read_step(word, node.values[word.text], defaults, report, later)
        hazy = hazy or unclear
        if step is not None:
            steps[word.text] = step
    unread = frozenset(node.keys) - steps.keys()
    shown = title.text if title else name
    flow = Flow(name, Mark(file), shown, needs, start, steps, outcomes, outcome_marks, hazy, unread)
    if "outcomes" not in form and ends(flow, World({}, {}, texts)):
        return replace(flow, outcomes={END: ()})
    return flow


def _is_hollow(name: str, steps: Table) -> bool:
    """Whether a step holds nothing and what follows it looks like what it should hold."""
    node, names = steps.values[name], list(steps.keys)
    following = names[names.index(name) + 1 :][:1]
    empty = isinstance(node, Scalar) and node.plain and not node.text
    return empty and bool(following) and following[0] in VERBS.keys() | _BESIDE


def _read_outcomes(form: FlowForm) -> tuple[dict[str, tuple[Name, ...]], dict[str, Mark]]:
    """`outcomes`: a map of outcome -> variables that it hands to the calling flow."""
    node = form.node("outcomes")
    if node is None:
        return {}, {}
    if not isinstance(node, Table):
        form.report.add(node.mark, "E108", '"outcomes" must be a map of outcome: [variables]')
        return {}, {}
    inner = FlowForm(node, form.report, '"outcomes"')
    outcomes = {outcome: inner.names(outcome) for outcome in node.values}
    for word in node.keys.values():
        inner.as_name(word, "the outcome")
    return outcomes, {outcome: word.mark for outcome, word in node.keys.items()}


def _read_step(word: Scalar, node: Node, defaults: Defaults, report: Report, later: bool) -> tuple[Step | None, bool]:
    """A step, and whether its exits are unclear."""
    unclear = not check_step_name(word, report)
    if not isinstance(node, Table):
        report.add(node.mark, "E108", f'the step "{word.text}" must be a map with one verb')
        return None, True
    verbs = [key for key in node.keys if key in VERBS]
    if not verbs:
        hints = [hint for key in node.keys if key not in _BESIDE and (hint := did_you_mean(key, VERBS))]
        told = hints[0] if hints else f": what it does ({', '.join(list(VERBS)[:6])}, ...)"
        report.add(word.mark, "E201", f'the step "{word.text}" has no verb{told}')
        return None, True
    if len(verbs) > 1:
        sentence = f'the step "{word.text}" has two verbs, "{verbs[0]}" and "{verbs[1]}"; make two steps of it'
        report.add(node.keys[verbs[1]].mark, "E202", sentence)
        return None, True
    if verbs[0] in LATER and not later:
        sentence = f'this version cannot carry out "{verbs[0]}" on the line yet; it can be tried and tested'
        report.add(node.keys[verbs[0]].mark, "E220", sentence)
    verb = VERBS[verbs[0]]

    def filled(form: FlowForm) -> tuple[Step, bool]:
        step = verb.read(form, Head(word.text, word.mark, _read_limit(form)), defaults)
        return step, unclear or form.hazy

    return fill(node, report, f'the step "{word.text}"', filled, FlowForm)


def _read_limit(form: FlowForm) -> Limit | None:
    """`at_most` and `beyond`, both or neither."""
    if "at_most" not in form and "beyond" not in form:
        return None
    for key in ("at_most", "beyond"):
        if key not in form:
            form.missing(key, ': "at_most" and "beyond" belong together')
    at_most = form.whole("at_most", 1, 1, 99)
    beyond = form.target("beyond", required=False) or NOWHERE
    return Limit(at_most, beyond)
