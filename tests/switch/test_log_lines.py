"""What of PJSIP's own log reaches ours."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ivr.switch.worker.stack import LogLines

CASES = {
    "10:00:00.000   strm0x55  .Received DTMF digit 4, vol=10": "",
    "10:00:00.000   strm0x55  Ignored RTP pkt with bad DTMF event 4": "",
    "10:00:00.000   pjsua_call.c  .Call 0 dialing DTMF 4711": "",
    "10:00:00.000   pjsua_call.c  Signal=4": "",
    "10:00:00.000   pjsua_core.c  RX 300 bytes Request msg INFO/cseq=2\nINFO sip:x\n\nSignal=4\n": "RX 300 bytes",
    "10:00:00.000   conference.c  Removed port 1": "Removed port 1",
}


@pytest.mark.parametrize(("told", "kept"), CASES.items())
def test_a_line_with_a_key_in_it_is_not_written(told: str, kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    LogLines().write(SimpleNamespace(msg=told))
    written = capsys.readouterr().err
    assert kept in written
    assert bool(written) == bool(kept)
    assert "Signal" not in written
