"""A caller and the line: prompts that play, keys that count, hang-ups that end it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred

from actions.action import Action, ActionOutcome, CallFacts
from db.errors import DatabaseAway, DatabaseBusy, DatabaseFull
from ivr.call.errands import TALK_ONLY, errands
from ivr.call.errands.ask_hospital import AskHospital
from ivr.call.errands.errand import Errands
from ivr.call.errands.notify import TellNotices
from ivr.call.notice_board import FakeNoticeBoard
from ivr.call.shielded import PATIENCE, SILENCE
from ivr.call.voice import SilentVoice, Spoken
from ivr.flow.commands import (
    Answer,
    Ask,
    Collect,
    Entered,
    HangUp,
    Keys,
    NoInput,
    Outcome,
    Prompt,
    Say,
    Speak,
    Turn,
    Value,
)
from ivr.flow.verbs.consult import ConsultNow
from ivr.flow.verbs.notify import Raise
from ivr.flow.verbs.queue import QueueUp
from ivr.flow.verbs.room import Join
from tests.calls.one_call import SECONDS, OneCall
from tests.faults import Faults
from tests.leaks import tells


class SlowVoice(SilentVoice):
    """A voice that renders until the test lets it, and lacks some texts."""

    def __init__(self, lacks: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.lacks = lacks
        self.rendering: Deferred[None] | None = None

    async def clips(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        if self.rendering is not None:
            await self.rendering
        spoken = await super().clips(language, prompts, slow)
        return Spoken(tuple(clip for clip in spoken.clips if clip.stem not in self.lacks), self.lacks)


END = Turn((HangUp("done"),))
PIN = Collect((Prompt("card.pin"),), minimum=4, maximum=6, end_key="#", secret=True, first_key=7, inter_key=4)
MENU = Collect((Prompt("registration.kind"),), single=frozenset("12*0"))


def answering(outcome: ActionOutcome | Exception, secret: str = "") -> tuple[dict[str, Action], Deferred[None]]:
    """An action that waits for the test before it answers."""
    go: Deferred[None] = Deferred()

    async def run(arguments: Mapping[str, Value], call: CallFacts) -> ActionOutcome:
        await go
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    action = Action(name="card.check", outcomes={"right": frozenset()}, secret=frozenset({secret}), run=run)
    return {"card.check": action}, go


def test_what_is_said_is_heard_to_its_end_before_the_next_thing() -> None:
    line = OneCall(Turn((Say((Prompt("welcome"),)), MENU)), END)
    assert line.heard() == ["welcome"]
    line.clock.advance(SECONDS)
    assert line.heard() == ["welcome", "registration.kind"]


def test_a_key_interrupts_the_prompt_and_is_the_answer() -> None:
    line = OneCall(Turn((MENU,)), END)
    line.clock.advance(0.5)
    line.press("2")
    assert line.flow.answers == [Keys("2")]
    assert [one.outcome for one in line.finished] == ["done"]


def test_a_locked_prompt_is_not_interrupted_and_drops_the_keys() -> None:
    line = OneCall(Turn((Say((Prompt("rate"),), locked=True), MENU)), END)
    line.press("1")
    assert line.heard() == ["rate"]
    line.clock.advance(SECONDS)
    assert line.heard() == ["rate", "registration.kind"]
    assert line.flow.answers == []


def test_keys_typed_ahead_carry_into_the_next_inputs_and_skip_their_prompts() -> None:
    actions, go = answering(ActionOutcome("right"))
    line = OneCall(Turn((Ask("card.check", {}),)), Turn((MENU,)), Turn((MENU,)), END, actions=actions)
    line.press("12")  # while the hospital thinks
    go.callback(None)
    assert line.flow.answers[1:] == [Keys("1"), Keys("2")]
    assert line.heard() == []


def test_keys_typed_ahead_never_confirm_a_booking() -> None:
    confirm = Collect((Prompt("registration.confirm"),), single=frozenset("12"), typed_ahead=False)
    actions, go = answering(ActionOutcome("right"))
    line = OneCall(Turn((Ask("card.check", {}),)), Turn((MENU,)), Turn((confirm,)), END, actions=actions)
    line.press("11")
    go.callback(None)
    assert line.flow.answers[1:] == [Keys("1")]
    assert line.heard() == ["registration.confirm"]
    line.clock.advance(SECONDS)
    line.press("1")
    assert line.flow.answers[1:] == [Keys("1"), Keys("1")]


def test_a_key_before_one_could_have_heard_a_confirmation_does_not_confirm() -> None:
    confirm = Collect((Prompt("registration.confirm"),), single=frozenset("12"), typed_ahead=False)
    line = OneCall(Turn((MENU,)), Turn((confirm,)), END)
    line.press("11")  # the second "1" comes when the confirmation has just begun
    line.clock.advance(0.3)
    assert line.flow.answers == [Keys("1")]
    assert line.heard() == ["registration.kind", "registration.confirm", "registration.confirm"]
    line.clock.advance(1.0)
    line.press("1")
    assert line.flow.answers == [Keys("1"), Keys("1")]


def test_whom_we_called_confirms_nothing_before_he_can_have_heard_a_word() -> None:
    line = OneCall(Turn((Say((Prompt("greeting"),)), MENU)), Turn((MENU,)), END, unasked=True)
    line.press("1")  # into the greeting: it is skipped
    line.clock.advance(0.3)
    line.press("1")  # into the menu
    line.clock.advance(0.3)
    assert line.flow.answers == []
    assert line.heard() == ["greeting", "registration.kind", "registration.kind"]
    line.clock.advance(1.0)
    line.press("11")  # from here on he may key ahead
    assert line.flow.answers == [Keys("1"), Keys("1")]


@pytest.mark.parametrize("typed_ahead", [True, False])
def test_who_presses_a_key_and_hangs_up_in_one_moment_has_answered(typed_ahead: bool) -> None:
    actions, go = answering(ActionOutcome("right"))
    menu = replace(MENU, typed_ahead=typed_ahead)
    line = OneCall(Turn((menu,)), Turn((Ask("card.check", {}),)), Turn((MENU,)), actions=actions)
    line.clock.advance(1.0)
    line.patient.mailbox.key("1")  # the key and the end, before the line can tell that the key stopped the prompt
    line.patient.mailbox.deliver()
    line.patient.peer_hangs_up()
    go.callback(None)
    assert line.flow.answers[0] == Keys("1")
    assert [detail["outcome"] for detail in line.notes.of("action")] == ["right"]
    assert [one.outcome for one in line.finished] == ["hung_up"]


def test_a_key_too_soon_and_a_hang_up_confirm_nothing() -> None:
    line = OneCall(Turn((replace(MENU, typed_ahead=False),)), END)
    line.clock.advance(0.3)
    line.patient.mailbox.key("1")
    line.patient.mailbox.deliver()
    line.patient.peer_hangs_up()
    assert line.flow.answers == []


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        ("1123#", Keys("1123")),
        ("112345", Keys("112345")),  # the maximum ends it without the end key
        ("#", Keys("")),
        ("0", Keys("0")),
    ],
)
def test_digits_gather_until_the_end_key_or_the_maximum(keys: str, answer: Answer) -> None:
    line = OneCall(Turn((PIN,)), END)
    line.press(keys)
    line.clock.advance(PIN.inter_key)
    assert line.flow.answers == [answer]


def test_a_pause_after_some_digits_ends_the_input_sooner_than_no_digit_at_all() -> None:
    line = OneCall(Turn((PIN,)), END)
    line.press("11")
    line.clock.advance(PIN.inter_key - 0.1)
    assert line.flow.answers == []
    line.clock.advance(0.1)
    assert line.flow.answers == [Keys("11")]


def test_the_wait_for_the_first_key_begins_when_the_prompt_has_ended() -> None:
    line = OneCall(Turn((PIN,)), END)
    line.clock.advance(SECONDS)
    line.clock.advance(PIN.first_key - 0.1)
    assert line.flow.answers == []
    line.clock.advance(0.1)
    assert line.flow.answers == [NoInput()]


def test_a_menu_waits_for_a_second_key_only_where_the_first_leaves_a_choice() -> None:
    menu = Collect((Prompt("drug.codes"),), single=frozenset({"3", "12", "45"}), maximum=3)
    for pressed in ("3", "12", "45"):
        line = OneCall(Turn((menu,)), END)
        line.press(pressed)
        assert line.flow.answers == [Keys(pressed)]


def test_a_star_in_the_middle_drops_what_was_typed_when_it_repeats() -> None:
    asked = Collect((Prompt("card.number"),), single=frozenset("*"), minimum=6, maximum=6)
    line = OneCall(Turn((asked,)), END)
    line.press("123*")
    assert line.flow.answers == [Keys("*")]


def test_a_secret_is_written_nowhere() -> None:
    line = OneCall(Turn((PIN,)), END)
    line.press("4711#")
    assert line.flow.answers == [Keys("4711")]
    assert not tells(repr(line.notes.events), "4711")
    assert line.notes.of("keys") == [{"keys": "****"}]


def test_the_hospital_answers_and_the_flow_goes_on() -> None:
    actions, go = answering(ActionOutcome("right", {"balance": 500}), secret="pin")
    line = OneCall(Turn((Ask("card.check", {"card": "100001", "pin": "4711"}),)), END, actions=actions)
    assert line.flow.answers == []
    go.callback(None)
    assert line.flow.answers == [Outcome("right", {"balance": 500})]
    [told] = line.notes.of("action")
    assert told["arguments"] == {"card": "100001", "pin": "****"}


def test_what_breaks_in_the_hospital_is_the_flows_error_exit(faults: Faults) -> None:
    actions, go = answering(RuntimeError("the table is gone"))
    line = OneCall(Turn((Ask("card.check", {}),)), END, actions=actions)
    go.callback(None)
    assert line.flow.answers == [Outcome("error")]
    [fault] = faults.expected()
    assert "the table is gone" in fault


@pytest.mark.parametrize("error", [DatabaseAway("gone"), DatabaseBusy("locked"), DatabaseFull("no room")])
def test_an_outage_is_told_apart_from_what_breaks(error: Exception) -> None:
    actions, go = answering(error)
    line = OneCall(Turn((Ask("card.check", {}),)), END, actions=actions)
    go.callback(None)
    assert line.flow.answers == [Outcome("error", away=True)]
    assert line.notes.of("action")[0]["away"] is True


@pytest.mark.parametrize("moment", [0.0, 0.7, SECONDS, SECONDS + 3.0])
def test_hanging_up_ends_the_conversation_at_once(moment: float) -> None:
    line = OneCall(Turn((MENU,)), END)
    line.clock.advance(moment)
    line.patient.peer_hangs_up()
    assert [one.outcome for one in line.finished] == ["hung_up"]
    assert line.clock.getDelayedCalls() == []
    assert line.switch.capacity().busy == 0


def test_a_booking_that_has_begun_is_finished_and_traced_after_the_caller_left() -> None:
    actions, go = answering(ActionOutcome("right"))
    line = OneCall(Turn((Ask("card.check", {}),)), END, actions=actions)
    line.patient.peer_hangs_up()
    assert [one.outcome for one in line.finished] == ["hung_up"]
    go.callback(None)
    [told] = line.notes.of("action")
    assert told["outcome"] == "right"
    assert told["alone"] is True


def test_a_text_that_no_voice_has_is_traced_and_the_call_goes_on(tmp_path: Path) -> None:
    line = OneCall(Turn((Collect((), single=frozenset("1")),)), END)
    line.press("1")
    assert line.flow.answers == [Keys("1")]
    assert line.heard() == []


def test_a_key_while_the_confirmation_is_still_rendered_does_not_confirm_it() -> None:
    voice = SlowVoice()
    voice.rendering = Deferred()
    confirm = Collect((Prompt("registration.confirm"),), single=frozenset("12"), typed_ahead=False)
    line = OneCall(Turn((confirm,)), END, voice=voice)
    line.clock.advance(1.2)
    line.press("1")  # while he is asked for a moment
    rendered, voice.rendering = voice.rendering, None
    rendered.callback(None)
    line.clock.advance(1.0)
    assert line.flow.answers == []
    assert line.heard() == ["system.moment", "registration.confirm"]
    line.press("1")
    assert line.flow.answers == [Keys("1")]


def test_an_alert_that_no_voice_could_speak_was_not_heard() -> None:
    line = OneCall(Turn((MENU,)), END, voice=SlowVoice(lacks=("registration.kind",)))
    line.press("1")
    assert [one.heard for one in line.finished] == [False]
    assert line.notes.of("prompt")[0]["heard"] is False


@pytest.mark.parametrize(("after", "heard"), [(2 * SECONDS, True), (0.5, False)])
def test_a_message_that_asks_nothing_is_heard_when_it_was_said_to_its_end(after: float, heard: bool) -> None:
    line = OneCall(Turn((Say((Prompt("reminder"),)), Say((Prompt("goodbye"),)), HangUp("done"))))
    line.clock.advance(0.5)
    if not heard:
        line.press("1")
    line.clock.advance(after)
    line.clock.advance(SECONDS)
    assert [one.heard for one in line.finished] == [heard]


def test_a_hospital_that_does_not_answer_costs_the_caller_some_seconds_and_the_booking_is_still_traced() -> None:
    actions, go = answering(ActionOutcome("right"))
    line = OneCall(Turn((Ask("card.check", {}),)), END, actions=actions)
    line.clock.advance(SILENCE)
    assert line.flow.answers == [Outcome("error", away=True)]
    assert [one.outcome for one in line.finished] == ["done"]
    go.callback(None)
    [told] = line.notes.of("action")
    assert (told["outcome"], told["alone"]) == ("right", True)


@pytest.mark.parametrize(("works", "waits"), [(True, PATIENCE), (False, SILENCE)], ids=["slow", "frozen"])
def test_a_slow_hospital_is_waited_for_longer_than_one_that_does_nothing(works: bool, waits: float) -> None:
    done = [0]
    actions, go = answering(ActionOutcome("right"))
    hospital = errands(AskHospital(lambda: done[0]))
    line = OneCall(Turn((Ask("card.check", {}),)), END, actions=actions, errands=hospital)
    for second in range(1, int(waits) + 1):
        assert line.flow.answers == [], second
        done[0] += works
        line.clock.advance(1)
    assert line.flow.answers == [Outcome("error", away=True)]
    go.callback(None)


class PacedVoice(SilentVoice):
    """A voice that remembers how each text was to be said."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, str, bool]] = []

    async def clips(self, language: str, prompts: Sequence[Prompt], slow: bool = False) -> Spoken:
        self.said.extend((prompt.id, language, slow) for prompt in prompts)
        return await super().clips(language, prompts, slow)


def test_language_and_pace_change_in_the_order_of_the_turn() -> None:
    voice = PacedVoice()
    turn = Turn((Say((Prompt("one"),)), Speak("zh"), Say((Prompt("two"),)), Speak("zh", slow=True), MENU))
    line = OneCall(turn, Turn((Speak("en"), Say((Prompt("three"),)), HangUp("done"))), voice=voice)
    for _ in range(3):
        line.clock.advance(SECONDS)
    line.press("1")
    line.clock.advance(SECONDS)
    kind = "registration.kind"
    assert voice.said == [("one", "en", False), ("two", "zh", False), (kind, "zh", True), ("three", "en", False)]
    assert line.notes.of("speak") == [
        {"language": "zh", "slow": False}, {"language": "zh", "slow": True}, {"language": "en", "slow": False}
    ]  # fmt: skip


@pytest.mark.parametrize("wait", [QueueUp("desk"), ConsultNow("lawyer", "100001"), Join("midwives")])
def test_what_is_not_on_this_line_is_the_flows_error_exit(wait: QueueUp | ConsultNow | Join) -> None:
    line = OneCall(Turn((wait,)), END)
    assert line.flow.answers == [Outcome("error")]
    assert [one.outcome for one in line.finished] == ["done"]


def test_an_event_is_told_once_with_the_place_that_it_came_from() -> None:
    board = FakeNoticeBoard()
    told = Turn((Entered("complaints", "tell"), Raise("message_left", {"urgent": True})))
    line = OneCall(told, told, END, errands=errands(TellNotices(board)))
    assert line.flow.answers == [Outcome("raised"), Outcome("raised")]
    call = line.patient.call_id
    assert [one.key for one in board.posted] == [f"call:{call}:1:complaints.tell", f"call:{call}:2:complaints.tell"]
    assert line.notes.of("notify")[0] == {"event": "message_left", "outcome": "raised", "alone": False}


@pytest.mark.parametrize("table", [TALK_ONLY, errands(TellNotices(FakeNoticeBoard(fails=True)))])
def test_an_event_that_cannot_be_stored_is_the_flows_error_exit(table: Errands) -> None:
    line = OneCall(Turn((Raise("message_left", {}),)), END, errands=table)
    assert line.flow.answers == [Outcome("error")]
    assert line.notes.of("notify")[0]["outcome"] == "error"


def test_arguments_that_the_flow_calls_secret_are_written_nowhere() -> None:
    actions, go = answering(ActionOutcome("right"))
    line = OneCall(Turn((Ask("card.check", {"code": "4711"}, frozenset({"code"})),)), END, actions=actions)
    go.callback(None)
    assert not tells(repr(line.notes.events), "4711")
