"""A machine hears what callers hear: a whole registration in three languages, and alerts to wards, by real calls.

Kokoro speaks Chinese and English, Festival Russian; each rate is shown with `-s`. Polish, and the voice that is
always there, are heard in `test_heard_sound.py`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hospital.clinic import departments
from hospital.clinic.departments import DepartmentRecord
from prompts.speech import speak
from tests.e2e.conftest import House, Template, build
from tests.e2e.line import admission, eventually
from tests.e2e.listening import (
    Listener,
    Said,
    all_at_once,
    good_voices,
    hear_well_enough,
    main_menu,
    need_ear,
    score,
    sound_well,
    speak_ahead,
)
from tests.e2e.small_hospital import OTHER_STATION, OTHER_WARD, PIN, STATION, WARD, WARD_NAME
from tests.e2e.test_registration import BOOKINGS
from tests.phone.ear import Ear
from tests.phone.phone import Phone
from wardbell.settings import Voices

pytestmark = [pytest.mark.slow, pytest.mark.ear]

MOST = {"zh": 0.22, "en": 0.1, "ru": 0.3}
"""Share of syllables (zh) or words that may be wrong; measured were 11, 1 and 18 %."""
NUMBERS = {"zh": "1000", "en": "1001", "ru": "1002"}
FEE = 1250
MEDICINE = {"zh": "内科", "en": "internal medicine", "ru": "терапия"}
SURGERY = {"zh": "外科", "en": "surgery", "ru": "хирургия"}
BED = "302"


@pytest.fixture(scope="module")
def ear() -> Ear:
    return need_ear()


@pytest.fixture(scope="module")
def hospital(ear: Ear, template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Names in all these languages, notices of discharges in English; slips may take their time to be spoken."""
    directory = tmp_path_factory.mktemp("heard")
    flows = directory / "flows"
    shutil.copytree(template.flows, flows)
    notices = flows / "notices.yaml"
    before, rule, after = notices.read_text(encoding="utf-8").partition("  discharge:\n")
    notices.write_text(before + rule + after.replace("language: zh", "language: en", 1), encoding="utf-8")
    house = build(
        template, directory, sung=False, flows_dir=flows,
        voices__deadline=120, voices__fill_silence=False, voices__keep_loaded=False,
        **{f"voices__{language}": json.dumps(names) for language, names in Voices().order.items()},
    )  # fmt: skip
    try:
        house.hospital.parts.database.run_now(_own_names)
        with good_voices(house.hospital.parts.catalog, house.hospital.parts.settings.store_dir) as studio:
            ahead = {language: registration("") for language in NUMBERS}
            ahead["zh"] = [*ahead["zh"], ALERTS[0], ("ward.thanks", {})]
            ahead["en"] = [*ahead["en"], ALERTS[1], ("ward.thanks", {})]
            speak_ahead(studio, house.hospital.parts.catalog, ahead)
        yield house
    finally:
        house.close()


def _own_names(session: Session) -> None:
    for position, (code, name) in enumerate({"medicine": MEDICINE, "surgery": SURGERY}.items()):
        departments.store(session, DepartmentRecord(code, name, position, 50, FEE, "1234567", "24:00"))


def choice() -> list[Said]:
    """The list of departments."""
    items = [("registration.department_item", {"key": str(key), "item": {"name": name}})
             for key, name in enumerate((MEDICINE, SURGERY), 1)]  # fmt: skip
    return [("registration.choose_department", {}), *items]


def confirmation() -> Said:
    """Which department it is."""
    return "registration.general_confirm", {"department": {"name": SURGERY}}


def done(slip: str) -> list[Said]:
    """The end of a registration, and the menu after it; without a slip, what can be spoken before it is known."""
    told: list[Said] = [("registration.slip", {"slip": slip, "fee": FEE})] if slip else []
    return [("registration.general_done", {}), *told, ("main.more", {})]


def registration(slip: str) -> list[Said]:
    """All that a caller hears."""
    asked: list[Said] = [("card_login.card_number", {}), ("card_login.pin", {}), ("registration.kind", {})]
    return [*main_menu(), *asked, *choice(), confirmation(), *done(slip)]


ADMISSION = {"ward": {"name": WARD_NAME}, "department": {"name": MEDICINE}, "place": BED}
ALERTS: tuple[Said, Said] = (
    ("ward_admission.urgent", {**ADMISSION, "department": {"name": {"zh": "内科"}}}),
    ("ward_discharge.notice", {"ward": {"name": {"en": "surgery"}}, "department": {"name": {"en": "internal medicine"}},
                               "place": BED}),
)  # fmt: skip


def registers(house: House, phone: Phone, language: str, card: str) -> Listener:
    """The whole story of a call."""
    call = phone.dial(house.line.uri(NUMBERS[language]), caller=f"1370000{card}").wait_answered(20)
    caller = Listener(call, language, house.hospital.parts.catalog)
    caller.hears(*main_menu()).keys_in("1")
    caller.hears(("card_login.card_number", {})).keys_in(f"{card}#")
    caller.hears(("card_login.pin", {})).keys_in(f"{PIN}#")
    caller.hears(("registration.kind", {})).keys_in("1")
    caller.hears(*choice()).keys_in("2")
    caller.hears(confirmation()).keys_in("1")
    [booked] = eventually(lambda: house.line.rows(BOOKINGS, card), 20, "the booking")
    [more] = speak(house.hospital.parts.catalog, language, "main.more", {})
    caller.hears(*done(booked["slip"]), timeout=180, last=house.hospital.parts.studio.ready(language, more))
    call.hang_up()
    return caller


def test_a_registration_is_understood_in_three_languages(hospital: House, ear: Ear, tmp_path: Path) -> None:
    callers: dict[str, Listener] = {}

    def call(language: str, card: str) -> None:
        with Phone(tmp_path, f"listener-{language}") as phone:
            callers[language] = registers(hospital, phone, language, card)

    all_at_once([partial(call, language, hospital.hospital.card()) for language in NUMBERS])
    for language, caller in callers.items():
        sound_well(f"registration in {language}", [sound for _, sound in caller.heard])
        hear_well_enough(score(ear, caller), f"registration in {language}", MOST[language])


def test_alerts_are_understood_by_the_wards(hospital: House, ear: Ear) -> None:
    heard: list[Listener] = []

    def answers(language: str, said: Said, call: Any) -> None:
        nurse = Listener(call.wait_answered(), language, hospital.hospital.parts.catalog)
        nurse.hears(said).keys_in("1")
        nurse.hears(("ward.thanks", {}))
        heard.append(nurse)

    hospital.line.send(admission("HEARD1", WARD, bed=BED, urgent=True))
    hospital.line.send(admission("HEARD2", OTHER_WARD, bed=BED, kind="A03"))
    calls = {call.number: call for call in (hospital.exchange.next_call(10), hospital.exchange.next_call(10))}
    ward, other = calls[STATION], calls[OTHER_STATION]
    all_at_once([partial(answers, "zh", ALERTS[0], ward), partial(answers, "en", ALERTS[1], other)])
    for nurse in heard:
        sound_well(f"alert in {nurse.language}", [sound for _, sound in nurse.heard])
        hear_well_enough(score(ear, nurse), f"alert in {nurse.language}", MOST[nurse.language])
