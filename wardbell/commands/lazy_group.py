"""A group of commands whose modules are imported when they are called: starting costs what is used, not what there is.

The sentence of help stands with the module's name, so that `--help` imports none; a test holds it to the command's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from click.utils import make_default_short_help


class LazyGroup(click.Group):
    """`subcommands`: by name, where a command is found (`module:attribute`) and the first sentence of its help; none
    for one that is not listed."""

    def __init__(self, *args: Any, subcommands: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subcommands = subcommands

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.subcommands})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.subcommands and cmd_name not in self.commands:
            module, _, attribute = self.subcommands[cmd_name][0].partition(":")
            self.commands[cmd_name] = getattr(import_module(module), attribute)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        helped = {name: command.help or "" for name, command in self.commands.items() if name not in self.subcommands}
        helped |= {name: sentence for name, (_, sentence) in self.subcommands.items() if sentence}
        limit = formatter.width - 6 - max(map(len, helped))
        with formatter.section("Commands"):
            formatter.write_dl([(name, make_default_short_help(helped[name], limit)) for name in sorted(helped)])
