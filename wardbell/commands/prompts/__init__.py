"""`wardbell prompts`: what the line says. Renders it ahead, lists it, speaks a text to a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from forms.report import did_you_mean
from prompts.errors import PromptError
from prompts.join import join
from prompts.listing import rows
from prompts.render import render_all, texts_ahead
from prompts.speech import speak
from prompts.values import tidy
from wardbell.commands.prompts.desk import PromptsDesk
from wardbell.commands.prompts.script import script
from wardbell.commands.prompts.sweep import gc
from wardbell.commands.prompts.takes import import_

_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
"""The name of a text: nobody wants to hear that spoken."""


@click.group()
def prompts() -> None:
    """See, hear, record and render what the line says."""


for command in (script, import_, gc):
    prompts.add_command(command)


@prompts.command("render")
@click.option("--threads", type=click.IntRange(1, 64), help="How many at once (default: the cores of this machine).")
@click.option("--slow/--no-slow", default=True, show_default=True, help="Also the clips for slower speech.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
@click.pass_obj
def render(desk: PromptsDesk, threads: int | None, slow: bool, quiet: bool) -> None:
    """Render every text ahead of the calls.

    What is already there stays; run it again after an interruption or a change of texts. Exit
    code 1 when a text could not be rendered.
    """
    try:
        texts = texts_ahead(desk.catalog, desk.known_values())
        summary = render_all(desk.studio, texts, slow=slow, threads=threads, progress=False if quiet else None)
    except PromptError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    for sentence in desk.studio.unavailable:
        click.echo(f"note: {sentence}", err=True)
    for language, text, reason in summary.failed:
        click.echo(f'failed: {language} "{text}": {reason}', err=True)
    click.echo(f"prompts: {summary}")
    if summary.failed:
        raise click.exceptions.Exit(1)


@prompts.command("list")
@click.option("--lang", help="One language only, e.g. zh.")
@click.pass_obj
def list_(desk: PromptsDesk, lang: str | None) -> None:
    """List every text: name, where its sound comes from, seconds, words.

    "recorded" marks texts whose words, or whose words without values, come with Wardbell as a file: they are heard
    even when no voice can speak. In place of all others callers then hear an apology.
    """
    try:
        languages = desk.catalog.languages
        if lang is not None and lang not in languages:
            raise click.UsageError(f'no language "{lang}" (there are {", ".join(languages)})')
        for language in languages if lang is None else (lang,):
            for row in rows(desk.catalog, desk.studio, language):
                length = "not rendered" if row.seconds is None else f"{row.seconds:.1f} s"
                recorded = f", recorded: {row.fallback}" if row.fallback else ""
                click.echo(f"{row.language}  {row.name}  [{row.source}, {length}{recorded}]  {row.text}")
    except PromptError as wrong:
        raise click.ClickException(str(wrong)) from wrong


@prompts.command("say")
@click.argument("text_or_id")
@click.option("--lang", default="zh", show_default=True, help="Language.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="WAV file to write.")
@click.option("--slow", is_flag=True, help="As callers who asked for slower speech hear it.")
@click.option("--value", "values", multiple=True, metavar="NAME=VALUE", help="A value that the text names; repeatable.")
@click.pass_obj
def say(desk: PromptsDesk, text_or_id: str, lang: str, out: Path, slow: bool, values: tuple[str, ...]) -> None:
    """Speak a text, or a catalogue id with its values, into a file as the telephone plays it.

    \b
    wardbell prompts say registration.funds_short --lang zh --value balance=201 --value fee=1000 --out a.wav
    """
    try:
        if desk.catalog.has(lang, text_or_id):
            texts: tuple[str, ...] = speak(desk.catalog, lang, text_or_id, _values(values))
        elif lang not in desk.catalog.languages:
            raise click.UsageError(f'no language "{lang}" (there are {", ".join(desk.catalog.languages)})')
        elif _ID.fullmatch(text_or_id):
            near = did_you_mean(text_or_id, desk.catalog.ids)
            raise click.UsageError(f'no text "{text_or_id}" in {lang}{near}: `wardbell prompts list` names them')
        else:
            texts = (tidy(lang, text_or_id),)
        clips = [desk.studio.render(lang, text, slow=slow, patient=True) for text in texts]
        join(clips, out)
    except PromptError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    except OSError as wrong:
        raise click.ClickException(f"{out}: {wrong.strerror}") from wrong
    click.echo(" | ".join(texts))


def _values(given: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise click.UsageError(f'--value is written NAME=VALUE, not "{pair}"')
        at = found
        *above, last = name.split(".")
        for step in above:
            at = at.setdefault(step, {})
        at[last] = value
    return found
