"""Where a tried call is shown and its caller types: one line, several things to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click

from ivr.rehearsal.moments import Moment
from ivr.rehearsal.transcript import told

HELP = """\
  1  *  100001#   press keys, one after the other, once everything is said (several in a row: typed ahead)
  1!              press them half a second from now, in the middle of what is said
  wait            press nothing until the line goes on by itself
  8s              let that much time pass once the line waits
  hangup          hang up; hangup! does it in the middle of what is said
  ?               this help
  Several of them may stand in one line: 1 100001# 1234# wait"""


class Terminal:
    """Where the call is shown and the caller types. With `keys` nothing is asked."""

    def __init__(self, keys: str | None) -> None:
        self._keys = keys
        self._typed = click.get_text_stream("stdin", errors="replace")  # once: each stream reads ahead for itself
        self._ended = False

    def show(self, moment: Moment) -> None:
        """A moment of the call."""
        line = told(moment)
        if line:
            click.echo(line)

    def words(self, goes_on: Callable[[], bool]) -> Iterator[str]:
        """What the caller does, word by word; a line is asked for when the line waits."""
        if self._keys is not None:
            yield from self._known(self._keys)
            return
        while goes_on() and (line := self._line("  > ")) is not None:
            yield from self._known(line)

    def answer(self, question: str) -> str | None:
        """Ask whoever tries it; None when nobody can be asked."""
        return None if self._keys is not None else self._line(question)

    def _line(self, prompt: str) -> str | None:
        if self._ended:
            return None
        if self._typed.isatty():
            click.echo(prompt, nl=False)
        line = self._typed.readline()
        self._ended = not line
        return line.strip() if line else None

    def _known(self, line: str) -> Iterator[str]:
        for word in line.split():
            plain = word.removesuffix("!")
            if plain == "?":
                click.echo(HELP)
            elif plain in ("wait", "hangup") or _is_span(plain) or set(plain) <= set("0123456789*#") != set():
                yield word
            else:
                click.echo(f'"{word}" is nothing that a caller can do; ? for help', err=True)


def _is_span(word: str) -> bool:
    number = word.removesuffix("s")
    return word.endswith("s") and number.replace(".", "", 1).isdecimal() and number.isascii()
