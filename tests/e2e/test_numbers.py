"""Numbers on the running line: forwarded calls, and a number that is closed from the command line."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import House
from tests.e2e.line import eventually

pytestmark = pytest.mark.slow

FORWARDED = [
    {"Diversion": "<sip:1001@pbx>;reason=unconditional"},
    {"History-Info": "<sip:1001@pbx?Reason=SIP%3Bcause%3D302>;index=1, <sip:7999@line>;index=1.1"},
]


@pytest.mark.parametrize("headers", FORWARDED, ids=["Diversion", "History-Info"])
def test_a_call_forwarded_from_the_english_number_is_answered_in_english(
    house: House, headers: dict[str, str]
) -> None:
    call = house.patient.dial(house.line.uri("7999"), caller="13900000077", headers=headers)
    call.wait_answered()
    call.hang_up()
    row = eventually(lambda: [one for one in house.line.calls() if one["caller"] == "13900000077"], 5, "its row")[-1]
    assert (row["dialled"], row["flow"], row["language"]) == ("7999", "main", "en")
    first = house.line.events(row["id"])[0]
    assert first["kind"] == "number"
    assert (first["forwarded_from"], first["diverted_from"], first["number"]) == ("1001", "1001", "1001")


def test_a_number_that_is_closed_is_closed_for_the_next_caller(house: House) -> None:
    def flow() -> str:
        with house.caller("1001", "en", caller="13900000088") as caller:
            caller.hangs_up()
        rows = eventually(lambda: [one for one in house.line.calls() if one["caller"] == "13900000088"], 5, "its row")
        return str(rows[-1]["flow"])

    assert flow() == "main"
    house.line.command("numbers", "close", "1001", "--why", "a test")
    try:
        eventually(lambda: flow() == "closed", 3, "the number to be closed")
    finally:
        house.line.command("numbers", "open", "1001")
    eventually(lambda: flow() == "main", 3, "the number to be open")
