"""`wardbell flows`: check, try, test, see, publish and take back the call flows. Each command is a file of its own."""

from __future__ import annotations

import click

from wardbell.flows_command.check import check
from wardbell.flows_command.diff import diff
from wardbell.flows_command.draw import draw
from wardbell.flows_command.export import export
from wardbell.flows_command.history import history
from wardbell.flows_command.publish import publish
from wardbell.flows_command.rollback import rollback
from wardbell.flows_command.schema import schema
from wardbell.flows_command.show import fetch, show
from wardbell.flows_command.status import status
from wardbell.flows_command.test import test
from wardbell.flows_command.try_ import try_


@click.group()
def flows() -> None:
    """The call flows that the hospital edits: check, try, test, draw, publish, roll back."""


for command in (check, try_, test, export, draw, schema, publish, status, diff, history, show, fetch, rollback):
    flows.add_command(command)
