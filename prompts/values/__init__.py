"""Values read aloud, each language by its own rules. No audio here: values in, words out."""

from __future__ import annotations

from prompts.values.reading import read, tidy

__all__ = ["read", "tidy"]
