"""Files that somebody works on are checked, drawn, tried and tested aside; a process that hangs costs one answer."""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from editions.bundle import Bundle
from editions.tried import Trial
from editions.workshop import questions
from editions.workshop.questions import Drawing, NoDrawing
from editions.workshop.trial import NotTried, TriedCall, try_call
from editions.workshop.workshop import Busy, NoAnswer, OwnProcess, WorkshopError
from tests.editions.conftest import BROKEN

ZONE = ZoneInfo("Asia/Shanghai")
SHIPPED = Bundle(Bundle.of_folder(Path(__file__).parents[2] / "flows").files)
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def trial(name: str = "1000") -> Trial:
    return Trial(name, None, "13800000000", MONDAY)


def test_a_mistake_comes_with_its_file_its_meaning_and_its_remedy() -> None:
    (told,) = questions.check(BROKEN, ZONE)
    assert (told.file, told.line, told.code, told.warning) == ("main.yaml", 4, "E204", False)
    assert told.meaning == "no such step"
    assert told.fix is not None
    assert told.fix.put == "over"


def test_a_click_on_a_box_lands_on_the_step() -> None:
    drawn = questions.picture(SHIPPED, ZONE, "main", "zh")
    if isinstance(drawn, NoDrawing):
        assert "graphviz" in drawn.why
        return
    lines = SHIPPED.files["main.yaml"].decode().split("\n")
    names = {lines[spot.line - 1].split(":")[0].strip() for spot in drawn.spots.values() if spot.line}
    assert {"welcome", "services", "login"} <= names
    assert all(f'id="{id}"' in drawn.svg for id in drawn.spots)


def test_a_script_in_a_title_stays_text_in_the_picture() -> None:
    hostile = SHIPPED.files["main.yaml"].replace(b"title: Main menu", b"title: '<script>alert(1)</script>'")
    drawn = questions.picture(Bundle({**SHIPPED.files, "main.yaml": hostile}), ZONE, "main", "zh")
    assert not isinstance(drawn, Drawing) or "<script" not in drawn.svg


def test_files_with_mistakes_are_not_drawn_and_not_tried() -> None:
    assert questions.picture(BROKEN, ZONE, "main", "zh") == NoDrawing("mistakes")
    assert questions.texts_of(BROKEN, ZONE, "main") is None
    assert try_call(BROKEN, ZONE, trial(), (), {}, {}) == NotTried("")


def test_the_texts_of_a_flow_stand_beside_it_in_every_language() -> None:
    found = questions.texts_of(SHIPPED, ZONE, "main")
    assert found is not None
    welcome = next(one for one in found if one.id == "main.welcome")
    assert set(welcome.words) == {"zh", "en", "ru", "pl"}


def test_a_call_in_the_page_goes_on_with_each_key() -> None:
    begun = try_call(SHIPPED, ZONE, trial(), (), {}, {})
    assert isinstance(begun, TriedCall)
    assert begun.keys["1"] == "login"
    further = try_call(SHIPPED, ZONE, trial(), ("1", "100001#", "1234#"), {}, {})
    assert isinstance(further, TriedCall)
    assert further.heard[: len(begun.heard)] == begun.heard
    assert [one.told for one in further.heard if one.kind == "entered"][-1] == "kind"
    over = try_call(SHIPPED, ZONE, trial(), ("hangup",), {}, {})
    assert isinstance(over, TriedCall)
    assert over.over
    assert over.test.startswith("flow: main")


def test_what_cannot_be_tried_is_said() -> None:
    assert try_call(SHIPPED, ZONE, trial("mian"), (), {}, {}) == NotTried('no flow "mian" (did you mean "main"?)')


def echo(*given: object) -> tuple[object, ...]:
    return given


def dies() -> None:
    os._exit(3)


def hangs() -> None:
    time.sleep(600)


def fails() -> None:
    raise ValueError("so it is")


@pytest.mark.slow
def test_the_process_answers_fails_dies_and_comes_back() -> None:
    workshop = OwnProcess(patience=30)
    try:
        assert workshop.ask("chen", echo, 1, "二") == (1, "二")
        with pytest.raises(WorkshopError, match="so it is"):
            workshop.ask("chen", fails)
        with pytest.raises(NoAnswer):
            workshop.ask("chen", dies)
        assert workshop.ask("chen", questions.check, BROKEN, ZONE)[0].code == "E204"
    finally:
        workshop.close()
    with pytest.raises(NoAnswer):
        workshop.ask("chen", echo)


def asks_in_vain(workshop: OwnProcess) -> None:
    with pytest.raises(NoAnswer):
        workshop.ask("chen", hangs)


@pytest.mark.slow
def test_a_question_that_hangs_is_cut_off_and_one_user_has_one_question() -> None:
    workshop = OwnProcess((sys.executable, "-m", "editions.workshop.process"), patience=3)
    try:
        asked = threading.Thread(target=asks_in_vain, args=[workshop])
        asked.start()
        for _ in range(1000):
            if workshop.busy("chen"):
                break
            time.sleep(0.01)
        with pytest.raises(Busy):
            workshop.ask("chen", echo)
        asked.join(60)
        assert workshop.ask("chen", echo, 2) == (2,)
    finally:
        workshop.close()
