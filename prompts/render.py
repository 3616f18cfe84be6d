"""Rendering ahead: every fixed text and every value known before somebody calls. Uses all
cores, goes on after a failure, and finds what an earlier run left."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped]

from prompts.catalog import Catalog
from prompts.errors import PromptError, Unreadable
from prompts.speech import fixed_texts, value_texts
from prompts.studio import Studio

KEYS = "0123456789*#"


@dataclass(frozen=True, slots=True)
class Known:
    """A value that callers will hear: a field type and the value, e.g. a department's names."""

    type: str
    value: Any


@dataclass(slots=True)
class Summary:
    """What came of a run."""

    rendered: int = 0
    found: int = 0
    """Clips that were there already."""
    failed: list[tuple[str, str, str]] = field(default_factory=list)
    """Language, text, reason."""

    def __str__(self) -> str:
        said = f"{self.rendered} rendered, {self.found} already there"
        return f"{said}, {len(self.failed)} FAILED" if self.failed else said


def texts_ahead(catalog: Catalog, known: Iterable[Known] = ()) -> list[tuple[str, str]]:
    """(language, text) of everything that can be rendered before it is asked for: fixed texts,
    the telephone's keys, and `known` values wherever the catalogue reads such a value."""
    values = [*(Known("key", key) for key in KEYS), *known]
    wanted: dict[tuple[str, str], None] = {}
    for language in catalog.languages:
        for _, text in fixed_texts(catalog, language):
            wanted[language, text] = None
        for value in values:
            try:
                texts: Sequence[str] = value_texts(catalog, language, value.type, value.value)
            except Unreadable:
                continue  # a value that this language cannot read is reported when a flow says it
            for text in texts:
                wanted[language, text] = None
    return list(wanted)


def names_ahead(studio: Studio, known: Iterable[Known] = ()) -> set[str]:
    """What the clips of those texts are called in the store, whoever spoke them: a sweep leaves them."""
    return {name for language, text in texts_ahead(studio.catalog, known) for name in studio.names(language, text)}


def render_all(
    studio: Studio,
    texts: Sequence[tuple[str, str]],
    *,
    slow: bool = False,
    threads: int | None = None,
    progress: bool | None = None,
    missing: bool = False,
) -> Summary:
    """Make every clip of `texts` that is not there yet, or only as a later choice than the recording or the voice
    that comes first now. `missing`: a clip of whatever choice is good enough.

    `slow`: make the slow clip of each, too; they count as clips of their own. `threads`: as many
    as there are cores; the work is done by programs, so threads use them all. `progress`: a bar
    on standard error; by default when that is a terminal.
    """
    summary = Summary()
    shown = sys.stderr.isatty() if progress is None else progress
    # All usual ones first: the slow ones are made of them, and an interrupted run has what most callers hear.
    paces = (False, True) if slow else (False,)
    with (
        ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool,
        tqdm(total=len(texts) * len(paces), disable=not shown, desc="prompts", unit="clip") as bar,
    ):
        left = list(texts)
        for pace in paces:
            there = studio.ready if missing else studio.is_best
            lacking = [item for item in left if not there(*item, pace)]
            summary.found += len(left) - len(lacking)
            bar.update(len(left) - len(lacking))
            for item, made in zip(lacking, pool.map(partial(_made, studio, pace), lacking), strict=True):
                if isinstance(made, str):
                    summary.failed.append((*item, made))
                    left.remove(item)
                elif made:
                    summary.rendered += 1
                else:
                    summary.found += 1
                bar.update()
    return summary


def _made(studio: Studio, slow: bool, item: tuple[str, str]) -> bool | str:
    """Render one; whether it is a new clip, or why it could not be."""
    language, text = item
    before = studio.ready(language, text, slow)
    try:
        return studio.render(language, text, slow=slow, patient=True) != before
    except PromptError as e:
        return str(e)
