"""Whatever a command changes, the audit says who typed it: every command of the program is on a list here."""

from __future__ import annotations

import shlex
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import resources
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from pydub.generators import Sine
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import audit
from accounts.audit import AuditQuery, AuditRecord
from db import version
from db.tables.notices import MessageRow, NoticeRow
from hospital import demo as hospital
from hospital.cards.pins import PlainPins
from hospital.clinic import registration
from hospital.clinic.calendar import HospitalCalendar
from hospital.clinic.registration import Booked, Request
from ivr.recordings import rows
from ivr.recordings.rows import RecordingRecord
from notify import demo as yesterday
from tests.editions.conftest import FILES, MAIN
from wardbell.cli import wardbell
from wardbell.commands.flows import publishing
from wardbell.commands.who import os_user
from wardbell.parts import Parts, wallclock
from wardbell.settings import Hl7, Settings
from webhooks import listing, outbox
from webhooks.target import Target
from webhooks.what import What

READS = """
    audit, bookings export, bookings list, calls list, calls show, cards balance, cards export, cards history,
    cards list, db current, doctor, flows check, flows diff, flows draw, flows export, flows fetch, flows history,
    flows schema, flows show, flows status, flows test, flows try, hl7 list, keys list, messages,
    notices list, notices show, notices uncalled, numbers ask, numbers history, numbers status, numbers week,
    prompts list, prompts say, prompts script, recordings list, reports alerts, reports calls, reports flows,
    reports keys, rota departments, rota export, rota show, users list, wards export, wards list, webhooks list,
    webhooks log, webhooks secret, webhooks show, fees list, fees show, fees catalogue, fees aside show, version,
    exams list, exams show, exams kinds, exams rooms
"""
"""They change nothing, or only a file beside."""
FOLLOWS = {
    "run": "what the service does by itself stands in the calls, the notices and its log",
    "hl7 send": "it speaks to the port as any sender does, and what came is kept there",
    "webhooks test": "nothing is stored",
    "prompts render": "sound of texts that stand, made whenever it is missing",
    "prompts gc": "sound that is made again when it is wanted",
    "reports heal": "sums of calls that stand",
}
"""They change what follows from the rest, and nothing that somebody decided."""
ELSEWHERE = {
    "demo": "tests/hospital/test_clerk_commands.py",
    "db upgrade": "below: it makes the table of the audit",
    "fees import": "as `cards import`, by `files.bring`; with --aside in the command itself",
    "fees aside take": "hospital/fees/set_aside.py takes a hand",
    "fees aside drop": "hospital/fees/set_aside.py takes a hand",
    "exams import-kinds": "as `cards import`, by `files.bring`",
    "exams import-rooms": "as `cards import`, by `files.bring`",
    **{
        f"exams {deed}": "hospital/exams/ takes a hand"
        for deed in ("order", "call-next", "missed", "back", "done", "cancel", "close", "open")
    },
    "users remove-second-factor": "tests/web/test_account.py, by the same deed: the keyboard sets up none",
}
"""Their rows are looked at there."""

NUMBERS = (
    'closed: {flow: main}\ncallers: {staff: ["8*"]}\ndefault: {flow: main, language: zh}\n'
    'numbers:\n  "1000": {flow: main, language: zh, closed: {flow: main}}\n'
    'codes: {"*28": {closes: "1000", callers: staff, language: zh}}\n'
)
NOTICES = (
    "hl7: {events: {A03: discharge}}\nnotices:\n  discharge:\n    title: Home\n    event: discharge\n"
    "    flow: main\n    language: zh\n    priority: care\n    confirm: heard\n    expires_after: 4h\n    ring: 25s\n"
    "    steps: [{call: station}]\n"
)


EXPERT = "--name-zh 甲 --name-en A --places 5 --fee 1"


class Desk:
    """The keyboard of a hospital that has taken some calls."""

    def __init__(self, folder: Path, sqlite_file: Path, hl7_port: int) -> None:
        self.folder = folder
        data, flows, recordings = folder / "var", folder / "flows", folder / "recordings"
        for made in (data, flows, recordings, folder / "studio" / "zh"):
            made.mkdir(parents=True)
        shutil.copy(sqlite_file, data / "wardbell.db")
        for name, content in {**FILES, "numbers.yaml": NUMBERS, "notices.yaml": NOTICES}.items():
            (flows / name).write_text(content, encoding="utf-8")
        shutil.copy(str(resources.files("flows") / "line_switch.yaml"), flows)
        tone = Sine(440).to_audio_segment(duration=900).apply_gain(-20)
        tone.export(str(folder / "studio" / "zh" / "system.trouble.wav"), format="wav")
        lines = "number,patient,phone,pin\n990011,甲,13900000011,\n"
        (folder / "cards.csv").write_text(lines, encoding="utf-8")
        settings = Settings(
            data_dir=data, flows_dir=flows, recordings_dir=recordings, hl7=Hl7(port=hl7_port, host="127.0.0.1")
        )
        self.parts = Parts(settings)
        zone, database = self.parts.zone, self.parts.database
        hospital.make(database, PlainPins(), HospitalCalendar(zone), wallclock)
        database.run_now(yesterday.make, wallclock())
        database.run_now(self._more)

    def _more(self, session: Session) -> None:
        """A booking, a recording, a webhook that was told in vain, a notice that waits."""
        request = Request("100001", "", wallclock(), HospitalCalendar(self.parts.zone))
        self.duty = registration.rota.between(session, *[(wallclock() + timedelta(2)).date()] * 2)[0]
        booked = registration.book_expert(session, request, self.duty.id)
        assert isinstance(booked, Booked)
        self.slip = booked.slip
        path = self.parts.callers_dir / "a.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"RIFF")
        taken = RecordingRecord("a" * 32, "c" * 32, "", "main", "say", "zh", wallclock(), 0.0, "a.wav", "", "")
        rows.begin(session, taken, self.parts.engine)
        rows.finish(session, "a" * 32, 3.0, "key", "#", wallclock())
        listing.keep(session, [Target("desk", "https://cti.example/hook", ("whsec_AAAA",), (What.BOOKING_MADE,))])
        outbox.tell(session, What.BOOKING_MADE, {}, wallclock())
        session.flush()
        open_one = session.scalars(select(NoticeRow).where(NoticeRow.state == "cancelled")).one()
        open_one.state = "waiting"
        failed = select(NoticeRow.id).where(NoticeRow.state == "failed", NoticeRow.acknowledged_at.is_(None))
        self.failed = session.scalars(failed).one()
        self.waiting = open_one.id
        self.message = session.scalars(select(MessageRow.id).where(MessageRow.state == "rejected")).one()

    def types(self, line: str, answer: str = "") -> str:
        """What it says."""
        name, *words = shlex.split(line)
        done = CliRunner(mix_stderr=False).invoke(_command(name), words, obj=self.parts, input=answer)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def noted(self) -> list[AuditRecord]:
        """What the audit has, the oldest first."""
        return self.parts.database.run_now(audit.find, AuditQuery(), 10_000)[::-1]


def _command(name: str) -> click.Command:
    command = wardbell.get_command(click.Context(wardbell), name)
    assert command is not None
    return command


def _every(group: click.Group, above: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        one = group.get_command(context, name)
        yield from _every(one, f"{above}{name} ") if isinstance(one, click.Group) else [above + name]


CHANGES: dict[str, tuple[str, str, Callable[[Desk], str]]] = {
    "cards add": ("add", "card", lambda desk: "990012 --patient 乙 --generate"),
    "cards pin": ("new PIN", "card", lambda desk: "990012 --generate"),
    "cards phone": ("change", "card", lambda desk: "990012 13900000012"),
    "cards slow": ("change", "card", lambda desk: "990012"),
    "cards block": ("block", "card", lambda desk: "990012"),
    "cards top-up": ("top_up", "card", lambda desk: "990012 50.00 --receipt 7"),
    "cards import": ("import", "cards", lambda desk: f"{desk.folder}/cards.csv"),
    "bookings cancel": ("cancel", "booking", lambda desk: f"{desk.slip} --yes"),
    "rota set": ("store", "duty", lambda desk: f"tomorrow am {desk.duty.department} 77 {EXPERT}"),
    "rota remove": ("remove", "duty", lambda desk: f"tomorrow am {desk.duty.department} 77"),
    "rota import": ("import", "rota", lambda desk: f"{desk.folder}/rota.csv --yes"),
    "rota department": ("store", "department", lambda desk: f"{desk.duty.department} --fee 6.00"),
    "wards telephones": ("telephones", "ward", lambda desk: "W3 --station 8399"),
    "wards import": ("import", "wards", lambda desk: f"{desk.folder}/wards.csv"),
    "flows publish": ("publish", "edition", lambda desk: "-m because --no-render --over 1"),
    "flows rollback": ("roll back", "edition", lambda desk: "1 -m because --no-render"),
    "numbers close": ("close", "number", lambda desk: "1000 --why because"),
    "numbers open": ("open", "number", lambda desk: "all"),
    "numbers pin": ("new PIN", "number", lambda desk: "'*28' --generate"),
    "notices acknowledge": ("acknowledge", "notice", lambda desk: f"{desk.failed} --reason because"),
    "notices cancel": ("cancel", "notice", lambda desk: f"{desk.waiting}"),
    "notices again": ("call again", "notice", lambda desk: f"{desk.waiting}"),
    "hl7 show": ("look at", "message", lambda desk: f"{desk.message}"),
    "hl7 again": ("send again", "message", lambda desk: f"{desk.message}"),
    "prompts import": ("record", "text", lambda desk: f"{desk.folder}/studio"),
    "recordings export": ("listen", "recording", lambda desk: f"aaaa --to {desk.folder}"),
    "recordings heard": ("mark", "recording", lambda desk: "aaaa"),
    "recordings delete": ("delete", "recording", lambda desk: "aaaa --yes"),
    "users add": ("add", "user", lambda desk: "zhao --role nurse --ward W3 --generate"),
    "users role": ("role", "user", lambda desk: "zhao nurse --ward W5"),
    "users wards": ("wards", "user", lambda desk: "zhao W3"),
    "users password": ("password", "user", lambda desk: "zhao --generate"),
    "users lock": ("lock", "user", lambda desk: "zhao"),
    "users unlock": ("unlock", "user", lambda desk: "zhao"),
    "users sessions": ("log out", "user", lambda desk: "zhao --end"),
    "keys add": ("make", "key", lambda desk: "cti --right calls"),
    "keys revoke": ("revoke", "key", lambda desk: "cti"),
    "webhooks send-again": ("send again", "delivery", lambda desk: "1"),
    "webhooks on": ("switch on", "webhook", lambda desk: "desk"),
}  # fmt: skip
"""What is typed after the command, and what the audit then has: typed in this order."""


def test_every_command_is_known_to_change_or_not_to_change() -> None:
    known = {one.strip() for one in READS.split(",")} | FOLLOWS.keys() | ELSEWHERE.keys() | CHANGES.keys()
    assert known == set(_every(wardbell))


@pytest.mark.slow
def test_every_change_by_command_is_noted_with_who_typed_it(
    tmp_path: Path, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "PATIENCE", 0.0)  # no engine of these tests ever comes round
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_answer, args=(server,), daemon=True).start()
        desk = Desk(tmp_path, sqlite_file, server.getsockname()[1])
        desk.types("flows publish -m first --no-render --no-tests")
        (tmp_path / "flows" / "main.yaml").write_text(MAIN.replace("Main", "Other"), encoding="utf-8")
        desk.types(f"rota export --out {tmp_path}/rota.csv")
        desk.types(f"wards export --out {tmp_path}/wards.csv")
        for command, (action, noun, words) in CHANGES.items():
            before = len(desk.noted())
            desk.types(f"{command} {words(desk)}")
            new = desk.noted()[before:]
            assert (action, noun) in {(one.action, one.noun) for one in new}, command
            assert {(one.who, one.how) for one in new} == {(os_user(), "command")}, command
        desk.parts.close()


def test_who_upgraded_the_tables_is_noted_once(tmp_path: Path) -> None:
    parts = Parts(Settings(data_dir=tmp_path))
    for _ in range(2):
        assert CliRunner().invoke(_command("db"), ["upgrade"], obj=parts).exit_code == 0
    [noted] = parts.database.run_now(audit.find, AuditQuery())
    parts.close()
    assert (noted.who, noted.how, noted.action, noted.key) == (os_user(), "command", "upgrade", version.head())


def _answer(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(b"\x0bMSH|^~\\&|W\rMSA|AA|1\r\x1c\r")
