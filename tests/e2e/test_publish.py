"""Flows are published, spoiled, taken back and deleted under calls in progress, on a running line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from prompts.catalog import Catalog
from prompts.speech import speak
from tests.e2e.conftest import House, Template, build
from tests.e2e.line import eventually
from tests.e2e.melodies import said, studio

WELCOME = "您好，这里是夜间值班。"


@dataclass
class Desk:
    """A line with flows and texts of its own, and the person who edits them."""

    house: House
    flows: Path
    texts: Path

    def edits(self, file: str, old: str, new: str) -> None:
        text = (self.flows / file).read_text(encoding="utf-8")
        assert old in text
        (self.flows / file).write_text(text.replace(old, new), encoding="utf-8")

    def publishes(self) -> None:
        """As IT does it; the flow tests are of other words, and melodies need no voice."""
        self.house.line.command("flows", "publish", "-m", "a test", "--no-render", "--no-tests")

    def sees_live(self, edition: int) -> None:
        """The engine says that it took it."""
        told = f"edition {edition} is live"
        eventually(lambda: told in self.house.line.log, 30, told)

    def night(self) -> House:
        """New words, and key 1 says goodbye first; the house whose callers know those words."""
        (self.texts / "zh.yaml").write_text(f"main.welcome: {WELCOME}\n", encoding="utf-8")
        self.edits("main.yaml", "  login:\n", "  login: {say: system.goodbye, then: card}\n  card:\n")
        catalog = Catalog.load(self.texts)
        singer = studio(catalog, self.house.line.data / "prompts")
        for text in speak(catalog, "zh", "main.welcome", {}):
            singer.render("zh", text)
        return replace(self.house, said=said(singer))


@pytest.fixture
def desk(template: Template, tmp_path: Path) -> Iterator[Desk]:
    flows, texts = tmp_path / "flows", tmp_path / "texts"
    shutil.copytree(template.flows, flows)
    texts.mkdir()
    house = build(template, tmp_path, flows_dir=flows, texts_dir=texts)
    try:
        yield Desk(house, flows, texts)
    finally:
        house.close()


def test_a_caller_keeps_the_edition_and_the_next_one_gets_the_new(desk: Desk) -> None:
    line = desk.house.line
    night = desk.night()
    with desk.house.caller() as before:
        before.hears("main.welcome", "main.services")
        with desk.house.caller() as unpublished:  # what is on disk alone changes nothing
            unpublished.hears("main.welcome")
        desk.publishes()
        desk.sees_live(2)
        with night.caller() as after:
            after.hears("main.welcome", "main.services").presses("1")
            before.presses("*").hears("main.services").presses("1").hears("card_login.card_number")
            after.hears("system.goodbye")
            assert not before.call.has_heard(desk.house.said("zh", "system.goodbye")[0])
            after.hears("card_login.card_number")
    eventually(lambda: all(call["ended_at"] for call in line.calls()), 5, "every row to be complete")
    calls = line.calls()
    assert [call["edition"] for call in calls] == [1, 1, 2]
    shown = [line.command("calls", "show", call["id"]) for call in calls]
    assert "edition 1" in shown[0]
    assert WELCOME not in shown[0]
    assert WELCOME in shown[2]


def test_what_is_broken_or_deleted_or_taken_back_under_calls(desk: Desk) -> None:
    line = desk.house.line
    with desk.house.caller() as caller:
        caller.hears("main.welcome")
        desk.edits("main.yaml", "then: services", "then: servces")
        with pytest.raises(AssertionError, match=r'(?s)main.yaml:\d+:\d+ E204 no step "servces".*edition 1 stays live'):
            desk.publishes()
        caller.hears("main.services")
    desk.edits("main.yaml", "then: servces", "then: services")
    night = desk.night()
    desk.publishes()
    desk.sees_live(2)
    with night.caller() as at_night:
        at_night.hears("main.welcome")
        line.command("flows", "rollback", "--no-render")
        desk.sees_live(3)
        at_night.hears("main.services")
    with desk.house.caller() as again:
        again.hears("main.welcome")
    shutil.rmtree(desk.flows)
    shutil.rmtree(desk.texts)
    with desk.house.caller() as deleted:
        deleted.hears("main.welcome", "main.services").presses("0").hears("operator.one_moment")
    assert line.stop() == 0
    line.start()  # the files are in the database
    with desk.house.caller() as restarted:
        restarted.hears("main.welcome", "main.services")
    assert "the files on disk cannot be read, edition 3 is served" in line.log
    line.command("flows", "fetch", "1", str(desk.flows))
    desk.texts.mkdir()
    assert "on disk: the same" in line.command("flows", "status")
