"""What a recording studio has to record: every fixed text in order, with what the speaker needs to know.

As CSV for a spreadsheet, or as a page to print and read from. Taking the recordings back is `takes.py`'s.
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prompts.catalog import Catalog
from prompts.phrase import Fixed
from prompts.speech import fixed_texts

PACE = {"zh": 4.2, "yue": 4.2, "en": 13.0, "ru": 12.0, "pl": 12.0}
"""Characters a second of an unhurried speaker on a telephone line."""
PAUSE = 0.5
"""Seconds of quiet and breath that every recording has beside its words."""
COLUMNS = ("file", "text", "notes", "seconds")


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One thing to record. `name` is the file's name without its ending; `seconds` about how long it takes."""

    language: str
    name: str
    text: str
    notes: str
    seconds: float


def about(language: str, text: str) -> float:
    """Seconds that a speaker takes for `text`, more or less."""
    return PAUSE + sum(char.isalnum() for char in text) / PACE.get(language, 12.0)


def lines(catalog: Catalog, language: str) -> Iterator[ScriptLine]:
    """What to record in a language, in the order of the texts' names. A text that occurs twice is recorded once."""
    seen: set[str] = set()
    for name, text in fixed_texts(catalog, language):
        if text not in seen:
            seen.add(text)
            yield ScriptLine(language, name, text, _notes(catalog, language, name, text), about(language, text))


def _notes(catalog: Catalog, language: str, name: str, text: str) -> str:
    id = name if catalog.has(language, name) else name.rpartition(".")[0]
    phrase = catalog.phrase(language, id)
    if not phrase.fields:
        return ""
    whole = "".join(part.text if isinstance(part, Fixed) else f"[{part.path}]" for part in phrase.parts).strip()
    notes = [f"part of: {whole}"]
    first, last = phrase.parts[0], phrase.parts[-1]
    if not (isinstance(last, Fixed) and last.text.strip().endswith(text[-2:])):
        notes.append("the voice stays up at the end: a value follows")
    if not (isinstance(first, Fixed) and first.text.strip().startswith(text[:2])):
        notes.append("goes on after a value")
    return "; ".join(notes)


def as_csv(script: Iterable[ScriptLine]) -> str:
    """For a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in script:
        writer.writerow((f"{line.language}/{line.name}.wav", line.text, line.notes, f"{line.seconds:.1f}"))
    return out.getvalue()


def as_page(script: Iterable[ScriptLine], title: str) -> str:
    """A page of HTML that prints well: large words, one box to tick off for each."""
    rows, total, count = [], 0.0, 0
    for line in script:
        count, total = count + 1, total + line.seconds
        notes = f"<p class=notes>{html.escape(line.notes)}</p>" if line.notes else ""
        rows.append(
            f"<tr><td class=box></td><td class=name>{html.escape(f'{line.language}/{line.name}.wav')}</td>"
            f"<td><p lang={line.language}>{html.escape(line.text)}</p>{notes}</td><td>{line.seconds:.0f} s</td></tr>"
        )
    return _PAGE.format(
        title=html.escape(title), count=count, minutes=max(1, round(total / 60)), rows="\n".join(rows)
    )


_PAGE = """<!doctype html>
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 15mm }}
body {{ font: 15px/1.45 "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", "DejaVu Sans", sans-serif; color: #111 }}
h1 {{ font-size: 22px; margin: 0 0 4px }}
table {{ border-collapse: collapse; width: 100% }}
thead {{ display: table-header-group }}
tr {{ break-inside: avoid; border-top: 1px solid #bbb }}
td, th {{ padding: 7px 8px; vertical-align: top; text-align: left }}
td p {{ margin: 0; font-size: 18px }}
.box::before {{ content: ""; display: inline-block; width: 13px; height: 13px; border: 1.5px solid #555 }}
.name {{ font: 12px/1.9 "DejaVu Sans Mono", Consolas, monospace; white-space: nowrap }}
td p.notes {{ font-size: 13px; color: #555 }}
</style>
<h1>{title}</h1>
<p>{count} recordings, about {minutes} minutes of speech. One file each, under the name that stands beside it; WAV, one
voice, one room, one distance from the microphone, no music, a breath of quiet at both ends. Loudness is made equal
later; what matters is that nothing is clipped.</p>
<table>
<thead><tr><th></th><th>file</th><th>words</th><th>about</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
"""
