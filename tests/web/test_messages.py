"""Messages left: heard, taken care of, noted, deleted by right; each deed is in the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from accounts.audit import AuditQuery, find
from accounts.rights import MAY, Right, Role
from ivr.recordings import rows
from ivr.recordings.rows import RecordingRecord
from tests.web.browser import Browser
from tests.web.conftest import Wall
from web.site import Site

SignIn = Callable[..., Browser]
OLD, NEW = "a" * 32, "b" * 32


@pytest.fixture
def site_with_messages(site: Site, console: FastAPI, wall: Wall, tmp_path: Path) -> Site:
    folder = tmp_path / "recordings"
    folder.mkdir()
    made = replace(site, callers_dir=folder)
    console.state.site = made
    for id in (OLD, NEW):
        wall.pass_by(minutes=5)
        one = RecordingRecord(id, "c" * 32, "", "complaints", "message", "zh", wall.now, 0.0, f"{id}.wav", "", "")
        site.database.run_now(rows.begin, one, "engine-1")
        site.database.run_now(rows.finish, id, 12.0, "key", "#", wall.now)
        (folder / f"{id}.wav").write_bytes(b"RIFF")
    return made


def listed(browser: Browser, state: str) -> str:
    page = browser.get(f"/messages?state={state}").text
    return "".join(id for id in ("b", "a") if f'id="m{id * 32}"' in page)


def deeds(site: Site) -> list[tuple[str, str, str]]:
    found = site.database.run_now(find, AuditQuery(noun="recording"))
    return [(one.action, one.key[0], one.reason) for one in reversed(found)]


def test_a_clerk_takes_care_of_messages(sign_in: SignIn, site_with_messages: Site) -> None:
    clerk = sign_in("clerk")
    assert listed(clerk, "new") == "ba"
    assert clerk.get(f"/messages/{OLD}/sound").content == b"RIFF"
    done = clerk.submit(f"/messages/{OLD}/heard", heard="yes", state="new")
    assert (done.status_code, done.headers["location"]) == (303, "/messages?state=new")
    assert [listed(clerk, state) for state in ("new", "heard", "all")] == ["b", "a", "ba"]
    clerk.submit(f"/messages/{OLD}/note", note=" <b>called back</b> ", state="heard")
    page = clerk.get("/messages?state=heard").text
    assert "&lt;b&gt;called back&lt;/b&gt;" in page
    assert "clerk, 2026-11-23 09:10:00" in page
    clerk.submit(f"/messages/{OLD}/heard", heard="no", state="heard")
    assert listed(clerk, "new") == "ba"
    assert deeds(site_with_messages) == [(deed, "a", "") for deed in ("listen", "mark", "note", "unmark")]


def test_only_who_may_deletes_a_message_with_a_reason_and_its_sound_is_gone(
    sign_in: SignIn, site_with_messages: Site
) -> None:
    folder = site_with_messages.callers_dir
    assert folder is not None
    clerk, operator = sign_in("clerk"), sign_in("operator")
    assert "Delete for good" not in clerk.get("/messages").text
    assert clerk.submit(f"/messages/{OLD}/delete", reason="no").status_code == 403
    assert operator.submit(f"/messages/{OLD}/delete", reason="  ").status_code == 422
    assert operator.submit(f"/messages/{OLD}/delete", reason="a wrong number", token=False).status_code == 403
    assert operator.submit(f"/messages/{OLD}/delete", reason="a wrong number").status_code == 303
    assert listed(operator, "all") == "b"
    assert [file.name[0] for file in folder.iterdir()] == ["b"]
    assert deeds(site_with_messages) == [("delete", "a", "a wrong number")]
    assert operator.submit(f"/messages/{OLD}/delete", reason="again").status_code == 404


def test_a_sound_that_cannot_be_deleted_keeps_its_message(
    sign_in: SignIn, site_with_messages: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    operator = sign_in("operator")
    monkeypatch.setattr(Path, "unlink", refuses)
    answer = operator.submit(f"/messages/{OLD}/delete", reason="a wrong number")
    assert answer.status_code == 409
    assert "the message stays" in answer.text
    assert deeds(site_with_messages) == []


def test_a_message_on_another_machine_is_shown_and_neither_played_nor_deleted(
    sign_in: SignIn, site_with_messages: Site
) -> None:
    assert site_with_messages.callers_dir is not None
    (site_with_messages.callers_dir / f"{OLD}.wav").unlink()
    operator = sign_in("operator")
    assert "It is not on this machine (engine-1)." in operator.get("/messages").text
    assert operator.get(f"/messages/{OLD}/sound").status_code == 404
    assert operator.submit(f"/messages/{OLD}/delete", reason="x").status_code == 404


@pytest.mark.parametrize("role", Role)
def test_who_may_take_care_of_messages(sign_in: SignIn, site_with_messages: Site, role: Role) -> None:
    expected = 303 if Right.MESSAGES in MAY[role] else 403
    assert sign_in(role.value).submit(f"/messages/{OLD}/heard", heard="yes").status_code == expected


def test_what_has_no_sense_is_422_and_what_is_not_there_404(sign_in: SignIn, site_with_messages: Site) -> None:
    clerk = sign_in("clerk")
    for wrong in ("state=lost", "at=nonsense", "at=" + "x" * 999):
        assert clerk.get(f"/messages?{wrong}").status_code == 422
    assert clerk.submit(f"/messages/{OLD}/heard", heard="maybe").status_code == 422
    assert clerk.submit(f"/messages/{OLD}/note", note="x" * 501).status_code == 422
    for id in ("x", "f" * 32):
        assert clerk.submit(f"/messages/{id}/heard", heard="yes").status_code == 404
        assert clerk.submit(f"/messages/{id}/note", note="x").status_code == 404
