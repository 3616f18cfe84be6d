"""A command starts with what it needs: groups know commands by name and a sentence, and import what is called."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner
from click.utils import make_default_short_help

from wardbell.cli import wardbell
from wardbell.commands.flows import flows
from wardbell.commands.lazy_group import LazyGroup

GROUPS = [pytest.param(wardbell, id="wardbell"), pytest.param(flows, id="flows")]
OTHERS = ("alembic", "mako", "prompt_toolkit", "pygments", "rich", "typer", "xlsxwriter")
"""What only few commands need, or none."""
WEB = ("fastapi", "starlette", "uvicorn")


@pytest.mark.parametrize("group", GROUPS)
def test_the_sentence_in_the_list_is_the_one_of_the_command(group: LazyGroup) -> None:
    context = click.Context(group)
    for name, (_, sentence) in group.subcommands.items():
        command = group.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert sentence == ("" if command.hidden else make_default_short_help(command.help or "", 1_000))


@pytest.mark.parametrize("group", GROUPS)
def test_help_lists_every_command(group: LazyGroup) -> None:
    listed = CliRunner().invoke(group, ["--help"], terminal_width=200).output
    assert all(f"  {name}  " in listed for name, (_, sentence) in group.subcommands.items() if sentence)
    assert "  messages  " not in listed  # where it stood before; it still answers


@pytest.mark.parametrize(
    ("program", "unneeded"),
    [
        ("from wardbell.cli import wardbell; wardbell(['-h'], standalone_mode=False)", (*WEB, "sqlalchemy", "twisted")),
        ("import wardbell.cli, wardbell.parts, wardbell.commands.keys", WEB),
        ("import wardbell.cli, wardbell.parts, wardbell.commands.wards", WEB),
        ("import wardbell.cli, wardbell.parts, wardbell.commands.calls", WEB),
        ("import wardbell.commands.run, wardbell.service", ("fastapi",)),
    ],
    ids=["help", "keys", "wards", "calls", "run"],
)
def test_what_a_command_does_not_need_is_not_imported(program: str, unneeded: tuple[str, ...]) -> None:
    told = f"{program}; import json, sys; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=120)
    imported = {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    assert not imported & {*OTHERS, *unneeded}
