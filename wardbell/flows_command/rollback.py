"""`wardbell flows rollback`: an earlier edition becomes the live one again, under a new number."""

from __future__ import annotations

import click

from ivr import editions
from ivr.editions import Draft
from wardbell.flows_command import publishing
from wardbell.flows_command.stored import bundle_of
from wardbell.office import Office


@click.command()
@click.argument("number", type=click.IntRange(1), required=False)
@click.option("-m", "--why", default="", help="Why, for the history.")
@publishing.who_option
@publishing.render_option
@click.pass_obj
def rollback(office: Office, number: int | None, why: str, who: str | None, no_render: bool) -> None:
    """Put an earlier edition live again (default: the one before the live one).

    The history stays whole: the old files come back under a new number. Files on disk are not
    touched.
    """
    live = publishing.current(office)
    if live is None:
        raise click.ClickException("nothing was published yet")
    if number is None:
        earlier = office.database.run_now(editions.history)[1:]
        number = next((one.number for one in earlier if one.digest != live.digest), None)
        if number is None:
            raise click.ClickException(f"there is no edition before {live.number}")
    why = publishing.reason(why or f"back to edition {number}")
    bundle = bundle_of(office, number)
    if bundle.digest == live.digest:
        publishing.unchanged(live)
        return
    checked = publishing.check(office, bundle, live)
    if not no_render:
        publishing.render(office, checked.edition.texts, live)
    draft = Draft(editions.as_texts(bundle), bundle.digest, publishing.name(who), why, files_of=number)
    record = publishing.store(office, draft, live)
    if record is None:
        return
    click.echo(f"edition {record.number} has the files of edition {number}")
    click.echo(
        "the files on disk stay as they are: the next `wardbell flows publish` would put THEM live;"
        f" `wardbell flows fetch {number} FOLDER` gets the old ones"
    )
    publishing.wait(office, record)
