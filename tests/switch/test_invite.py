"""Trunks present numbers in many ways; the engine hears user parts only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ivr.switch.address import LONGEST, display_of, number_of
from ivr.switch.worker.invite import MOST, Invitation


def invite(*headers: str, to: str = "sip:8000@10.0.0.1") -> Invitation:
    return Invitation("\r\n".join([f"INVITE {to} SIP/2.0", *headers, "", "v=0\r\nFrom: body"]))


FORMS = YAML(typ="safe").load(Path(__file__).parent / "addresses.yaml")


@pytest.mark.parametrize(("address", "number"), FORMS["numbers"].items())
def test_a_number_is_read_from_every_form_of_an_address(address: str, number: str) -> None:
    assert number_of(address) == number


@pytest.mark.parametrize(("address", "number"), FORMS["numbers"].items())
def test_who_dials_a_number_in_any_form_reaches_it_and_who_calls_from_it_is_known_by_it(
    address: str, number: str
) -> None:
    uri = address.rpartition("<")[2].partition(">")[0] if "<" in address else address
    assert invite(to=uri).dialled == number
    if not number or number[0] in "0123456789+*#":
        assert invite(f"From: {address}").caller == number


@pytest.mark.parametrize("case", FORMS["callers"], ids=lambda case: case["what"])
def test_who_calls(case: dict[str, Any]) -> None:
    call = invite(*case["headers"])
    known = (call.caller, call.display)
    trusted = call.asserted if call.asserted is not None else known
    assert (known[0], trusted[0]) == (str(case["anybody"]), str(case["trunk"]))
    if "display" in case:
        assert trusted[1] == case["display"]


@pytest.mark.parametrize("who", FORMS["hidden"])
def test_who_does_not_show_his_number_is_withheld(who: str) -> None:
    call = invite(f"From: {who}", "P-Asserted-Identity: <sip:8001@pbx>")
    assert (call.caller, call.display, call.asserted) == ("", "", None)


def test_number_dialled_display_name_and_diversion() -> None:
    call = invite(
        'From: "Ward \\"3\\"" <sip:21@pbx>',
        "Diversion: <sip:8100@pbx>;reason=no-answer",
        "Call-ID: abc@pbx",
        to="sip:%2A8000@10.0.0.1;user=phone",
    )
    assert (call.dialled, call.display, call.diversions, call.call_id) == (
        "*8000", 'Ward "3"', [("8100", "no-answer")], "abc@pbx"
    )


@pytest.mark.parametrize(
    ("headers", "diversions"),
    [
        # RFC 5806: the last who forwarded it stands at the top, in headers of their own or in one.
        (
            ["Diversion: <sip:2@pbx>;reason=user-busy;counter=1", "Diversion: <sip:1@pbx>;reason=no-answer"],
            [("2", "user-busy"), ("1", "no-answer")],
        ),
        (
            ['Diversion: "Ward, 3" <sip:2@pbx;user=phone>;reason="Do-Not-Disturb", <tel:+861;x=1>'],
            [("2", "do-not-disturb"), ("+861", "")],
        ),
        (["Diversion: <sip:anonymous@anonymous.invalid>;privacy=full"], []),
        # RFC 7044: in the order of the indices, whatever the order of the entries; the last is where the call is now.
        (["History-Info: <sip:1@a>;index=1, <sip:2@a>;index=1.1"], [("2", ""), ("1", "")]),
        (
            [
                "History-Info: <sip:8000@us>;index=1.1.1;mp=1.1",
                "History-Info: <sip:1@a?Reason=SIP%3Bcause%3D302%3Btext%3D%22Moved%2C%20so%22>;index=1",
                "History-Info: <sip:2@b?Privacy=history&Reason=SIP%3Bcause%3D486>;index=1.1;rc=1",
            ],
            [("2", "user-busy"), ("1", "unconditional")],
        ),
        (["History-Info: <sip:1@a>;index=1, <sip:8000@us;cause=408>;index=1.1"], [("1", "no-answer")]),
        (["History-Info: <sip:1@a>;index=1, <sip:1@b>;index=1.1, <sip:8000@us>;index=1.10"], [("1", "")]),
        (["History-Info: <sip:9@a>;index=1.9, <sip:10@a>;index=1.10"], [("10", ""), ("9", "")]),
        (["History-Info: <sip:8000@us>;index=1, <sip:8000@us>;index=1.1"], []),
        # Both: Diversion is what a PBX writes; a proxy before it may not know of it.
        (["History-Info: <sip:1@a>;index=1", "Diversion: <sip:2@a>"], [("2", "")]),
        (["History-Info: ,,;index=,<>", "Diversion: , ,"], []),
    ],
)
def test_who_forwarded_the_call(headers: list[str], diversions: list[tuple[str, str]]) -> None:
    assert invite(*headers).diversions == diversions


def test_a_chain_of_diversions_has_an_end() -> None:
    call = invite(*(f"Diversion: <sip:{number}@pbx>" for number in range(1000)))
    assert len(call.diversions) == MOST


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    call = Invitation(text)
    told = [text for diversion in call.diversions for text in diversion]
    told += [*(call.asserted or ()), number_of(text), display_of(text)]
    for value in (call.dialled, call.caller, call.display, call.call_id, *told):
        assert len(value) <= LONGEST
        assert value.isprintable()
