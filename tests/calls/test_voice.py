"""Prompts as clips for a call: from the store at once, else rendered within the deadline, slow where asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import defer
from twisted.internet.task import Clock
from twisted.python.threadpool import ThreadPool

from ivr.flow.commands import Prompt
from ivr.voice import DEADLINE, Spoken, StudioVoice
from prompts.catalog import Catalog
from prompts.errors import StudioError
from prompts.store import Store, seconds
from prompts.studio import Studio
from prompts.voices.fake import FakeVoice

HELLO = "您好，欢迎致电本院。"


class Threads(ThreadPool):
    """Work is done at once, or never while `stuck`."""

    def __init__(self) -> None:
        super().__init__(0, 1)
        self.stuck = False

    def callInThreadWithCallback(self, onResult: Any, func: Callable[..., Any], *args: Any, **kw: Any) -> None:
        if not self.stuck:
            onResult(True, func(*args, **kw))


class Reactor(Clock):
    """A clock that threads can call."""

    def callFromThread(self, work: Callable[..., Any], *args: Any, **kw: Any) -> None:
        work(*args, **kw)


class WithoutStretching(Studio):
    """A studio whose disk is full when a slow clip is to be made."""

    def _stretched(self, name: str, usual: Path) -> Path:
        raise StudioError("the disk is full")


class Voices:
    """A voice for calls with everything behind it."""

    def __init__(self, folder: Path, studio: type[Studio] = Studio) -> None:
        (folder / "zh.yaml").write_text(f"a.hello: {HELLO}\nsystem.trouble: 对不起。\n", encoding="utf-8")
        catalog = Catalog.load(folder, shipped=False)
        self.studio = studio(catalog, Store(folder / "store"), {"zh": [FakeVoice()]})
        self.clock, self.threads = Reactor(), Threads()
        self._voice = StudioVoice(catalog, self.studio, self.clock, self.clock, self.threads)  # type: ignore[arg-type]
        self.found: list[Spoken] = []

    def say(self, slow: bool = False) -> None:
        said = defer.Deferred.fromCoroutine(self._voice.clips("zh", [Prompt("a.hello")], slow))
        said.addCallback(self.found.append)


def test_a_caller_who_asked_for_it_hears_the_slow_clips(tmp_path: Path) -> None:
    voices = Voices(tmp_path)
    for slow in (False, True, False, True):
        voices.say(slow)
    usual, slower = voices.found[0].clips[0], voices.found[1].clips[0]
    assert seconds(slower) == pytest.approx(seconds(usual) * 1.25, rel=0.01)
    assert voices.found[2:] == [Spoken((usual,)), Spoken((slower,))]


def test_a_slow_clip_that_cannot_be_made_is_said_at_the_usual_pace(tmp_path: Path) -> None:
    voices = Voices(tmp_path, WithoutStretching)
    usual = voices.studio.render("zh", HELLO)
    voices.say(slow=True)
    assert voices.found == [Spoken((usual,))]


def test_a_slow_clip_that_is_late_is_said_at_the_usual_pace(tmp_path: Path) -> None:
    voices = Voices(tmp_path)
    usual = voices.studio.render("zh", HELLO)
    voices.threads.stuck = True
    voices.say(slow=True)
    assert voices.found == []
    voices.clock.advance(DEADLINE)
    assert voices.found == [Spoken((usual,))]
    assert voices.clock.getDelayedCalls() == []
