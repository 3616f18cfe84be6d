"""`wardbell flows`: check, try, test, see, publish and take back the call flows. Each command is a file of its own."""

from __future__ import annotations

import click


@click.group()
def flows() -> None:
    """The call flows that the hospital edits: check, try, test, draw, publish, roll back."""
