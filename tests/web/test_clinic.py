"""A clerk at the console: the week's rota, bookings, cards and their money."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from httpx2 import Response
from sqlalchemy.orm import Session

from accounts import wrong_entries
from accounts.audit import AuditQuery
from accounts.audit import find as find_audit
from hospital.cards import cards, pin_entries
from hospital.clinic import departments, registration, rota
from hospital.clinic.calendar import HospitalCalendar
from hospital.clinic.departments import DepartmentRecord
from hospital.clinic.rota import NewDuty
from tests.web.browser import Browser
from web.site import Site

SignIn = Callable[..., Browser]
MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)
LI = NewDuty(TUESDAY, "am", "neike", "1", "李明", "Dr Li", 20, 2000, {"pl": "dr Li"})


@pytest.fixture
def clinic(site: Site) -> Site:
    """A department with one expert on Tuesday morning, and a card with money."""

    def open_it(session: Session) -> None:
        names = {"zh": "内科", "en": "Internal medicine"}
        departments.store(session, DepartmentRecord("neike", names, 1, 10, 500, "12345", "17:00"))
        rota.store(session, [LI])
        cards.add(session, "100001", "李芳", "139 0000 0001", site.wallclock())
        cards.top_up(session, "100001", 10_000, "first", site.wallclock())

    site.database.run_now(open_it)
    return site


def book(site: Site, card: str = "100001") -> str:
    def take(session: Session) -> str:
        duty = rota.between(session, TUESDAY, TUESDAY)[0]
        request = registration.Request(card, "a-call", site.wallclock(), HospitalCalendar(site.zone))
        came = registration.book_expert(session, request, duty.id)
        assert isinstance(came, registration.Booked)
        return came.slip

    return site.database.run_now(take)


def fields(page: Response) -> dict[str, str]:
    """The form of the week as a browser would send it."""
    found = re.findall(r'<input [^>]*name="([^"]+)"[^>]*value="([^"]*)"', page.text)
    return {name: value for name, value in found if name[-1].isdigit() or name[-2:] in ("am", "pm")}


def on_duty(site: Site) -> dict[tuple[date, str, str], int]:
    found = site.database.run_now(rota.between, MONDAY, date(2026, 11, 29))
    return {(one.date, one.half, one.expert): one.capacity for one in found}


def audited(site: Site) -> list[tuple[str, str, str]]:
    rows = site.database.run_now(find_audit, AuditQuery())
    return [(row.action, row.noun, row.key) for row in rows if row.noun in ("duty", "booking", "card")]


def test_the_week_shows_who_is_on_duty_and_where_nobody_is(sign_in: SignIn, clinic: Site) -> None:
    page = sign_in("clerk").get("/rota")
    assert page.status_code == 200
    assert 'value="李明"' in page.text
    assert page.text.count('class="hole"') == 13
    assert "13 half days of this week have nobody on duty." in page.text


def test_a_clerk_fills_the_week_and_only_what_changed_is_stored(sign_in: SignIn, clinic: Site) -> None:
    clerk = sign_in("clerk")
    week = fields(clerk.get("/rota"))
    week[f"places-0-{FRIDAY}-pm"] = "15"
    week |= {"expert-1": "2", "zh-1": "王芳", "en-1": "Dr Wang", "fee-1": "35.50", f"places-1-{MONDAY}-am": "8"}
    answer = clerk.submit(f"/rota?department=neike&day={MONDAY}", **week)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/rota?department=neike&day={MONDAY}&stored=2")
    assert on_duty(clinic) == {(TUESDAY, "am", "1"): 20, (FRIDAY, "pm", "1"): 15, (MONDAY, "am", "2"): 8}
    (li,) = (d for d in clinic.database.run_now(rota.between, FRIDAY, FRIDAY) if d.expert == "1")
    assert (li.expert_name["pl"], li.fee) == ("dr Li", 2000)
    assert audited(clinic) == [
        ("change", "duty", f"{MONDAY} am neike 2"),
        ("change", "duty", f"{FRIDAY} pm neike 1"),
    ]


def test_what_cannot_be_stored_is_told_in_its_field_and_nothing_is_lost(sign_in: SignIn, clinic: Site) -> None:
    clerk = sign_in("clerk")
    week = fields(clerk.get("/rota"))
    week |= {f"places-0-{FRIDAY}-am": "many", f"places-0-{FRIDAY}-pm": "9"}
    week |= {"zh-1": "无码", "fee-1": "dear", f"places-1-{MONDAY}-am": "1"}
    answer = clerk.submit(f"/rota?department=neike&day={MONDAY}", **week)
    assert answer.status_code == 422
    for told in ("a number of places, or nothing", "every row needs the expert", "an amount such as 20.00"):
        assert told in answer.text
    assert 'value="many"' in answer.text
    assert len(on_duty(clinic)) == 1


def test_a_duty_with_bookings_stays_and_what_another_clerk_did_is_not_written_over(
    sign_in: SignIn, clinic: Site
) -> None:
    clerk = sign_in("clerk")
    week = fields(clerk.get("/rota"))
    book(clinic)
    clinic.database.run_now(rota.store, [replace(LI, date=FRIDAY, capacity=3)])
    week |= {f"places-0-{TUESDAY}-am": "", f"places-0-{FRIDAY}-am": "7"}
    answer = clerk.submit(f"/rota?department=neike&day={MONDAY}", **week)
    assert answer.status_code == 409
    assert "1 are booked already" in answer.text
    assert "somebody else has changed this meanwhile" in answer.text
    assert on_duty(clinic) == {(TUESDAY, "am", "1"): 20, (FRIDAY, "am", "1"): 3}
    assert audited(clinic) == []


def test_an_emptied_field_is_off_duty(sign_in: SignIn, clinic: Site) -> None:
    clerk = sign_in("clerk")
    week = fields(clerk.get("/rota"))
    clerk.submit(f"/rota?department=neike&day={MONDAY}", **week | {f"places-0-{TUESDAY}-am": ""})
    assert on_duty(clinic) == {}


def test_an_operator_sees_the_rota_and_does_not_change_it(sign_in: SignIn, clinic: Site) -> None:
    operator = sign_in("operator")
    page = operator.get("/rota")
    assert "李明" in page.text
    assert "places-0-" not in page.text
    assert operator.submit(f"/rota?department=neike&day={MONDAY}").status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rota?department=none", 404),
        ("/rota?day=tomorrow", 422),
        ("/rota?day=0001-01-01", 422),
        ("/bookings?days=400", 422),
        ("/bookings?department=none", 404),
        ("/bookings/12345678", 404),
        ("/cards/999999", 404),
        ("/cards/..%2f..%2fetc", 404),
    ],
)
def test_what_is_not_there_is_404_and_what_has_no_sense_422(
    path: str, status: int, sign_in: SignIn, clinic: Site
) -> None:
    assert sign_in("clerk").get(path).status_code == status


def test_a_clerk_cancels_a_booking_once_and_the_fee_goes_back(sign_in: SignIn, clinic: Site) -> None:
    clerk, slip = sign_in("clerk"), book(clinic)
    assert slip in clerk.get(f"/bookings?day={TUESDAY}&department=neike").text
    for _ in range(2):
        assert clerk.submit(f"/bookings/{slip}/cancel", reason="ill").status_code == 303
    assert "The place is free" in clerk.get(f"/bookings/{slip}?back=true").text
    assert clinic.database.run_now(cards.find, "100001").balance == 10_000
    assert audited(clinic) == [("cancel", "booking", slip)]
    assert slip not in clerk.get(f"/bookings?day={TUESDAY}").text
    assert slip in clerk.get(f"/bookings?day={TUESDAY}&cancelled=true").text


@pytest.mark.parametrize("wanted", ["1000", "芳", "00 0001", "0001"])
def test_a_card_is_found_by_number_name_or_end_of_the_telephone(wanted: str, sign_in: SignIn, clinic: Site) -> None:
    assert "/cards/100001" in sign_in("clerk").get("/cards", params={"q": wanted}).text


@pytest.mark.parametrize("wanted", ["99", "%", "_", "芬", "7001"])
def test_another_card_is_not(wanted: str, sign_in: SignIn, clinic: Site) -> None:
    assert "/cards/100001" not in sign_in("clerk").get("/cards", params={"q": wanted}).text


def test_the_whole_number_leads_to_the_card(sign_in: SignIn, clinic: Site) -> None:
    assert sign_in("clerk").get("/cards?q=100001").headers["location"] == "/cards/100001"


def test_a_card_is_registered_with_a_pin_letter_and_the_pin_is_shown_once(sign_in: SignIn, clinic: Site) -> None:
    clerk = sign_in("clerk")
    answer = clerk.submit("/cards", number="200002", patient="王五", phone="")
    assert answer.headers["location"].startswith("/cards/200002")
    letter = clerk.submit("/cards/200002/letter").text
    pin = re.search(r'<dd class="figure">(\d{6})</dd>\s*</dl>', letter)
    assert pin is not None
    assert clinic.database.run_now(cards.find, "200002").has_pin
    assert pin[1] not in clerk.get("/cards/200002").text
    assert audited(clinic) == [("new PIN", "card", "200002"), ("add", "card", "200002")]
    assert clerk.submit("/cards/999999/letter").status_code == 404


def test_a_new_pin_ends_the_delay_that_wrong_ones_of_the_old_have_cost(sign_in: SignIn, clinic: Site) -> None:
    def enters_a_wrong_pin(session: Session) -> bool:
        delay = wrong_entries.count(session, pin_entries.subjects("100001", "8001")[:1], clinic.wallclock())
        return bool(delay)

    assert [clinic.database.run_now(enters_a_wrong_pin) for _ in range(4)][-1]
    sign_in("clerk").submit("/cards/100001/letter")
    assert not clinic.database.run_now(enters_a_wrong_pin)


@pytest.mark.parametrize(
    ("number", "patient", "phone", "told"),
    [
        ("100001", "王五", "", "There is a card of this number already."),
        ("12", "王五", "", "A card has 4 to 20 digits"),
        ("200002", " ", "", "A card has 4 to 20 digits"),
        ("200002", "王五", "call me", "A card has 4 to 20 digits"),
    ],
)
def test_a_card_that_cannot_be_is_told_and_what_was_typed_stays(
    number: str, patient: str, phone: str, told: str, sign_in: SignIn, clinic: Site
) -> None:
    answer = sign_in("clerk").submit("/cards", number=number, patient=patient, phone=phone)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{number}"' in answer.text


def test_the_same_receipt_is_credited_once(sign_in: SignIn, clinic: Site) -> None:
    clerk = sign_in("clerk")
    for _ in range(2):
        answer = clerk.submit("/cards/100001/top-up", amount="50.00", receipt="R-7")
        assert answer.headers["location"] == "/cards/100001?done=credited"
    assert clerk.submit("/cards/100001/top-up", amount="60", receipt="R-7").status_code == 409
    assert clinic.database.run_now(cards.find, "100001").balance == 15_000
    assert audited(clinic) == [("top_up", "card", "100001")]


@pytest.mark.parametrize(("amount", "receipt"), [("much", "R-1"), ("0", "R-1"), ("-5", "R-1"), ("5", " ")])
def test_an_amount_that_is_none_credits_nothing(amount: str, receipt: str, sign_in: SignIn, clinic: Site) -> None:
    assert sign_in("clerk").submit("/cards/100001/top-up", amount=amount, receipt=receipt).status_code == 422
    assert clinic.database.run_now(cards.find, "100001").balance == 10_000


def test_a_lost_card_is_blocked_and_freed_again(sign_in: SignIn, clinic: Site) -> None:
    clerk = sign_in("clerk")
    clerk.submit("/cards/100001/block", blocked="true", reason="lost")
    assert clinic.database.run_now(cards.find, "100001").blocked
    clerk.submit("/cards/100001/block", blocked="false", reason="found")
    assert not clinic.database.run_now(cards.find, "100001").blocked
    assert audited(clinic) == [("unblock", "card", "100001"), ("block", "card", "100001")]


def test_name_telephone_and_pace_are_changed(sign_in: SignIn, clinic: Site) -> None:
    clerk = sign_in("clerk")
    assert clerk.submit("/cards/100001/change", patient="李芳芳", phone="021 5", slow="true").status_code == 303
    found = clinic.database.run_now(cards.find, "100001")
    assert (found.patient, found.phone, found.slow) == ("李芳芳", "021 5", True)
    assert audited(clinic) == [("change", "card", "100001")]
    assert clerk.submit("/cards/100001/change", patient="", phone="").status_code == 422


def test_a_name_with_a_script_stays_text(sign_in: SignIn, clinic: Site) -> None:
    clerk = sign_in("clerk")
    clerk.submit("/cards/100001/change", patient="<script>x</script>", phone="")
    for path in ("/cards", "/cards/100001"):
        assert "<script>x" not in clerk.get(path).text
    assert "<script>x" not in clerk.submit("/cards/100001/letter").text
