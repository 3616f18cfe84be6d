"""`wardbell flows rollback`: an earlier edition becomes the live one again, under a new number."""

from __future__ import annotations

import click

from editions import store
from editions.store import Draft
from wardbell.commands.flows import publishing
from wardbell.commands.flows.stored import bundle_of, told
from wardbell.parts import Parts


@click.command()
@click.argument("number", type=click.IntRange(1), required=False)
@click.option("-m", "--why", default="", help="Why, for the history.")
@publishing.who_option
@publishing.render_option
@click.pass_obj
def rollback(parts: Parts, number: int | None, why: str, who: str | None, no_render: bool) -> None:
    """Put an earlier edition live again (default: the one before the live one).

    The history stays whole: the old files come back under a new number. Called again, it steps back further, never to
    what was just taken back. Files on disk are not touched.
    """
    every = publishing.every(parts)
    if not every:
        raise click.ClickException("nothing was published yet")
    live = every[0]
    known = {record.number: record for record in every}
    back = known.get(number) if number is not None else store.before(every)
    if back is None:
        if number is not None:
            raise click.ClickException(f"there is no edition {number}: `wardbell flows history` lists them")
        raise click.ClickException(f"there is no edition before {store.origin(live, known).number} to go back to")
    bundle, back = bundle_of(parts, back.number), store.origin(back, known)
    number = back.number
    why = publishing.reason(why or f"back to edition {number}")
    if bundle.digest == live.digest:
        publishing.unchanged(live)
        return
    checked = publishing.check(parts, bundle, live)
    if not no_render:
        publishing.render(parts, checked.edition.texts, live)
    draft = Draft(store.as_texts(bundle), bundle.digest, publishing.name(who), why, files_of=number)
    record = publishing.store(parts, draft, live)
    if record is None:
        return
    click.echo(f"edition {record.number} has the files of {told(parts, back)}")
    click.echo(
        "the files on disk stay as they are: the next `wardbell flows publish` would put THEM live;"
        f" `wardbell flows fetch {number} FOLDER` gets the old ones"
    )
    publishing.wait(parts, record)
