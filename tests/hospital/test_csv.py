"""Clerks hand in CSV files: everything that is wrong is reported at once, and then nothing is stored."""

from __future__ import annotations

import pytest

from hospital import csv_file
from hospital.cards import cards, cards_csv
from hospital.clinic import registration, rota, rota_csv
from hospital.errors import Mistakes
from hospital.wards import wards, wards_csv
from tests.hospital.conftest import TOMORROW, SmallHospital

HEADING = "date,half,department,expert,name_zh,name_en,places,fee\n"
GOOD = f"{TOMORROW},pm,waike,3,周明,Dr Zhou,15,30.00\n"


def stored(hospital: SmallHospital) -> list[str]:
    return [one.expert for one in hospital.run(rota.between, TOMORROW, TOMORROW)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_rota_is_read_with_and_without_byte_order_mark(hospital: SmallHospital, mark: bytes, newline: str) -> None:
    content = mark + (HEADING + GOOD + "\n").replace("\n", newline).encode()
    assert hospital.bring("rota", "rota.csv", content) == 1
    [found] = [one for one in hospital.run(rota.between, TOMORROW, TOMORROW) if one.department == "waike"]
    assert (found.expert, found.expert_name["zh"], found.capacity, found.fee) == ("3", "周明", 15, 3000)


def test_every_mistake_of_a_rota_is_told_with_its_line(hospital: SmallHospital) -> None:
    content = HEADING + "".join(
        [
            GOOD,
            "2026-02-30,am,waike,4,甲,Dr A,15,30.00\n",
            f"{TOMORROW},noon,waike,4,甲,Dr A,many,30.0.0\n",
            f"{TOMORROW},am,waike,4,,Dr A,15\n",
            "\n",
            f"{TOMORROW},am,waike,4,,Dr A,15,1\n",
        ]
    )
    with pytest.raises(Mistakes) as wrong:
        hospital.bring("rota", "rota.csv", content.encode())
    assert wrong.value.sentences == ["rota.csv:5: 7 values for 8 columns"]
    content = content.replace(",Dr A,15\n", ",Dr A,15,1\n")
    with pytest.raises(Mistakes) as wrong:
        hospital.bring("rota", "rota.csv", content.encode())
    assert wrong.value.sentences == [
        'rota.csv:3: "2026-02-30" is not a date such as 2026-03-05',
        'rota.csv:4: half is "noon", not am or pm',
        'rota.csv:4: places is "many", not a number',
        'rota.csv:4: fee: "30.0.0" is not an amount such as 20.50',
        "rota.csv:5: name_zh is empty",
        "rota.csv:7: name_zh is empty",
    ]
    assert stored(hospital) == ["1", "2"]


def test_what_the_hospital_does_not_have_is_told_and_nothing_stored(hospital: SmallHospital) -> None:
    content = HEADING + GOOD + GOOD.replace("waike", "neike2") + GOOD.replace("waike,3", "erke,4")
    with pytest.raises(Mistakes) as wrong:
        hospital.bring("rota", "rota.csv", content.encode())
    assert wrong.value.sentences == ['rota.csv:3: no department "neike2"', 'rota.csv:4: no department "erke"']
    assert stored(hospital) == ["1", "2"]


def test_fewer_places_than_taken_is_a_mistake_of_the_file(hospital: SmallHospital) -> None:
    hospital.run(registration.book_expert, hospital.request(), hospital.rota_id("1"))
    content = HEADING + f"{TOMORROW},am,neike,1,甲,Dr A,0,30\n"
    with pytest.raises(Mistakes, match=r"rota\.csv:2: 1 places are booked already"):
        hospital.bring("rota", "rota.csv", content.encode())


def test_the_same_duty_twice_is_a_mistake(hospital: SmallHospital) -> None:
    with pytest.raises(Mistakes, match=r"rota\.csv:3: the same duty as in line 2"):
        hospital.bring("rota", "rota.csv", (HEADING + GOOD + GOOD).encode())


def test_an_exported_rota_can_be_read_again(hospital: SmallHospital) -> None:
    before = hospital.run(rota.between, TOMORROW, TOMORROW)
    written = rota_csv.dump(before)
    assert hospital.bring("rota", "rota.csv", written.encode("utf-8-sig")) == 2
    assert hospital.run(rota.between, TOMORROW, TOMORROW) == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "rota.csv:1: no column date"),
        (HEADING.replace("fee", "fees").encode(), 'rota.csv:1: unknown column "fees"'),
        (HEADING.replace("\n", ",fee\n").encode(), "rota.csv:1: column fee twice"),
        ("日期,专家\n".encode("gb18030"), "rota.csv:1: not UTF-8"),
        ((HEADING + "李").encode() + b"\xff\n", "rota.csv:2: not UTF-8"),
        (b"PK\x03\x04\x00\x00", "rota.csv: not a CSV file"),
        ((HEADING + 'a,"b\n').encode(), "rota.csv:2: unexpected end of data"),
    ],
)
def test_what_is_no_such_file_is_told(hospital: SmallHospital, content: bytes, sentence: str) -> None:
    with pytest.raises(Mistakes) as wrong:
        hospital.bring("rota", "rota.csv", content)
    assert any(one.startswith(sentence) for one in wrong.value.sentences)


def load_cards(hospital: SmallHospital, content: str) -> int:
    return hospital.bring("cards", "cards.csv", content.encode())


def test_cards_come_with_pin_and_opening_balance_once(hospital: SmallHospital) -> None:
    content = "number,patient,phone,pin,opening_balance\n400001,李芳,13900000001,4321,100.00\n100001,王芳,139,,\n"
    for _ in range(2):
        assert load_cards(hospital, content) == 2
    assert hospital.balance("400001") == 10_000
    assert hospital.ask("card.check_pin", card_number="400001", pin="4321").name == "right"
    assert hospital.run(cards.find, "100001").patient == "王芳"
    assert hospital.ask("card.check_pin", card_number="100001", pin="1234").name == "right"


def test_who_is_spoken_to_slowly_may_stand_in_the_file(hospital: SmallHospital) -> None:
    load_cards(hospital, "number,patient,phone,slow\n400001,李芳,139,yes\n400002,丁一,139,\n")
    load_cards(hospital, "number,patient,phone\n400001,李芳,139\n")
    assert [hospital.run(cards.find, number).slow for number in ("400001", "400002")] == [True, False]
    written = cards_csv.dump(hospital.run(cards.every))
    assert "400001,李芳,139,yes," in written
    load_cards(hospital, "number,patient,phone,slow\n400001,李芳,139,no\n")
    assert not hospital.run(cards.find, "400001").slow
    with pytest.raises(Mistakes, match=r"cards\.csv:2: slow is yes or no, or empty"):
        load_cards(hospital, "number,patient,phone,slow\n400001,李芳,139,perhaps\n")


def test_every_mistake_of_cards_is_told_and_no_pin(hospital: SmallHospital) -> None:
    content = (
        "number,patient,phone,pin,opening_balance\n"
        "40x,李芳,139,98765432,1\n400002,,139,4321,-5\n400003,丁一,139,,x\n400004,丁一,139,,\n400004,丁一,139,,\n"
    )
    with pytest.raises(Mistakes) as wrong:
        load_cards(hospital, content)
    assert wrong.value.sentences == [
        'cards.csv:2: "40x" is not a card number: 4 to 20 digits',
        "cards.csv:2: the PIN is not 4 to 6 digits",
        "cards.csv:3: patient is empty",
        "cards.csv:3: opening_balance is less than nothing",
        'cards.csv:4: opening_balance: "x" is not an amount such as 20.50',
    ]
    with pytest.raises(Mistakes, match="card 400004 is in line 2 already"):
        load_cards(hospital, "number,patient,phone\n400004,丁一,139\n400004,丁一,139\n")


def test_another_opening_balance_is_refused(hospital: SmallHospital) -> None:
    heading = "number,patient,phone,opening_balance\n"
    load_cards(hospital, heading + "400001,李芳,139,100\n")
    with pytest.raises(Mistakes, match=r"cards\.csv:3: opening:400001 was used for another"):
        load_cards(hospital, heading + "400009,丁一,139,5\n400001,李芳,139,200\n")
    assert hospital.balance("400001") == 10_000
    assert [one.number for one in hospital.run(cards.every)][-1] == "400001"


def test_exported_cards_tell_no_pin_and_can_be_read_again(hospital: SmallHospital) -> None:
    written = cards_csv.dump(hospital.run(cards.every))
    assert "1123" not in written
    assert "plain:" not in written
    assert load_cards(hospital, written) == 3
    assert hospital.balance("100001") == 10_000


def test_wards_go_out_and_come_in(hospital: SmallHospital) -> None:
    content = (
        "code,name_zh,name_en,department,station,head_nurse,duty_manager\nW3,三病区,Ward 3,neike,8301; 8302,8310,\n"
    )
    assert hospital.bring("wards", "wards.csv", content.encode()) == 1
    found = hospital.run(wards.every)
    assert found[0].station == ("8301", "8302")
    hospital.bring("wards", "wards.csv", wards_csv.dump(found).encode())
    assert hospital.run(wards.every) == found
    bad = content + "W4,四病区,Ward 4,nobody,8401,,\nW5,五病区,Ward 5,,sip:8301@x,,\n"
    with pytest.raises(Mistakes) as wrong:
        hospital.bring("wards", "wards.csv", bad.encode())
    assert wrong.value.sentences == [
        'wards.csv:3: no department "nobody"',
        'wards.csv:4: "sip:8301@x" cannot be dialled: an extension or a number, digits and +',
    ]


def test_quoted_commas_and_line_breaks_are_values() -> None:
    lines = csv_file.read("f.csv", b'a,b\r\n"1,2","3\r\n4"\r\n5,6\r\n', ("a", "b"))
    assert [(one.number, one.values["a"]) for one in lines] == [(3, "1,2"), (4, "5")]


def test_names_in_russian_and_polish_come_in_go_out_and_stay(hospital: SmallHospital) -> None:
    heading = HEADING.replace("\n", ",name_ru,name_pl\n")
    more = GOOD.replace("\n", ",доктор Чжоу,doktor Zhou\n")
    hospital.bring("rota", "rota.csv", (heading + more).encode())

    def names() -> dict[str, str]:
        return next(one.expert_name for one in hospital.run(rota.between, TOMORROW, TOMORROW) if one.expert == "3")

    assert names() == {"zh": "周明", "en": "Dr Zhou", "ru": "доктор Чжоу", "pl": "doktor Zhou"}
    assert "Dr Zhou,15,30.00,доктор Чжоу,doktor Zhou,0" in rota_csv.dump(hospital.run(rota.between, TOMORROW, TOMORROW))
    hospital.bring("rota", "rota.csv", (HEADING + GOOD).encode())  # a file without the columns says nothing
    assert names()["ru"] == "доктор Чжоу"
    hospital.bring("rota", "rota.csv", (heading + GOOD.replace("\n", ",,\n")).encode())
    assert names() == {"zh": "周明", "en": "Dr Zhou"}
