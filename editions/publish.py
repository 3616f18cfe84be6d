"""Publishing: files become the live edition, or nothing changes and the value says why.

Whoever publishes says which edition the files were edited from. When another is live, and something of it would be
lost, nothing is published: unless it is named as what may be written over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from editions.bundle import TEXTS, Bundle
from editions.difference import Changed, changes
from editions.examiner import Read
from editions.first import FIRST
from editions.press import (
    Examined,
    FailedTests,
    NotPrinted,
    Press,
    Signature,
    Tell,
    check,
    in_silence,
    put_live,
    render,
    run_tests,
)
from editions.sound import old_recordings
from editions.store import (
    EditionDamaged,
    EditionHead,
    EditionRecord,
    Proof,
    Published,
    Unchanged,
    as_texts,
    fetch,
    history,
    newest,
)
from forms.errors import FilesBroken
from ivr.rehearsal.suite import SuiteResult
from prompts.catalog import Catalog


@dataclass(frozen=True, slots=True)
class NotFromThis:
    """The files were not edited from what is live, and would take back what others published."""

    base: EditionHead | None
    """What they were edited from; None: it is not known."""
    live: EditionRecord
    since: Sequence[EditionRecord]
    """What was published after the base, oldest first; nothing where the base is not known."""
    lost: Sequence[Changed]
    """How the live edition's files differ from the base's, where the files to be published have nothing of it."""


Came: TypeAlias = Published | NotFromThis | FailedTests | NotPrinted


def publish(
    press: Press,
    bundle: Bundle,
    signature: Signature,
    base: EditionHead | None,
    *,
    over: int | None = None,
    tests: bool = True,
    sound: bool = True,
    tell: Tell = in_silence,
) -> Came:
    """Put `bundle` live. Blocks: seconds for the check and the tests, minutes when much sound is to be made.

    `base`: the edition that the files were edited from. `over`: the number of the live edition, when it may be
    written over whatever the files were edited from. Raises `DatabaseError` when the database does not answer;
    nothing was published then.
    """
    live = press.database.run_now(newest)
    before = _files_of(press, live.number) if live is not None else None
    if live is not None:
        if before is not None and before.digest == bundle.digest:
            return Unchanged(live)
        if live.number != over and (apart := compare(press, bundle, base, live, before)) is not None:
            return apart
    checked = check(press, bundle, live)
    if not isinstance(checked, Read):
        return checked
    texts = checked.texts
    if before is None:
        tell(Examined(bundle, checked.warnings))
    else:
        tell(Examined(bundle, checked.warnings, live, changes(before, bundle), _stale(press, before, texts)))
    told = ""
    if tests:
        tested = run_tests(press, bundle, live)
        if not isinstance(tested, SuiteResult):
            return tested
        told = f"{len(tested.played)} passed" if tested.played else ""
        tell(tested)
    if sound and (silent := render(press, texts, live, tell)) is not None:
        return silent
    return put_live(press, Proof(as_texts(bundle), bundle.digest, signature.who, signature.why, tests=told), live)


def compare(
    press: Press, bundle: Bundle, base: EditionHead | None, live: EditionRecord, before: Bundle | None
) -> NotFromThis | None:
    """What of the live edition, whose files are `before`, is not in `bundle` because it was edited from another."""
    if base is not None and base.digest == live.digest:
        return None
    if base is None:
        # The first start published what was on disk: nobody edited that.
        return None if (live.number, live.why) == (1, FIRST) else NotFromThis(None, live, (), ())
    since = [one for one in reversed(press.database.run_now(history)) if one.number > base.number]
    began_with = _files_of(press, base.number)
    if began_with is None or began_with.digest != base.digest or before is None:
        return NotFromThis(base, live, since, ())
    lost = [one for one in changes(began_with, before) if bundle.files.get(one.file) != before.files.get(one.file)]
    return NotFromThis(base, live, since, lost) if lost else None


def _files_of(press: Press, number: int) -> Bundle | None:
    """An edition's files; None when its row was changed by hand: what is published now puts it right."""
    stored = press.database.run_now(fetch, number)
    try:
        return stored.bundle() if stored is not None else None
    except EditionDamaged:
        return None


def _stale(press: Press, before: Bundle, texts: Catalog) -> list[tuple[str, str]]:
    if press.recordings is None:
        return []
    try:
        return list(old_recordings(press.recordings, Catalog.read(before.under(TEXTS)), texts))
    except FilesBroken:
        return []
