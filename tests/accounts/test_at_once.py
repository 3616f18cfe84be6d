"""What several do at the same moment, on both databases: nobody gains by haste."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from pyotp import TOTP

from accounts import first_user, users
from accounts.audit import Hand
from accounts.errors import NotAllowed
from accounts.login import Login
from accounts.rights import Role
from accounts.second_factor import SecondFactors
from db.database import Database
from tests.accounts.conftest import BROWSER, DESK, House

PEPPER = b"p" * 32


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """What each came to; a refusal is what it came to, too."""
    came: list[Any] = []
    begin = threading.Barrier(len(deeds))

    def one(deed: Callable[[], Any]) -> None:
        begin.wait()
        try:
            came.append(deed())
        except NotAllowed as refused:
            came.append(refused)

    threads = [threading.Thread(target=one, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return came


def door(house: House) -> Login:
    return Login(house.database, house.passwords, SecondFactors(PEPPER), house.wallclock)


def test_many_logins_at_once_get_no_more_tries(house: House) -> None:
    came = together(*[lambda: door(house).enter("nina", "wrong", DESK, BROWSER)] * 8)
    assert sorted(type(one).__name__ for one in came) == ["Wait"] * 3 + ["Wrong"] * 5


def test_one_code_in_two_browsers_opens_one(house: House) -> None:
    factors, anna = SecondFactors(PEPPER), house.run(users.find, "anna")
    totp = TOTP(house.run(factors.offer, anna.id, "Wardbell").secret)
    house.run(factors.confirm, anna.id, totp.at(house.now), house.hand)
    house.later(minutes=1)
    code = totp.at(house.now)
    assert sorted(together(*[lambda: house.run(factors.passes, anna.id, code, house.now)] * 4)) == [False] * 3 + [True]


def test_two_administrators_who_lock_each_other_do_not_both_succeed(house: House) -> None:
    house.add("boris", Role.ADMIN)
    together(
        lambda: house.run(users.lock, "anna", house.hand),
        lambda: house.run(users.lock, "boris", house.hand),
    )
    assert [one.locked for one in house.run(users.every) if one.role is Role.ADMIN].count(False) == 1


def test_one_link_in_two_browsers_makes_one_administrator(database: Database) -> None:
    house = House(database)
    secret = house.run(first_user.offer, house.now)
    hand = Hand("first link", house.now)
    together(
        *[lambda name=name: house.run(first_user.take, secret, name, "", "hash", hand) for name in ("anna", "boris")]
    )
    assert len(house.run(users.every)) == 1
