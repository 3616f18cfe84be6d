"""Reads a bundle of the hospital's files into an edition that can be used, or reports all that is wrong with it.

Flows, numbers, notices and texts are checked together: the check before publishing, the check of
the command line and the start of the service are all this one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from actions.action import Declared
from editions.bundle import TEXTS, Bundle
from editions.cross_check import RULES, check_notices, read_beside
from forms.errors import FilesBroken
from forms.mistake import Mistake, nearest
from forms.report import Mark, Report
from ivr.call.edition import Edition
from ivr.flow.language import FlowSet
from ivr.flow.load import NOT_FLOWS, load_sources
from ivr.flow.uses import Beside
from ivr.flow.words import said
from ivr.numbers import FILE as NUMBERS
from ivr.numbers import HOLIDAYS, Numbers, read_numbers
from notify.notices.rules import NoticeRules, read_rules
from prompts.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Checked:
    """An edition with the rules of the notices that go with it."""

    edition: Edition
    rules: NoticeRules
    warnings: Sequence[Mistake] = ()
    """What should be looked at; none of it keeps the edition from being used."""


_PASSED_OVER = (
    "nothing reads this file: flows and the files beside them belong in the folder itself, named like fees.yaml; "
    "copies are ignored"
)


def read_edition(
    bundle: Bundle,
    actions: Mapping[str, Declared],
    version: int = 0,
    zone: tzinfo | None = None,
    *,
    later: bool = False,
) -> Checked:
    """Read and check everything. Raises `FilesBroken` with every mistake in every file.

    With `later` flows may use verbs that the line cannot carry out yet: to try, test and draw them.
    """
    report = Report()
    for file in (NUMBERS, RULES):
        if file not in bundle.files:
            sentence = f"the file is missing: copy the shipped {file} into the folder and change it"
            report.add(Mark(bundle.name(file)), "E112", sentence)
    for path in bundle.passed_over:
        report.add(Mark(path), "W101", _PASSED_OVER)
    texts = Catalog.read(bundle.under(TEXTS), report)
    names = {file.removesuffix(".yaml") for file in bundle.files if "/" not in file} - NOT_FLOWS
    numbers, rules = _numbers(bundle, names, texts, zone, report), _rules(bundle, names, texts, report)
    unread = any(one.file in {bundle.name(NUMBERS), bundle.name(RULES)} for one in report.mistakes)
    flows = _flows(bundle, texts, actions, read_beside(bundle, rules), report, later)
    if rules.rules:
        check_notices(bundle, rules, flows, report)
    if flows is not None:
        spoken = {text.text for flow in flows.flows.values() for step in flow.steps.values() for text in said(step)}
        report.mistakes.extend(warning for id, warning in texts.own.items() if id not in spoken)
    if texts.unread:  # what flows say may be there
        report.mistakes = [one for one in report.mistakes if not _of_unread(one, texts.unread)]
    if unread:  # what they lead to is not known
        report.mistakes = [one for one in report.mistakes if one.code != "W201"]
    if report.wrong or flows is None:
        raise FilesBroken(report.mistakes)
    return Checked(Edition(version, flows, numbers, texts), rules, FilesBroken(report.mistakes).warnings)


def _of_unread(one: Mistake, unread: Collection[str]) -> bool:
    """Whether a mistake only follows from texts that could not be read: those were reported themselves."""
    if one.code == "E301":
        id = one.sentence.partition('"')[2].partition('"')[0]
        return "*" in unread or bool(nearest(id, unread))
    if one.code in {"E303", "E304", "E306", "E307", "E308", "E237", "W301"}:
        return any(f'"{id}"' in one.sentence for id in unread)
    return "*" in unread and one.code in {"E302", "W303"}


def _numbers(bundle: Bundle, names: Collection[str], texts: Catalog, zone: tzinfo | None, report: Report) -> Numbers:
    if NUMBERS not in bundle.files:
        return Numbers({})
    holidays = bundle.files.get(HOLIDAYS)
    warnings: list[Mistake] = []
    try:
        read = read_numbers(
            bundle.name(NUMBERS),
            bundle.files[NUMBERS],
            names,
            texts.languages,
            holidays,
            bundle.name(HOLIDAYS),
            zone,
            warnings,
        )
        report.mistakes.extend(warnings)
        return read
    except FilesBroken as wrong:
        report.mistakes.extend((*wrong.mistakes, *wrong.warnings))
        return Numbers({})


def _rules(bundle: Bundle, names: Collection[str], texts: Catalog, report: Report) -> NoticeRules:
    if RULES not in bundle.files:
        return NoticeRules({})
    try:
        rules = read_rules(bundle.files[RULES], bundle.name(RULES), names, texts.languages)
        report.mistakes.extend(rules.warnings)
        return rules
    except FilesBroken as wrong:
        report.mistakes.extend(wrong.mistakes)
        return NoticeRules({})


def _flows(
    bundle: Bundle, texts: Catalog, actions: Mapping[str, Declared], beside: Beside, report: Report, later: bool
) -> FlowSet | None:
    others = {bundle.name(f"{name}.yaml") for name in NOT_FLOWS}
    sources = {name: data for name, data in bundle.under().items() if name not in others}
    told = Report()
    try:
        return load_sources(sources, texts, actions, told, later=later, beside=beside)
    except FilesBroken:
        return None
    finally:
        report.mistakes.extend(told.mistakes)
