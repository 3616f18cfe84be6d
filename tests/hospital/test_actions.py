"""What flows ask, from the card to the slip: outcomes and variables as declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from actions.action import ActionOutcome, CallFacts, Value
from actions.arguments import BadArgument
from actions.fake import FakeActions, NotScripted
from hospital.actions import DECLARED
from hospital.cards import cards
from hospital.clinic import departments, registration, rota
from hospital.clinic.calendar import HALVES, day_name
from tests.hospital.conftest import TODAY, TOMORROW, SmallHospital, duty, finished

NEIKE: dict[str, Value] = {"code": "neike", "name": {"zh": "内科", "en": "Internal medicine"}}
WAIKE: dict[str, Value] = {"code": "waike", "name": {"zh": "外科", "en": "Surgery"}}
DAY: dict[str, Value] = {"date": TOMORROW.isoformat(), "offset": 1, "name": {**day_name(TOMORROW, 1)}}


def test_a_patient_registers_with_an_expert_from_card_to_slip(hospital: SmallHospital) -> None:
    login = hospital.ask("card.check_pin", card_number="100001", pin="1234")
    assert login == ActionOutcome("right", {"card": "100001", "patient": "患者100001", "pace": "usual"})
    card = login.values["card"]
    funds = hospital.ask("registration.check_funds", card=card)
    assert funds == ActionOutcome("enough", {"balance": 10_000, "currency": "CNY"})
    listed = hospital.ask("registration.departments")
    assert (listed.name, listed.items) == ("chosen", (NEIKE,))
    days = hospital.ask("registration.days")
    assert days.items[1] == DAY
    on_duty = hospital.ask("registration.experts_on", department=NEIKE, day=DAY)
    assert on_duty.name == "several"
    experts = hospital.ask("registration.experts", department=NEIKE, day=DAY)
    assert [*experts.items] == on_duty.values["experts"]
    chosen = dict(experts.items[0])
    assert chosen == {
        "code": "1",
        "name": {"zh": "专家1", "en": "Dr 1"},
        "half": "am",
        "half_name": {**HALVES["am"]},
        "fee": 2000,
        "rota_id": hospital.rota_id("1"),
    }
    booked = hospital.ask("registration.book_expert", card=card, expert=chosen)
    assert booked.name == "booked"
    assert booked.values["fee"] == 2000
    again = hospital.ask("registration.book_expert", call="another call", card=card, expert=chosen)
    assert again == ActionOutcome("taken_by_you", {"slip": booked.values["slip"]})


def test_a_patient_registers_for_the_general_clinic(hospital: SmallHospital) -> None:
    booked = hospital.ask("registration.book_general", card="100001", department=NEIKE)
    assert booked.name == "booked"
    assert hospital.ask("registration.book_general", card="100001", department=WAIKE).name == "full"
    short = hospital.ask("registration.book_general", card="100003", department=NEIKE)
    assert short == ActionOutcome("short", {"balance": 300, "fee": 500, "currency": "CNY"})


def test_too_little_money_is_heard_before_the_menu(hospital: SmallHospital) -> None:
    short = hospital.ask("registration.check_funds", card="100003")
    assert short == ActionOutcome("short", {"balance": 300, "fee": 500, "currency": "CNY"})


def test_wrong_entries_are_wrong_and_then_wait(hospital: SmallHospital) -> None:
    came = [hospital.ask("card.check_pin", card_number="100001", pin="0000") for _ in range(4)]
    assert [one.name for one in came] == ["wrong", "wrong", "wrong", "wait"]
    assert came[3].values == {"seconds": 60}


def test_one_expert_or_none_is_said_as_such(hospital: SmallHospital) -> None:
    hospital.run(rota.remove, TOMORROW, "pm", "neike", "2")
    one = hospital.ask("registration.experts_on", department=NEIKE, day=DAY)
    assert one.name == "one"
    assert hospital.ask("registration.experts_on", department=WAIKE, day=DAY).name == "none"
    assert hospital.ask("registration.experts", department=WAIKE, day=DAY) == ActionOutcome("none")


def test_this_mornings_expert_is_not_offered_after_noon(hospital: SmallHospital) -> None:
    hospital.run(rota.store, [duty("1", day=TODAY), duty("2", day=TODAY, half="pm")])
    today: dict[str, Value] = {"date": TODAY.isoformat(), "offset": 0, "name": {"zh": "当日", "en": "today"}}
    assert hospital.ask("registration.experts_on", department=NEIKE, day=today).name == "several"
    hospital.wallclock.now = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
    assert hospital.ask("registration.experts_on", department=NEIKE, day=today).name == "one"


def test_the_last_place_is_gone_meanwhile(hospital: SmallHospital) -> None:
    hospital.run(rota.store, [duty("1", capacity=1)])
    expert: dict[str, Value] = {"rota_id": hospital.rota_id("1")}
    hospital.run(registration.book_expert, hospital.request("100002"), hospital.rota_id("1"))
    assert hospital.ask("registration.book_expert", card="100001", expert=expert) == ActionOutcome("full")


def test_no_department_can_be_booked(hospital: SmallHospital) -> None:
    hospital.wallclock.advance(days=-30)
    for expert, half in (("1", "am"), ("2", "pm")):
        hospital.run(rota.remove, TOMORROW, half, "neike", expert)
    hospital.run(departments.store, replace(hospital.run(departments.every)[0], general_capacity=0))
    assert hospital.ask("registration.departments") == ActionOutcome("none")


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("registration.book_general", {"card": "100001", "department": "neike"}),
        ("registration.book_general", {"card": 100001, "department": NEIKE}),
        ("registration.book_expert", {"card": "100001", "expert": {"rota_id": "1"}}),
        ("registration.book_expert", {"card": "100001", "expert": {"rota_id": True}}),
        ("registration.experts_on", {"department": NEIKE, "day": {"date": "tomorrow"}}),
    ],
)
def test_arguments_of_the_wrong_shape_are_refused(
    hospital: SmallHospital, action: str, arguments: dict[str, Value]
) -> None:
    with pytest.raises(BadArgument):
        finished(hospital.actions[action].run(arguments, _facts()))


def test_every_action_is_declared_and_what_is_keyed_in_at_the_login_is_secret(hospital: SmallHospital) -> None:
    assert list(hospital.actions) == [declared.name for declared in DECLARED]
    assert {name: one.secret for name, one in hospital.actions.items() if one.secret} == {
        "card.check_pin": {"card_number", "pin"}
    }
    for one in hospital.actions.values():
        if one.lists:
            assert set(one.outcomes) == {"chosen", "none"}


def test_the_balance_heard_is_the_cards(hospital: SmallHospital) -> None:
    hospital.run(cards.top_up, "100003", 700, "r", hospital.wallclock.now)
    assert hospital.ask("registration.check_funds", card="100003").values["balance"] == 1000


def test_a_fake_answers_as_told_and_remembers() -> None:
    fake = FakeActions(DECLARED)
    fake.answers("registration.book_general", "full", ActionOutcome("booked", {"slip": "12345674", "fee": 500}))
    ask = fake["registration.book_general"].run
    facts = _facts()
    assert finished(ask({"card": "1"}, facts)).name == "full"
    assert finished(ask({"card": "2"}, facts)).name == "booked"
    assert finished(ask({"card": "3"}, facts)).name == "booked"
    assert fake.asked == [("registration.book_general", {"card": number}) for number in "123"]


def test_a_fake_refuses_what_is_not_declared() -> None:
    fake = FakeActions(DECLARED)
    with pytest.raises(NotScripted, match="no outcome 'perhaps'"):
        fake.answers("registration.book_general", "perhaps")
    with pytest.raises(NotScripted, match="does not set"):
        fake.answers("registration.book_general", ActionOutcome("full", {"slip": "1"}))
    with pytest.raises(NotScripted, match="did not say"):
        finished(fake["registration.days"].run({}, _facts()))
    fake.answers("registration.days", "error")
    with pytest.raises(NotScripted, match="fails"):
        finished(fake["registration.days"].run({}, _facts()))


def _facts() -> CallFacts:
    return CallFacts("1", "", "zh", datetime(2026, 3, 4, tzinfo=UTC))
