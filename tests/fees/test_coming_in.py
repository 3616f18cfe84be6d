"""What the hospital's system sends of stays and charges: taken once, or set aside with a reason, mended and taken."""

from __future__ import annotations

import json
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from accounts.audit import AuditQuery, find
from db.database import Database, ImmediateTransactions
from hospital.cards import cards
from hospital.fees import demo_stays, set_aside, statement, stays
from hospital.fees.insurance import shipped
from hospital.fees.scheme import Insurance
from notify.mllp.bills import Bills
from notify.mllp.intake import Intake
from notify.notices.rules import NoticeRules
from notify.notices.wards import variables
from wardbell.commands.fees import fees

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)


def finished(coroutine: Coroutine[Any, Any, bytes]) -> str:
    try:
        coroutine.send(None)
    except StopIteration as done:
        answer: bytes = done.value
        return answer.decode()
    raise AssertionError("it waits for something")


@dataclass
class House:
    """A hospital with one card, its HL7 port and its command line."""

    database: Database
    insurance_: Insurance
    pepper: bytes = b""
    zone: ZoneInfo = SHANGHAI
    control: int = 0

    def __post_init__(self) -> None:
        bills = Bills(self.insurance, self.zone)
        rules = NoticeRules({})
        self.intake = Intake(
            ImmediateTransactions(self.database), lambda: rules, variables, self.wallclock, lambda: None,
            bills=bills.take,
        )  # fmt: skip
        self.database.run_now(cards.add, "100001", "王小芳", "", NOW)

    def insurance(self) -> Insurance:
        return self.insurance_

    def wallclock(self) -> datetime:
        return NOW

    def sends(self, kind: str, *segments: str, control: str = "") -> str:
        """The hospital's system sends a message; the answer, from its MSA on."""
        self.control += 1
        number = control or self.control
        header = f"MSH|^~\\&|HIS|HOSP|WB|HOSP|20260306120000||{kind}|{number}|P|2.5|||||CHN|UNICODE UTF-8"
        answer = finished(self.intake.receive("\r".join((header, *segments, "")).encode(), "10.0.0.9"))
        return answer.partition("MSA|")[2].strip()

    def admits(self, stay: str = "Z1", card: str = "100001", more: str = "IN1|1|310") -> str:
        visit = f"PV1|1|I|W3^301^12{'|' * 16}{stay}{'|' * 25}20260302080000"
        return self.sends("BAR^P01", "EVN||20260302081500", f"PID|1||{card}^^^HOSP", visit, *([more] if more else []))

    def charges(self, *ft1: str, stay: str = "Z1", control: str = "") -> str:
        visit = f"PV1|1|I{'|' * 17}{stay}"
        return self.sends("DFT^P03", "EVN||20260306", "PID|1||100001", visit, *ft1, control=control)

    def bill(self, stay: str = "Z1") -> statement.Statement:
        return self.database.run_now(statement.of_stay, stay, self.insurance_, self.zone, NOW)

    def aside(self) -> list[set_aside.Aside]:
        return self.database.run_now(set_aside.waiting)

    def types(self, *arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(fees, arguments, obj=self, input=stdin)


@pytest.fixture
def house(insurance: Insurance) -> Iterator[House]:
    database = Database("sqlite://")
    database.create_all()
    yield House(database, insurance)
    database.close()


def ft1(number: str, code: str = "JY1001", amount: str = "2000.00", kind: str = "CG", day: str = "20260305") -> str:
    return f"FT1|1|{number}||{day}||{kind}|{code}^血常规|||1|{amount}"


def test_a_stay_and_its_charges_come_by_hl7(house: House) -> None:
    assert house.admits().startswith("AA")
    assert house.charges(ft1("C1"), ft1("D1", amount="1500", kind="PY")).startswith("AA")
    bill = house.bill()
    assert (bill.stay.card, bill.stay.ward, bill.stay.bed, bill.stay.scheme) == ("100001", "W3", "12", "employee")
    assert (bill.share.total, bill.share.insurance, bill.share.patient) == (2000_00, 595_00, 1405_00)
    assert (bill.paid, bill.left) == (1500_00, 95_00)
    assert house.sends("BAR^P06", "EVN||20260306110000", "PID|1||100001", f"PV1|1|I{'|' * 17}Z1").startswith("AA")
    assert house.bill().stay.discharged_at == datetime(2026, 3, 6, 3, 0, tzinfo=UTC)


def test_the_same_message_and_the_same_charge_in_another_count_once(house: House) -> None:
    house.admits()
    for control in ("7", "7", "8"):
        assert house.charges(ft1("C1"), control=control).startswith("AA")
    assert house.bill().share.total == 2000_00


def test_a_charge_is_corrected_and_taken_back(house: House) -> None:
    house.admits()
    house.charges(ft1("C1"), ft1("C2", amount="300"))
    assert house.charges(ft1("C1", amount="1800", kind="AJ")).startswith("AA")
    assert house.bill().share.total == 2100_00
    assert house.charges(ft1("C2", amount="300", kind="CR")).startswith("AA")
    assert house.bill().share.total == 1800_00


def test_the_amount_of_a_charge_may_be_its_price_and_its_quantity(house: House) -> None:
    house.admits()
    house.charges("FT1|1|C1||20260305||CG|JY1001|||1.5||10.03")
    assert house.bill().share.total == 15_05


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (ft1("C9", code="XX9"), 'unknown code "XX9"'),
        (ft1("C9", amount="-5"), "the amount is negative"),
        (ft1("C9", amount="viel"), 'amount: "viel" is not an amount'),
        (ft1("C9", day="20260230"), "day: there is no 20260230"),
        (ft1("C9", day="20260401"), "which is still to come"),
        (ft1("C9", day="20260201"), "stay Z1 began on 2026-03-02"),
        (ft1(""), "its number (id) is missing"),
        (ft1("C0", kind="CR"), "no charge C0 to take back"),
        (ft1("C1", amount="7"), "C1 is another charge already"),
        (ft1("C9", kind="XY"), 'no kind "XY"'),
    ],
)
def test_what_is_wrong_is_answered_and_set_aside_and_the_rest_is_taken(house: House, bad: str, why: str) -> None:
    house.admits()
    house.charges(ft1("C1"))
    answer = house.charges(ft1("C2", amount="100"), bad, ft1("C3", amount="10"))
    assert answer.startswith("AE")
    assert why in answer
    assert house.bill().share.total == 2110_00
    [kept] = house.aside()
    assert why in kept.reason
    assert (kept.sender, kept.raw) == ("HIS|HOSP", bad)


def test_an_unknown_card_is_set_aside_and_charges_wait_for_their_stay(house: House) -> None:
    assert "no card 999999" in house.admits(card="999999")
    assert "no stay Z1" in house.charges(ft1("C1"))
    assert [one.values["kind"] for one in house.aside()] == ["admission", "charge"]
    assert house.admits().startswith("AA")
    assert house.bill().share.total == 2000_00
    [admission] = [one for one in house.aside() if one.values["kind"] == "admission"]
    assert admission.values["card"] == "999999"


def test_the_same_slip_again_is_counted_not_kept_twice(house: House) -> None:
    house.admits()
    for control in ("7", "8", "9"):
        house.charges(ft1("C9", code="XX9"), control=control)
    [kept] = house.aside()
    assert kept.times == 3


def test_a_message_that_bills_nothing_is_refused(house: House) -> None:
    house.admits()
    assert "it has no FT1 segment" in house.charges()


def test_a_message_in_another_encoding_is_read(house: House) -> None:
    house.admits()
    header = "MSH|^~\\&|HIS|HOSP|WB|HOSP|20260306120000||DFT^P03|99|P|2.5|||||CHN|GB 18030-2000"
    message = "\r".join((header, f"PV1|1|I{'|' * 17}Z1", ft1("C1", code="JY1001"), ""))
    answer = finished(house.intake.receive(message.encode("gb18030"), "10.0.0.9"))
    assert "MSA|AA" in answer


def test_a_newborn_is_asked_for_with_its_mothers_card(house: House) -> None:
    house.admits()
    visit = f"PV1|1|I|W6^1^7{'|' * 16}Z1B{'|' * 25}20260304"
    sent = house.sends("BAR^P01", f"PID|1{'|' * 20}100001", visit, "IN1|1|390")
    assert sent.startswith("AA")
    house.charges(ft1("B1", code="HL1003", amount="1000"), stay="Z1B")
    assert (house.bill("Z1B").share.insurance, house.bill("Z1B").stay.mother) == (150_00, "Z1")
    assert [one.number for one in house.database.run_now(stays.of_card, "100001")] == ["Z1B", "Z1"]
    found = house.database.run_now(statement.current_of, "100001", NOW)
    assert found is not None
    assert found.number == "Z1"


CSV = """\
id,stay,day,code,quantity,amount,kind,of,card,scheme
,Z2,2026-03-02,,,,admission,,100001,310
C1,Z2,2026-03-02,JY1001,1,2000.00,,,,
C2,Z2,2026-03-03,JY1001,1,1500.00,,C1,,
C3,Z2,2026-03-03,JC1001,1,90,,,,
,Z2,2026-03-04,,,,reversal,C3,,
D1,Z2,2026-03-02,,,3000,deposit,,,
"""


def test_charges_come_from_a_file_once(house: House, tmp_path: Path) -> None:
    file = tmp_path / "charges.csv"
    file.write_text(CSV, encoding="utf-8")
    tried = house.types("import", str(file), "--dry-run")
    assert tried.output == "6 lines are sound; nothing was stored\n"
    for _ in range(2):
        done = house.types("import", str(file))
        assert done.output == "6 lines stored\n", done.output
    assert (house.bill("Z2").share.total, house.bill("Z2").share.insurance) == (1500_00, 170_00)
    shown = house.types("show", "100001", "--lines")
    assert "stay Z2, card 100001" in shown.output
    assert "paid in advance 3000.00, left 1670.00" in shown.output
    assert "corrected" in shown.output
    assert "Z2" in house.types("list").output


def test_a_file_with_mistakes_is_refused_by_line_or_its_sound_lines_are_taken(house: House) -> None:
    bad = CSV + "C4,Z2,2026-03-03,XX9,1,5,,,,\nC5,Z9,2026-03-03,JY1001,1,5,,,,\n"
    refused = house.types("import", "-", stdin=bad)
    assert refused.exit_code
    assert 'standard input:8: unknown code "XX9"' in str(refused.exception)
    stay = house.types("import", "-", "--dry-run", stdin=CSV + "C5,Z9,2026-03-03,JY1001,1,5,,,,\n")
    assert "standard input:8: no stay Z9" in str(stay.exception)
    assert house.database.run_now(stays.of_card, "100001") == []
    taken = house.types("import", "-", "--aside", stdin=bad)
    assert "6 lines taken, 2 set aside" in taken.output
    assert house.bill("Z2").share.total == 1500_00


def test_what_was_set_aside_is_mended_taken_and_dropped(database: Database, insurance: Insurance) -> None:
    house = House(database, insurance)
    house.admits()
    house.charges(ft1("C1", code="XX9"), ft1("C2", amount="-5"))
    listed = house.types("aside").output
    assert 'unknown code "XX9"' in listed
    first, second = (one.id for one in house.aside())
    assert "XX9" in house.types("aside", "show", str(first)).output
    still = house.types("aside", "take", str(first))
    assert still.exit_code == 1
    assert house.types("aside", "take", str(first), "--set", "code=JY1001").output == f"{first} is taken\n"
    assert house.types("aside", "drop", str(second)).output == f"{second} is dropped\n"
    assert house.types("aside").output == "nothing is set aside\n"
    assert house.bill().share.total == 2000_00
    acts = [(one.action, one.key) for one in house.database.run_now(find, AuditQuery(noun="set aside"))]
    assert acts == [("drop", str(second)), ("take", str(first))]


def test_a_catalogue_is_made_of_a_spreadsheet(house: House, tmp_path: Path) -> None:
    sheet, out = tmp_path / "items.csv", tmp_path / "catalogue.yaml"
    sheet.write_text("code,zh,en,class,scope\nJC1,检查,Exam,exam,in\n", encoding="utf-8-sig")
    assert house.types("catalogue", str(sheet), "--out", str(out)).exit_code == 0
    assert "  JC1,检查,Exam,exam,in\n" in out.read_text(encoding="utf-8")


def test_the_demo_stays_have_charges_up_to_today_each_day(house: House) -> None:
    for number in ("100002", "100003"):
        house.database.run_now(cards.add, number, "病人", "", NOW)
    house.insurance_ = shipped()
    for _ in range(2):
        house.database.run_now(demo_stays.make, SHANGHAI, NOW)
    bill = house.bill("Z100001")
    assert bill.today.total == 80_00 + 40_00 + 96_40 + 35_00
    assert len(bill.by_day) == 6
    assert bill.paid == 3000_00
    assert house.bill("Z100003B").stay.mother == "Z100003"
    assert json.dumps(sorted(bill.by_class))
