"""Whether the rules of an event cover every occurrence of it, and none twice.

An event without a rule that fits is answered and calls nobody, so what is left open is reported when the file is read:
for emergencies as a mistake. Gaps that are meant are listed under `nobody`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from forms.report import Mark, Report
from notify.hl7.adt import Reading
from notify.notices.escalation import Rule, Silence
from notify.notices.facts import HL7, Kind, folded

MOST = 6
"""True-or-false facts that are tried in all their combinations."""
URGENT = "urgent"


def check_coverage(
    rules: Mapping[str, Rule], silent: Sequence[Silence], reading: Reading, marks: Mapping[str, Mark], report: Report
) -> None:
    """Report what no rule takes, and rules that do the same. `marks`: where the rules stand."""
    by_event: dict[str, list[Rule]] = {}
    for rule in rules.values():
        by_event.setdefault(rule.event, []).append(rule)
    for event, taking in by_event.items():
        quiet = [one for one in silent if one.event == event]
        urgent_comes = event in reading.events.values() and any(values for _, values in reading.urgent)
        for gap in _gaps([*(rule.when for rule in taking), *(one.when for one in quiet)], urgent_comes):
            emergency = gap.get(URGENT) is True
            shown = ", ".join(f"{name}: {str(value).lower()}" for name, value in gap.items())
            what = f'the event "{event}"' + (f" with {shown}" if shown else " without what these rules ask for")
            sentence = f"{what} is covered by no rule, and nobody would be called: add a rule"
            mark = marks[taking[0].name]
            report.add(mark, "N219" if emergency else "W402", f"{sentence}, or name it under nobody")
            break
        for first, second in combinations(taking, 2):
            if _alike(first, second):
                sentence = f'"{second.name}" calls the same people for the same events as "{first.name}"'
                report.add(marks[second.name], "W403", f"{sentence}: both would call")


def _gaps(whens: Sequence[Mapping[str, str | bool]], urgent_comes: bool) -> Iterator[Mapping[str, bool]]:
    """Combinations of truths that no condition takes whatever the texts are; emergencies first."""
    names = sorted({name for when in whens for name, value in when.items() if isinstance(value, bool)})[:MOST]
    names.sort(key=lambda name: name != URGENT)
    for values in product((True, False), repeat=len(names)):
        facts = dict(zip(names, values, strict=True))
        if facts.get(URGENT) and not urgent_comes and HL7[URGENT] is Kind.TRUTH:
            continue
        if not any(all(facts.get(name) is value for name, value in when.items()) for when in whens):
            yield facts


def _alike(one: Rule, other: Rule) -> bool:
    """Whether two rules ring the same telephones first, with the same words, because of the same events."""
    same_when = {name: _plain(value) for name, value in one.when.items()} == {
        name: _plain(value) for name, value in other.when.items()
    }
    kinds = (one.cancels, one.corrects) == (other.cancels, other.corrects)
    return same_when and kinds and one.flow == other.flow and one.steps[0].call == other.steps[0].call


def _plain(value: str | bool) -> str | bool:
    return value if isinstance(value, bool) else folded(value)
