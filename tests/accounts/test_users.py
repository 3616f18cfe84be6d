"""Users: added, changed, locked; each change is noted, and takes hold at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts import users
from accounts.audit import Hand
from accounts.errors import AccountsError, NameTaken, NotAllowed, Unknown
from accounts.rights import MAY, Right, Role
from db.tables.accounts import ROLES
from tests.accounts.conftest import House


def test_a_name_is_one_persons_however_it_is_typed(house: House) -> None:
    with pytest.raises(NameTaken):
        house.add("Anna", Role.CLERK)
    assert house.run(users.find, " ANNA ").name == "anna"


@pytest.mark.parametrize("name", ["", " ", "анна", "a b", "-a", "a" * 41, "a\nb", "a'--"])
def test_a_name_that_cannot_be_typed_is_refused(house: House, name: str) -> None:
    with pytest.raises(NotAllowed):
        house.add(name, Role.CLERK)


def test_a_change_of_role_takes_hold_at_once_and_is_noted(house: House) -> None:
    token = house.open("nina")
    house.run(users.change_role, "nina", Role.CLERK, house.hand)
    assert house.whose(token) is None
    nina = house.whose(house.open("nina"))
    assert nina is not None
    assert (nina.may(Right.CARDS), nina.may(Right.NOTICES), nina.wards) == (True, False, ())
    (row,) = house.audit(action="role")
    assert (row.who, row.key, row.details) == ("root", "nina", {"before": "nurse", "role": "clerk", "wards": []})


@pytest.mark.parametrize(
    "change",
    [
        lambda house: house.run(users.lock, "anna", house.hand),
        lambda house: house.run(users.change_role, "anna", Role.IT, house.hand),
    ],
    ids=["locked", "demoted"],
)
def test_the_last_administrator_stays(house: House, change: Callable[[House], Any]) -> None:
    with pytest.raises(NotAllowed):
        change(house)
    house.add("boris", Role.ADMIN)
    change(house)


def test_a_nurse_has_wards_and_nobody_else(house: House) -> None:
    for role, wards in ((Role.NURSE, []), (Role.CLERK, ["W3"])):
        with pytest.raises(NotAllowed):
            house.add("olga", role, wards=wards)
    house.run(users.change_wards, "nina", ["W4", "W3", "W4"], house.hand)
    assert house.run(users.find, "nina").wards == ("W4", "W3")


def test_a_new_password_ends_every_session_but_the_one_in_which_it_was_set(house: House) -> None:
    here, there = house.open("nina"), house.open("nina")
    nina = house.whose(here)
    assert nina is not None
    house.run(users.set_password, "nina", "hash", house.hand, but=nina.session_id)
    assert (house.whose(here) is not None, house.whose(there)) == (True, None)
    assert "hash" not in str(house.audit())


def test_a_demo_user_with_a_password_of_his_own_is_none_any_more(house: House) -> None:
    house.add("demo", Role.IT, "demo", demo=True)
    assert house.run(users.demo_users) == ["demo"]
    house.run(users.set_password, "demo", "hash", house.hand)
    assert house.run(users.demo_users) == []


@pytest.mark.parametrize(
    "change", [users.lock, users.unlock, users.remove_second_factor, users.end_sessions, users.find]
)
def test_nobody_of_that_name_is_said_so(house: House, change: Callable[..., Any]) -> None:
    with pytest.raises(Unknown):
        house.run(change, "nobody", *([] if change is users.find else [house.hand]))


def test_a_user_is_never_shown_over_two_lines(house: House) -> None:
    assert house.run(users.rename, "nina", " Nina\n  Nowak ", "", house.hand).shown == "Nina Nowak"
    with pytest.raises(AccountsError):
        house.run(users.rename, "nina", "\u202eaniN", "", house.hand)


def test_the_table_knows_the_roles_that_there_are() -> None:
    assert ROLES == tuple(Role) == tuple(MAY)


def test_what_no_database_takes_is_nobodys_name(house: House) -> None:
    with pytest.raises(Unknown):
        house.run(users.find, "ni\x00na")
    hand = Hand("root", house.now, "command", reason="a\x00b")
    house.run(users.lock, "nina", hand)
    assert house.audit(action="lock")[0].reason == "ab"
