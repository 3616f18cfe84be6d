"""`wardbell flows rollback`: an earlier edition becomes the live one again, under a new number."""

from __future__ import annotations

import click

from db.errors import DatabaseError
from editions.press import NotSigned
from editions.rollback import Damaged, NoneBefore, NoSuchEdition, NothingPublished, TakenBack, roll_back
from wardbell.commands.flows import publishing
from wardbell.commands.flows.stored import told
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
    try:
        came = roll_back(
            publishing.press(parts, "roll back", why),
            number,
            publishing.name(who),
            why,
            sound=not no_render,
            tell=publishing.tell,
        )
    except DatabaseError as wrong:
        raise publishing.away(wrong) from wrong
    match came:
        case TakenBack(record, back, instead_of):
            if publishing.edited_from(parts, instead_of):
                publishing.remember(parts, record)  # whoever takes back here knows what the next publish would do
            click.echo(f"edition {record.number} has the files of {told(parts, back)}")
            click.echo(
                "the files on disk stay as they are: the next `wardbell flows publish` would put THEM live;"
                f" `wardbell flows fetch {back.number} FOLDER` brings the old ones back"
            )
            publishing.wait(parts, record)
        case NothingPublished():
            raise click.ClickException("nothing was published yet")
        case NoSuchEdition(missing):
            raise click.ClickException(f"there is no edition {missing}: `wardbell flows history` lists them")
        case NoneBefore(first):
            raise click.ClickException(f"there is no edition before {first.number} to go back to")
        case NotSigned(sentence):
            raise click.UsageError(sentence)
        case Damaged(sentence):
            raise click.ClickException(sentence)
        case _:
            publishing.stop(came)
