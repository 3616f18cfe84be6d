"""CSV files as spreadsheets and clerks leave them: read, or refused with a sentence that helps."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hospital.clinic import rota, rota_csv
from hospital.errors import Mistakes
from hospital.wards import wards
from tests.hospital.conftest import TODAY, TOMORROW, SmallHospital, duty

CASES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("test_files.yaml"))
HEADING = "date,half,department,expert,name_zh,name_en,places,fee\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["case"]))
def test_a_file_of_wards(hospital: SmallHospital, case: dict[str, Any]) -> None:
    content = case["file"].encode(case.get("as", "utf-8"))
    if "told" in case:
        with pytest.raises(Mistakes) as wrong:
            hospital.bring("wards", "w.csv", content)
        assert wrong.value.sentences == [case["told"]]
        assert hospital.run(wards.every) == []
        return
    assert hospital.bring("wards", "w.csv", content) == 1
    [ward] = hospital.run(wards.every)
    assert (ward.code, ward.name["en"], ward.station[0], ward.duty_manager) == ("X3", "One", "8301", ("8309",))
    assert len(ward.station) == 1 + ("8303" in case["file"])


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (f"{TOMORROW},am,neike,3,甲,Dr A,5,1.00", ""),
        (f"{TODAY + timedelta(365)},am,neike,3,甲,Dr A,5,1.00", ""),
        ("2020-03-05,am,neike,3,甲,Dr A,5,1.00", "r.csv:2: 2020-03-05 is past"),
        ("2062-03-05,am,neike,3,甲,Dr A,5,1.00", "r.csv:2: 2062-03-05 is more than a year away"),
        (f"{TOMORROW},am,neike,01,甲,Dr A,5,1.00", "r.csv:2: expert 01 would be listed beside expert 1 of neike"),
        (f"{TOMORROW},am,waike,01,甲,Dr A,5,1.00", ""),
        (
            f"{TOMORROW},am,waike,A,甲,Dr A,5,1.00\n{TOMORROW},pm,waike,a,甲,Dr A,5,1.00",
            "r.csv:3: expert a would be listed beside expert A of waike",
        ),
    ],
)
def test_what_looks_like_a_slip_in_a_rota_is_asked_about(hospital: SmallHospital, line: str, asked: str) -> None:
    found = rota_csv.parse("r.csv", (HEADING + line).encode())
    assert hospital.run(rota_csv.doubts, "r.csv", found, TODAY) == ([asked] if asked else [])


def test_experts_that_differ_in_figures_are_no_slip(hospital: SmallHospital) -> None:
    assert hospital.run(rota.doubts, [duty("10"), duty("11"), duty("0")], TODAY) == []
