"""Publishing from the console: a user's drafts, laid over what is live, become the live edition.

A draft that is behind (somebody published another text of its file since) keeps everything from being published, unless
its user has seen what it takes back and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy.orm import Session

from editions import publish as editions
from editions.drafts import Behind, laid_over, published
from editions.press import NotSigned, Press, Tell, in_silence, sign
from editions.store import EditionDamaged, EditionRecord, Unchanged


@dataclass(frozen=True, slots=True)
class AllBehind:
    """These drafts would take back what others published since they were begun."""

    drafts: Sequence[Behind]


@dataclass(frozen=True, slots=True)
class NoDrafts:
    """There is nothing of this user to publish."""


@dataclass(frozen=True, slots=True)
class LiveDamaged:
    """The live edition was changed by hand in the database, so nothing can be laid over it."""

    why: str


Came: TypeAlias = editions.Came | AllBehind | NoDrafts | LiveDamaged | NotSigned


def publish_drafts(
    press: Press,
    who: str,
    why: str,
    only: Collection[str] | None = None,
    *,
    over: bool = False,
    sound: bool = True,
    tell: Tell = in_silence,
) -> Came:
    """Publish the drafts of `who` (with `only` just those of these files). Blocks as `editions.publish.publish` does,
    and raises as it does."""
    signature = sign(who, why)
    if isinstance(signature, NotSigned):
        return signature
    try:
        laid = press.database.run_now(laid_over, who, only)
    except EditionDamaged as damaged:
        return LiveDamaged(str(damaged))
    if not laid.drafted:
        return NoDrafts()
    if laid.behind and not over:
        return AllBehind(laid.behind)
    base = laid.live.head if laid.live is not None else None

    def note(session: Session, record: EditionRecord) -> None:
        press.note(session, record)
        published(session, who, laid.bundle.files, laid.drafted, record.number)

    came = editions.publish(replace(press, note=note), laid.bundle, signature, base, sound=sound, tell=tell)
    if isinstance(came, Unchanged):
        press.database.run_now(published, who, laid.bundle.files, laid.drafted, came.record.number)
    return came
