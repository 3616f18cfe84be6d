"""Whom to call in a ward."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accounts import audit
from accounts.audit import AuditQuery, Hand
from hospital.errors import NotAllowed, Unknown
from hospital.wards import wards
from hospital.wards.wards import Overtaken, Rewired, WardContacts
from tests.hospital.conftest import SmallHospital

HAND = Hand("陈工", datetime(2026, 3, 5, 9, 0, tzinfo=UTC), reason="new telephones")
WARD = WardContacts(
    code="N3",
    name={"zh": "内科三病区", "en": "Medical ward 3"},
    department="neike",
    department_name={"zh": "内科", "en": "Internal medicine"},
    station=("8301", "8302"),
    head_nurse=("8310",),
)


def test_a_ward_has_telephones_by_role(hospital: SmallHospital) -> None:
    hospital.run(wards.store, WARD)
    assert hospital.run(wards.contacts, "N3") == WARD
    assert WARD.of("station") == ("8301", "8302")
    assert WARD.of("duty_manager") == ()


def test_a_ward_that_is_stored_again_is_replaced(hospital: SmallHospital) -> None:
    hospital.run(wards.store, WARD)
    changed = WardContacts("N3", {"zh": "三病区", "en": "Ward 3"}, "", {}, station=("8309",), duty_manager=("8000",))
    hospital.run(wards.store, changed)
    assert hospital.run(wards.every) == [changed]


def test_what_is_not_there_is_none_or_told(hospital: SmallHospital) -> None:
    assert hospital.run(wards.contacts, "X9") is None
    with pytest.raises(Unknown, match='no role "doctor"'):
        WARD.of("doctor")


def test_a_role_gets_other_telephones_and_the_rest_stays(hospital: SmallHospital) -> None:
    hospital.run(wards.store, WARD)
    done = hospital.run(wards.rewire, "N3", {"station": ["8305"]}, HAND)
    assert done == Rewired(replace(WARD, station=("8305",)), WARD)
    assert hospital.run(wards.contacts, "N3") == replace(WARD, station=("8305",))
    [noted] = hospital.run(audit.find, AuditQuery())
    assert (noted.who, noted.noun, noted.key, noted.reason) == ("陈工", "ward", "N3", "new telephones")
    assert noted.details == {"station": [["8301", "8302"], ["8305"]]}
    assert hospital.run(wards.rewire, "X9", {"station": ["8305"]}, HAND) is None


def test_of_two_who_change_telephones_the_second_hears_that_they_are_not_what_he_saw(hospital: SmallHospital) -> None:
    hospital.run(wards.store, WARD)
    seen = {role: WARD.of(role) for role in wards.ROLES}
    first = hospital.run(wards.rewire, "N3", {"station": ["8305"]}, HAND, seen)
    assert isinstance(first, Rewired)
    assert hospital.run(wards.rewire, "N3", {"station": ["8306"]}, HAND, seen) == Overtaken(first.ward)
    assert hospital.run(wards.contacts, "N3") == first.ward


@pytest.mark.parametrize("numbers", [["83o1"], ["8301", "8301"], ["8" * 40], ["8301; drop"]])
def test_what_cannot_be_dialled_is_refused_and_changes_nothing(hospital: SmallHospital, numbers: list[str]) -> None:
    hospital.run(wards.store, WARD)
    with pytest.raises(NotAllowed):
        hospital.run(wards.rewire, "N3", {"head_nurse": numbers}, HAND)
    with pytest.raises(Unknown):
        hospital.run(wards.rewire, "N3", {"porter": ["8301"]}, HAND)
    assert hospital.run(wards.contacts, "N3") == WARD


@pytest.mark.parametrize("written", ["W3", "w3", "Ｗ３", "ｗ3", " W3 "])
def test_a_ward_is_found_however_its_code_is_written(hospital: SmallHospital, written: str) -> None:
    hospital.run(wards.store, ward("W3"))
    found = hospital.run(wards.contacts, written)
    assert found is not None
    assert found.code == "W3"


@pytest.mark.parametrize("other", ["w3", "Ｗ３"])
def test_a_second_ward_that_differs_in_nothing_else_is_refused(hospital: SmallHospital, other: str) -> None:
    hospital.run(wards.store, ward("W3"))
    with pytest.raises(NotAllowed, match="there is a ward W3 already"):
        hospital.run(wards.store, ward(other))
    hospital.run(wards.store, ward("W3"))


def ward(code: str) -> WardContacts:
    return WardContacts(code, {"zh": "三病区", "en": "Ward three"}, "", {}, ("8301",))
