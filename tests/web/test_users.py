"""Users, keys and the audit in the browser."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest

from accounts import audit, keys, users
from accounts.audit import AuditQuery, Hand
from accounts.rights import Right, Role
from tests.web.browser import Browser
from tests.web.conftest import BEGAN
from web.account_words import RIGHTS, ROLES
from web.site import Site

SignIn = Callable[..., Browser]
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def admin(sign_in: SignIn, site: Site) -> Browser:
    """An administrator's browser; the hospital has wards W3 and W5."""
    from db.tables.wards import Ward

    def wards(session: object) -> None:
        for code in ("W3", "W5"):
            session.add(Ward(code=code, name_zh=f"{code}病区", name_en=f"Ward {code}"))  # type: ignore[attr-defined]

    site.database.run_now(wards)
    return sign_in("admin")


def find(site: Site, name: str) -> users.UserRecord:
    return site.database.run_now(users.find, name)


def noted(site: Site, **wanted: str) -> list[tuple[str, str, str]]:
    rows = site.database.run_now(audit.find, AuditQuery(**wanted))  # type: ignore[arg-type]
    return [(row.who, row.action, row.reason) for row in rows]


def test_a_nurse_is_added_with_her_wards_and_a_password_that_is_shown_once(admin: Browser, site: Site) -> None:
    answer = admin.submit("/users", name="Olga", shown=SCRIPT, role="nurse", codes=["W3", "W5"])
    assert SCRIPT not in answer.text
    (password,) = re.findall(r'<code class="secret">([^<]+)</code>', answer.text)
    olga = find(site, "olga")
    assert (olga.role, olga.wards) == (Role.NURSE, ("W3", "W5"))
    assert site.login.passwords.verify(password, site.database.run_now(users.password_hash, olga.id))
    page = admin.get("/users").text
    assert SCRIPT not in page
    assert password not in page
    assert noted(site, noun="user", key="olga") == [("admin", "add", "")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "admin", "role": "clerk"}, "one of that name"),
        ({"name": "!", "role": "clerk"}, "small Latin letters"),
        ({"name": "olga", "role": "nurse"}, "at least one ward"),
        ({"name": "olga", "role": "clerk", "shown": "x" * 100}, "one line of up to"),
    ],
)
def test_a_user_who_cannot_be_is_not_added_and_nothing_typed_is_lost(
    admin: Browser, fields: dict[str, str], said: str
) -> None:
    answer = admin.submit("/users", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{fields["name"]}"' in answer.text


@pytest.mark.parametrize("fields", [{"role": "boss"}, {"role": "nurse", "codes": ["W9"]}, {}])
def test_what_our_page_does_not_offer_is_422(admin: Browser, fields: dict[str, str]) -> None:
    assert admin.submit("/users", name="olga", **fields).status_code == 422


def test_a_user_is_changed_locked_and_let_in_again(admin: Browser, sign_in: SignIn, site: Site) -> None:
    nurse = sign_in("nurse")
    change = {"role": "nurse", "shown": "Nina", "language": "pl", "codes": ["W3"], "reason": "moved"}
    assert admin.submit("/users/nurse/change", **change).headers["location"] == "/users/nurse?done=true"
    assert (find(site, "nurse").wards, find(site, "nurse").shown) == (("W3",), "Nina")
    assert nurse.get("/account").status_code == 200  # nothing was taken that her session knows
    admin.submit("/users/nurse/change", role="clerk", shown="Nina", language="pl", reason="moved")
    assert nurse.get("/account").status_code == 303
    admin.submit("/users/nurse/lock", reason="left")
    assert find(site, "nurse").locked
    assert "locked" in admin.get("/users/nurse").text
    admin.submit("/users/nurse/unlock")
    assert not find(site, "nurse").locked
    expected = ["unlock", "lock", "role", "rename", "wards", "add"]
    assert [action for _, action, _ in noted(site, noun="user", key="nurse")] == expected
    assert ("admin", "lock", "left") in noted(site, action="lock")


def test_a_user_is_logged_out_and_gets_a_new_password(admin: Browser, sign_in: SignIn, site: Site) -> None:
    clerk = sign_in("clerk")
    admin.submit("/users/clerk/log-out")
    assert clerk.get("/account").status_code == 303
    assert "secret" in admin.submit("/users/clerk/password").text
    assert admin.submit("/users/clerk/no-factor").status_code == 303


def test_the_last_administrator_stays(admin: Browser, site: Site) -> None:
    for path, fields in (("lock", {}), ("change", {"role": "clerk"})):
        answer = admin.submit(f"/users/admin/{path}", **fields)
        assert answer.status_code == 422
        assert "last administrator" in answer.text
    assert find(site, "admin").role is Role.ADMIN


def test_who_logs_himself_out_is_led_to_the_login(admin: Browser) -> None:
    assert admin.submit("/users/admin/log-out").headers["location"] == "/login"


@pytest.mark.parametrize("path", ["lock", "unlock", "password", "no-factor", "log-out"])
def test_an_unknown_user_is_404(admin: Browser, path: str) -> None:
    assert admin.submit(f"/users/nobody/{path}").status_code == 404
    assert admin.get("/users/nobody").status_code == 404


def test_a_key_is_made_shown_once_and_revoked(admin: Browser, site: Site) -> None:
    answer = admin.submit("/keys", name="his", rights=["events", "calls"], days="30", reason="HIS of floor 2")
    (secret,) = re.findall(r'<code class="secret">([^<]+)</code>', answer.text)
    his = site.database.run_now(keys.whose_key, secret, BEGAN)
    assert his is not None
    assert his.rights == {Right.EVENTS, Right.CALLS}
    assert secret not in admin.get("/keys").text
    assert admin.submit("/keys/his/revoke", reason="leaked").status_code == 303
    assert site.database.run_now(keys.whose_key, secret, BEGAN) is None
    assert "key revoked" in admin.get("/keys").text
    assert noted(site, noun="key") == [("admin", "revoke", "leaked"), ("admin", "make", "HIS of floor 2")]
    assert admin.submit("/keys/nobody/revoke").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"rights": ["users"]},
        {"rights": ["fly"]},
        {"rights": ["calls"], "name": "!"},
        {"rights": ["calls"], "days": "x"},
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(admin: Browser, site: Site, fields: dict[str, str]) -> None:
    assert admin.submit("/keys", **{"name": "his", "days": "30"} | fields).status_code == 422
    assert site.database.run_now(keys.every) == []


@pytest.fixture
def deeds(site: Site) -> None:
    """250 deeds of `boris`, one an hour."""

    def work(session: object) -> None:
        for n in range(250):
            hand = Hand("boris", BEGAN, "command", "10.1.2.9", reason=SCRIPT)
            hand.note(session, "publish", "edition", n, why="=1+1")  # type: ignore[arg-type]

    site.database.run_now(work)


@pytest.mark.usefixtures("deeds")
def test_the_audit_is_searched_a_page_at_a_time(sign_in: SignIn) -> None:
    auditor, seen, address = sign_in("auditor"), [], "/audit?who=boris&action=publish"
    while address:
        page = auditor.get(address).text
        assert SCRIPT not in page
        seen += re.findall(r'edition <span translate="no">(\d+)', page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = older.group(1).replace("&amp;", "&") if older else ""
    assert seen == [str(n) for n in reversed(range(250))]
    assert "Nothing was noted" in auditor.get("/audit?who=nobody").text
    assert "Nothing was noted" in auditor.get("/audit?until=2020-01-01").text
    assert auditor.get("/audit?since=2026-11-23&until=2026-11-23&who=boris").text.count("edition") >= 100


@pytest.mark.usefixtures("deeds")
def test_the_audit_is_taken_away_whole_and_harmless(sign_in: SignIn, site: Site) -> None:
    auditor = sign_in("auditor")
    rows = list(csv.reader(io.StringIO(auditor.get("/audit/file?who=boris").content.decode("utf-8-sig"))))
    assert len(rows) == 251
    assert rows[1][1] == "boris"
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    assert auditor.get("/audit/file?form=xlsx&who=boris").content.startswith(b"PK")
    assert [action for _, action, _ in noted(site, who="auditor")] == ["export", "export"]


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday",
        "until=2026-13-01",
        "since=0001-01-01",
        "until=9999-12-31",
        "before=x",
        "before=0",
        "who=%00",
        f"who={'x' * 500}",
    ],
)
def test_a_search_without_sense_is_422(query: str, sign_in: SignIn) -> None:
    assert sign_in("auditor").get(f"/audit?{query}").status_code == 422


def test_the_words_are_there_for_every_role_and_right() -> None:
    assert set(ROLES) == set(Role)
    assert set(RIGHTS) == set(Right)
