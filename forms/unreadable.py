"""What a file that YAML cannot read needs, for somebody who never heard of YAML: where, which code, what to do.

The parser says where it gave up, which is often lines after the slip. So the lines before are mended in every way
that somebody may have meant (`mends.py`), and the mend with which the file can be read further is what is reported. The
parser's own words are never shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from forms.mends import Mend, mends
from forms.report import Mark

BROKEN = (YAMLError, ValueError, OverflowError, IndexError, AttributeError, TypeError, AssertionError)
"""What the parser raises for files that it cannot read: bad escapes and versions come as others than its own."""
BACK = 12
"""Lines before the parser's place that are tried; a quote that swallows more is reported where it is opened."""
_TRIES = 20_000_000
"""Characters that are read at most while mends are tried, so that a large file is answered soon, too."""
_MERGE = re.compile(r"^(<{7}|>{7}|\|{7})( |$)|^={7}$")
_SENTENCES = (
    (r"expected ',' or '[]}]'", "the {open} of {line} is not closed, or a comma is missing before this"),
    (r"expected <block end>, but found '([]}])'", "one {found} too many"),
    (r"<block end>, but found '<(block|\?|-)", "this line must be indented like those that it belongs with"),
    (r"<block end>, but found", 'the line does not end where it should: a " may be missing, or one too many'),
    (r"mapping values are not allowed", "a : where none is allowed: put a text with a : in quotes, and see whether"
     " the line above has its : and a space after it"),
    (r"could not find expected ':'", "a line without its : (key: value), or a text in quotes that does not end"),
    (r"character '(.)' that cannot start", "a word that begins with {found} must be in quotes"),
    (r"unknown escape character|escape sequence", r"no \ within double quotes: write the text in single ones"),
    (r"unexpected end of stream", "a quote that is opened in {line} is never closed"),
    (r"unexpected document separator", "a quote that is opened in {line} is not closed before this"),
    (r"directive|%|version", "a line that begins with % has a meaning in YAML: put the text in quotes"),
    (r"block scalar|indentation|chomping", "the text after | or > must begin on the next line, indented"),
    (r"sequence entries are not allowed", "a - where none is allowed: put it on a line of its own, or in quotes"),
    (r"expected the node content", "a value is missing here, or a character that must be in quotes"),
    (r"anchor|alias|tag", "a word that begins with & * or ! must be in quotes"),
    (r"expected '<document start>'", "something here belongs to nothing: check how far it is indented"),
    (r"while scanning a simple key|simple key", "a line without its : (key: value)"),
)  # fmt: skip
_OTHERWISE = "something is out of place: check quotes, brackets, : and indentation of this line and the one above"


def mistyped(file: str, text: str) -> tuple[Mark, str, str] | None:
    """The first character of a Chinese keyboard, or space of a word processor, in a file that is not a map because of
    it."""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.partition(" #")[0]
        if bare.strip() and not bare.lstrip().startswith("#"):
            for mend in next(mends(bare, "")):
                return Mark(file, number, mend.col), mend.code, mend.sentence
            if found := re.match(r"([a-z_][a-z0-9_.]*)(?::(?=\S)| +(?=\S))", bare):
                missing = "a space" if found[0].endswith(":") else "a :"
                told = f"not YAML: {missing} is missing after {found[0].strip()}"
                return Mark(file, number, found.end() + 1), "E103", told
            return None
    return None


def unreadable(file: str, text: str, wrong: Exception) -> tuple[Mark, str, str]:
    """Where the mistake is, its code, and what to do."""
    if isinstance(wrong, ReaderError):
        before = text[: wrong.position]
        at = Mark(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        return at, "E103", f"not YAML: an invisible character (U+{ord(text[wrong.position]):04X}): delete it"
    lines = text.split("\n")
    line, opened = _places(wrong, lines)
    found = _meant(lines, line, opened)
    if found is not None:
        number, mend = found
        return Mark(file, number + 1, mend.col), mend.code, mend.sentence
    return mistyped(file, "\n".join(lines[: line + 1])) or _as_parsed(file, wrong)


def merge_marks(file: str, text: str) -> tuple[Mark, str, str] | None:
    """The first mark that version control leaves where two versions could not be merged."""
    if not any(sign in text for sign in ("<<<<<<<", ">>>>>>>")):
        return None
    for number, line in enumerate(text.split("\n"), 1):
        if _MERGE.match(line):
            sentence = "two versions of the file are mixed here: keep one of them and delete this line, and those"
            return Mark(file, number), "E103", f"not YAML: {sentence} with ======= and >>>>>>>"
    return None


def _places(wrong: Exception, lines: Sequence[str]) -> tuple[int, int]:
    """The lines, from 0, where the parser gave up and where what it was reading begins."""
    if not isinstance(wrong, MarkedYAMLError):
        return len(lines) - 1, 0
    mark = wrong.problem_mark or wrong.context_mark
    line = min(mark.line, len(lines) - 1) if mark is not None else len(lines) - 1
    return line, wrong.context_mark.line if wrong.context_mark is not None else line


def _meant(lines: Sequence[str], line: int, opened: int) -> tuple[int, Mend] | None:
    """The line, from 0, and the mend with which the file can be read beyond `line`."""
    while line > 0 and not lines[line].strip():
        line -= 1
    near = list(range(line, max(-1, line - BACK), -1))
    if 0 <= opened < (near[-1] if near else 0):
        near = [*range(opened, min(opened + 3, near[-1])), *near]
    numbers = [number for number in near if lines[number].strip() and not lines[number].lstrip().startswith("# ")]
    base = max(line, _reached(lines, line)[0])
    budget = _TRIES
    rounds = {number: list(mends(lines[number], _above(lines, number))) for number in numbers}
    for round_ in range(max((len(each) for each in rounds.values()), default=0)):
        best: tuple[int, int, Mend] | None = None
        for number in numbers:
            for mend in rounds[number][round_]:
                if budget <= 0:
                    return None
                tried = [*lines[:number], mend.line, *lines[number + 1 :]]
                reached, read = _reached(tried, line)
                budget -= read
                if reached > base and (best is None or reached > best[0]):
                    best = reached, number, mend
        if best is not None:
            return best[1], best[2]
    return None


def _above(lines: Sequence[str], number: int) -> str:
    """The line before that is neither empty nor a comment."""
    return next((one for one in reversed(lines[:number]) if one.strip() and not one.lstrip().startswith("#")), "")


ENOUGH = 6
"""Lines beyond the place of the mistake after which a mend counts as good as any."""


def _reached(lines: Sequence[str], beyond: int) -> tuple[int, int]:
    """The line, from 0, up to which lines can be read, at most some behind `beyond`; and how many characters were."""
    text = "\n".join(lines)
    last = -1
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            last = event.start_mark.line
            if last > beyond + ENOUGH:
                return last, event.start_mark.index
    except BROKEN as wrong:
        mark = getattr(wrong, "problem_mark", None) or getattr(wrong, "context_mark", None)
        at = mark.line if mark is not None else last
        context = getattr(wrong, "context", None) or ""
        if "quoted" in context or "flow" in context:  # what is open swallows lines: nothing after its beginning counts
            at = min(at, wrong.context_mark.line)  # type: ignore[union-attr]
        return at, len(text)
    return len(lines) + ENOUGH, len(text)


def _as_parsed(file: str, wrong: Exception) -> tuple[Mark, str, str]:
    """The place where the parser gave up, in our words."""
    if not isinstance(wrong, MarkedYAMLError):
        return Mark(file), "E103", rf"not YAML: {_OTHERWISE}"
    mark = wrong.problem_mark or wrong.context_mark
    at = Mark(file, mark.line + 1, mark.column + 1) if mark is not None else Mark(file)
    problem = f"{wrong.problem or ''} {wrong.context or ''}"
    for words, sentence in _SENTENCES:
        if found := re.search(words, problem):
            opened = wrong.context_mark
            line = f"line {opened.line + 1}" if opened is not None else "a line above"
            bracket = "[" if "sequence" in str(wrong.context) else "{"
            sign = found[1] if found.re.groups else ""
            return at, "E103", f"not YAML: {sentence.format(open=bracket, line=line, found=sign)}"
    return at, "E103", f"not YAML: {_OTHERWISE}"
