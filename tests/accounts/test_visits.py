"""Sessions: begun at a login, over in time or at once, and worth nothing after that."""

from __future__ import annotations

from accounts import users, visits
from accounts.rights import Right, Role
from db.tables.accounts import UserSession
from tests.accounts.conftest import BROWSER, DESK, House


def test_a_session_says_who_is_there(house: House) -> None:
    nina = house.whose(house.open("nina"))
    assert nina is not None
    assert (nina.name, nina.shown, nina.role, nina.wards, nina.language) == ("nina", "Nina", Role.NURSE, ("W3",), "pl")
    assert nina.may(Right.NOTICES)
    assert not nina.may(Right.CALLS)


def test_a_token_that_nobody_was_given_is_nobodys(house: House) -> None:
    token = house.open("nina")
    for wrong in ("", "x", token + "x", token[:-1], "é" * 50, "\ud800", "x" * 100_000):
        assert house.whose(wrong) is None


def test_a_session_that_was_stolen_is_dead_after_log_out(house: House) -> None:
    token = house.open("nina")
    nina = house.whose(token)
    assert nina is not None
    house.run(visits.end, nina.session_id, house.now)
    assert house.whose(token) is None


def test_the_table_holds_no_token(house: House) -> None:
    token = house.open("nina")
    kept = house.run(lambda session: [row.digest for row in session.query(UserSession)])
    assert len(kept) == 1
    assert token not in kept[0]


def test_a_session_ends_when_nobody_uses_it(house: House) -> None:
    token = house.open("nina")
    for _ in range(5):
        house.later(minutes=50)
        nina = house.whose(token)
        assert nina is not None
        assert nina.to_note
        house.run(visits.note_use, nina.session_id, house.now)
    house.later(minutes=60)
    assert house.whose(token) is None


def test_looking_at_pages_writes_once_a_minute(house: House) -> None:
    token = house.open("nina")
    house.later(seconds=59)
    nina = house.whose(token)
    assert nina is not None
    assert not nina.to_note


def test_a_session_ends_after_a_shift_however_much_it_is_used(house: House) -> None:
    token = house.open("nina")
    for _ in range(24):
        house.later(minutes=30)
        if nina := house.whose(token):
            house.run(visits.note_use, nina.session_id, house.now)
    assert house.whose(token) is None


def test_use_that_comes_late_does_not_wake_a_session_that_ended(house: House) -> None:
    token = house.open("nina")
    nina = house.whose(token)
    assert nina is not None
    house.run(visits.end, nina.session_id, house.now)
    house.run(visits.note_use, nina.session_id, house.now)
    assert house.whose(token) is None


def test_log_out_everywhere_ends_all_sessions_but_ones_own(house: House) -> None:
    here, there, annas = house.open("nina"), house.open("nina"), house.open("anna")
    nina = house.whose(here)
    assert nina is not None
    assert house.run(visits.end_all, nina.user_id, house.now, but=nina.session_id) == 1
    assert [house.whose(token) is not None for token in (here, there, annas)] == [True, False, True]


def test_a_locked_user_is_nobody_at_once(house: House) -> None:
    token = house.open("nina")
    house.run(users.lock, "nina", house.hand)
    assert house.whose(token) is None
    house.run(users.unlock, "nina", house.hand)
    assert house.whose(token) is None


def test_while_the_second_factor_is_to_come_nothing_may_be_done(house: House) -> None:
    anna = house.whose(house.open("anna", totp_pending=True))
    assert anna is not None
    assert anna.totp_pending
    assert not any(anna.may(right) for right in Right)


def test_each_session_has_its_own_word_for_forms(house: House) -> None:
    first, second = house.open("nina"), house.open("nina")
    words = [visitor.csrf for token in (first, second) if (visitor := house.whose(token))]
    assert len(set(words)) == 2
    assert first not in words[0]


def test_a_user_sees_where_he_is_logged_in(house: House) -> None:
    house.open("nina")
    house.later(minutes=2)
    house.open("nina")
    listed = house.run(visits.every, house.now, "nina")
    assert [(one.address, one.agent, one.begun_at) for one in listed] == [
        (DESK, BROWSER, house.now),
        (DESK, BROWSER, house.now - (listed[0].begun_at - listed[1].begun_at)),
    ]
    house.later(hours=1)
    assert house.run(visits.every, house.now) == []


def test_sessions_of_last_season_are_forgotten(house: House) -> None:
    house.open("nina")
    house.later(days=91)
    assert house.run(visits.forget_old, house.now) == 1
