"""What the commands that publish print: what was reached, what came of it, and how the engines take it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NoReturn

import click

from db.errors import DatabaseError
from editions import base
from editions.engines import taking
from editions.press import (
    Broken,
    Examined,
    FailedTests,
    NotExamined,
    NotPrinted,
    NotRendered,
    NotSigned,
    NotStored,
    Press,
    Signature,
    Unsure,
    sign,
)
from editions.sound import Sound, make_sound
from editions.store import EditionRecord, Overtaken, Unchanged
from ivr.rehearsal.suite import SuiteResult
from wardbell.commands.flows.check import told
from wardbell.commands.flows.test import told as told_of_tests
from wardbell.commands.who import hand, os_user
from wardbell.parts import Parts

PATIENCE = 5.0
"""Seconds that a publisher waits for the engines; each looks once a second."""
EVERY = 0.2
MOST = 10
"""Texts without sound that are listed one by one."""

who_option = click.option("--who", help="Who publishes (default: the user of this machine).")
render_option = click.option(
    "--no-render", is_flag=True, help="Render nothing: new texts are rendered when the first caller hears them."
)


def press(parts: Parts, action: str, why: str) -> Press:
    """What publishing needs, of these settings; the audit notes who was at the keyboard."""
    made = Press(
        parts.database,
        parts.zone,
        parts.wallclock,
        lambda texts, missing: make_sound(parts.studio_of(texts), parts.known_values(), missing),
        parts.recordings_dir,
    )
    return made.by(hand(parts, why), action)


def name(who: str | None) -> str:
    """Who publishes."""
    return who or os_user()


def signature(who: str | None, why: str) -> Signature:
    """Who and why. Raises `UsageError` for what the history cannot hold."""
    signed = sign(name(who), why)
    if isinstance(signed, NotSigned):
        raise click.UsageError(signed.sentence)
    return signed


def away(wrong: DatabaseError) -> click.ClickException:
    """The database did not answer before anything was done."""
    return click.ClickException(f"{wrong}\nnothing was published")


def tell(reached: Examined | SuiteResult | Sound) -> None:
    """Print what was reached on the way."""
    match reached:
        case Examined(bundle, warnings, live, changed, old):
            for line in told(warnings, bundle):
                click.echo(line, err=True)
            if live is not None:
                click.echo(f"against edition {live.number}:")
            for one in changed:
                click.echo(f"  {one}")
            for language, text in old:
                click.echo(f"note: {text} ({language}) has new words and an old recording: record it again", err=True)
        case SuiteResult(played):
            if played:
                click.echo(f"flow tests: {len(played)} passed")
        case Sound(made, silent):
            for language in silent:
                click.echo(f"note: no voice speaks {language} here: its texts will not be heard", err=True)
            for language, text, why in made.failed[:MOST]:
                click.echo(f'failed: {language} "{text}": {why}', err=True)
            if made.rendered and not made.failed:
                click.echo(f"prompts: {made}")


def stop(came: NotPrinted | FailedTests) -> None:
    """Say why nothing was published; the command fails unless there was nothing to do."""
    match came:
        case Unchanged(live):
            click.echo(f"nothing changed: edition {live.number} is already live with exactly these files")
        case Broken(mistakes, bundle, live):
            for line in told((*mistakes.mistakes, *mistakes.warnings), bundle):
                click.echo(line, err=True)
            count = len(mistakes.mistakes)
            _fail(f"{count} mistake{'s' * (count != 1)}: {_nothing(live)}")
        case FailedTests(result, live):
            for line in told_of_tests(result):
                click.echo(line, err=True)
            _fail(f"{_nothing(live)} (--no-tests publishes without the flow tests)")
        case NotRendered(why, None, live):
            _fail(f"{why}\n{_nothing(live)} (--no-render publishes without sound)")
        case NotRendered(why, _, live):
            _fail(f"{why}: {_nothing(live)} (--no-render publishes without them)")
        case NotStored(why, live) | NotExamined(why, live):
            _fail(f"{why}\n{_nothing(live)}")
        case Unsure(why):
            _fail(f"{why}\nwhether it was published is not known: see `wardbell flows status`, then publish again")
        case Overtaken(record, parent):
            _fail(
                f"{record.who} published edition {record.number} meanwhile ({record.why}): nothing of yours was"
                f" published or lost. See what changed with `wardbell flows diff {parent} {record.number}`,"
                " take it in, and publish again."
            )


def wait(parts: Parts, record: EditionRecord, pause: Callable[[float], None] | None = None) -> None:
    """Report when the engines serve it; fails when one of them refuses it."""
    pause = pause or time.sleep
    waited = 0.0
    while True:
        try:
            now = parts.database.run_now(taking, record, parts.wallclock())
        except DatabaseError as wrong:
            click.echo(f"edition {record.number} is published; which engine serves it is not known: {wrong}", err=True)
            return
        if now.settled or waited >= PATIENCE:
            break
        pause(EVERY)
        waited += EVERY
    if now.by_nobody:
        click.echo(f"edition {record.number} is published; no engine is running: it is used at the next start")
        return
    for one in now.late:
        sentence = f"{one.name} has not taken edition {record.number} yet: see `wardbell flows status` and its log"
        click.echo(sentence, err=True)
    for one in now.refused:
        click.echo(f"{one.name} REFUSED edition {record.number} and keeps {one.edition}: {one.refusal}", err=True)
    if now.refused:
        _fail("take it back with `wardbell flows rollback`, or correct it and publish again")
    if now.took:
        names = ", ".join(one.name for one in now.took)
        click.echo(f"edition {record.number} is live on {names}; calls in progress keep the one before")


def edited_from(parts: Parts, record: EditionRecord) -> bool:
    """Whether the files on disk were edited from this edition."""
    try:
        known = base.base_of(parts.database, parts.flows_dir())
    except DatabaseError:
        return False
    return known is not None and known.digest == record.digest


def remember(parts: Parts, record: EditionRecord) -> None:
    """From now on the files on disk are edited from this edition."""
    folder = parts.flows_dir()
    try:
        base.remember(parts.database, folder, record.head)
    except (OSError, DatabaseError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else wrong
        sentence = f"note: {folder / base.FILE} cannot be written ({why}): the next publish will want --over"
        click.echo(f"{sentence} {record.number}", err=True)


def _fail(sentence: str) -> NoReturn:
    raise click.ClickException(sentence)


def _nothing(live: EditionRecord | None) -> str:
    if live is None:
        return "nothing was published"
    return f"nothing was published, edition {live.number} stays live"
