"""What the steps of flows are called and what they say, for whoever watches calls. Worked out once for each step."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call.edition import Edition
from ivr.in_progress.stage import verb_of
from prompts.catalog import Catalog
from prompts.errors import PromptError
from prompts.phrase import Field

LONGEST = 120
"""Characters of the words; the rest is in the flow."""
KEPT = 5_000
"""Steps times languages that are remembered."""


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step for people."""

    title: str
    """Of its flow."""
    verb: str
    words: str


class StepWords:
    """Remembers them: a busy line enters the same steps over and over."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, str, str], StepShown] = {}

    def of(self, edition: Edition, flow: str, step: str, language: str) -> StepShown:
        """A step of an edition's flow, in a language that its texts are in."""
        key = (edition.version, flow, step, language)
        shown = self._known.get(key) if edition.version else None
        if shown is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            shown = self._known[key] = _shown(edition, flow, step, language)
        return shown


def _shown(edition: Edition, flow: str, step: str, language: str) -> StepShown:
    found = edition.flows.flows.get(flow)
    if found is None:
        return StepShown(flow, "", "")
    at = found.steps.get(step)
    if at is None:
        return StepShown(found.title, "", "")
    said = at.draw(lambda id: _said(edition.texts, language, id)).words
    words = " ".join(filter(None, said))
    return StepShown(found.title, verb_of(at), words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…")


def _said(texts: Catalog, language: str, id: str) -> str:
    """A text as it stands in the file, its values by their names."""
    try:
        parts = texts.phrase(language, id).parts
    except PromptError:
        return ""
    return "".join(f"‹{part.path.removesuffix('.name')}›" if isinstance(part, Field) else part.text for part in parts)
