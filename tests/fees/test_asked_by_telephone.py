"""What a flow hears of a stay's fees: the real actions over stays that came in, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from actions.action import ActionOutcome, CallFacts, Value
from db.database import Database, ImmediateTransactions
from hospital.cards import cards
from hospital.errors import Unknown
from hospital.fees import demo_stays, stays
from hospital.fees.actions import FeesActions
from hospital.fees.insurance import shipped
from hospital.fees.scheme import Insurance
from tests.hospital.conftest import finished

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)


class Telephone:
    """Asks as a flow does; each outcome is held to its declaration."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.insurance: Insurance = shipped()
        transactions = ImmediateTransactions(database)
        self._actions = FeesActions(transactions, lambda: self.insurance, SHANGHAI, lambda: self.now).actions()

    def ask(self, action: str, **arguments: Value) -> ActionOutcome:
        declared = self._actions[action]
        assert declared.needs == set(arguments)
        outcome = finished(declared.run(arguments, CallFacts("1", "02155550101", "zh", self.now)))
        assert set(outcome.values) == declared.outcomes[outcome.name]
        return outcome


@pytest.fixture
def telephone() -> Iterator[Telephone]:
    database = Database("sqlite://")
    database.create_all()
    for number in ("100001", "100002", "100003", "100009"):
        database.run_now(cards.add, number, "病人", "", NOW)
    database.run_now(demo_stays.make, SHANGHAI, NOW)
    yield Telephone(database)
    database.close()


def test_today_and_since_admission_are_what_the_bill_says(telephone: Telephone) -> None:
    found = telephone.ask("fees.find", card="100001")
    assert found == ActionOutcome("found", {"stay": "Z100001"})
    today = telephone.ask("fees.today", card="100001", stay="Z100001")
    assert today.values["total"] == 251_40
    assert today.values["insured"] == 158_75  # bed 60, care 40, drug 96.40 less 9.64; x 85 % = 158.746; meals out
    # 6 x 251.40 + 25 + 260 + 420 + 378 + 110. The patient's: albumin 378, meals 6 x 35, beds 6 x 20, drugs 6 x 9.64,
    # CT 8 % of 420 = 33.60; deductible 1300. Eligible 6 x 186.76 + 25 + 260 + 386.40 + 110 = 1901.96.
    since = telephone.ask("fees.since_admission", card="100001", stay="Z100001")
    assert since.name == "covered"
    assert since.values["since"] == "2026-03-01"
    assert since.values["total"] == 2701_40
    assert since.values["insured"] == 511_67  # (1901.96 - 1300) x 85 % = 511.666
    assert since.values["own"] == 2189_73
    assert since.values["left"] == 3000_00 - 2189_73


def test_classes_come_in_the_order_of_a_bill_and_add_up(telephone: Telephone) -> None:
    listed = telephone.ask("fees.classes", card="100001", stay="Z100001")
    assert [item["code"] for item in listed.items] == ["bed", "care", "drug", "exam", "lab", "meals"]
    assert sum(item["total"] for item in listed.items) == 2701_40  # type: ignore[misc]
    assert sum(item["insured"] for item in listed.items) == 511_67  # type: ignore[misc]


def test_without_insurance_all_is_the_patients_and_the_deposit_runs_out(telephone: Telephone) -> None:
    telephone.now = NOW.replace(day=20)
    telephone.database.run_now(demo_stays.make, SHANGHAI, telephone.now)
    owing = telephone.ask("fees.since_admission", card="100002", stay="Z100002")
    assert owing.name == "owing"
    assert (owing.values["insured"], owing.values["own"]) == (0, owing.values["total"])
    assert owing.values["owed"] == owing.values["total"] - 1000_00  # type: ignore[operator]


def test_who_has_no_stay_hears_so_and_nobody_hears_of_anothers(telephone: Telephone) -> None:
    assert telephone.ask("fees.find", card="100009").name == "none"
    with pytest.raises(Unknown):
        telephone.ask("fees.today", card="100009", stay="Z100001")


def test_a_newborn_is_heard_of_after_its_mothers_stay(telephone: Telephone) -> None:
    assert telephone.ask("fees.find", card="100003").values["stay"] == "Z100003"
    telephone.database.run_now(stays.discharge, "Z100003", NOW)
    telephone.now = NOW.replace(month=4, day=20)
    assert telephone.ask("fees.find", card="100003").values["stay"] == "Z100003B"
    assert telephone.ask("fees.today", card="100003", stay="Z100003B").name == "nothing"


def test_what_is_published_counts_from_the_next_question_on(telephone: Telephone) -> None:
    before = telephone.ask("fees.since_admission", card="100001", stay="Z100001")
    telephone.insurance = replace(telephone.insurance, schemes={})
    after = telephone.ask("fees.since_admission", card="100001", stay="Z100001")
    assert (after.values["insured"], after.values["total"]) == (0, before.values["total"])
