"""`wardbell flows`: check, try, test, see, publish and take back the call flows. Each command is a file of its own."""

from __future__ import annotations

import click

from wardbell.commands.lazy_group import LazyGroup

IN = "wardbell.commands.flows"
SUBCOMMANDS = {
    "check": (
        f"{IN}.check:check",
        "Report every mistake in FOLDER (default: the hospital's flows), with its place and what to do.",
    ),
    "diff": (
        f"{IN}.diff:diff",
        "Show what differs: from the live edition to the files on disk, from edition OLD to the files on disk, or from "
        "OLD to NEW.",
    ),
    "draw": (f"{IN}.draw:draw", "Draw the flows as they stand on disk, or those of an edition."),
    "export": (f"{IN}.export:export", "Write a call that was on the line as a flow test."),
    "fetch": (
        f"{IN}.show:fetch",
        "Write the files of an edition into FOLDER: the flows there, `tests` and `texts` below it.",
    ),
    "history": (f"{IN}.history:history", "List the published editions, newest first."),
    "publish": (f"{IN}.publish:publish", "Put the files on disk live."),
    "rollback": (
        f"{IN}.rollback:rollback",
        "Put an earlier edition live again (default: the one before the live one).",
    ),
    "schema": (f"{IN}.schema:schema", "Print the JSON Schema of flows, for completion and explanation in an editor."),
    "show": (f"{IN}.show:show", "List the files of an edition (default: the live one), or print one of them."),
    "status": (f"{IN}.status:status", "Say what is live, what differs on disk and which engine serves what."),
    "test": (f"{IN}.test:test", "Run the flow tests: FILES, or all in the folder `tests` beside the flows."),
    "try": (f"{IN}.try_:try_", "Try a flow, or what a number is answered with: a call in the terminal."),
}


@click.group(cls=LazyGroup, subcommands=SUBCOMMANDS)
def flows() -> None:
    """The call flows that the hospital edits: check, try, test, draw, publish, roll back."""
