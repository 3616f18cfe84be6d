"""What publishing and taking back share: the check, the sound of new texts, the transaction, the waiting for engines.

Every step before the transaction may fail, and then nothing has changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import click

from db.errors import DatabaseAway, DatabaseError
from editions import store as editions
from editions.bundle import Bundle
from editions.edition import Checked
from editions.flow_tests import run_flow_tests
from editions.store import LONGEST_NAME, LONGEST_REASON, Draft, EditionRecord
from ivr.flow.mistakes import FlowErrors
from prompts.catalog import Catalog
from prompts.errors import PromptError
from prompts.render import render_all, texts_ahead
from wardbell.commands.flows.check import told
from wardbell.commands.flows.test import told as told_of_tests
from wardbell.commands.who import os_user
from wardbell.parts import Parts

PATIENCE = 5.0
"""Seconds that a publisher waits for the engines; each looks once a second."""
EVERY = 0.2
MOST = 10
"""Texts without sound that are told one by one."""

who_option = click.option("--who", help="Who publishes (default: the user of this machine).")
render_option = click.option(
    "--no-render", is_flag=True, help="Leave the sound of new texts to the first caller who hears them."
)


def reason(why: str) -> str:
    """The reason for the history, in one line. Raises `UsageError` for none."""
    told = " ".join(why.split())
    if not told:
        raise click.UsageError('say why, for the history: -m "the clinic opens at 7"')
    return _short(told, LONGEST_REASON, "reason")


def name(who: str | None) -> str:
    """Who publishes."""
    return _short(" ".join((who or os_user()).split()) or "unknown", LONGEST_NAME, "name")


def _short(told: str, longest: int, what: str) -> str:
    if len(told) > longest:
        raise click.UsageError(f"the {what} has {len(told)} characters; at most {longest} are kept")
    return told if told.isprintable() else "".join(sign for sign in told if sign.isprintable())


def current(parts: Parts) -> EditionRecord | None:
    """What is live. Raises `DatabaseError` with the words that nothing was published."""
    try:
        return parts.database.run_now(editions.newest)
    except DatabaseError as away:
        raise click.ClickException(f"{away}\nnothing was published") from away


def every(parts: Parts) -> list[EditionRecord]:
    """The whole history, newest first."""
    try:
        return parts.database.run_now(editions.history)
    except DatabaseError as away:
        raise click.ClickException(f"{away}\nnothing was published") from away


def check(parts: Parts, bundle: Bundle, live: EditionRecord | None) -> Checked:
    """Read all of it, or tell every mistake and that nothing changed."""
    try:
        editions.as_texts(bundle)
        checked = parts.check(bundle)
    except FlowErrors as wrong:
        raise _refused(wrong, bundle, live) from wrong
    for line in told(checked.warnings, bundle):
        click.echo(line, err=True)
    return checked


def test(parts: Parts, bundle: Bundle, live: EditionRecord | None) -> str:
    """Run the flow tests; what they came to, for the history. Nothing when there are none."""
    try:
        tested = run_flow_tests(bundle, parts.zone)
    except FlowErrors as wrong:
        raise _refused(wrong, bundle, live) from wrong
    if tested.failed:
        for line in told_of_tests(tested):
            click.echo(line, err=True)
        raise click.ClickException(f"{_nothing(live)} (--no-tests publishes without the flow tests)")
    count = len(tested.played)
    if not count:
        return ""
    click.echo(f"flow tests: {count} passed")
    return f"{count} passed"


def _refused(wrong: FlowErrors, bundle: Bundle, live: EditionRecord | None) -> click.ClickException:
    for line in told((*wrong.mistakes, *wrong.warnings), bundle):
        click.echo(line, err=True)
    count = len(wrong.mistakes)
    return click.ClickException(f"{count} mistake{'s' * (count != 1)}: {_nothing(live)}")


def render(parts: Parts, texts: Catalog, live: EditionRecord | None) -> None:
    """Make the sound of what is new, so that no caller waits for it."""
    try:
        studio = parts.studio_of(texts)
        wanted = texts_ahead(texts, parts.known_values())
    except (PromptError, DatabaseError) as wrong:
        raise click.ClickException(f"{wrong}\n{_nothing(live)} (--no-render publishes without sound)") from wrong
    voiced = [one for one in wanted if studio.source_of(*one) != "nobody"]
    for language in sorted({language for language, _ in wanted} - {language for language, _ in voiced}):
        click.echo(f"note: no voice speaks {language} here: its texts stay silent", err=True)
    summary = render_all(studio, voiced, slow=True)
    for language, text, why in summary.failed[:MOST]:
        click.echo(f'failed: {language} "{text}": {why}', err=True)
    if summary.failed:
        told = f"{len(summary.failed)} texts could not be rendered: {_nothing(live)}"
        raise click.ClickException(f"{told} (--no-render publishes without them)")
    if summary.rendered:
        click.echo(f"prompts: {summary}")


def store(parts: Parts, draft: Draft, live: EditionRecord | None) -> EditionRecord | None:
    """The one transaction. None when nothing has changed; the command fails when somebody was quicker."""
    parent = live.number if live is not None else 0
    try:
        came = parts.database.run_now(editions.publish, draft, parent, parts.wallclock())
    except DatabaseAway as away:  # perhaps in the middle of the commit
        told = f"{away}\nwhether it was published is not known: see `wardbell flows status`, then publish again"
        raise click.ClickException(told) from away
    except DatabaseError as wrong:
        raise click.ClickException(f"{wrong}\n{_nothing(live)}") from wrong
    match came:
        case editions.Published(record):
            return record
        case editions.Unchanged(record):
            unchanged(record)
            return None
        case editions.Overtaken(record):
            raise click.ClickException(
                f"{record.who} published edition {record.number} meanwhile ({record.why}): nothing of yours was"
                f" published or lost. See what changed with `wardbell flows diff {parent} {record.number}`,"
                " then publish again."
            )


def unchanged(live: EditionRecord) -> None:
    """Say that there is nothing to do."""
    click.echo(f"nothing changed: edition {live.number} is live with these very files")


def wait(parts: Parts, record: EditionRecord, pause: Callable[[float], None] | None = None) -> None:
    """Tell when the engines serve it; fails when one of them refuses it."""
    pause = pause or time.sleep
    waited = 0.0
    while True:
        try:
            known = parts.database.run_now(editions.engines)
        except DatabaseError as away:
            click.echo(f"edition {record.number} is published; which engine serves it is not known: {away}", err=True)
            return
        running = [one for one in known if one.runs(parts.wallclock())]
        refused = [one for one in running if one.refused == record.number]
        late = [one for one in running if not one.serves(record) and one not in refused]
        if not late or waited >= PATIENCE:
            break
        pause(EVERY)
        waited += EVERY
    if not running:
        click.echo(f"edition {record.number} is published; no engine is running: it is used at the next start")
        return
    for one in late:
        told = f"{one.name} has not taken edition {record.number} yet: see `wardbell flows status` and its log"
        click.echo(told, err=True)
    for one in refused:
        click.echo(f"{one.name} REFUSED edition {record.number} and keeps {one.edition}: {one.refusal}", err=True)
    if refused:
        raise click.ClickException("take it back with `wardbell flows rollback`, or correct it and publish again")
    took = [one.name for one in running if one not in late]
    if took:
        click.echo(f"edition {record.number} is live on {', '.join(took)}; calls in progress keep the one before")


def _nothing(live: EditionRecord | None) -> str:
    if live is None:
        return "nothing was published"
    return f"nothing was published, edition {live.number} stays live"
