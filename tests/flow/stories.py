"""Plays the hospital's own flows as somebody on the telephone hears them.

Lines of a story: what is said, word for word; `ask <action>` for what the hospital is asked; `dial <number>`;
`> ...` for what the caller does or the hospital answers (see `world.py`); `hang up <outcome>`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from ivr.flow.commands import Ask, Collect, Command, Dial, HangUp, Prompt, Say, Speak
from ivr.flow.language import FlowSet
from ivr.flow.load import load
from ivr.flow.run import Run
from prompts.catalog import Catalog
from prompts.speech import speak
from tests.flow.world import actions, read_answer

FLOWS = Path(__file__).parents[2] / "flows"


@cache
def catalog() -> Catalog:
    """The shipped texts."""
    return Catalog.load()


@cache
def flows() -> FlowSet:
    """The shipped flows."""
    return load(FLOWS, catalog(), actions())


def hear(flow: str, language: str, script: Sequence[str], variables: Mapping[str, object] | None = None) -> list[str]:
    """The whole story that follows from the `>` lines of `script`."""
    run = Run(flows(), flow, language, variables)  # type: ignore[arg-type]
    heard = list(_told(language, run.start().commands))
    for line in script:
        if line.startswith(">"):
            heard.append(line)
            if run.waits_for is None:
                return [*heard, "(the call is over)"]
            language = run.language  # that of the turn before, until this one changes it
            heard.extend(_told(language, run.resume(read_answer(line)).commands))
    return heard


def _told(language: str, commands: Iterable[Command]) -> Iterable[str]:
    for command in commands:
        match command:
            case Say(prompts) | Collect(prompts):
                yield _spoken(language, prompts)
            case Speak(spoken, slow):
                language = spoken
                yield f"from here on {spoken}{', slowly' if slow else ''}"
            case Ask(action, arguments):
                shown = {name: value for name, value in arguments.items() if isinstance(value, str)}
                yield f"ask {action} {json.dumps(shown)}" if shown else f"ask {action}"
            case Dial(number, prompts):
                yield _spoken(language, prompts)
                yield f"dial {number}"
            case HangUp(outcome):
                yield f"hang up {outcome}"


def _spoken(language: str, prompts: Iterable[Prompt]) -> str:
    texts = [text for prompt in prompts for text in speak(catalog(), language, prompt.id, prompt.values)]
    return "".join(texts) if language == "zh" else re.sub(r" ([.,:])", r"\1", " ".join(texts))
