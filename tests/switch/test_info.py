"""Keys by SIP INFO in every form that phones send; what was pressed is heard, and the phone is told so."""

from __future__ import annotations

import pytest

from ivr.switch.worker.info import Info, key_of_info

RELAY, DTMF, EVENT = "application/dtmf-relay", "application/dtmf", "audio/telephone-event"

BODIES = (
    # type, body, key, answer
    (RELAY, "Signal=6\r\nDuration=160\r\n", "6", 200),
    (RELAY, "Signal=6\nDuration=160\n", "6", 200),
    (RELAY, "Signal=7", "7", 200),
    (RELAY, "signal=4\r\nduration=100\r\n", "4", 200),
    (RELAY, "SIGNAL = 3 \r\n DURATION = 100 \r\n", "3", 200),
    (RELAY, "\r\nSignal=5", "5", 200),
    (RELAY, "Duration=100\r\nSignal=9\r\n", "9", 200),
    (RELAY, "Signal= *\r\nDuration= 250\r\n", "*", 200),
    (RELAY, "Signal=#", "#", 200),
    (RELAY, "Signal=10\r\n", "*", 200),
    (RELAY, "Signal=11\r\n", "#", 200),
    (RELAY, "Signal=15\r\n", "D", 200),
    (RELAY, "Signal=a\r\n", "A", 200),
    (RELAY, "5\r\n", "5", 200),
    (RELAY.upper() + "; charset=utf-8", "Signal=2", "2", 200),
    (RELAY, "Signal=16\r\nDuration=100\r\n", "", 200),
    (RELAY, "Signal=!\r\n", "", 200),
    (DTMF, "8", "8", 200),
    (DTMF, "8\r\n", "8", 200),
    (DTMF, " * \n", "*", 200),
    (DTMF, "11", "#", 200),
    (DTMF, "Signal=1\r\nDuration=160\r\n", "1", 200),
    (EVENT, "d=2\r\n", "2", 200),
    (EVENT, "d=2", "2", 200),
    (EVENT, "d=2\n", "2", 200),
    (EVENT, "D=11\r\n", "#", 200),
    (EVENT, "\x05\x0a\x00\xa0", "5", 200),
    (EVENT, "\x0a\udc8a\x03\x20", "*", 200),
    (EVENT, "\n\n5\n", "5", 200),
    (RELAY, "", "", 200),
    ("", "", "", 200),
    (RELAY, "Signal=", "", 400),
    (RELAY, "Signal", "", 400),
    (RELAY, "Signal=17\r\n", "", 400),
    (RELAY, "Signal=';DROP TABLE\r\n", "", 400),
    (RELAY, "Duration=100\r\n", "", 400),
    (RELAY, "\0" * 50, "", 400),
    (DTMF, "51", "", 400),
    ("application/media_control+xml", "<media_control/>", "", 415),
    ("text/plain", "Signal=5\r\n", "", 415),
    ("", "Signal=5\r\n", "", 415),
)


@pytest.mark.parametrize(("kind", "body", "key", "answer"), BODIES)
@pytest.mark.parametrize("name", ["Content-Type", "content-type", "c"])
def test_every_form_of_a_key(kind: str, body: str, key: str, answer: int, name: str) -> None:
    head = f"INFO sip:8000@127.0.0.1 SIP/2.0\r\nCSeq: 2 INFO\r\n{name}: {kind}\r\nContent-Length: {len(body)}"
    info = Info(f"{head}\r\n\r\n{body}")
    assert (info.key, info.code) == (key, answer)
    assert key_of_info(kind, body) == key


def test_an_info_without_a_body_is_a_sign_of_life() -> None:
    assert Info("INFO sip:8000@127.0.0.1 SIP/2.0\r\nCSeq: 2 INFO\r\n\r\n").code == 200
