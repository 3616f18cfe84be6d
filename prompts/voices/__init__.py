"""The voices that can speak a text: one Protocol, one module a voice, a fake for tests."""

from __future__ import annotations

from prompts.voices.voice import Voice

__all__ = ["Voice"]
