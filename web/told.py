"""What was told in English below the pages (why a message was refused, what the doctor found), in a visitor's language.

Such a sentence lies in a table or comes from another process as it was made, with its values in it. It is known again
by the template that it was made from; one that nobody knows stays English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_FIELD = re.compile(r"%\((\w+)\)s")
Translate = Callable[[str], str]


class Told:
    """The sentences of one source, as templates with named values: `the key %(name)s expires on %(day)s`."""

    def __init__(self, templates: Iterable[str]) -> None:
        """`templates` are marked for the catalogues where they stand."""
        self.templates = tuple(templates)
        known = sorted(self.templates, key=lambda one: len(_FIELD.sub("", one)), reverse=True)
        self._known = [(re.compile(_pattern(one), re.DOTALL), one) for one in known]

    def say(self, sentence: str, translate: Translate) -> str | None:
        """The sentence translated, with its values; None when it is none of these."""
        for pattern, template in self._known:
            if found := pattern.fullmatch(sentence):
                return translate(template) % found.groupdict() if found.groupdict() else translate(template)
        return None


def _pattern(template: str) -> str:
    """What a sentence made from it looks like. Values may be long: the fixed words between them decide."""
    parts = _FIELD.split(template)
    return "".join(f"(?P<{part}>.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
