"""Every kind of file that the hospital edits: how it is read, what it is compared with, its schema.

Another kind is its reader in its own room and an entry here: it is read, checked, published and offered to editors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from editions.bundle import TESTS as TESTS_FOLDER
from editions.bundle import TEXTS as TEXTS_FOLDER
from editions.cross_check import beside, check_notices
from editions.kind import Kind, Reading
from forms.report import Report
from hospital.fees.catalogue_form import FILE as CATALOGUE_FILE
from hospital.fees.catalogue_form import read_catalogue
from hospital.fees.insurance_form import FILE as INSURANCE_FILE
from hospital.fees.insurance_form import Schemes, check_items, read_schemes
from hospital.fees.insurance_schema import catalogue_schema, insurance_schema
from hospital.fees.scheme import Catalogue
from hospital.usual import USUAL
from ivr.flow.language import Flow, FlowSet
from ivr.flow.load import check_together, read_flows
from ivr.flow.schema.flow import flow_schema
from ivr.flow.words import said
from ivr.numbers import FILE as NUMBERS_FILE
from ivr.numbers import HOLIDAYS as HOLIDAYS_FILE
from ivr.numbers import Numbers
from ivr.numbers.hours import Calendar
from ivr.numbers.read import numbers_of
from ivr.numbers.read_calendars import read_calendars
from ivr.numbers.schema import holidays_schema, numbers_schema
from ivr.rehearsal.flow_test import EditionUnderTest, FlowTest
from ivr.rehearsal.schema import schema_of_tests
from ivr.rehearsal.test_file import read_tests
from notify.notices.rules import NoticeRules
from notify.notices.rules_file import read_rules
from notify.notices.schema import notices_schema
from prompts.catalog import SPOKEN, Catalog
from prompts.schema import languages_schema


@dataclass(frozen=True, slots=True)
class Flows:
    """The flows, each by itself (None: it could not be read), and together when nothing is wrong with any."""

    each: Mapping[str, Flow | None]
    whole: FlowSet | None


def _texts(reading: Reading, files: Mapping[str, bytes]) -> Catalog:
    return Catalog.read({**files, **reading.files(LANGUAGES)}, reading.report)


def _languages(reading: Reading, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Read with the texts, which they limit."""
    return reading.of(TEXTS).languages


def _check_texts(reading: Reading, texts: Catalog) -> None:
    """Warn of the hospital's texts that no flow says."""
    flows = reading.of(FLOWS).whole
    if flows is not None:
        spoken = {text.text for flow in flows.flows.values() for step in flow.steps.values() for text in said(step)}
        reading.report.mistakes.extend(warning for id, warning in texts.own.items() if id not in spoken)


def _holidays(reading: Reading, files: Mapping[str, bytes]) -> dict[str, Calendar] | None:
    name = reading.bundle.name(HOLIDAYS_FILE)
    return read_calendars(name, files.get(name), reading.zone, reading.report)


def _numbers(reading: Reading, files: Mapping[str, bytes]) -> Numbers:
    calendars, languages = reading.of(HOLIDAYS), reading.of(TEXTS).languages
    shown = reading.bundle.name(HOLIDAYS_FILE)
    for name, data in files.items():
        return numbers_of(name, data, reading.names(FLOWS), languages, calendars, reading.report, shown)
    return Numbers({})


def _notices(reading: Reading, files: Mapping[str, bytes]) -> NoticeRules:
    for name, data in files.items():
        return read_rules(data, name, reading.names(FLOWS), reading.of(TEXTS).languages, reading.report)
    return NoticeRules({})


def _flows(reading: Reading, files: Mapping[str, bytes]) -> Flows:
    texts, told = reading.of(TEXTS), Report()
    each = read_flows(files, texts, told, later=reading.later)
    used = beside(reading.of(NUMBERS), reading.of(NOTICES), each, reading.bundle.name(NUMBERS_FILE))
    whole = check_together(each, texts, reading.actions, used, told)
    reading.report.mistakes.extend(told.mistakes)
    return Flows(each, whole)


def _check_notices(reading: Reading, rules: NoticeRules) -> None:
    flows = reading.of(FLOWS)
    if rules.rules:
        check_notices(rules, flows.each, flows.whole, reading.report)


def _insurance(reading: Reading, files: Mapping[str, bytes]) -> Schemes:
    for name, data in files.items():
        return read_schemes(name, data, reading.report)
    return Schemes({}, {})


def _check_insurance(reading: Reading, found: Schemes) -> None:
    check_items(found, reading.of(CATALOGUE), reading.report)


def _catalogue(reading: Reading, files: Mapping[str, bytes]) -> Catalogue:
    for name, data in files.items():
        return read_catalogue(name, data, reading.report)
    return Catalogue()


def _tests(reading: Reading, files: Mapping[str, bytes]) -> Sequence[FlowTest]:
    """Against the flows, numbers and texts, when nothing is wrong with those."""
    flows = reading.of(FLOWS).whole
    assert flows is not None
    house = EditionUnderTest(flows, reading.of(NUMBERS), reading.of(TEXTS), reading.actions, USUAL)
    return read_tests(files, house if reading.zone is None else replace(house, zone=reading.zone))


TEXTS = Kind("texts", f"{TEXTS_FOLDER}/*.yaml", _texts, _check_texts)
LANGUAGES = Kind("languages", f"{TEXTS_FOLDER}/{SPOKEN}", _languages, schema=lambda known: languages_schema())
HOLIDAYS = Kind("holidays", HOLIDAYS_FILE, _holidays, schema=lambda known: holidays_schema())
NUMBERS = Kind("numbers", NUMBERS_FILE, _numbers, schema=numbers_schema, required=True)
NOTICES = Kind("notices", "notices.yaml", _notices, _check_notices, schema=notices_schema, required=True)
FLOWS = Kind("flow", "*.yaml", _flows, schema=flow_schema)
TESTS = Kind("tests", f"{TESTS_FOLDER}/*.yaml", _tests, schema=schema_of_tests, apart=True)

INSURANCE = Kind("insurance", INSURANCE_FILE, _insurance, _check_insurance, schema=lambda known: insurance_schema())
CATALOGUE = Kind("catalogue", CATALOGUE_FILE, _catalogue, schema=lambda known: catalogue_schema())

KINDS: Sequence[Kind[Any]] = (FLOWS, NUMBERS, HOLIDAYS, NOTICES, INSURANCE, CATALOGUE, TEXTS, LANGUAGES, TESTS)
