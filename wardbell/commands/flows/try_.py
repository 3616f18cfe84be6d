"""`wardbell flows try`: a call in the terminal, with the live call's own interpreter and conversation.

The hospital's own data is never touched: actions are answered by a demo hospital that is made in memory for this call,
or by whoever tries it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import click
from twisted.internet.task import Clock

from editions.flow_tests import under_test
from editions.tried import CannotTry, Trial, caller_of, do, ready
from forms.errors import FilesBroken
from hospital.demo_hospital import DemoHospital
from ivr.flow.commands import Value
from ivr.numbers import Closing
from ivr.numbers.closings import closed_numbers
from ivr.rehearsal.call import RehearsedCall
from ivr.rehearsal.caller import Caller
from ivr.rehearsal.export import as_test
from ivr.rehearsal.flow_test import EditionUnderTest
from ivr.rehearsal.moments import Saying
from ivr.rehearsal.sound import write_call
from prompts.errors import PromptError
from prompts.join import join
from wardbell.commands.flows.asking import Asking, values
from wardbell.commands.flows.stored import bundle_of, live_record
from wardbell.commands.flows.terminal import Terminal
from wardbell.parts import Parts

_PLAYERS: tuple[tuple[str, list[str]], ...] = (
    ("ffplay", ["-nodisp", "-autoexit", "-loglevel", "quiet"]),
    ("paplay", []),
    ("aplay", ["-q"]),
)


@click.command("try")
@click.argument("flow_or_number", metavar="FLOW|NUMBER")
@click.option("--language", help="Language, e.g. zh (default: the number's, or the first of the texts).")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="A variable that the flow needs; repeatable.")
@click.option("--caller", default="13800000000", show_default=True, help="The number that calls; empty: withheld.")
@click.option("--at", metavar='"2026-12-24 22:00"', help="When it is, by the hospital's clock (default: now).")
@click.option(
    "--actions",
    type=click.Choice(["demo", "fake"]),
    default="demo",
    show_default=True,
    help="Who answers: a demo hospital in memory, or you.",
)
@click.option(
    "--answer",
    "said",
    multiple=True,
    metavar="NAME=OUTCOME",
    help='What the far side or the hospital answers: dial=busy, "dial=talked seconds=90"; repeatable, in order.',
)
@click.option("--slow", is_flag=True, help="Begin at the slow pace.")
@click.option("--keys", help='What the caller does, as typed: "1 100001# 1234# wait hangup"; nothing is asked then.')
@click.option(
    "--say",
    type=click.Path(dir_okay=False, path_type=Path),
    is_flag=False,
    flag_value="call.wav",
    metavar="[FILE.wav]",
    help="Play the texts, where there is a sound card, and write the call to a file (default: call.wav).",
)
@click.option("--export", type=click.Path(dir_okay=False, path_type=Path), help="Write the call as a flow test.")
@click.option("--live", is_flag=True, help="Try the published edition instead of the files on disk.")
@click.pass_obj
def try_(
    parts: Parts,
    flow_or_number: str,
    language: str | None,
    given: tuple[str, ...],
    caller: str,
    at: str | None,
    actions: str,
    said: tuple[str, ...],
    slow: bool,
    keys: str | None,
    say: Path | None,
    export: Path | None,
    live: bool,
) -> None:
    """Try a flow, or what a number is answered with: a call in the terminal.

    It runs as a live call does; only that no time is spent waiting. Nothing that it books or pays is real. Mistakes in
    the flows are reported first, with exit code 1.

    \b
    wardbell flows try 1000
    wardbell flows try registration --set card=100004 --language en
    wardbell flows try 1000 --at "2026-12-24 22:00" --keys "1 100001# 1234# hangup" --say
    wardbell flows try operator --answer dial=busy --answer dial=no_answer --keys wait
    """
    try:
        bundle = bundle_of(parts, live_record(parts).number) if live else parts.on_disk()
        stage = under_test(bundle, parts.zone)
    except FilesBroken as wrong:
        for mistake in wrong.mistakes:
            click.echo(str(mistake), err=True)
        count = len(wrong.mistakes)
        click.echo(f"{count} mistake{'s' * (count != 1)}: nothing can be tried until they are fixed", err=True)
        raise click.exceptions.Exit(1) from wrong
    now = _moment(at, parts)
    closed = parts.database.run_now(closed_numbers) if live else {}
    who = _caller(stage, flow_or_number, language, values(given), caller, now, slow, closed)
    terminal = Terminal(keys)
    asking = Asking(stage, terminal.answer, said)
    player = _player() if say is not None else None
    clock = Clock()
    with ExitStack() as end:
        hospital = None
        if actions == "demo":
            hospital = DemoHospital(parts.zone, lambda: now + timedelta(seconds=clock.seconds()))
            end.callback(hospital.close)
        real = hospital.actions() if hospital is not None else {}
        click.echo(f"{who.flow} in {who.language}, {now.astimezone(parts.zone):%Y-%m-%d %H:%M}; ? for help")
        try:
            call = RehearsedCall(
                stage.flows,
                stage.texts,
                who,
                asking,
                actions={name: one for name, one in real.items() if name not in asking.scripted},
                declared=tuple(stage.declared.values()),
                studio=parts.studio_of(stage.texts),
                render=say is not None,
                tell=terminal.show,
                clock=clock,
            )
            _hold(call, terminal, player)
        except PromptError as wrong:
            raise click.ClickException(str(wrong)) from wrong
        _leave(call, stage, say, export)


def _hold(call: RehearsedCall, terminal: Terminal, player: Callable[[list[Path]], None] | None) -> None:
    """Do what is typed until the call is over."""
    heard = 0
    for word in terminal.words(lambda: call.listen() and not call.over):
        ready(call, word)
        heard = _sound(call, heard, player)
        if call.over:
            break
        do(call, word)
    call.listen()
    if not call.over:
        click.echo("(the caller has nothing more to say)")
        call.hang_up()
    _sound(call, heard, player)


def _sound(call: RehearsedCall, heard: int, player: Callable[[list[Path]], None] | None) -> int:
    """Play what was said since; gives how far that is."""
    clips = [clip for one in call.moments[heard:] if isinstance(one.what, Saying) for clip in one.what.clips]
    if player is not None and clips:
        player(clips)
    return len(call.moments)


def _leave(call: RehearsedCall, stage: EditionUnderTest, say: Path | None, export: Path | None) -> None:
    """What the call leaves behind, where it is asked for."""
    try:
        if say is not None:
            click.echo(f"the call was written to {say} ({write_call(call.moments, say):.0f} s)")
        if export is not None:
            title = f"{call.caller.flow} as it was tried"
            export.write_text(as_test(title, call.caller, call.moments, stage), encoding="utf-8")
            click.echo(f"the call was written as a test to {export}: wardbell flows test {export}")
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename}: {wrong.strerror}") from wrong


def _caller(
    stage: EditionUnderTest,
    name: str,
    language: str | None,
    given: dict[str, Value],
    number: str,
    now: datetime,
    slow: bool,
    closed: Mapping[str, Closing],
) -> Caller:
    """Who calls what. Raises `UsageError` for what is not there."""
    try:
        who = caller_of(stage, Trial(name, language, number, now, given, slow), closed)
    except CannotTry as wrong:
        if wrong.refused:
            raise click.ClickException(str(wrong)) from wrong
        raise click.UsageError(str(wrong)) from wrong
    for note in who.notes:
        click.echo(note)
    return who.caller


def _moment(at: str | None, parts: Parts) -> datetime:
    if at is None:
        return parts.wallclock()
    try:
        return datetime.fromisoformat(at).replace(tzinfo=parts.zone)
    except ValueError as wrong:
        raise click.UsageError(f'--at is written "2026-12-24 22:00", not "{at}"') from wrong


def _player() -> Callable[[list[Path]], None] | None:
    """A program that plays sound, where there is a sound card."""
    cards = Path("/proc/asound/cards")
    there = "PULSE_SERVER" in os.environ or (cards.is_file() and "no soundcards" not in cards.read_text())
    found = next(((path, options) for name, options in _PLAYERS if (path := shutil.which(name))), None)
    if not there or found is None:
        click.echo("no sound card here: the call is only written to the file")
        return None
    program, options = found

    def play(clips: list[Path]) -> None:
        with tempfile.TemporaryDirectory(prefix="wardbell-try-") as aside:
            whole = Path(aside) / "said.wav"
            join(clips, whole)
            subprocess.run([program, *options, str(whole)], check=False, stdin=subprocess.DEVNULL)

    return play
