"""The keys that every verb treats alike: `*` repeats, `0` reaches a person, an end key ends."""

from __future__ import annotations

from ivr.flow.form import FlowForm

REPEAT = "*"
PERSON = "0"
END = "#"


def read_end_key(form: FlowForm) -> str:
    """`end_key`: "#" unless told otherwise, "" for none."""
    word = form.word("end_key")
    if word is None:
        return END
    if word.text not in {REPEAT, END, "none"}:
        form.report.add(word.mark, "E214", '"end_key" is "#", "*" or none')
        return END
    return "" if word.text == "none" else word.text
