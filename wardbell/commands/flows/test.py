"""`wardbell flows test`: the tests that stand beside the flows, and what of the flows they try."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from editions.bundle import TESTS, Bundle
from editions.check import as_data
from editions.flow_tests import under_test
from forms.errors import FilesBroken
from ivr.rehearsal.suite import SuiteResult, run_tests
from wardbell.commands.flows.stored import bundle_of, live_record
from wardbell.parts import Parts


@click.command("test")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-k", "word", default="", metavar="WORD", help="Only tests with WORD in their name or file.")
@click.option("--coverage", is_flag=True, help="Also list each step and each way out that no test tries.")
@click.option("--live", is_flag=True, help="Test the published edition, with its own tests or with FILES.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.pass_obj
def test(parts: Parts, files: tuple[Path, ...], word: str, coverage: bool, live: bool, as_json: bool) -> None:
    """Run the flow tests: FILES, or all in the folder `tests` beside the flows.

    Exit code 1 when a test fails, when there is a mistake in the flows or the tests, or when no test has the name that
    was asked for.
    """
    try:
        bundle = bundle_of(parts, live_record(parts).number) if live else parts.on_disk()
        tested = run_tests(_sources(bundle, files), under_test(bundle, parts.zone), word)
    except FilesBroken as wrong:
        _tell_mistakes(wrong, as_json)
        raise click.exceptions.Exit(1) from wrong
    if not tested.played and (word or files):
        where = " and ".join(str(file) for file in files) or "the folder tests"
        raise click.ClickException(f"no test in {where}" + (f' has "{word}" in its name or file' if word else ""))
    if as_json:
        click.echo(json.dumps({"mistakes": [], **tested.as_data()}, ensure_ascii=False, indent=2))
    else:
        for line in told(tested, coverage=coverage):
            click.echo(line)
    if tested.failed:
        raise click.exceptions.Exit(1)


def told(tested: SuiteResult, *, coverage: bool = False) -> Iterator[str]:
    """The tests as lines: failures at length, then how much passed, then how far each flow was tried."""
    for one in tested.failed:
        assert one.failure is not None
        yield f'FAILED "{one.test.name}"'
        yield f"  {one.failure}"
        yield "    the call:"
        yield from (f"      {line}" for line in one.failure.transcript)
        yield ""
    failed = len(tested.failed)
    count = len(tested.played)
    yield f"{count - failed} of {count} tests passed" + (f", {failed} FAILED" if failed else "")
    if count:
        width = max(map(len, tested.coverage), default=0)
        for name, tried in tested.coverage.items():
            steps, ways = tried.steps - len(tried.steps_left), tried.ways - len(tried.ways_left)
            full = "" if tried.full else "   not all"
            yield f"  {name:<{width}}  steps {steps}/{tried.steps}  ways out {ways}/{tried.ways}{full}"
            if coverage:
                yield from (f"      never entered: {step}" for step in tried.steps_left)
                yield from (f"      never left by: {way}" for way in tried.ways_left)


def _sources(bundle: Bundle, files: tuple[Path, ...]) -> dict[str, bytes]:
    if not files:
        return bundle.under(TESTS)
    try:
        return {str(file): file.read_bytes() for file in files}
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename}: {wrong.strerror}") from wrong


def _tell_mistakes(wrong: FilesBroken, as_json: bool) -> None:
    if as_json:
        mistakes = [as_data(one) for one in wrong.mistakes]
        click.echo(json.dumps({"mistakes": mistakes}, ensure_ascii=False, indent=2))
        return
    for mistake in wrong.mistakes:
        click.echo(str(mistake), err=True)
    count = len(wrong.mistakes)
    click.echo(f"{count} mistake{'s' * (count != 1)}: nothing was tested", err=True)
