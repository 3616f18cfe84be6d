"""Clerks at the command line: rota, cards, bookings, wards, the demo hospital."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner

from accounts.audit import AuditQuery, find
from background.threads import at_once
from db.database import Database, ImmediateTransactions
from hospital.actions import hospital_actions
from hospital.cards import cards
from hospital.cards.pin_check import PinCheck
from hospital.cards.pins import PepperedPins
from hospital.clinic import registration, rota
from hospital.clinic.registration import Booked
from hospital.demo import CARDS, make
from hospital.errors import Mistakes, NotAllowed, Unknown
from ivr.record.call_records import one_call
from ivr.record.search import Wanted, search
from ivr.record.story import story
from ivr.recordings.rows import list_recordings
from notify.mllp.received import list_messages
from notify.notices import listing
from prompts.catalog import Catalog
from tests.hospital.conftest import SHANGHAI, TODAY, TOMORROW, SmallHospital, Wallclock
from wardbell.commands.bookings import bookings
from wardbell.commands.cards import cards as cards_group
from wardbell.commands.demo import demo
from wardbell.commands.rota import rota as rota_group
from wardbell.commands.wards import wards
from wardbell.commands.who import os_user

PEPPER = b"p" * 32


@dataclass
class Desk:
    """A desk of the tests."""

    database: Database
    wallclock: Wallclock = field(default_factory=Wallclock)
    pepper: bytes = PEPPER
    zone: ZoneInfo = SHANGHAI
    engine: str = "engine-1"

    @property
    def callers_dir(self) -> Path:
        return Path(str(self.database.url.database)).parent / "recordings"


@pytest.fixture
def database(tmp_path: Path, sqlite_file: Path, open_database: Callable[[str], Database]) -> Database:
    """Commands add nothing that depends on the database: SQLite only."""
    shutil.copy(sqlite_file, tmp_path / "clerk.db")
    return open_database(f"sqlite:///{tmp_path}/clerk.db")


def clerk(database: Database, group: click.Command, *words: str, typed: str | None = None) -> str:
    """What the clerk reads. Raises what the command raises."""
    result = CliRunner(mix_stderr=False).invoke(group, list(words), obj=Desk(database), input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refused(database: Database, group: click.Command, *words: str, typed: str | None = None) -> str:
    """The sentence with which click refuses."""
    result = CliRunner(mix_stderr=False).invoke(group, list(words), obj=Desk(database), input=typed)
    assert result.exit_code in (1, 2)
    return result.stderr


def test_the_rota_is_shown_set_and_removed(hospital: SmallHospital) -> None:
    shown = clerk(hospital.database, rota_group, "show")
    assert "专家1" in shown
    assert "0/2" in shown
    clerk(hospital.database, rota_group, "set", "tomorrow", "am", "neike", "1", "--places", "9")
    assert hospital.run(rota.between, TOMORROW, TOMORROW)[0].capacity == 9
    # Next week's duty takes what is not given from the last one.
    later = str(TOMORROW + timedelta(7))
    clerk(hospital.database, rota_group, "set", later, "pm", "neike", "1", "--fee", "25.50")
    [copied] = hospital.run(rota.between, TOMORROW + timedelta(7), TOMORROW + timedelta(7))
    assert (copied.expert_name["zh"], copied.capacity, copied.fee) == ("专家1", 9, 2550)
    clerk(hospital.database, rota_group, "remove", "tomorrow", "am", "neike", "1")
    assert "专家1" not in clerk(hospital.database, rota_group, "show", "--days", "2")


def test_a_duty_that_looks_like_a_slip_is_asked_about(hospital: SmallHospital) -> None:
    past = refused(hospital.database, rota_group, "set", "2020-01-01", "am", "neike", "1", typed="n\n")
    assert "warning: 2020-01-01 is past" in past
    assert hospital.run(rota.between, date(2020, 1, 1), date(2020, 1, 1)) == []
    words = ("set", "tomorrow", "am", "neike", "01", "--name-zh", "专家1", "--name-en", "Expert", "--places", "9")
    beside = refused(hospital.database, rota_group, *words, "--fee", "20", typed="n\n")
    assert "expert 01 would be listed beside expert 1 of neike" in beside
    clerk(hospital.database, rota_group, *words, "--fee", "20", "--yes")
    assert "01" in {duty.expert for duty in hospital.run(rota.between, TOMORROW, TOMORROW)}


def test_a_rota_without_tomorrow_is_a_warning(hospital: SmallHospital) -> None:
    for half, expert in (("am", "1"), ("pm", "2")):
        hospital.run(rota.remove, TOMORROW, half, "neike", expert)
    result = CliRunner(mix_stderr=False).invoke(rota_group, ["show"], obj=Desk(hospital.database))
    assert result.stdout == "nobody is on duty\n"
    assert result.stderr == "warning: nobody is on duty on 2026-03-05\n"


def test_a_new_expert_needs_all_that_callers_hear(hospital: SmallHospital) -> None:
    with pytest.raises(Unknown, match="give --name-zh"):
        clerk(hospital.database, rota_group, "set", "today", "am", "waike", "7")


def test_a_day_or_amount_that_is_none_is_refused(hospital: SmallHospital) -> None:
    assert "not today, tomorrow or a date" in refused(hospital.database, rota_group, "show", "--from", "yesterday")
    words = ("set", "today", "am", "neike", "1", "--fee", "2,5")
    assert "not an amount" in refused(hospital.database, rota_group, *words)


def test_the_rota_goes_out_and_comes_in(hospital: SmallHospital, tmp_path: Path) -> None:
    file = tmp_path / "rota.csv"
    clerk(hospital.database, rota_group, "export", "--out", str(file))
    assert file.read_bytes().startswith(b"\xef\xbb\xbfdate,half")
    edited = file.read_text(encoding="utf-8-sig").replace("专家1", "李明")
    assert clerk(hospital.database, rota_group, "import", "-", typed=edited) == "2 duties stored\n"
    assert "李明" in clerk(hospital.database, rota_group, "export")
    file.write_text(edited.replace("neike", "neike2"))
    with pytest.raises(Mistakes, match=r'rota\.csv:2: no department "neike2"'):
        clerk(hospital.database, rota_group, "import", str(file))
    assert "cannot read" in refused(hospital.database, rota_group, "import", str(tmp_path / "missing.csv"))
    assert "cannot write" in refused(hospital.database, rota_group, "export", "--out", str(tmp_path))


def test_departments_are_added_and_changed(hospital: SmallHospital) -> None:
    clerk(
        hospital.database, rota_group, "department", "yanke", "--name-zh", "眼科", "--name-en", "Eyes", "--places", "5"
    )
    clerk(hospital.database, rota_group, "department", "yanke", "--fee", "8", "--until", "16:30")
    shown = clerk(hospital.database, rota_group, "departments")
    assert [word for word in shown.splitlines()[-1].split() if word] == [
        "3", "yanke", "眼科", "Eyes", "5", "8.00", "1234567", "16:30",
    ]  # fmt: skip
    with pytest.raises(Unknown, match="give --name-zh"):
        clerk(hospital.database, rota_group, "department", "erke")


def test_a_card_is_registered_with_a_pin_that_nobody_sees(hospital: SmallHospital) -> None:
    shown = clerk(hospital.database, cards_group, "add", "500001", "--patient", "李芳", typed="4711\n4711\n")
    assert "4711" not in shown
    stored = hospital.run(cards.row, "500001").pin_hash
    assert stored is not None
    assert PepperedPins(PEPPER).verify("500001", "4711", stored)
    assert "4711" not in clerk(hospital.database, cards_group, "list")


def test_a_new_pin_lets_the_patient_in_at_once(hospital: SmallHospital) -> None:
    transactions = ImmediateTransactions(hospital.database)
    pins = PinCheck(transactions, PepperedPins(PEPPER), at_once, hospital.wallclock)
    hospital.actions = hospital_actions(transactions, pins, hospital.calendar, hospital.wallclock)
    for _ in range(3):
        hospital.ask("card.check_pin", card_number="100001", pin="0000")
    shown = clerk(hospital.database, cards_group, "pin", "100001", "--generate")
    pin = shown.split()[1]
    assert hospital.ask("card.check_pin", card_number="100001", pin=pin).name == "right"


def test_a_pin_that_is_none_is_refused(hospital: SmallHospital) -> None:
    assert "4 to 6 digits" in refused(hospital.database, cards_group, "pin", "100001", typed="abc\nabc\n")
    with pytest.raises(Unknown, match="no card 999999"):
        clerk(hospital.database, cards_group, "pin", "999999", typed="")


def test_money_is_put_on_once_a_receipt(hospital: SmallHospital) -> None:
    for _ in range(2):
        shown = clerk(hospital.database, cards_group, "top-up", "100003", "50", "--receipt", "A77")
    assert shown == "card 100003: balance 53.00\n"
    assert clerk(hospital.database, cards_group, "balance", "100003") == "53.00\n"
    clerk(hospital.database, cards_group, "top-up", "100003", "1")
    clerk(hospital.database, cards_group, "top-up", "100003", "1")
    history = clerk(hospital.database, cards_group, "history", "100003").splitlines()
    assert [line.split()[3:5] for line in history[1:]] == [
        ["3.00", "3.00"], ["50.00", "53.00"], ["1.00", "54.00"], ["1.00", "55.00"],
    ]  # fmt: skip


def test_a_patient_who_hears_badly_is_spoken_to_slowly(hospital: SmallHospital) -> None:
    assert clerk(hospital.database, cards_group, "slow", "100001") == "card 100001: the line speaks slowly\n"
    assert "slow" in clerk(hospital.database, cards_group, "list")
    assert hospital.ask("card.check_pin", card_number="100001", pin="1234").values["pace"] == "slow"
    clerk(hospital.database, cards_group, "slow", "100001", "--usual")
    assert hospital.ask("card.check_pin", card_number="100001", pin="1234").values["pace"] == "usual"
    with pytest.raises(Unknown, match="no card 999999"):
        clerk(hospital.database, cards_group, "slow", "999999")


def test_a_lost_card_is_blocked(hospital: SmallHospital) -> None:
    clerk(hospital.database, cards_group, "block", "100001")
    assert "blocked" in clerk(hospital.database, cards_group, "list")
    clerk(hospital.database, cards_group, "block", "100001", "--lift")
    clerk(hospital.database, cards_group, "phone", "100001", "02155550000")
    assert "02155550000" in clerk(hospital.database, cards_group, "export")


def test_cards_come_from_a_file(hospital: SmallHospital) -> None:
    content = "number,patient,phone,pin\n600001,丁一,139,1212\n"
    assert clerk(hospital.database, cards_group, "import", "-", typed=content) == "1 cards stored\n"


def test_bookings_are_listed_exported_and_cancelled(hospital: SmallHospital) -> None:
    assert clerk(hospital.database, bookings, "list") == "no bookings\n"
    came = hospital.run(registration.book_expert, hospital.request(), hospital.rota_id("1"))
    assert isinstance(came, Booked)
    assert came.slip in clerk(hospital.database, bookings, "list")
    assert f"{came.slip},2026-03-05,am,neike,1,专家1,100001" in clerk(hospital.database, bookings, "export")
    assert "Aborted" in refused(hospital.database, bookings, "cancel", came.slip, typed="n\n")
    cancelled = clerk(hospital.database, bookings, "cancel", came.slip, "--yes")
    assert cancelled == f"slip {came.slip} cancelled, 20.00 back on card 100001\n"
    assert "already cancelled" in clerk(hospital.database, bookings, "cancel", came.slip, "--yes")
    assert clerk(hospital.database, bookings, "list") == "no bookings\n"
    assert came.slip in clerk(hospital.database, bookings, "list", "--all")


def test_wards_are_listed_and_edited(hospital: SmallHospital) -> None:
    content = "code,name_zh,name_en,department,station,head_nurse,duty_manager\nW3,三病区,Ward 3,neike,8301;8302,,\n"
    assert clerk(hospital.database, wards, "import", "-", typed=content) == "1 wards stored\n"
    assert "8301 8302" in clerk(hospital.database, wards, "list")
    assert "W3,三病区,Ward 3,neike,8301;8302,," in clerk(hospital.database, wards, "export")
    told = clerk(hospital.database, wards, "telephones", "w3", "--station", "8305; 8306", "--head-nurse", "8307")
    assert told == "W3 station: 8305 8306\nW3 head_nurse: 8307\n"
    assert "W3,三病区,Ward 3,neike,8305;8306,8307," in clerk(hospital.database, wards, "export")


def test_the_demo_hospital_is_ready_and_can_be_made_again(
    tmp_path: Path, open_database: Callable[[str], Database]
) -> None:
    """On a database without tables; the next day the rota grows, and nothing else changes."""
    database = open_database(f"sqlite:///{tmp_path}/demo.db")
    shown = clerk(database, demo)
    for card in CARDS:
        assert card.number in shown
        assert card.pin in shown
    hospital = SmallHospital(database)
    on_duty = hospital.run(rota.between, TODAY, TODAY + timedelta(30))
    assert {one.date for one in on_duty} == {TODAY + timedelta(n) for n in range(8)}
    assert "(0 duties" in clerk(database, demo)
    [*_, noted] = database.run_now(find, AuditQuery(action="make"))
    assert (noted.who, noted.how, noted.noun) == (os_user(), "command", "demo hospital")
    place = next(one.id for one in on_duty if one.date == TOMORROW and one.expert == "1")
    hospital.run(registration.book_expert, hospital.request(), place)
    tomorrow = Desk(database, Wallclock(hospital.wallclock.now + timedelta(1)))
    result = CliRunner().invoke(demo, [], obj=tomorrow)
    assert "(9 duties" in result.stdout
    assert hospital.balance("100001") == 470_00
    assert hospital.run(cards.find, "100001").has_pin


def test_the_demo_hospital_may_have_a_yesterday_in_which_nothing_rings_any_more(
    tmp_path: Path, open_database: Callable[[str], Database]
) -> None:
    database = open_database(f"sqlite:///{tmp_path}/demo.db")
    clerk(database, demo, "--past")
    clerk(database, demo, "--past")
    found = database.run_now(listing.search, listing.Asked()).notices
    assert [str(one.state) for one in found] == ["failed", "cancelled", "failed", "confirmed", "confirmed"]
    assert database.run_now(listing.count_unconfirmed) == 1
    assert [one.state for one in database.run_now(list_messages)] == ["rejected"]
    calls = database.run_now(search, Wanted()).calls
    assert len(calls) == 9
    assert {call.ended_at is not None for call in calls} == {True}
    handed_on = database.run_now(one_call, next(call.call_id for call in calls if call.outcome == "operator"))
    assert handed_on is not None
    assert [leg.party for leg in handed_on.legs] == ["13800000001", "8000", "8100"]
    assert [one.kind for one in handed_on.segments] == ["wait", "talk", "hold", "wait", "talk", "talk"]
    for call in calls:  # what was said are texts that there are
        whole = database.run_now(one_call, call.call_id)
        assert whole is not None
        assert not [told for told in story(whole, Catalog.load()) if told.words.startswith("<")]
    [left] = database.run_now(list_recordings, 9)
    assert (tmp_path / "recordings" / left.path).read_bytes().startswith(b"RIFF")


def test_the_demo_hospital_is_refused_among_real_cards(hospital: SmallHospital) -> None:
    with pytest.raises(NotAllowed, match="real cards"):
        make(hospital.database, hospital.pins, hospital.calendar, hospital.wallclock)


def test_a_rota_of_another_year_is_asked_about_before_it_is_stored(database: Database, tmp_path: Path) -> None:
    clerk(database, rota_group, "department", "neike", "--name-zh", "内科", "--name-en", "Medicine", "--place", "1")
    file = tmp_path / "rota.csv"
    heading = "date,half,department,expert,name_zh,name_en,places,fee"
    file.write_text(f"{heading}\n2062-03-05,am,neike,9,甲,Dr A,5,1.00\n")
    told = CliRunner(mix_stderr=False).invoke(rota_group, ["import", str(file)], obj=Desk(database), input="n\n")
    assert told.exit_code == 1
    assert "stored" not in told.stdout
    assert "rota.csv:2: 2062-03-05 is more than a year away" in told.stderr
    assert clerk(database, rota_group, "import", str(file), typed="y\n").endswith("1 duties stored\n")
    assert clerk(database, rota_group, "import", str(file), "--yes") == "1 duties stored\n"
