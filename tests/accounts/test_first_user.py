"""The first user makes himself by a link, once, while there is none."""

from __future__ import annotations

import pytest

from accounts import first_user, users
from accounts.audit import Hand
from accounts.errors import NotAllowed
from accounts.rights import Role
from db.database import Database
from db.tables.accounts import FirstLink
from tests.accounts.conftest import DESK, House


@pytest.fixture
def empty(database: Database) -> House:
    return House(database)


def take(house: House, secret: str, name: str = "anna") -> users.UserRecord | None:
    return house.run(first_user.take, secret, name, "", "hash", Hand("first link", house.now, "page", DESK))


def test_the_first_user_is_an_administrator(empty: House) -> None:
    secret = empty.run(first_user.offer, empty.now)
    assert secret is not None
    assert empty.run(first_user.holds, secret, empty.now)
    made = take(empty, secret)
    assert made is not None
    assert made.role is Role.ADMIN
    (row,) = empty.audit()
    assert (row.who, row.action, row.key, row.address) == ("first link", "add", "anna", DESK)


def test_a_link_is_good_once(empty: House) -> None:
    secret = empty.run(first_user.offer, empty.now)
    assert secret is not None
    assert take(empty, secret) is not None
    assert not empty.run(first_user.holds, secret, empty.now)
    assert take(empty, secret, "boris") is None


def test_a_link_is_good_for_an_hour(empty: House) -> None:
    secret = empty.run(first_user.offer, empty.now)
    assert secret is not None
    empty.later(hours=1)
    assert take(empty, secret) is None


def test_each_start_gives_a_link_until_somebody_exists(empty: House) -> None:
    first, second = (empty.run(first_user.offer, empty.now) for _ in range(2))
    assert first is not None
    assert second is not None
    assert take(empty, second) is not None
    assert take(empty, first, "boris") is None
    assert empty.run(first_user.offer, empty.now) is None


def test_a_user_added_at_the_keyboard_ends_the_link(empty: House) -> None:
    secret = empty.run(first_user.offer, empty.now)
    assert secret is not None
    empty.add("anna", Role.ADMIN, "x")
    assert take(empty, secret, "boris") is None


def test_a_name_that_cannot_be_typed_costs_no_link(empty: House) -> None:
    secret = empty.run(first_user.offer, empty.now)
    assert secret is not None
    with pytest.raises(NotAllowed):
        take(empty, secret, "!!")
    assert take(empty, secret) is not None


def test_the_table_holds_no_link(empty: House) -> None:
    secret = empty.run(first_user.offer, empty.now)
    assert [row.digest == secret for row in empty.run(lambda s: s.query(FirstLink).all())] == [False]
