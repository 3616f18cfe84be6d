"""`insurance.yaml` and `catalogue.yaml`: what is wrong is told at its place; the shipped ones are sound."""

from __future__ import annotations

from datetime import date

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from forms.errors import FilesBroken
from hospital.fees.catalogue_form import written
from hospital.fees.insurance import read_insurance, shipped
from hospital.fees.insurance_schema import catalogue_schema, insurance_schema
from hospital.fees.scheme import Class, Insurance, Scope

SCHEMES = """\
schemes:
  one:
    names: {zh: 医保, en: insurance}
    codes: ["310"]
    rules:
      - from: 2026-01-01
        until: 2026-12-31
        deductible: {per: stay, amounts: [1300, 650.50]}
        tiers: {per: year, steps: [{to: 30000, rate: 85}, {rate: 90.5%}]}
        ceiling: {year: 500000}
        classes: {bed: {limit: 60}}
        items: {YP1: {own: 20}}
      - {from: 2027-01-01, tiers: 80}
"""
CATALOGUE = """\
items: |
  code,zh,en,class,scope,own,limit,rate,from,until
  YP1,药,Drug,drug,partly,10,,,,2026-06-30
  YP1,药,Drug,drug,in,,,,2026-07-01,
  JC1,检查,Exam,exam,in,,,,,
"""


def told(schemes: str = SCHEMES, catalogue: str = CATALOGUE) -> list[str]:
    try:
        read_insurance(schemes.encode(), catalogue.encode())
    except FilesBroken as wrong:
        return [str(one) for one in wrong.mistakes]
    return []


def test_they_are_read_as_they_are_written() -> None:
    insurance = read_insurance(SCHEMES.encode(), CATALOGUE.encode())
    scheme = insurance.schemes["one"]
    first, second = scheme.rules
    assert first.deductible == (1300_00, 650_50)
    assert [(tier.to, tier.rate) for tier in first.tiers] == [(30_000_00, 8_500), (None, 9_050)]
    assert scheme.rule(date(2026, 12, 31)) is first
    assert scheme.rule(date(2027, 1, 1)) is second
    assert scheme.rule(date(2025, 12, 31)) is None
    assert insurance.named("310") is scheme
    assert insurance.named("999") is None
    entry = insurance.catalogue.find("YP1", date(2026, 6, 30))
    assert entry is not None
    assert (entry.scope, entry.own, entry.of_class) == (Scope.PARTLY, 1_000, Class.DRUG)
    later = insurance.catalogue.find("YP1", date(2026, 7, 1))
    assert later is not None
    assert later.scope is Scope.IN


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("1300", "13oo", 'insurance.yaml:8:43 I101 "amounts": "13oo" is not an amount: write 1300 or 1300.50'),
        ("rate: 85", "rate: 101", 'insurance.yaml:9:54 I102 "rate": "101" is not a share: percent from 0 to 100'),
        ("2026-12-31", "2026-02-31", 'insurance.yaml:7:16 I103 "until": there is no 2026-02-31'),
        ("2026-12-31", "2025-12-31", "insurance.yaml:7:9 I103 the rule ends on 2025-12-31, before it begins"),
        ("2027-01-01", "2026-12-31", "insurance.yaml:13:9 I104 two rules count on 2026-12-31"),
        ("{to: 30000, rate: 85}, {rate: 90.5%}", "{to: 30000, rate: 85}", "insurance.yaml:9:9 I105 each step needs"),
        ("{to: 30000, rate: 85}, ", "{to: 30000, rate: 85}, {to: 20000, rate: 1}, ", "insurance.yaml:9:9 I105 each"),
        ("YP1: {own", "YP2: {own", 'insurance.yaml:12:17 I107 the catalogue lists no "YP2"'),
        ("names: {zh: 医保, en: insurance}", "names: {zh: 医保}", "insurance.yaml:3:12 I109 the scheme"),
        ("{limit: 60}", "{limit: 60, scope: out}", 'insurance.yaml:11:43 I110 "bed" is out of scope'),
        ("bed:", "bad:", 'insurance.yaml:11:19 E108 no class "bad" (did you mean "bed"?)'),
        ("tiers: 80", "teirs: 80", 'insurance.yaml:13:28 E106 a rule of "one" has no use for "teirs" (did you mean'),
        ("per: stay", "per: week", 'insurance.yaml:8:27 E108 "per" is stay or year'),
        ("{per: stay, amounts: [1300, 650.50]}", "{per: year, amounts: [1300, 650]}", "insurance.yaml:8:33 I110 a"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_scheme_is_told_at_its_place(old: str, new: str, sentence: str) -> None:
    assert SCHEMES.count(old) == 1
    [mistake] = told(SCHEMES.replace(old, new))
    assert mistake.startswith(sentence)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "code,zh",
            "cod,zh",
            'catalogue.yaml:2:1 I106 the heading has no column "code"; no use for a column "cod" (did you',
        ),
        ("检查,Exam", "检查", "catalogue.yaml:5:1 I106 9 values for 10 columns"),
        ("检查,Exam", ",Exam", 'catalogue.yaml:5:1 I106 "JC1" needs its name in the column zh'),
        ("Exam,exam", "Exam,exams", 'catalogue.yaml:5:1 I106 no class "exams" (did you mean "exam"?)'),
        ("exam,in", "exam,partly", 'catalogue.yaml:5:1 I110 "JC1" is partly in scope'),
        ("exam,in,,", "exam,in,5,", 'catalogue.yaml:5:1 I110 "JC1" is in'),
        ("partly,10", "partly,1O", 'catalogue.yaml:3:1 I102 "own" of "YP1": "1O" is not a share'),
        ("2026-07-01", "2026-06-30", 'catalogue.yaml:4:1 I104 "YP1" has two entries for 2026-06-30'),
        ("2026-07-01", "July", 'catalogue.yaml:4:1 I103 "from" of "YP1": "July" is not a date'),
    ],
)
def test_what_is_wrong_with_the_catalogue_is_told_by_line(old: str, new: str, sentence: str) -> None:
    assert CATALOGUE.count(old) == 1
    assert told(catalogue=CATALOGUE.replace(old, new))[0].startswith(sentence)


def test_two_schemes_of_one_code_are_told() -> None:
    twice = SCHEMES + '  two: {names: {zh: 另一, en: other}, codes: ["310"]}\n'
    assert told(twice) == ['insurance.yaml:14:3 I108 "310" stands for the scheme "one" already']


def test_a_file_from_a_spreadsheet_becomes_a_catalogue() -> None:
    csv = "code,zh,en,class,scope\r\nJC1,检查,Exam,exam,in\r\nYP1,药,Drug,drug,in\r\n"
    assert told(catalogue=written(csv)) == []


def test_the_shipped_files_are_sound_and_editors_agree() -> None:
    insurance = shipped()
    assert isinstance(insurance, Insurance)
    assert set(insurance.schemes) == {"employee", "resident", "abroad", "none"}
    languages = {"zh", "en", "ru", "pl"}
    entries = [entry for item in insurance.catalogue.items.values() for entry in item]
    assert all(set(one.names) == languages for one in (*insurance.schemes.values(), *entries))


@pytest.mark.parametrize(("schema", "text"), [(insurance_schema(), SCHEMES), (catalogue_schema(), CATALOGUE)])
def test_what_is_read_is_underlined_by_no_editor(schema: dict[str, object], text: str) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda maker, node: node.value)
    Draft202012Validator.check_schema(schema)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(yaml.load(text))] == []
