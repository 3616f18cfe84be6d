"""`wardbell flows publish`: the files on disk become the live edition, or nothing changes and it says why."""

from __future__ import annotations

import click

from editions import store
from editions.bundle import Bundle
from editions.difference import changes
from editions.store import Draft, EditionDamaged, EditionRecord
from ivr.flow.mistakes import FlowErrors
from prompts.catalog import Catalog
from prompts.speech import fixed_texts
from wardbell.commands.flows import publishing
from wardbell.parts import Parts


@click.command()
@click.option("-m", "--why", prompt="Why (for the history)", help="What this change is for, in a few words.")
@publishing.who_option
@click.option("--no-tests", is_flag=True, help="Leave out the flow tests.")
@publishing.render_option
@click.pass_obj
def publish(parts: Parts, why: str, who: str | None, no_tests: bool, no_render: bool) -> None:
    """Put the files on disk live.

    Everything is checked first, the flow tests are run, and new texts are made into sound. Then one step makes them the
    live edition: running engines take it within about a second, calls in progress keep the one
    that they began with. When anything is wrong, nothing changes.
    """
    why, who = publishing.reason(why), publishing.name(who)
    live = publishing.current(parts)
    try:
        bundle = parts.on_disk()
    except FlowErrors as wrong:
        raise click.ClickException(f"{wrong}\nnothing was published") from wrong
    before = _files_of(parts, live) if live is not None else None
    if live is not None and before is not None and before.digest == bundle.digest:
        publishing.unchanged(live)
        return
    checked = publishing.check(parts, bundle, live)
    if live is not None and before is not None:
        click.echo(f"against edition {live.number}:")
        for changed in changes(before, bundle):
            click.echo(f"  {changed}")
        _tell_old_recordings(parts, live, checked.edition.texts)
    tests = "" if no_tests else publishing.test(parts, bundle, live)
    if not no_render:
        publishing.render(parts, checked.edition.texts, live)
    draft = Draft(store.as_texts(bundle), bundle.digest, who, why, tests=tests)
    record = publishing.store(parts, draft, live)
    if record is not None:
        publishing.wait(parts, record)


def _files_of(parts: Parts, live: EditionRecord) -> Bundle | None:
    """The live edition's files; None when its row was changed by hand: what is published now puts it right."""
    stored = parts.database.run_now(store.fetch, live.number)
    try:
        return stored.bundle() if stored is not None else None
    except EditionDamaged:
        return None


def _tell_old_recordings(parts: Parts, live: EditionRecord, texts: Catalog) -> None:
    """A recording goes before every voice: where words changed, callers would still hear the old ones."""
    folder = parts.recordings_dir
    if folder is None:
        return
    before = parts.texts_of(live.number)
    for language in texts.languages:
        spoken = dict(fixed_texts(before, language)) if language in before.languages else {}
        recorded = {file.stem for file in (folder / language).glob("*")}
        for name, words in fixed_texts(texts, language):
            if name in recorded and spoken.get(name, words) != words:
                click.echo(f"note: {name} ({language}) has new words and an old recording: record it anew", err=True)
