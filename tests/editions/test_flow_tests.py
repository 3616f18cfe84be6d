"""Flow tests are a kind of file like the others, but nothing that takes calls stands on them."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from editions.bundle import Bundle
from editions.check import check_files
from editions.declared import ACTIONS
from editions.edition import read_edition
from editions.flow_tests import run_tests_of
from editions.kinds import TESTS
from forms.errors import FilesBroken

ZONE = ZoneInfo("Asia/Shanghai")
SHIPPED = Bundle.of_folder(Path(__file__).parents[2] / "flows", None)
WRONG = b"flow: main\nlanguage: zh\ntests:\n  a call: {call: [{sayz: x}]}\n"
SLIP = Bundle({**SHIPPED.files, "tests/main.yaml": WRONG})


def test_a_slip_in_a_flow_test_is_told_by_the_check_and_keeps_no_engine_from_the_edition() -> None:
    found = check_files(lambda: SLIP, ZONE)
    assert [(one.code, one.line) for one in found.reported] == [("T101", 4)]
    assert found.checked is None
    taken = read_edition(SLIP, ACTIONS, zone=ZONE)
    assert "main" in taken.edition.flows.flows
    with pytest.raises(FilesBroken):
        taken.of(TESTS)


def test_tests_that_the_check_has_read_are_run_without_being_read_again() -> None:
    checked = check_files(lambda: SHIPPED, ZONE).checked
    assert checked is not None
    was_read = checked.of(TESTS)
    played = run_tests_of(checked, ZONE).played
    assert was_read
    assert [id(one.test) for one in played] == [id(test) for test in was_read]
