"""`wardbell prompts gc`: throws away clips that nobody will miss."""

from __future__ import annotations

import click

from prompts.errors import PromptError
from prompts.render import names_ahead
from prompts.sweep import sweep
from wardbell.commands.prompts.desk import PromptsDesk

_DAY = 86_400.0


@click.command("gc")
@click.option("--older", type=click.FloatRange(min=0), metavar="DAYS", help="Also clips not heard for this many days.")
@click.option("--limit", type=click.FloatRange(min=0), metavar="MB", help="The size to come down to (default: as set).")
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would be deleted.")
@click.pass_obj
def gc(desk: PromptsDesk, older: float | None, limit: float | None, dry: bool) -> None:
    """Bring the store of clips down to its size: amounts, slip numbers and old texts go, the longest unheard first.

    Clips of the texts and names in use always stay; what goes is spoken anew when it is needed. The service does the
    same each night.
    """
    try:
        keep = names_ahead(desk.studio, desk.known_values())
    except PromptError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    most = desk.store_limit if limit is None else int(limit * 1e6)
    seconds = None if older is None else older * _DAY
    swept = sweep(desk.store_dir, keep, now=desk.wallclock().timestamp(), limit=most, older=seconds, dry=dry)
    click.echo(f"{'would be: ' if dry else ''}{swept}")
