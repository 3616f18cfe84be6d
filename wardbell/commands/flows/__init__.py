"""`wardbell flows`: check, try, test, see, publish and take back the call flows. Each command is a file of its own."""

from __future__ import annotations

import click

from wardbell.commands.flows.check import check
from wardbell.commands.flows.diff import diff
from wardbell.commands.flows.draw import draw
from wardbell.commands.flows.export import export
from wardbell.commands.flows.history import history
from wardbell.commands.flows.publish import publish
from wardbell.commands.flows.rollback import rollback
from wardbell.commands.flows.schema import schema
from wardbell.commands.flows.show import fetch, show
from wardbell.commands.flows.status import status
from wardbell.commands.flows.test import test
from wardbell.commands.flows.try_ import try_


@click.group()
def flows() -> None:
    """The call flows that the hospital edits: check, try, test, draw, publish, roll back."""


for command in (check, try_, test, export, draw, schema, publish, status, diff, history, show, fetch, rollback):
    flows.add_command(command)
