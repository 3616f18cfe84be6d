"""What must be true of every bill, whatever the charges: shares add up, none is negative, order does not matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital.fees.scheme import Class, Insurance, Per, Rule, Scheme, Tier
from hospital.fees.share import Charged, Share, Stayed, added, divided, half_up
from tests.fees.conftest import by_hand

INSURANCE = by_hand()
CODES = [*INSURANCE.catalogue.items, "XX0001"]
FIRST = date(2026, 11, 20)
SHEER = ("JY1001", "SS1001", "YP1001", "ZL1001")
"""In scope without terms of their own."""


@st.composite
def bills(draw: st.DrawFn, codes: list[str] | tuple[str, ...] = tuple(CODES), least: int = 0) -> list[Charged]:
    days = st.integers(0, 60).map(lambda n: FIRST + timedelta(n))
    quantities = st.integers(0, 30_000)
    amounts = st.one_of(st.integers(0, 300), st.integers(0, 200_000), st.integers(0, 90_000_000))
    drawn = draw(st.lists(st.tuples(days, st.sampled_from(codes), quantities, amounts), min_size=least, max_size=25))
    return [charged(number, *one) for number, one in enumerate(drawn)]


def charged(number: int, day: date, code: str, quantity: int, amount: int) -> Charged:
    item = INSURANCE.catalogue.nearest(code, day)
    return Charged(number, day, code, item.of_class if item else Class.OTHER, quantity, amount)


@st.composite
def covers(draw: st.DrawFn) -> tuple[tuple[date, str], ...]:
    names = st.sampled_from([*INSURANCE.schemes, "farmers"])
    changed = draw(st.lists(st.integers(0, 60), max_size=2, unique=True).map(sorted))
    return tuple((day, draw(names)) for day in [date.min, *(FIRST + timedelta(n) for n in changed)])


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    rates, pers = st.integers(0, 10_000), st.sampled_from(list(Per))
    steps = draw(st.lists(st.integers(1, 5_000_000), max_size=3, unique=True).map(sorted))
    tiers = tuple(Tier(to, draw(rates)) for to in [*steps, None])
    ceilings = {per: draw(st.integers(0, 3_000_000)) for per in draw(st.sets(pers))}
    return Rule(date.min, date.max, tiers, draw(pers), (draw(st.integers(0, 200_000)),), draw(pers), ceilings)


def bill(charges: list[Charged], cover: tuple[tuple[date, str], ...], insurance: Insurance = INSURANCE) -> list[Share]:
    """The shares of each charge, in the order of their numbers."""
    [one] = divided([Stayed("1", FIRST, cover, tuple(charges))], insurance)
    return [line.share for line in sorted(one.lines, key=lambda line: line.charge.number)]


def parts(share: Share) -> tuple[int, ...]:
    return share.insurance, share.outside, share.deductible, share.copay, share.above


@pytest.mark.parametrize("examples", [70, pytest.param(5_000, marks=pytest.mark.slow)])
def test_the_shares_of_each_charge_add_up_to_it_and_none_is_negative(examples: int) -> None:
    @settings(max_examples=examples)
    @given(bills(), covers())
    def holds(charges: list[Charged], cover: tuple[tuple[date, str], ...]) -> None:
        for charge, share in zip(charges, bill(charges, cover), strict=True):
            assert share.insurance + share.patient == share.total == charge.amount
            assert min(parts(share)) >= 0

    holds()


@pytest.mark.parametrize("examples", [60, pytest.param(5_000, marks=pytest.mark.slow)])
def test_so_it_is_under_any_rule_and_the_ceilings_hold(examples: int) -> None:
    @settings(max_examples=examples)
    @given(bills(), rules())
    def holds(charges: list[Charged], rule: Rule) -> None:
        insurance = replace(INSURANCE, schemes={"any": Scheme("any", {}, (rule,))})
        shares = bill(charges, ((date.min, "any"),), insurance)
        assert all(min(parts(share)) >= 0 for share in shares)
        assert added(shares).total == sum(charge.amount for charge in charges)
        if (ceiling := rule.ceilings.get(Per.STAY)) is not None:
            assert added(shares).insurance <= ceiling
        if (ceiling := rule.ceilings.get(Per.YEAR)) is not None:
            of_2026 = [share for one, share in zip(charges, shares, strict=True) if one.day.year == 2026]
            assert added(of_2026).insurance <= ceiling
        if rule.deductible_per is Per.STAY:
            assert added(shares).deductible <= rule.deductible[0]

    holds()


@settings(max_examples=40)
@given(bills(), covers(), st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_charges_are_handed_in(charges: list[Charged], cover, random) -> None:  # type: ignore[no-untyped-def]
    mixed = list(charges)
    random.shuffle(mixed)
    assert bill(mixed, cover) == bill(charges, cover)


@settings(max_examples=40)
@given(bills(SHEER), rules(), st.randoms(use_true_random=False))
def test_where_tiers_alone_decide_it_does_not_matter_which_charge_is_whose_day(charges, rule, random) -> None:  # type: ignore[no-untyped-def]
    """Within one year and without rates of items or classes the sums depend on the sum alone."""
    insurance = replace(INSURANCE, schemes={"any": Scheme("any", {}, (rule,))})
    days = [date(2026, 3, 1) + timedelta(n) for n in range(len(charges))]
    one = [replace(charge, day=day) for charge, day in zip(charges, days, strict=True)]
    random.shuffle(days)
    other = [replace(charge, day=day) for charge, day in zip(charges, days, strict=True)]
    cover = ((date.min, "any"),)
    assert added(bill(one, cover, insurance)) == added(bill(other, cover, insurance))


@settings(max_examples=40)
@given(bills(SHEER, least=1), covers(), st.data())
def test_a_charge_may_be_divided_into_two(charges: list[Charged], cover, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    whole = [replace(charge, number=2 * charge.number) for charge in charges]
    which = data.draw(st.sampled_from(whole))
    part = data.draw(st.integers(0, which.amount))
    halves = [replace(which, amount=part), replace(which, number=which.number + 1, amount=which.amount - part)]
    rest = [charge for charge in whole if charge is not which]
    assert added(bill([*rest, *halves], cover)) == added(bill(whole, cover))


@settings(max_examples=40)
@given(bills(), bills(), covers())
def test_two_stays_of_a_patient_are_divided_as_one_after_the_other(one, other, cover) -> None:  # type: ignore[no-untyped-def]
    """What a stay comes to does not depend on the charges of a later one."""
    later = [replace(charge, day=charge.day + timedelta(90)) for charge in other]
    first = Stayed("1", FIRST, cover, tuple(one))
    second = Stayed("2", FIRST + timedelta(90), cover, tuple(later))
    both = divided([first, second], INSURANCE)
    assert both[0] == divided([first], INSURANCE)[0]
    assert [bill.stay for bill in divided([second, first], INSURANCE)] == ["2", "1"]
    assert divided([second, first], INSURANCE)[::-1] == both
    assert both[1].share.total == sum(charge.amount for charge in other)


@settings(max_examples=40)
@given(bills(), covers(), st.data())
def test_a_charge_that_was_taken_back_leaves_nothing(charges: list[Charged], cover, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    """Whatever was charged and taken back: the bill is that of the charges which stand."""
    gone = data.draw(st.sets(st.sampled_from(charges))) if charges else set()
    stand = [charge for charge in charges if charge not in gone]
    zero = [replace(charge, amount=0) if charge in gone else charge for charge in charges]
    assert added(bill(zero, cover)) == added(bill(stand, cover))


@given(st.integers(0, 10**12), st.integers(1, 10**6))
def test_half_up_is_the_nearest_whole_number(exact: int, by: int) -> None:
    assert -by < 2 * (half_up(exact, by) * by - exact) <= by


def test_a_long_stay_of_a_hundred_days_is_one_sum() -> None:
    charges = [
        charged(n, date(2026, 3, 1) + timedelta(n // 30), CODES[n % len(CODES)], 1_000, 1_234) for n in range(3_000)
    ]
    assert added(bill(charges, ((date.min, "employee"),))).total == 3_000 * 1_234
