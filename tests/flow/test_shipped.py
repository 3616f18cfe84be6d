"""The hospital's own flows: its own words, no text without use, something to say whatever a caller does.

What callers hear, call by call, is told by the tests in `flows/tests`.
"""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.flow.commands import Answer, Ask, Collect, HangUp, Keys, NoInput, Outcome, Say
from ivr.flow.run import Run
from ivr.flow.verbs.dial import DialNow
from ivr.flow.words import SYSTEM
from notify.notices.call import CALLED_OFF
from notify.notices.line_telephone import ANOTHER
from prompts import fallbacks
from prompts.speech import speak
from tests.flow.shipped import FLOWS, catalog, flows


@pytest.mark.parametrize(
    ("text", "words"),
    {
        "registration.kind": "普通门诊按1，专家门诊按2。",
        "registration.choose_department": "请选择科目，",
        "registration.department_item": "{item.name:name}按{key:key}，",
        "registration.general_confirm": "您要挂的是{department.name:name}，确认按1，重输按2。",
        "registration.general_done": "本院已经为您记录并生成号单，请于当日及时到医院自助终端打印号单后就诊。",
        "registration.expert_confirm": "您要挂的是{department.name:name}，确认按1，重选按0。",
        "registration.day_item": "挂{item.name:name}号按{key:key}，",
        "registration.day_confirm": "您要挂的是{day.name:name}号，确认按1，重选按0。",
        "registration.one_expert": "{department.name:name}{day.name:name}专家如下：{expert.half_name:name}为1号专家，"
        "{expert.name:name}，挂号按1，放弃按2。",
        "registration.expert_item": "{item.half_name:name}为{key:key}号专家，{item.name:name}，",
        "registration.expert_done": "本院已经为您记录并生成号单，请于就诊时到医院自助终端打印号单后就诊。",
    }.items(),
)
def test_registration_speaks_the_hospitals_own_words(text: str, words: str) -> None:
    """docs/features.md, 24 to 28: the hospital's own Chinese, in simplified characters; but what first, key after."""
    assert catalog().phrase("zh", text).text == words


EARLIER = {"card_login.in_two_minutes", "card_login.in_a_quarter", "card_login.in_an_hour", "line_switch.wait"}
"""Said by editions that hospitals published before: those must go on to work."""


def test_every_text_is_said_by_some_flow() -> None:
    written = "".join(file.read_text(encoding="utf-8") for file in FLOWS.glob("*.yaml"))
    said = set(re.findall(r"[a-z_]+\.[a-z_]+", written)) | set(SYSTEM.values()) | {ANOTHER, CALLED_OFF}
    assert set(catalog().ids) - said - set(fallbacks.IDS) == EARLIER


NAME = {"zh": "上午", "en": "morning"}
ITEMS = [{"name": NAME, "half_name": NAME, "fee": 1500, "date": "2026-11-22", "rota_id": n} for n in range(12)]
MONEY = {"balance": 1, "fee": 2, "currency": "CNY"}
VALUES = {"card": "17", "patient": "x", "pace": "slow", **MONEY, "slip": "12", "seconds": 300}
ANSWERS = st.sampled_from([Keys(key) for key in "0123456789*#"] + [Keys("123456"), NoInput()])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["main", "registration", "ward_admission"]), st.lists(ANSWERS, max_size=60), st.randoms())
def test_whatever_a_caller_does_there_is_something_to_say_next(flow: str, keys: list[Answer], random: Random) -> None:
    """No walk through the shipped flows breaks; every text can be spoken with what is known then."""
    given_at_start = {"card": "17", "notice": "n", "ward": ITEMS[0], "bed": "", "department": ITEMS[0], "urgent": True}
    run = Run(flows(), flow, "zh", given_at_start)
    turn = run.start()
    for key in keys:
        for command in turn.commands:
            if isinstance(command, Say | Collect | DialNow):
                for prompt in command.prompts:
                    speak(catalog(), "en", prompt.id, prompt.values)
        waits = run.waits_for
        if waits is None:
            break
        if isinstance(waits, Ask):
            assert None not in waits.arguments.values()
            outcome = random.choice([*flows().actions[waits.action].outcomes, "error"])
            values = {**VALUES, "expert": ITEMS[0], "experts": ITEMS}
            turn = run.resume(Outcome(outcome, values, tuple(ITEMS[: random.randrange(12)])))
        elif isinstance(waits, DialNow):
            turn = run.resume(random.choice([Outcome("talked", {"seconds": 30}), Outcome("busy"), Outcome("error")]))
        else:
            turn = run.resume(key)
    assert isinstance(turn.commands[-1], Collect | Ask | DialNow | HangUp)
