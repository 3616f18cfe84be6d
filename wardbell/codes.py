"""The page of the manual on everything that can be wrong in the files that the hospital edits.

`python -m wardbell.codes` writes docs/codes.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from editions.codes import CODES, RETIRED
from editions.remedies import REMEDIES

PAGE = Path(__file__).parents[1] / "docs" / "codes.md"

_PARTS = {
    "E1": "Files and words, of whatever kind",
    "E2": "Steps and what they work with",
    "E3": "Texts that flows say",
    "E4": "Conditions",
    "E5": "Numbers, hours, holidays",
    "E6": "What patients are owed",
    "I": "Insurance (`flows/insurance.yaml`, `flows/catalogue.yaml`)",
    "N": "Notices (`flows/notices.yaml`)",
    "P": "Texts (`texts/*.yaml`)",
    "T": "Flow tests (`flows/tests/*.yaml`)",
    "W": "Warnings: reported, but nothing is refused",
}


def page() -> str:
    """The page of the manual, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Codes of mistakes"
    yield ""
    yield 'Each mistake comes with its place, its code and what to do: `flows/main.yaml:12:9 E204 no step "login"`.'
    yield "A code never changes its meaning. `wardbell flows check` finds all of them at once."
    yield "The console and `POST /api/v1/flows/check` tell both in Chinese, English, Russian and Polish."
    for prefix, title in _PARTS.items():
        rows = [(code, meaning) for code, meaning in sorted(CODES.items()) if code.startswith(prefix)]
        if rows:
            yield from ("", f"## {title}", "", "| code | what is wrong | what to do |", "|---|---|---|")
            yield from (f"| {code} | {meaning} | {_cell(REMEDIES.get(code, ''))} |" for code, meaning in rows)
    yield from ("", "## Retired", "", "| code | is now |", "|---|---|")
    yield from (f"| {code} | {now} |" for code, now in sorted(RETIRED.items()))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
