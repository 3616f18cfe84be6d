"""Stays whose shares were computed by hand (`stays.yaml`): however charges come, the bill is right to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from db.database import Database
from hospital.cards import cards
from hospital.fees import charges, statement, stays
from hospital.fees.charges import NewCharge, Reversal
from hospital.fees.scheme import Class, Insurance
from hospital.fees.share import Share, added
from hospital.fees.stays import Admission
from hospital.money import parse_money

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2027, 6, 1, 8, 0, tzinfo=UTC)
CASES: dict[str, list[dict[str, Any]]] = YAML(typ="safe", pure=True).load(Path(__file__).parent / "stays.yaml")


@pytest.fixture(scope="module")
def house() -> Iterator[Database]:
    made = Database("sqlite://")
    made.create_all()
    yield made
    made.close()


def test_there_are_at_least_forty_and_each_says_why() -> None:
    every = [stay for case in CASES.values() for stay in case]
    assert len(every) >= 40
    assert all(stay["by_hand"] for stay in every)


@pytest.mark.parametrize("case", CASES)
def test_the_bill_is_what_was_computed_by_hand(case: str, house: Database, insurance: Insurance) -> None:
    number = list(CASES).index(case)
    card = f"9{number:05}"
    house.run_now(cards.add, card, "病人", "", NOW)
    for n, stay in enumerate(CASES[case]):
        came(house, f"{number}-{n}", card if stay.get("card", True) else "", stay, insurance)
    for n, stay in enumerate(CASES[case]):
        bill = house.run_now(statement.of_stay, f"{number}-{n}", insurance, UTC_ZONE, NOW)
        insured, outside, deductible, copay, above = map(parse_money, stay["sum"].split())
        assert bill.share == Share(insured, outside, deductible, copay, above), stay["by_hand"]
        assert bill.share.total == sum(line.amount for line in bill.lines)
        assert added(bill.by_class.values()) == added(bill.by_day.values()) == bill.share


def came(house: Database, number: str, card: str, stay: dict[str, Any], insurance: Insurance) -> None:
    """The stay as the hospital's system tells of it."""
    days = [one.split()[1] for one in stay["charges"] if not one.startswith("back")] or ["2026-03-02"]
    begins = datetime.combine(date.fromisoformat(min(days)), datetime.min.time(), UTC) + timedelta(hours=8)
    house.run_now(stays.admit, Admission(number, begins, card, scheme=stay.get("scheme", "")), NOW)
    if "then" in stay:
        day, scheme = stay["then"].split()
        changed = Admission(number, begins, scheme=scheme, from_day=date.fromisoformat(day))
        house.run_now(stays.admit, changed, NOW)
    for written in stay["charges"]:
        words = written.split()
        if words[0] == "back":
            back = Reversal("HIS", number, f"{number}:{words[1]}", date(2026, 3, 31))
            assert house.run_now(charges.reverse, back, NOW)
            assert not house.run_now(charges.reverse, back, NOW)
            continue
        key, day, code, quantity, amount, *corrects = words
        item = insurance.catalogue.nearest(code, date.fromisoformat(day))
        of_class = item.of_class if item is not None else Class.OTHER
        new = NewCharge(
            "HIS", f"{number}:{key}", number, date.fromisoformat(day), code, of_class,
            parse_money(quantity) * 10, parse_money(amount), of=f"{number}:{corrects[1]}" if corrects else "",
        )  # fmt: skip
        house.run_now(charges.post, new, NOW)
        assert not house.run_now(charges.post, new, NOW)
