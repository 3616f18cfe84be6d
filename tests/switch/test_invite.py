"""Trunks present numbers in many ways; the engine hears user parts only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.switch.invite import LONGEST, Invitation


def invite(*headers: str, to: str = "sip:8000@10.0.0.1") -> Invitation:
    return Invitation("\r\n".join([f"INVITE {to} SIP/2.0", *headers, "", "v=0\r\nFrom: body"]))


@pytest.mark.parametrize(
    ("headers", "caller"),
    [
        (["From: <sip:13800000000@trunk>;tag=1"], "13800000000"),
        (["f: sip:1001@trunk;tag=1"], "1001"),
        (['From: "Ward, 3" <sip:%2B861001@trunk:5060;user=phone>'], "+861001"),
        (["From: <sip:1@a>", "P-Asserted-Identity: <tel:+861002;phone-context=x>"], "+861002"),
        (["From: <sip:anonymous@anonymous.invalid>"], ""),
        (["From: <sip:1001@a>", "Privacy: id; critical"], ""),
        (["From: <sip:10.0.0.9>"], ""),
        (["From:", "  <sip:1001@a>"], "1001"),
        (["From: <sip:1001:secret@a>"], "1001"),
        (["From: <sip:1%0d%0a2@a>"], "12"),
        ([], ""),
    ],
)
def test_caller(headers: list[str], caller: str) -> None:
    assert invite(*headers).caller == caller


def test_number_dialled_display_name_and_diversion() -> None:
    call = invite(
        'From: "Ward \\"3\\"" <sip:21@pbx>',
        "Diversion: <sip:8100@pbx>;reason=no-answer",
        "Call-ID: abc@pbx",
        to="sip:%2A8000@10.0.0.1;user=phone",
    )
    assert (call.dialled, call.display, call.diverted_from, call.call_id) == ("*8000", 'Ward "3"', "8100", "abc@pbx")
    assert invite("History-Info: <sip:1@a>;index=1, <sip:2@a>;index=1.1").diverted_from == "2"


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    call = Invitation(text)
    for value in (call.dialled, call.caller, call.display, call.diverted_from, call.call_id):
        assert len(value) <= LONGEST
        assert value.isprintable()
