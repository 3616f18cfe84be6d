"""Keys of the API: shown once, good for what they are for, until they expire or are revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts import keys
from accounts.errors import NameTaken, NotAllowed, Unknown
from accounts.rights import Right
from db.tables.accounts import ApiKey
from tests.accounts.conftest import House


def made(house: House, name: str = "his", days: int | None = 30) -> str:
    until = None if days is None else house.now + timedelta(days=days)
    return house.run(keys.make, name, [Right.EVENTS, Right.CALLS], until, house.hand).secret


def test_a_key_opens_what_it_was_made_for(house: House) -> None:
    his = house.run(keys.whose_key, made(house), house.now)
    assert his is not None
    assert (his.name, his.may(Right.EVENTS), his.may(Right.HANG_UP)) == ("his", True, False)


def test_a_key_stands_nowhere_once_it_was_shown(house: House) -> None:
    secret = made(house)
    (kept,) = house.run(lambda session: [(row.digest, row.start) for row in session.query(ApiKey)])
    assert secret not in kept[0]
    assert len(kept[1]) < len(secret) / 2
    assert secret not in str(house.audit())


def test_an_expired_key_opens_nothing(house: House) -> None:
    secret = made(house, days=30)
    house.later(days=30)
    assert house.run(keys.whose_key, secret, house.now) is None


def test_a_revoked_key_opens_nothing_and_keeps_its_name(house: House) -> None:
    secret = made(house, days=None)
    house.run(keys.revoke, "his", house.hand)
    assert house.run(keys.whose_key, secret, house.now) is None
    with pytest.raises(NameTaken):
        made(house)
    assert [row.action for row in house.audit(noun="key")] == ["revoke", "make"]


def test_a_key_that_nobody_has_is_nobodys(house: House) -> None:
    secret = made(house)
    for wrong in ("", "wbk_", secret[:-1], secret.removeprefix(keys.PREFIX), "wbk_" + "x" * 100_000):
        assert house.run(keys.whose_key, wrong, house.now) is None


def test_the_last_use_of_a_key_is_seen_to_the_minute(house: House) -> None:
    secret = made(house)
    his = house.run(keys.whose_key, secret, house.now)
    assert his is not None
    assert his.to_note
    house.run(keys.note_use, his.key_id, house.now, "10.1.2.5")
    house.later(seconds=30)
    again = house.run(keys.whose_key, secret, house.now)
    assert again is not None
    assert not again.to_note
    (listed,) = house.run(keys.every)
    assert (listed.used_at, listed.used_from) == (house.now - timedelta(seconds=30), "10.1.2.5")


@pytest.mark.parametrize(
    ("name", "rights", "days"),
    [
        ("", [Right.EVENTS], 1),
        ("HIS", [Right.EVENTS], 1),
        ("his", [], 1),
        ("his", [Right.USERS], 1),
        ("his", [Right.SELF], 1),
        ("his", [Right.EVENTS], -1),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(house: House, name: str, rights: list[Right], days: int) -> None:
    with pytest.raises(NotAllowed):
        house.run(keys.make, name, rights, house.now + timedelta(days=days), house.hand)


def test_an_unknown_key_cannot_be_revoked(house: House) -> None:
    with pytest.raises(Unknown):
        house.run(keys.revoke, "nobody", house.hand)
