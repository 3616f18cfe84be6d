"""A verb that waits is one place. Here is a throw-away one, `page`, with all that a verb owns: what is read of it, what
it asks for and may come to, its picture, its schema, and what carries it out. Two tables are told of it, and it is
checked, drawn, completed in editors, rehearsed, exported and held with a caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import ClassVar

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from twisted.internet.defer import Deferred

from forms.errors import FilesBroken
from forms.schema import word
from hospital.actions import DECLARED
from ivr.call.errands import errands
from ivr.call.talk import Talk
from ivr.drawing.graphviz import graphviz
from ivr.drawing.picture import picture
from ivr.flow.commands import Beyond, Outcome, Prompt, Value
from ivr.flow.defaults import Branches, Defaults, Trouble
from ivr.flow.form import FlowForm
from ivr.flow.language import Head, Scene
from ivr.flow.load import load_sources
from ivr.flow.run import Run
from ivr.flow.schema.flow import flow_schema
from ivr.flow.verbs import LATER, VERBS, beyond_the_line
from ivr.flow.verbs.errand import NOTHING, Destination, Visit
from ivr.flow.verbs.schema import PROMPT, WITH, Known, VerbSchema, leads
from ivr.record.call_records import CallEvent, CallRecord
from ivr.rehearsal.caller import ANY_DAY
from ivr.rehearsal.export import as_test
from ivr.rehearsal.flow_test import EditionUnderTest
from ivr.rehearsal.suite import run_tests
from ivr.rehearsal.test_file import read_tests
from ivr.rehearsal.test_run import follow, rehearse
from ivr.rehearsal.traced import of_record
from prompts.catalog import Catalog
from tests.calls.one_call import SECONDS, OneCall
from tests.rehearsal.house import house

# The verb's own file


@dataclass(frozen=True, slots=True)
class PageNow(Beyond):
    """Call for the nurse of a ward over its loudspeaker."""

    verb = "page"
    outcomes: ClassVar = {"came": frozenset({"seconds"}), "nobody": NOTHING}
    usual: ClassVar = Outcome("came", {"seconds": 30})
    ward: str
    prompts: tuple[Prompt, ...] = ()

    def asked(self) -> Mapping[str, Value]:
        return {"ward": self.ward}


@dataclass(frozen=True, slots=True)
class Page(Visit):
    """`{page: ward_1, then: {came: thanks, nobody: later}}`."""

    beyond: ClassVar = PageNow

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Page:
        place = Destination.read(form, "page")
        then = Branches.read(form)
        return cls(head, then, Trouble.of_step(then.named, defaults), place)

    def what(self) -> str:
        return "the page"

    def command(self, scene: Scene) -> PageNow | None:
        ward = self.place.look_up(scene)
        return None if ward is None else PageNow(ward, self.place.words.prompts(scene))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        then = leads(came="Somebody came.", nobody="Nobody came.")
        keys = {"page": word("The ward."), "prompt": PROMPT, "then": then, **WITH}
        return VerbSchema("Pages a ward.", keys, ("then",))


# The file of what carries it out


class PageWard:
    """Implements `Errand`. In a trace: `page`."""

    of = PageNow

    def __init__(self) -> None:
        self.paged: list[str] = []
        self.coming: Deferred[float | None] = Deferred()
        """The seconds that the nurse talked; None when none came."""

    async def carry_out(self, talk: Talk, wanted: PageNow) -> Outcome:
        if wanted.prompts:
            await talk.speaker.say(wanted.prompts)
        self.paged.append(f"{wanted.ward} from {talk.place.flow}.{talk.place.step}")
        seconds = await self.coming
        outcome = Outcome("nobody") if seconds is None else Outcome("came", {"seconds": seconds})
        talk.trace.event("page", ward=wanted.ward, outcome=outcome.name)
        return outcome


# Whatever else there is finds it in the table


@pytest.fixture(autouse=True)
def _in_the_table_of_verbs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VERBS, "page", Page)


FLOW = """
title: A ward
start: nurse
steps:
  nurse: {page: ward_1, prompt: main.welcome, then: {came: thanks, nobody: sorry, error: sorry}}
  thanks: {say: ward.thanks, then: end}
  sorry: {say: system.goodbye, then: end}
"""
TESTS = b"""
number: "1000"
tests:
  a nurse comes on a good day:
    call:
      - says: main.welcome
      - asks: page
        with: {ward: ward_1}
      - says: ward.thanks
      - ends: end
  no nurse comes:
    answers: {page: nobody}
    call: [{asks: page}, {says: system.goodbye}, {ends: end}]
  the loudspeaker is broken:
    answers: {page: error}
    call: [{asks: page}, {enters: sorry}, {ends: end}]
  the caller does not wait for her:
    answers: {page: {came: {seconds: 90}}}
    call: [{asks: page}, {hang_up: true, after: 20s}, {ends: hung_up}]
"""


@pytest.fixture
def ward() -> EditionUnderTest:
    return house(FLOW)


def test_it_may_go_live_and_its_mistakes_are_told() -> None:
    actions = {one.name: one for one in DECLARED}
    assert load_sources({"flows/ward.yaml": FLOW.encode()}, Catalog.load(), actions).flows["ward"]
    bad = FLOW.replace("nobody: sorry", "nobdy: sorry").replace("ward.thanks", "ward.thank")
    with pytest.raises(FilesBroken) as told:
        load_sources({"flows/ward.yaml": bad.encode()}, Catalog.load(), actions)
    sentences = str(told.value)
    assert 'the page has no outcome "nobdy" (did you mean "nobody"?)' in sentences
    assert 'no text "ward.thank"' in sentences


@pytest.mark.parametrize("verb", sorted(beyond_the_line().keys() - LATER))
def test_every_verb_that_may_go_live_has_its_errand(verb: str) -> None:
    errand = import_module(f"ivr.call.errands.{verb}")
    assert beyond_the_line()[verb] in {getattr(one, "of", None) for one in vars(errand).values()}


def test_editors_complete_it() -> None:
    editor = Draft202012Validator(flow_schema())
    assert list(editor.iter_errors(YAML(typ="safe", pure=True).load(FLOW))) == []
    assert list(editor.iter_errors(YAML(typ="safe", pure=True).load(FLOW.replace("prompt:", "promt:")))) != []


def test_it_has_its_picture(ward: EditionUnderTest) -> None:
    drawn = graphviz(picture(ward.flows.flows["line"], {}, str, "zh"))
    assert all(word in drawn for word in ("ward_1", "main.welcome", "came", "nobody"))


def test_it_is_rehearsed_and_nothing_of_it_is_left_untried(ward: EditionUnderTest) -> None:
    result = run_tests({"ward.yaml": TESTS}, ward)
    assert [str(one.failure) for one in result.failed] == []
    assert result.coverage["line"].full


def test_a_rehearsed_and_a_live_call_are_written_down_as_tests(ward: EditionUnderTest) -> None:
    for flow_test in read_tests({"ward.yaml": TESTS}, ward):
        call = rehearse(flow_test, ward)
        follow(call, flow_test)
        assert not run_tests({"again.yaml": as_test("again", call.caller, call.moments, ward).encode()}, ward).failed


def test_a_caller_is_on_the_line_with_it(ward: EditionUnderTest) -> None:
    pager = PageWard()
    call = OneCall(errands=errands(pager), begin=False)
    call.flow = Run(ward.flows, "line", "zh")  # type: ignore[assignment]
    call.offer()
    assert call.heard() == ["main.welcome"]
    call.clock.advance(SECONDS)
    assert pager.paged == ["ward_1 from line.nurse"]
    pager.coming.callback(42.0)
    assert call.heard() == ["main.welcome", "ward.thanks"]
    call.clock.advance(SECONDS)
    assert [one.outcome for one in call.finished] == ["end"]
    assert call.notes.of("page") == [{"ward": "ward_1", "outcome": "came"}]
    events = [CallEvent(n, ANY_DAY + timedelta(seconds=n), *event) for n, event in enumerate(call.notes.events)]
    test = as_test("as it was", *of_record(record(events), ward), ward)
    assert "- asks: page" in test
    assert run_tests({"again.yaml": test.encode()}, ward).failed == []


def test_who_hangs_up_while_it_waits_ends_it() -> None:
    pager = PageWard()
    call = OneCall(errands=errands(pager), begin=False)
    call.flow = Run(house(FLOW).flows, "line", "zh")  # type: ignore[assignment]
    call.offer()
    call.clock.advance(SECONDS)
    call.patient.peer_hangs_up()
    assert [one.outcome for one in call.finished] == ["hung_up"]
    assert call.notes.of("page") == []


def test_a_line_that_cannot_carry_it_out_takes_the_error_exit(ward: EditionUnderTest) -> None:
    call = OneCall(begin=False)
    call.flow = Run(ward.flows, "line", "zh")  # type: ignore[assignment]
    call.offer()
    call.clock.advance(SECONDS)
    assert call.heard() == ["system.goodbye"]
    assert call.notes.of("page") == [{"outcome": "error"}]


def record(events: list[CallEvent]) -> CallRecord:
    return CallRecord(
        call_id="ab" * 16,
        direction="in",
        dialled="1000",
        caller="13800000001",
        flow="line",
        language="zh",
        notice="",
        began_at=ANY_DAY,
        answered_at=ANY_DAY,
        ended_at=None,
        cause="normal",
        sip_code=200,
        outcome="end",
        events=tuple(events),
    )
