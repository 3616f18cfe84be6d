"""Trunks present numbers in many ways; the engine hears user parts only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.switch.invite import LONGEST, MOST, Invitation


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
    for value in (call.dialled, call.caller, call.display, call.call_id, *told):
        assert len(value) <= LONGEST
        assert value.isprintable()
