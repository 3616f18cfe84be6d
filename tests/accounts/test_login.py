"""Logging in: wrong passwords cost time, and nothing tells who exists."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pyotp import TOTP

from accounts import login, users, visits
from accounts.login import Entered, Limits, Login, Outcome, Wait, Wrong
from accounts.passwords import AT_ONCE, COMMON, Crowded, PepperedPasswords, Weakness, weakness
from accounts.rights import Role
from accounts.second_factor import PERIOD, SecondFactors, recovery_codes_left
from accounts.visitor import Visitor
from db.database import Database
from db.tables.cards import WrongEntries
from tests.accounts.conftest import BROWSER, DESK, House

PEPPER = b"p" * 32


@pytest.fixture
def database(tmp_path: Path, sqlite_file: Path, open_database: Callable[[str], Database]) -> Database:
    """Nothing here depends on the database; what happens at once is in test_at_once.py."""
    shutil.copy(sqlite_file, tmp_path / "users.db")
    return open_database(f"sqlite:///{tmp_path}/users.db")


def door(house: House, *totp_roles: Role) -> Login:
    limits = Limits(totp_roles=totp_roles)
    return Login(house.database, house.passwords, SecondFactors(PEPPER), house.wallclock, limits)


def enter(house: House, name: str = "nina", password: str = "quiet-corridor-3", address: str = DESK) -> Outcome:
    return door(house).enter(name, password, address, BROWSER)


def visitor(house: House, outcome: Outcome) -> Visitor:
    assert isinstance(outcome, Entered)
    found = house.whose(outcome.token)
    assert found is not None
    return found


def set_up(house: House, name: str) -> tuple[TOTP, tuple[str, ...]]:
    """What his telephone shows from now on, and his codes on paper."""
    factors, user = SecondFactors(PEPPER), house.run(users.find, name)
    totp = TOTP(house.run(factors.offer, user.id, "Wardbell").secret)
    codes = house.run(factors.confirm, user.id, totp.at(house.now), house.hand)
    assert codes is not None
    house.later(seconds=PERIOD)
    return totp, codes


def test_the_right_password_begins_a_session(house: House) -> None:
    assert visitor(house, enter(house, " Nina ")).name == "nina"
    (row,) = house.audit(action="log in")
    assert (row.who, row.key, row.address) == ("nina", "nina", DESK)


def test_a_login_never_goes_on_with_the_session_from_before(house: House) -> None:
    """Whoever planted a session in somebody's browser does not find him in it."""
    planted = house.open("nina")
    entered = door(house).enter("anna", "purple-elephant-7", DESK, BROWSER, house.whose(planted))
    assert visitor(house, entered).name == "anna"
    assert house.whose(planted) is None


def test_nobody_hears_who_exists(house: House) -> None:
    """A wrong password, a locked user, one without a password and no user at all: one answer, one check each."""
    house.add("lena", Role.CLERK, "green-umbrella-5")
    house.run(users.lock, "lena", house.hand)
    house.add("olaf", Role.CLERK)
    came = [
        enter(house, name, password)
        for name, password in (("nina", "wrong"), ("lena", "green-umbrella-5"), ("olaf", ""), ("nobody", "wrong"))
    ]
    assert came == [Wrong()] * 4
    assert [stored is not None for _, stored in house.passwords.checked] == [True, False, False, False]


def test_wrong_passwords_start_a_delay_that_the_right_one_does_not_end(house: House) -> None:
    assert [enter(house, password="wrong") for _ in range(5)] == [Wrong()] * 5
    assert enter(house) == Wait(60)
    assert len(house.passwords.checked) == 5
    house.later(seconds=60)
    assert isinstance(enter(house), Entered)


def test_nobody_is_kept_out_for_longer_than_a_quarter_of_an_hour(house: House) -> None:
    longest = 0
    for _ in range(200):
        if isinstance(came := enter(house, password="wrong", address=""), Wait):
            longest = max(longest, came.seconds)
            house.later(seconds=came.seconds)
    assert longest == 900


def test_an_address_that_tries_many_names_has_to_wait(house: House) -> None:
    came = [enter(house, f"user{n}", "wrong") for n in range(32)]
    assert came == [Wrong()] * 31 + [Wait(5)]
    assert isinstance(enter(house, address="10.1.2.8"), Entered)


def test_a_password_typed_as_name_stands_in_no_table(house: House) -> None:
    enter(house, "quiet-corridor-3", "nina")
    subjects = house.run(lambda session: [row.subject for row in session.query(WrongEntries)])
    assert not any("corridor" in text for text in (*subjects, str(house.audit())))


def test_somebody_who_looks_after_users_ends_a_delay(house: House) -> None:
    for _ in range(5):
        enter(house, password="wrong")
    house.run(login.forgive, "nina")
    assert isinstance(enter(house), Entered)


def test_who_has_a_second_factor_may_do_nothing_before_it_is_given(house: House) -> None:
    totp, _ = set_up(house, "anna")
    entered = enter(house, "anna", "purple-elephant-7")
    anna = visitor(house, entered)
    assert anna.totp_pending
    assert isinstance(entered, Entered)
    assert door(house).second(anna, "000000", DESK, BROWSER) == Wrong()
    given = door(house).second(anna, totp.at(house.now), DESK, BROWSER)
    assert not visitor(house, given).totp_pending
    assert house.whose(entered.token) is None


def test_a_code_is_good_once(house: House) -> None:
    totp, _ = set_up(house, "anna")
    code = totp.at(house.now)
    for expected in (Entered, Wrong):
        anna = visitor(house, enter(house, "anna", "purple-elephant-7"))
        assert type(door(house).second(anna, code, DESK, BROWSER)) is expected


def test_the_code_that_confirmed_a_second_factor_does_not_open_it(house: House) -> None:
    totp, _ = set_up(house, "anna")
    house.later(seconds=-PERIOD)
    anna = visitor(house, enter(house, "anna", "purple-elephant-7"))
    assert door(house).second(anna, totp.at(house.now), DESK, BROWSER) == Wrong()


@pytest.mark.parametrize(("off", "passes"), [(-60, False), (-30, True), (0, True), (30, True), (90, False)])
def test_a_clock_may_be_half_a_minute_off(house: House, off: int, passes: bool) -> None:
    totp, _ = set_up(house, "anna")
    house.later(minutes=5)
    anna = visitor(house, enter(house, "anna", "purple-elephant-7"))
    code = totp.at(int(house.now.timestamp()) + off)
    assert isinstance(door(house).second(anna, f" {code[:3]} {code[3:]}", DESK, BROWSER), Entered) is passes


def test_a_code_on_paper_stands_for_the_telephone_once(house: House) -> None:
    _, codes = set_up(house, "anna")
    assert len(set(codes)) == 8
    for expected in (Entered, Wrong):
        anna = visitor(house, enter(house, "anna", "purple-elephant-7"))
        assert type(door(house).second(anna, f" {codes[0].upper()} ", DESK, BROWSER)) is expected
    assert house.run(recovery_codes_left, house.run(users.find, "anna").id) == 7


def test_codes_cannot_be_guessed_one_after_the_other(house: House) -> None:
    set_up(house, "anna")
    anna = visitor(house, enter(house, "anna", "purple-elephant-7"))
    came = [door(house).second(anna, f"{n:06}", DESK, BROWSER) for n in range(6)]
    assert came[:4] == [Wrong()] * 4
    assert came[5] == Wait(60)


def test_a_role_that_must_have_a_second_factor_is_asked_to_set_one_up(house: House) -> None:
    entered = door(house, Role.ADMIN).enter("anna", "purple-elephant-7", DESK, BROWSER)
    assert visitor(house, entered).totp_pending
    assert not visitor(house, door(house, Role.ADMIN).enter("nina", "quiet-corridor-3", DESK, BROWSER)).totp_pending


def test_a_stolen_table_opens_no_second_factor(house: House) -> None:
    """Another pepper makes other codes of the same seed."""
    totp, codes = set_up(house, "anna")
    other = Login(house.database, house.passwords, SecondFactors(b"q" * 32), house.wallclock)
    for code in (totp.at(house.now), codes[0]):
        anna = visitor(house, enter(house, "anna", "purple-elephant-7"))
        assert other.second(anna, code, DESK, BROWSER) == Wrong()


def test_an_offer_that_was_not_confirmed_asks_for_nothing(house: House) -> None:
    user = house.run(users.find, "anna")
    first = house.run(SecondFactors(PEPPER).offer, user.id, "Wardbell")
    assert house.run(SecondFactors(PEPPER).offer, user.id, "Wardbell") == first
    assert house.run(SecondFactors(PEPPER).confirm, user.id, "000000", house.hand) is None
    assert not visitor(house, enter(house, "anna", "purple-elephant-7")).totp_pending


def test_who_changes_his_password_is_asked_for_the_old_one_as_patiently_as_at_the_login(house: House) -> None:
    nina = visitor(house, enter(house))
    assert door(house).is_his(nina, "quiet-corridor-3", DESK) is True
    assert [door(house).is_his(nina, "wrong", DESK) for _ in range(5)] == [False] * 5
    assert door(house).is_his(nina, "quiet-corridor-3", DESK) == Wait(60)


def test_sessions_last_as_the_settings_say(house: House) -> None:
    limits = Limits(idle=timedelta(minutes=5), longest=timedelta(minutes=8))
    short = Login(house.database, house.passwords, SecondFactors(PEPPER), house.wallclock, limits)
    nina = visitor(house, entered := short.enter("nina", "quiet-corridor-3", DESK, BROWSER))
    assert isinstance(entered, Entered)
    house.later(minutes=4)
    house.run(visits.note_use, nina.session_id, house.now)
    house.later(minutes=3)
    assert house.whose(entered.token) is not None
    house.later(minutes=1)
    assert house.whose(entered.token) is None


def test_a_real_hash_knows_its_password_and_no_other() -> None:
    passwords = PepperedPasswords(PEPPER)
    stored = passwords.hash("purple-elephant-7")
    assert passwords.verify("purple-elephant-7", stored)
    assert not passwords.verify("purple-elephant-8", stored)
    assert not passwords.verify("purple-elephant-7", None)
    assert not passwords.verify("purple-elephant-7", "not a hash")
    assert not PepperedPasswords(b"q" * 32).verify("purple-elephant-7", stored)
    assert not passwords.verify("\ud800" * 5000, stored)


def test_a_crowd_of_logins_is_told_to_come_again() -> None:
    passwords = PepperedPasswords(PEPPER, patience=0.0)
    for _ in range(AT_ONCE):
        passwords._free.acquire()
    with pytest.raises(Crowded):
        passwords.verify("x", None)


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("short", Weakness.SHORT),
        ("x" * 201, Weakness.LONG),
        ("my-Nina-2026", Weakness.NAME),
        ("Password123!", Weakness.COMMON),
        ("woaini1314520", Weakness.COMMON),
        ("йцукенгшщз", Weakness.COMMON),
        ("aaaaaaaaaabb", Weakness.MONOTONOUS),
        ("abcdefghijkl", Weakness.MONOTONOUS),
        ("quiet-corridor-3", None),
        ("三病区的护士站在二楼右边", None),
    ],
)
def test_a_password_that_everybody_tries_first_is_not_taken(password: str, found: Weakness | None) -> None:
    assert weakness(password, "nina") is found


def test_the_list_of_common_passwords_is_as_it_is_compared() -> None:
    assert all(word == word.casefold() for word in COMMON)
