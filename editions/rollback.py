"""Taking back: an earlier edition becomes the live one again, under a new number. Files on disk are not touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from editions.examiner import Read
from editions.press import (
    Examined,
    NotPrinted,
    NotSigned,
    Press,
    Tell,
    check,
    in_silence,
    put_live,
    render,
    sign,
)
from editions.store import (
    EditionDamaged,
    EditionRecord,
    Proof,
    Published,
    Unchanged,
    as_texts,
    before,
    fetch,
    history,
    origin,
)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """`record` is the current edition now, with the files of `back`."""

    record: EditionRecord
    back: EditionRecord
    instead_of: EditionRecord
    """What was live until now."""


@dataclass(frozen=True, slots=True)
class NothingPublished:
    """There is no edition at all."""


@dataclass(frozen=True, slots=True)
class NoSuchEdition:
    """There is none with this number."""

    number: int


@dataclass(frozen=True, slots=True)
class NoneBefore:
    """There is no edition before `first`, which is live."""

    first: EditionRecord


@dataclass(frozen=True, slots=True)
class Damaged:
    """Its row was changed by hand."""

    why: str


NotBack: TypeAlias = NothingPublished | NoSuchEdition | NoneBefore | Damaged | NotSigned


def roll_back(
    press: Press, number: int | None, who: str, why: str = "", *, sound: bool = True, tell: Tell = in_silence
) -> TakenBack | NotBack | NotPrinted:
    """Put the files of edition `number` live again; None: those that were live before the live ones.

    Called again without a number it steps back further, never to what was just taken back. Raises `DatabaseError`
    when the database does not answer; nothing was published then. It was heard before: only texts without any sound are
    rendered, for whoever takes back is in a hurry.
    """
    every = press.database.run_now(history)
    if not every:
        return NothingPublished()
    live, known = every[0], {record.number: record for record in every}
    chosen = known.get(number) if number is not None else before(every)
    if chosen is None:
        return NoSuchEdition(number) if number is not None else NoneBefore(origin(live, known))
    stored, back = press.database.run_now(fetch, chosen.number), origin(chosen, known)
    signature = sign(who, why or f"back to edition {back.number}")
    if stored is None:
        return NoSuchEdition(chosen.number)
    if isinstance(signature, NotSigned):
        return signature
    try:
        bundle = stored.bundle()
    except EditionDamaged as damaged:
        return Damaged(str(damaged))
    if bundle.digest == live.digest:
        return Unchanged(live)
    checked = check(press, bundle, live)
    if not isinstance(checked, Read):
        return checked
    tell(Examined(bundle, checked.warnings))
    if sound and (silent := render(press, checked.texts, live, tell, missing=True)) is not None:
        return silent
    proof = Proof(as_texts(bundle), bundle.digest, signature.who, signature.why, files_of=back.number)
    came = put_live(press, proof, live)
    return TakenBack(came.record, back, live) if isinstance(came, Published) else came
