"""Prompts as clips for a call: from the store at once, else rendered within a deadline, else by a quick voice, else the
words that come with Wardbell. Never silence, and never at another caller's cost."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from ivr.call.rendering import Rendering
from ivr.call.speaker import SILENCE
from ivr.call.voice import DEADLINE, QUICK, SilentVoice, Spoken, StudioVoice
from ivr.flow.commands import Collect, HangUp, Keys, Prompt, Say, Turn
from prompts.catalog import Catalog
from prompts.errors import StudioError
from prompts.fallbacks import FOLDER
from prompts.store import Store, seconds
from prompts.studio import Studio
from prompts.voices import Voice
from prompts.voices.espeak import Espeak
from prompts.voices.fake import FakeVoice
from tests.calls.one_call import SECONDS, OneCall
from tests.faults import Faults

HELLO = "您好，欢迎致电本院。"
OWN = f"a.hello: {HELLO}\na.balance: 您的卡上有{{balance:money}}。\n"
URGENT = Prompt("ward_admission.urgent", {"ward": {"name": "内科"}, "department": {"name": "内科"}, "place": "12"})


class Threads(ThreadPool):
    """Work is done at once, or while `stuck` when the test lets it."""

    def __init__(self, most: int = 1) -> None:
        super().__init__(0, most)
        self.stuck = False
        self.held: list[Callable[[], None]] = []

    def callInThreadWithCallback(self, onResult: Any, func: Callable[..., Any], *args: Any, **kw: Any) -> None:
        def work() -> None:
            try:
                answer: tuple[bool, Any] = True, func(*args, **kw)
            except Exception:  # noqa: BLE001 - as Twisted's own threads hand it on
                answer = False, Failure()
            onResult(*answer)

        if self.stuck:
            self.held.append(work)
        else:
            work()

    def let_go(self) -> None:
        """What was stuck is done."""
        while self.held:
            self.held.pop(0)()


class Reactor(Clock):
    """A clock that threads can call."""

    def callFromThread(self, work: Callable[..., Any], *args: Any, **kw: Any) -> None:
        work(*args, **kw)


class WithoutStretching(Studio):
    """A studio whose disk is full when a slow clip is to be made."""

    def _stretched(self, name: str, usual: Path) -> Path:
        raise StudioError("the disk is full")


class Broken(FakeVoice):
    """A voice with a fault in its own code."""

    def render(self, text: str, language: str, to: Path) -> None:
        raise RuntimeError("nobody thought of this")


class Voices:
    """A voice for calls with everything behind it: a good voice, and a quick one."""

    def __init__(
        self,
        folder: Path,
        studio: type[Studio] = Studio,
        voices: Sequence[Voice] | None = None,
        store: Path | None = None,
    ) -> None:
        (folder / "zh.yaml").write_text(OWN, encoding="utf-8")
        self.catalog = Catalog.load(folder, languages={"zh"})
        self.best, self.quick = FakeVoice("good"), FakeVoice("quick", quick=True)
        order = voices if voices is not None else (self.best, self.quick)
        self.studio = studio(self.catalog, Store(store or folder / "store"), {"zh": order})
        self.clock, self.good_threads, self.quick_threads = Reactor(), Threads(), Threads()
        rendering = Rendering(self.clock, self.clock, self.good_threads, self.quick_threads)  # type: ignore[arg-type]
        self.voice = StudioVoice(self.studio, rendering)
        self.found: list[Spoken] = []

    def say(self, *prompts: Prompt, slow: bool = False) -> Deferred[None]:
        said = defer.Deferred.fromCoroutine(self.voice.clips("zh", prompts or [Prompt("a.hello")], slow))
        return said.addCallback(self.found.append)


@pytest.fixture
def voices(tmp_path: Path) -> Voices:
    return Voices(tmp_path)


def recorded(*names: str) -> tuple[Path, ...]:
    return tuple(FOLDER / "zh" / f"{name}.wav" for name in names)


def test_a_caller_who_asked_for_it_hears_the_slow_clips(voices: Voices) -> None:
    for slow in (False, True, False, True):
        voices.say(slow=slow)
    usual, slower = voices.found[0].clips[0], voices.found[1].clips[0]
    assert seconds(slower) == pytest.approx(seconds(usual) * 1.25, rel=0.01)
    assert voices.found[2:] == [Spoken((usual,)), Spoken((slower,))]


def test_a_slow_clip_that_cannot_be_made_is_said_at_the_usual_pace(tmp_path: Path) -> None:
    voices = Voices(tmp_path, WithoutStretching)
    usual = voices.studio.render("zh", HELLO)
    voices.say(slow=True)
    assert voices.found == [Spoken((usual,))]


def test_a_slow_clip_that_is_late_is_said_at_the_usual_pace(voices: Voices) -> None:
    usual = voices.studio.render("zh", HELLO)
    voices.good_threads.stuck = True
    voices.say(slow=True)
    assert voices.found == []
    voices.clock.advance(DEADLINE)
    assert voices.found == [Spoken((usual,))]
    assert voices.clock.getDelayedCalls() == []


def test_when_the_good_voice_is_late_the_quick_one_speaks(voices: Voices) -> None:
    voices.good_threads.stuck = True
    voices.say()
    voices.clock.advance(DEADLINE - 0.1)
    assert voices.found == []
    voices.clock.advance(0.1)
    assert voices.quick.asked == [("zh", HELLO)]
    assert [len(spoken.clips) for spoken in voices.found] == [1]
    assert voices.found[0].missing == voices.found[0].instead == ()
    assert voices.clock.getDelayedCalls() == []


def test_what_waits_for_a_voice_and_comes_too_late_is_never_begun(voices: Voices) -> None:
    voices.good_threads.stuck = True
    voices.say()
    voices.clock.advance(DEADLINE)
    voices.good_threads.let_go()
    assert voices.best.asked == []
    voices.good_threads.stuck = False
    voices.say(Prompt("a.balance", {"balance": 201}))  # the good one is free again
    assert {text for _, text in voices.best.asked} == {"您的卡上有", "两元零一分。"}


def test_while_every_good_voice_is_at_work_others_hear_the_quick_one_at_once(voices: Voices) -> None:
    voices.good_threads.stuck = True
    voices.say(Prompt("a.balance", {"balance": 201}))
    voices.say()  # another call
    assert voices.quick.asked == [("zh", HELLO)]
    assert len(voices.found) == 1
    voices.say()  # what is in the store waits for nobody
    assert len(voices.found) == 2


@pytest.mark.parametrize(
    ("prompts", "files", "missing"),
    [
        ([Prompt("ward.thanks")], ["ward.thanks"], []),  # just its own words
        ([URGENT], ["ward_admission.urgent.plain"], [URGENT.id]),
        ([Prompt("a.hello")], ["system.unspoken"], ["a.hello"]),
        ([Prompt("a.hello"), Prompt("main.services")], ["system.unspoken"], ["a.hello", "main.services"]),  # said once
        ([Prompt("ward.thanks"), Prompt("a.hello")], ["ward.thanks", "system.unspoken"], ["a.hello"]),
    ],
)
def test_when_the_quick_voice_is_late_too_the_recorded_words_are_said(
    voices: Voices, prompts: list[Prompt], files: list[str], missing: list[str]
) -> None:
    voices.good_threads.stuck = voices.quick_threads.stuck = True
    voices.say(*prompts)
    voices.clock.advance(DEADLINE)
    assert voices.found == []
    voices.clock.advance(QUICK)
    assert voices.found == [Spoken(recorded(*files), tuple(missing), tuple(files))]
    assert voices.clock.getDelayedCalls() == []


def test_a_prompt_gives_way_whole_and_the_others_are_said(voices: Voices) -> None:
    """Half a sentence and an apology would be worse than the apology."""
    welcome = voices.studio.render("zh", HELLO)
    voices.studio.render("zh", "您的卡上有")
    voices.good_threads.stuck = voices.quick_threads.stuck = True
    voices.say(Prompt("a.hello"), Prompt("a.balance", {"balance": 201}))
    voices.clock.pump([DEADLINE, QUICK])
    assert voices.found[0].clips == (welcome, *recorded("system.unspoken"))


def test_a_value_that_cannot_be_read_gives_way_at_once(voices: Voices) -> None:
    voices.say(Prompt("a.balance"), Prompt("no.such"))
    assert voices.found == [Spoken(recorded("system.unspoken"), ("a.balance", "no.such"), ("system.unspoken",))]
    assert voices.best.asked == []


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file can grow beyond a few kilobytes, for us and for the programs that we run."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def an_alert(voices: Voices) -> None:
    """It is heard in the recorded words, and no time is lost with it."""
    voices.say(URGENT)
    assert voices.found == [
        Spoken(recorded("ward_admission.urgent.plain"), (URGENT.id,), ("ward_admission.urgent.plain",))
    ]


@pytest.mark.usefixtures("full_disk")
def test_an_alert_is_heard_on_a_full_disk(voices: Voices) -> None:
    an_alert(voices)


def test_an_alert_is_heard_without_a_folder_to_write_to(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    an_alert(Voices(tmp_path, store=tmp_path / "taken"))


@pytest.mark.parametrize("voice", [FakeVoice("good", ["zh"]), Espeak()])
def test_an_alert_is_heard_without_any_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, voice: Voice) -> None:
    """Neither ffmpeg nor espeak-ng."""
    assert "zh" in voice.languages
    voices = Voices(tmp_path, voices=[voice])
    monkeypatch.setenv("PATH", str(tmp_path))
    an_alert(voices)


def test_an_alert_is_heard_without_any_voice(tmp_path: Path) -> None:
    an_alert(Voices(tmp_path, voices=[]))


def test_an_alert_is_heard_when_a_voice_has_a_fault(tmp_path: Path, faults: Faults) -> None:
    an_alert(Voices(tmp_path, voices=[Broken(quick=True)]))
    assert all("nobody thought of this" in fault for fault in faults.expected())


def test_a_caller_who_hangs_up_while_a_text_is_rendered_leaves_nothing_behind(voices: Voices) -> None:
    voices.good_threads.stuck = True
    said = voices.say().addErrback(lambda failure: failure.trap(defer.CancelledError))
    said.cancel()
    assert voices.clock.getDelayedCalls() == []
    assert voices.found == []


def test_a_moment_is_asked_for_in_the_lines_own_voice_or_in_recorded_words(voices: Voices) -> None:
    assert voices.voice.moment("zh") == recorded("system.moment")
    clip = voices.studio.render("zh", "请稍候。")
    assert voices.voice.moment("zh") == voices.voice.moment("zh", slow=True) == (clip,)


# What a caller hears meanwhile

END = Turn((HangUp("done"),))
MENU = Collect((Prompt("a.menu"),), single=frozenset("12"))
SECRET = Collect((Prompt("a.pin"),), maximum=4, end_key="#", secret=True, locked=True)


class Waiting(SilentVoice):
    """A voice whose clips come when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.rendering: Deferred[None] = Deferred()

    async def clips(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        if not self.rendering.called:
            await self.rendering
        return await super().clips(language, prompts, slow)


class Held:
    """A caller who waits for a text."""

    def __init__(self, *turns: Turn) -> None:
        self.voice = Waiting()
        self.line = OneCall(*turns, voice=self.voice)

    def after(self, time: float) -> list[str]:
        """What was heard by then."""
        self.line.clock.advance(time)
        return self.line.heard()

    def is_rendered(self) -> list[str]:
        """And what is heard then."""
        self.voice.rendering.callback(None)
        return self.line.heard()


def test_who_would_hear_nothing_is_asked_for_a_moment_once_and_then_hears_the_prompt() -> None:
    held = Held(Turn((MENU,)), END)
    assert held.after(SILENCE - 0.1) == []
    assert held.after(0.1) == ["system.moment"]
    assert held.after(SECONDS + 1) == ["system.moment"]
    assert held.is_rendered() == ["system.moment", "a.menu"]
    held.line.press("1")
    assert held.line.flow.answers == [Keys("1")]


def test_the_prompt_waits_for_no_filler() -> None:
    held = Held(Turn((MENU,)), END)
    assert held.after(SILENCE + 0.1) == ["system.moment"]
    assert held.is_rendered() == ["system.moment", "a.menu"]
    assert held.line.patient.playing == [Path("en/a.menu.wav")]


def test_a_text_that_comes_soon_has_no_filler() -> None:
    held = Held(Turn((MENU,)), END)
    held.after(SILENCE - 0.1)
    assert held.is_rendered() == ["a.menu"]
    assert held.after(1.0) == ["a.menu"]


def test_a_key_stops_the_filler_and_answers_the_menu() -> None:
    held = Held(Turn((MENU,)), END)
    held.after(SILENCE)
    held.line.press("2")
    assert held.line.patient.playing == []
    assert held.is_rendered() == ["system.moment"]
    assert held.line.flow.answers == [Keys("2")]


def test_a_key_before_the_filler_makes_it_needless() -> None:
    held = Held(Turn((MENU,)), END)
    held.line.press("2")
    assert held.after(SILENCE + 1) == []


def test_a_key_during_the_filler_confirms_no_money() -> None:
    pay = Collect((Prompt("a.pay"),), single=frozenset("12"), typed_ahead=False)
    held = Held(Turn((pay,)), END)
    held.after(SILENCE)
    held.line.press("1")
    assert held.is_rendered() == ["system.moment", "a.pay"]
    assert held.after(1.0) == ["system.moment", "a.pay"]
    assert held.line.flow.answers == []
    held.line.press("1")
    assert held.line.flow.answers == [Keys("1")]


def test_a_locked_text_has_a_filler_that_keys_do_not_stop() -> None:
    held = Held(Turn((Say((Prompt("a.rate"),), locked=True), MENU)), END)
    held.after(SILENCE)
    held.line.press("1")
    assert held.line.patient.playing == [Path("en/system.moment.wav")]
    assert held.is_rendered() == ["system.moment", "a.rate"]
    assert held.after(SECONDS) == ["system.moment", "a.rate", "a.menu"]
    assert held.line.flow.answers == []  # and they do not count


def test_before_a_locked_secret_nothing_else_is_said() -> None:
    held = Held(Turn((SECRET,)), END)
    assert held.after(SILENCE + 1) == []
    assert held.is_rendered() == ["a.pin"]


def test_hanging_up_during_the_filler_ends_it() -> None:
    held = Held(Turn((MENU,)), END)
    held.after(SILENCE + 0.1)
    held.line.patient.peer_hangs_up()
    assert [one.outcome for one in held.line.finished] == ["hung_up"]
    assert held.line.clock.getDelayedCalls() == []


def test_what_was_said_instead_is_in_the_trace() -> None:
    class Apologetic(SilentVoice):
        async def clips(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
            return Spoken(recorded("system.unspoken"), ("a.menu",), ("system.unspoken",))

    line = OneCall(Turn((MENU,)), END, voice=Apologetic())
    line.clock.advance(SECONDS)
    assert line.notes.of("unspoken") == [{"prompts": ["a.menu"], "instead": ["system.unspoken"]}]
    assert line.notes.of("prompt")[0]["heard"] is False


class Together(FakeVoice):
    """A voice that notes how many texts it speaks at the same time."""

    def __init__(self, *, at_once: bool) -> None:
        super().__init__("good")
        self.at_once = at_once
        self.speaking, self.most = 0, 0
        self._count = threading.Lock()

    def render(self, text: str, language: str, to: Path) -> None:
        with self._count:
            self.speaking += 1
            self.most = max(self.most, self.speaking)
        time.sleep(0.05)
        super().render(text, language, to)
        with self._count:
            self.speaking -= 1


@pytest.mark.parametrize(("at_once", "most"), [(True, 2), (False, 1)])
def test_new_texts_of_a_sentence_are_made_together_by_a_voice_that_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool, most: int
) -> None:
    monkeypatch.setattr("ivr.call.voice.PROCESSORS", 2)
    voice = Together(at_once=at_once)
    voices = Voices(tmp_path, voices=[voice])
    voices.say(Prompt("a.hello"), Prompt("a.balance", {"balance": 201}))
    [spoken] = voices.found
    assert len({clip.read_bytes() for clip in spoken.clips}) == len(spoken.clips) == 3
    assert voice.most == most
