"""A hospital in which every name that somebody outside may choose is an attack: callers, patients, wards' systems."""

from __future__ import annotations

import json
from datetime import timedelta
from html.parser import HTMLParser

from sqlalchemy.orm import Session

from accounts.audit import Hand
from db.tables.calls import CallEventRow, CallRow, LegRow
from db.tables.editions import EditionRow
from db.tables.notices import AttemptRow, EventRow, MessageRow, NoticeRow
from db.tables.recordings import RecordingRow
from editions.bundle import Bundle
from editions.store import as_texts
from hospital.cards import cards
from hospital.clinic import departments, rota
from hospital.clinic.departments import DepartmentRecord
from hospital.clinic.rota import NewDuty
from hospital.wards import wards
from hospital.wards.wards import WardContacts
from tests.editions.conftest import FILES, MAIN
from tests.web.conftest import BEGAN

MARK = "wb-owned"
SCRIPT = f"<script>alert('{MARK}')</script>"
ATTRIBUTE = f"\"'><img src=x onerror={MARK}>"
FORMULA = f"=cmd|' /C {MARK}'!A0"
CALL, SILENT = "a" * 32, "b" * 32
WARD, OTHER_WARD = "W5", "W3"
CARD = "100001"


def fill(session: Session) -> None:
    """All of it, in one transaction."""
    _calls(session)
    _clinic(session)
    _notices(session)
    _flows(session)
    Hand("<b>whoever</b>", BEGAN, "command", reason=SCRIPT).note(session, "changed", "card", ATTRIBUTE, said=SCRIPT)


def _calls(session: Session) -> None:
    for number, (id, caller, dialled) in enumerate(((CALL, SCRIPT, ATTRIBUTE), (SILENT, FORMULA, "1000"))):
        at = BEGAN - timedelta(minutes=5 + number)
        session.add(
            CallRow(
                id=id, engine="engine-1", direction="in", dialled=dialled, caller=caller, flow="main", language="zh",
                edition=1, began_at=at, answered_at=at, ended_at=at + timedelta(seconds=40), cause="normal",
                sip_code=200, outcome="done", ended_by="line", waited=0.0, talked=0.0, caller_reversed=caller[::-1],
                dialled_reversed=dialled[::-1],
            )
        )  # fmt: skip
        session.flush()
        session.add(
            LegRow(
                call_id=id, number=1, role="caller", direction="in", party=caller, line=id, sip_call_id=SCRIPT,
                worker="w1", begun_by=0, offered_at=at, rang_at=at, answered_at=at, ended_at=at + timedelta(seconds=40),
                cause="normal", sip_code=200, ended_by=0,
            )
        )  # fmt: skip
        told = [
            ("offered", {"caller": caller, "headers": {"From": SCRIPT, "User-Agent": ATTRIBUTE}}),
            ("step", {"flow": "main", "step": "hello"}),
            ("prompt", {"prompts": [{"id": "main.welcome", "values": {"name": SCRIPT}}], "heard": True}),
            ("keys", {"keys": "1"}),
            ("action", {"action": "card.find", "arguments": {"name": SCRIPT}, "outcome": SCRIPT, "alone": False}),
            ("ended", {"cause": "normal", "sip_code": 200, "by_peer": False, "outcome": "done", "reason": ATTRIBUTE}),
        ]
        for place, (kind, detail) in enumerate(told):
            session.add(CallEventRow(call_id=id, number=place, at=at, kind=kind, detail=detail))
    session.add(
        RecordingRow(
            id="c" * 32, engine="engine-1", call_id=CALL, flow="main", step="hello", language="zh", began_at=BEGAN,
            seconds=3.0, path="../../../../etc/passwd", ended="key", key="1", heard_by="", note=SCRIPT,
        )
    )  # fmt: skip


def _clinic(session: Session) -> None:
    names = {"zh": SCRIPT, "en": SCRIPT}
    departments.store(session, DepartmentRecord("neike", names, 1, 10, 500, "1234567", "24:00"))
    day = BEGAN.date()
    rota.store(session, [NewDuty(day, "pm", "neike", "1", SCRIPT, ATTRIBUTE, 5, 3000)])
    cards.add(session, CARD, f"{SCRIPT}{ATTRIBUTE}"[:80], "13900000001", BEGAN)
    cards.top_up(session, CARD, 10_000, "first", BEGAN, note=FORMULA)
    for code in (WARD, OTHER_WARD):
        wards.store(session, WardContacts(code, names, "neike", names, ("8501",), ("8502",), ("8509",)))


def _notices(session: Session) -> None:
    about = {"peer": "10.0.0.9", "sender": SCRIPT, "control_id": ATTRIBUTE, "type": SCRIPT[:60], "encoding": "utf-8"}
    session.add(
        MessageRow(
            key="m1", state="rejected", received_at=BEGAN, answer="AE", reason=f"{SCRIPT} is no date", odd=ATTRIBUTE,
            raw=f"MSH|^~\\&|{SCRIPT}\rPID|1||{ATTRIBUTE}".encode(), **about,
        )
    )  # fmt: skip
    for place, ward in enumerate((WARD, OTHER_WARD)):
        event = EventRow(key=f"e{place}", kind="admission", source=SCRIPT, received_at=BEGAN, facts={"bed": SCRIPT})
        session.add(event)
        session.flush()
        for state in ("waiting", "failed"):
            notice = NoticeRow(
                event_id=event.id, kind="admission", priority=1, addressee=ward, addressee_name=SCRIPT, language="zh",
                variables={"bed": SCRIPT, "ward": {"name": {"zh": ATTRIBUTE}}}, state=state, created_at=BEGAN,
                due_at=BEGAN, expires_at=BEGAN + timedelta(hours=1), attempts=1, reason=ATTRIBUTE,
                ended_at=BEGAN if state == "failed" else None,
            )  # fmt: skip
            session.add(notice)
            session.flush()
            session.add(
                AttemptRow(
                    notice_id=notice.id, number=1, step=0, round=0, place=0, places=1, role="station", target=SCRIPT,
                    owner="engine-1", began_at=BEGAN, ended_at=BEGAN, cause="busy",
                )
            )  # fmt: skip


def _flows(session: Session) -> None:
    files = {**FILES, "main.yaml": MAIN.replace("title: Main", f'title: "{SCRIPT}"')}
    bundle = Bundle({name: text.encode() for name, text in files.items()})
    session.add(
        EditionRow(
            number=1, at=BEGAN, who=SCRIPT, why=ATTRIBUTE, digest=bundle.digest, files_of=None,
            files=json.dumps(as_texts(bundle)),
        )
    )  # fmt: skip


class Parsed(HTMLParser):
    """A page as a browser takes it: what could run there, and what is text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.dangers: list[str] = []
        self.text = ""
        self._script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Handlers in attributes, scripts in the page, addresses that run something, elements that no page has."""
        found = dict(attrs)
        self._script = tag == "script"
        inline = tag == "script" and "src" not in found and "json" not in (found.get("type") or "")
        if inline or tag in ("base", "object", "embed", "iframe") or "srcdoc" in found:
            self.dangers.append(f"<{tag}>")
        for name, value in attrs:
            runs = (value or "").strip().lower().startswith(("javascript:", "data:text"))
            if name.startswith("on") or name == "style" or runs or (name == "src" and value == "x"):
                self.dangers.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        """A script ends."""
        self._script = False

    def handle_data(self, data: str) -> None:
        """Text, or what a script holds."""
        if not self._script:
            self.text += data
