"""The boundary to text-to-speech, and running a speech program safely. Which voice is asked,
and what becomes of its audio, is for the studio and the sound room."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from prompts.errors import VoiceFailed


class Voice(Protocol):
    """Speaks a text into a file. Safe to use from several threads at once."""

    @property
    def name(self) -> str:
        """Short and unique: `espeak`."""

    @property
    def version(self) -> str:
        """Changes whenever the same text would sound different (program, speed, pitch)."""

    @property
    def languages(self) -> frozenset[str]:
        """Languages it can speak here and now, e.g. `zh`."""

    @property
    def quick(self) -> bool:
        """Needs no network and a fraction of a second for a sentence: what speaks when the others are late."""

    @property
    def busy(self) -> bool:
        """Whether a text that is given now would have to wait for others first."""

    @property
    def at_once(self) -> bool:
        """Whether several texts at the same time take hardly longer than one, where processors are free."""

    def render(self, text: str, language: str, to: Path) -> None:
        """Write `text` as audio of any rate and format that ffmpeg reads. Blocks. Raises
        `VoiceFailed`; what lies at `to` is then worthless. `CannotSay`: this text only."""


def run(command: Sequence[str], *, text: str = "", timeout: float) -> str:
    """Run a program without a shell, `text` on its standard input; returns what it printed.

    Raises `VoiceFailed` when it is missing, fails or takes longer than `timeout` seconds.
    """
    try:
        done = subprocess.run(
            list(command),
            input=text.encode(),
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as e:
        raise VoiceFailed(f"{command[0]} is not installed") from e
    except OSError as e:
        raise VoiceFailed(f"{command[0]} cannot be run: {e.strerror}") from e
    except subprocess.TimeoutExpired as e:
        raise VoiceFailed(f"{command[0]} took longer than {timeout:g} s") from e
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()[:200]
        raise VoiceFailed(f"{command[0]} failed ({done.returncode}): {said}")
    return done.stdout.decode(errors="replace")


def check_written(name: str, to: Path) -> None:
    """Raises `VoiceFailed` when a voice left nothing behind."""
    if not to.is_file() or to.stat().st_size == 0:
        raise VoiceFailed(f"{name} wrote no audio")
