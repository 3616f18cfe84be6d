"""`wardbell prompts import`: recordings that come back from a studio."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from prompts.errors import PromptError
from prompts.takes import REFUSED, Take, Verdict, look, take_in
from wardbell.commands.prompts.desk import PromptsDesk
from wardbell.commands.who import hand


@click.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--lang", "language", help="One language only (default: every folder that is a language).")
@click.option("--check", is_flag=True, help="Only check; import nothing.")
@click.pass_obj
def import_(desk: PromptsDesk, folder: Path, language: str | None, check: bool) -> None:
    """Take recordings from FOLDER/<language>/<name>.wav (or any format that ffmpeg reads) into recordings_dir.

    Reports what is missing, orphaned, unreadable or silent (not taken), and what is too loud, too quiet, clipped or of
    the wrong length (taken all the same: listen to it). Exit code 1 when something was not taken.
    """
    try:
        known = desk.catalog.languages
        if language is not None and language not in known:
            raise click.UsageError(f'no language "{language}" (there are {", ".join(known)})')
        languages = [one for one in known if one == language or (language is None and (folder / one).is_dir())]
        if not languages:
            raise click.ClickException(f"{folder} has no folder that is a language ({', '.join(known)})")
        if desk.recordings_dir is None and not check:
            raise click.ClickException('set recordings_dir in wardbell.toml first, e.g. recordings_dir = "recordings"')
        takes = list(look(desk.catalog, folder, languages))
        for take in takes:
            if take.verdict is not Verdict.GOOD:
                click.echo(f"{take.verdict:<12}  {take.language}/{take.name}  {take.detail}")
            if take.verdict not in REFUSED and not check:
                assert desk.recordings_dir is not None
                _note(desk, take)
                take_in(take, desk.recordings_dir)
    except PromptError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    counts = Counter(take.verdict for take in takes)
    usable = sum(count for verdict, count in counts.items() if verdict not in REFUSED)
    click.echo(
        f"{usable} {'usable' if check else 'taken'}, {usable - counts[Verdict.GOOD]} of them doubtful; "
        f"{counts[Verdict.MISSING]} missing, {counts[Verdict.ORPHANED]} orphaned, "
        f"{counts[Verdict.UNREADABLE] + counts[Verdict.SILENT]} unusable"
    )
    if usable and not check:
        click.echo("a running line makes their clips and plays them within seconds")
    if counts[Verdict.ORPHANED] or counts[Verdict.UNREADABLE] or counts[Verdict.SILENT]:
        raise click.exceptions.Exit(1)


def _note(desk: PromptsDesk, take: Take) -> None:
    """The row first: a recording that nobody answers for is worse than a row whose recording the disk refused."""
    key, verdict = f"{take.language}/{take.name}", take.verdict.value
    desk.database.run_now(lambda session: hand(desk).note(session, "record", "text", key, verdict=verdict))
