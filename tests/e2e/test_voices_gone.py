"""Nothing can speak: no espeak-ng, no ffmpeg, no folder to render to. An alert is heard and confirmed all the same."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from prompts.fallbacks import FOLDER
from tests.e2e.conftest import Template, build
from tests.e2e.line import admission, eventually
from tests.e2e.small_hospital import STATION, WARD
from tests.e2e.test_alerts import answers, notice


@pytest.mark.slow
def test_a_ward_hears_and_confirms_an_alert_when_no_voice_is_left(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare, taken = tmp_path / "bin", tmp_path / "taken"
    bare.mkdir()
    taken.write_text("a file where the folder should be")
    monkeypatch.setenv("PATH", str(bare))
    house = build(template, tmp_path, sung=False, voices__store_dir=taken)
    try:
        control = f"G-{time.time_ns()}"
        house.line.send(admission(control, WARD, bed="12", urgent=True))
        nurse = answers(house, STATION)
        nurse.call.hear(FOLDER / "zh" / "ward_admission.urgent.plain.wav", 15, start=1.2)
        nurse.presses("1")
        nurse.call.hear(FOLDER / "zh" / "ward.thanks.wav", 8, start=0.8)
        assert nurse.is_hung_up_on().code == 200
        eventually(lambda: notice(house, control).get("state") == "confirmed", 5, "the notice to be confirmed")
        call = house.line.last_call("out")
        told = [event for event in house.line.events(call["id"]) if event["kind"] == "unspoken"]
        assert [(one["prompts"], one["instead"]) for one in told] == [
            (["ward_admission.urgent"], ["ward_admission.urgent.plain"]),
            ([], ["ward.thanks"]),
        ]
        assert "Traceback" not in house.line.log
    finally:
        house.close()
