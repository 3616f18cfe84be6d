"""`wardbell flows export`: a call that was on the line, as a flow test."""

from __future__ import annotations

from pathlib import Path

import click

from editions.flow_tests import under_test
from forms.errors import FilesBroken
from ivr.record.call_records import show_call
from ivr.rehearsal.export import as_test
from ivr.rehearsal.traced import of_record
from wardbell.parts import Parts


@click.command("export")
@click.argument("call")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write (default: the screen).")
@click.pass_obj
def export(parts: Parts, call: str, out: Path | None) -> None:
    """Write a call that was on the line as a flow test. CALL is its id, or the beginning of it.

    Secret keys, card numbers and what else is a patient's own are replaced; the caller's number is left out. What the
    trace does not hold is filled in as on a good day: look the test over before you keep it.
    """
    record = parts.database.run_now(show_call, call)
    if record is None:
        raise click.ClickException(f'no call (or more than one) begins with "{call}"')
    try:
        stage = under_test(parts.on_disk(), parts.zone)
    except FilesBroken as wrong:
        raise click.ClickException(f"{wrong}\nthe flows have mistakes: no test can be written for them") from wrong
    if record.flow not in stage.flows.flows:
        raise click.ClickException(f'there is no flow "{record.flow or "(none)"}" any more')
    caller, moments = of_record(record, stage)
    title = f"{record.flow}, call of {caller.at:%Y-%m-%d %H:%M}\n{_TOLD}"
    text = as_test(title, caller, moments, stage)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as wrong:
        raise click.ClickException(f"{out}: {wrong.strerror}") from wrong
    click.echo(f"the call was written as a test to {out}: wardbell flows test {out}")


_TOLD = (
    "Written from a call on the line. Secret keys and anything personal are placeholders;\n"
    "values that the trace does not hold are those of a good day."
)
