"""`wardbell prompts script`: what a studio has to record."""

from __future__ import annotations

import click

from prompts.errors import PromptError
from prompts.script import as_csv, as_page, lines
from wardbell.commands import files
from wardbell.commands.prompts.desk import PromptsDesk


@click.command("script")
@click.option("--lang", "language", required=True, help="The language to record, e.g. zh.")
@click.option("--page", is_flag=True, help="A page of HTML to print and read from, instead of CSV.")
@click.option("--missing", is_flag=True, help="Only what is not recorded yet.")
@click.option("--out", default="-", help="File to write (default: standard output).")
@click.pass_obj
def script(desk: PromptsDesk, language: str, page: bool, missing: bool, out: str) -> None:
    """Print what a studio has to record: file, words, notes, about how long.

    \b
    wardbell prompts script --lang zh --page --out zh.html
    wardbell prompts script --lang zh --out zh.csv
    """
    try:
        catalog, studio = desk.catalog, desk.studio
        if language not in catalog.languages:
            raise click.UsageError(f'no language "{language}" (there are {", ".join(catalog.languages)})')
        wanted = [
            line
            for line in lines(catalog, language)
            if not missing or studio.source_of(language, line.text) != "recording"
        ]
    except PromptError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    files.write(out, as_page(wanted, f"Recordings: {language}") if page else as_csv(wanted))
