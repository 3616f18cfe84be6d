"""What carries out a command of a flow, and the table in which a conversation finds it by the command's class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias, TypeVar

from ivr.call.talk import Talk
from ivr.flow.commands import Answer

Wanted = TypeVar("Wanted", contravariant=True)


class Errand(Protocol[Wanted]):
    """Carries out one kind of command, for every call of the line. What it needs besides the talk it was made with."""

    @property
    def of(self) -> type[Any]:
        """The class of the commands that it carries out."""

    async def carry_out(self, talk: Talk, wanted: Wanted) -> Answer | None:
        """Do it, note in `talk.trace` what came of it, and bring back the answer; None where a flow waits for none.

        What can be expected to fail is an outcome. Raises `LineGone` when the call ends; when the caller hangs up it
        is cancelled, unless `talk.message` or a key says that the flow goes on without him.
        """


Errands: TypeAlias = Mapping[type[Any], Errand[Any]]
"""Class of a command -> what carries it out. What is not there leads to the flow's `error` exit."""
