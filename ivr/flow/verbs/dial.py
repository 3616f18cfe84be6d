"""`dial`: put the caller through to a number; when the other side hangs up, the flow goes on.

    dial: "8000"                                # or =variable, but never digits that the caller keyed in
    prompt: operator.one_moment                 # said before it rings
    ring: 25                                    # seconds
    who: desk                                   # or agent, expert: what the call's record says of that leg
    then: {talked: goodbye, busy: all_busy, no_answer: nobody, refused: nobody}

`talked` sets `seconds`. Digits that a caller keyed in are never dialled, not by a detour either: whoever calls
could telephone the world at the hospital's cost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from forms.schema import number, one_of, word
from ivr.flow.commands import Beyond, Outcome, Prompt, Value
from ivr.flow.defaults import Branches, Defaults, Trouble
from ivr.flow.drawn import Phrase, phrase
from ivr.flow.form import FlowForm
from ivr.flow.language import Head, Scene
from ivr.flow.verbs.errand import NOTHING, Destination, Visit
from ivr.flow.verbs.schema import PROMPT, WITH, Known, VerbSchema, leads

NUMBER = re.compile(r"\+?[0-9*#]{1,24}")
DIALLED = r"^(\+?[0-9*#]{1,24}|=\s*[a-z][a-z0-9_.]*)$"
WHO = ("desk", "agent", "expert")
"""Whom a flow can put a caller through to; a desk unless it says."""


@dataclass(frozen=True, slots=True)
class DialNow(Beyond):
    """Call somebody and let the two talk: `talked` when the other side hung up. The caller's hanging up ends the
    call."""

    verb = "dial"
    outcomes: ClassVar = {
        "talked": frozenset({"seconds"}),
        "busy": NOTHING,
        "no_answer": NOTHING,
        "refused": NOTHING,
    }
    usual: ClassVar = Outcome("talked", {"seconds": 60})
    number: str
    prompts: tuple[Prompt, ...] = ()
    """Said before it rings."""
    ring: float = 25.0
    """Seconds it may ring."""
    who: str = WHO[0]
    """One of `WHO`: as whom the record tells the other side."""

    def asked(self) -> Mapping[str, Value]:
        return {"number": self.number}


@dataclass(frozen=True, slots=True)
class Dial(Visit):
    """See the module."""

    beyond: ClassVar = DialNow
    ring: float
    who: str

    @classmethod
    def read(cls, form: FlowForm, head: Head, defaults: Defaults) -> Dial:
        """From its form."""
        place = Destination.read(form, "dial")
        then = Branches.read(form)
        ring = form.number("ring", 25, 3, 180, whole=False)
        who = form.one_of("who", WHO)
        if place.where is not None and place.where.variable is None:
            written = form.word("dial")
            if written is not None and not NUMBER.fullmatch(written.text):
                sentence = f'"{written.text}" cannot be dialled: digits, * and #, or =variable'
                form.report.add(written.mark, "E214", sentence)
        return cls(head, then, Trouble.of_step(then.named, defaults), place, ring, who.text if who else WHO[0])

    def what(self) -> str:
        return "the call"

    def command(self, scene: Scene) -> DialNow | None:
        number = self.place.look_up(scene)
        taken_from = None if self.place.where is None else self.place.where.variable
        if number is None or not NUMBER.fullmatch(number) or taken_from in scene.keyed | scene.secrets:
            return None
        return DialNow(number, self.place.words.prompts(scene), self.ring, self.who)

    def notes(self) -> tuple[Phrase, ...]:
        rings = phrase("rings %(seconds)s seconds", seconds=f"{self.ring:g}")
        return (rings,) if self.who == WHO[0] else (rings, Phrase(f"to an {self.who}"))

    @staticmethod
    def schema(known: Known) -> VerbSchema:
        """As `Verb.schema`."""
        return VerbSchema(
            "Calls somebody and lets the two talk; when the other side hangs up, the flow goes on.",
            {
                "dial": word(
                    'A number in quotes ("8000"), or a variable; never digits that the caller keyed in.', DIALLED
                ),
                "prompt": PROMPT,
                "ring": number("Seconds that it may ring.", 3, 180, 25),
                "who": one_of("Who is called, as the record of the call tells it; usually a desk.", *WHO),
                "then": leads(
                    talked="They talked.",
                    busy="The other side was busy.",
                    no_answer="Nobody answered.",
                    refused="The other side refused.",
                ),
                **WITH,
            },
            ("then",),
        )
