"""A picture in the language of Graphviz (`dot`). Whatever a name or a text holds stays words: it is escaped here."""

from __future__ import annotations

import re
from urllib.parse import quote

from ivr.drawing.looks import FONT, INK, LINE, QUIET, QUIET_TEXT, SMALL, Look, look
from ivr.drawing.picture import Arrow, Box, Picture, Role
from ivr.drawing.wrap import columns, wrap
from ivr.words import Words, words_in

WIDTH = 34
"""Columns of a line of words."""
SIZE = 11.0
"""Points of the words."""
PER_ROW = 6
"""Samples in one line of the legend."""
_CONTROL = re.compile(r"[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DARK = frozenset({"return", "hangup"})


def graphviz(picture: Picture, edition: int = 0, paper: str = "", size: tuple[float, float] | None = None) -> str:
    """The text that `dot` draws. `size` is the most it may measure, in inches; `paper` stands in the footer."""
    limit = "" if size is None else f' size="{size[0]:.2f},{size[1]:.2f}"'
    names = ids(picture)
    return "\n".join(
        [
            f"digraph {_quoted(picture.name)} {{",
            f"  graph [fontname={_quoted(FONT)} fontsize=9 labelloc=b labeljust=l pad=0.25 nodesep=0.32 ranksep=0.42"
            f" splines=spline outputorder=edgesfirst bgcolor=white"
            f"{limit} label=<{_foot(picture, edition, paper)}>]",
            f"  node [fontname={_quoted(FONT)} fontsize={SIZE:g} fontcolor={_quoted(INK)} penwidth=1.1"
            ' margin="0.12,0.07"]',
            f"  edge [fontname={_quoted(FONT)} fontsize=10 color={_quoted(LINE)} fontcolor={_quoted(INK)}"
            " penwidth=1.2 arrowsize=0.7]",
            f"  subgraph cluster_page {{ label=<{_head(picture)}> labelloc=t labeljust=l pencolor=none",
            *(f"    {names[box.name]} {_box(box, names[box.name], words_in(picture.labels))}" for box in picture.boxes),
            "  }",
            *(f"  {names[line.origin]} -> {names[line.target]} {_line(line)}" for line in picture.lines),
            "}",
            "",
        ]
    )


def ids(picture: Picture) -> dict[str, str]:
    """Name of a box -> its id in the drawing."""
    return {box.name: f"n{number}" for number, box in enumerate(picture.boxes)}


def _head(picture: Picture) -> str:
    own = words_in(picture.labels)
    needs = own("needs %(variables)s") % {"variables": ", ".join(picture.needs)} if picture.needs else ""
    under = " · ".join(part for part in (picture.name, picture.language, needs) if part)
    return (
        f'<table border="0" cellspacing="0" cellpadding="1"><tr><td align="left"><font point-size="18"><b>'
        f"{_escaped(picture.title)}</b></font></td></tr>"
        f'<tr><td align="left"><font point-size="10" color="{SMALL}">{_escaped(under)}'
        "</font></td></tr></table>"
    )


def _foot(picture: Picture, edition: int, paper: str) -> str:
    own = words_in(picture.labels)
    shown = own("edition %(number)s") % {"number": edition} if edition else own("draft")
    words = " · ".join(part for part in (picture.name, picture.language, shown, paper) if part)
    samples = [_sample(verb, look(verb), own) for verb in picture.verbs]
    rows = ["".join(samples[at : at + PER_ROW]) for at in range(0, len(samples), PER_ROW)]
    legend = "".join(
        f'<tr><td align="left"><table border="0" cellspacing="4" cellpadding="3"><tr>{row}</tr></table></td></tr>'
        for row in rows
    )
    return (
        f'<table border="0" cellspacing="0" cellpadding="2">{legend}'
        f'<tr><td align="left"><font color="{SMALL}">{_escaped(words)}</font></td></tr></table>'
    )


def _sample(verb: str, look: Look, own: Words) -> str:
    style = ' style="rounded"' if look.style == "rounded" else ""
    colour = "white" if verb in _DARK else INK
    return (
        f'<td border="1" bgcolor="{look.fill}" color="{look.edge}"{style}><font point-size="8" color="{colour}">'
        f"&#160;<b>{verb}</b>&#160;&#160;{_escaped(own(look.meaning))}&#160;</font></td>"
    )


def _box(box: Box, id: str, own: Words) -> str:
    attributes = {"id": id, "tooltip": box.title or box.name}
    if box.flow:
        attributes["URL"] = f"{quote(box.flow)}.svg"  # `dot` writes it out as it is
    match box.role:
        case Role.START:
            attributes |= {"shape": "circle", "style": "filled", "fillcolor": INK, "width": "0.2", "fixedsize": "true"}
            return f'[{_attributes(attributes)} label=""]'
        case Role.END:
            attributes |= {
                "shape": "doublecircle",
                "style": "filled",
                "fillcolor": INK,
                "width": "0.14",
                "fixedsize": "true",
            }
            return f'[{_attributes(attributes)} label=""]'
        case Role.ELSEWHERE:
            attributes |= {
                "shape": "box",
                "style": "rounded,dashed",
                "color": LINE,
                "margin": "0.08,0.05",
                "height": "0",
            }
            return f"[{_attributes(attributes)} label=<{_font(box.title, 10, INK)}>]"
        case Role.EVERYWHERE:
            attributes |= {"shape": "box", "style": "dashed", "color": QUIET, "margin": "0.1,0.04", "height": "0"}
            return f"[{_attributes(attributes)} label=<{_font(box.title, 10, QUIET_TEXT)}>]"
        case _:
            return _step(box, attributes, own)


def _step(box: Box, attributes: dict[str, str], own: Words) -> str:
    shape = look(box.verb)
    style = ",".join(filter(None, ("filled", shape.style)))
    attributes |= {"shape": shape.shape, "style": style, "fillcolor": shape.fill, "color": shape.edge}
    dark = box.verb in _DARK
    ink, small = ("white", "white") if dark else (INK, SMALL)
    verb = own(box.verb)
    rows = [f"{_font(verb, 9, small)}  <b>{_font(box.title, SIZE, ink)}</b>"]
    rows += [_font(line, SIZE, ink) for text in box.words for line in wrap(text, WIDTH)]
    rows += [f"<i>{_font(line, 9, small)}</i>" for text in box.notes if text for line in wrap(text, WIDTH + 8)]
    widest = max(
        [columns(f"{verb}  {box.title}") * SIZE * 0.55]
        + [columns(line) * SIZE / 2 for text in box.words for line in wrap(text, WIDTH)]
    )
    cells = "".join(f'<tr><td align="left">{row}</td></tr>' for row in rows)
    table = f'<table border="0" cellspacing="0" cellpadding="1" width="{widest:.0f}">{cells}</table>'
    return f"[{_attributes(attributes)}{f' {shape.more}' if shape.more else ''} label=<{table}>]"


def _line(line: Arrow) -> str:
    attributes: dict[str, str] = {}
    if line.quiet:
        attributes |= {"color": QUIET, "fontcolor": QUIET_TEXT, "penwidth": "0.8", "weight": "0", "arrowhead": "open"}
    elif line.back:
        attributes |= {"style": "dashed", "weight": "0"}
    else:
        attributes["weight"] = "4"
    label = _label(line)
    return f"[{_attributes(attributes)}{f' label=<{label}>' if label else ''}]"


def _label(line: Arrow) -> str:
    colour, edge = (QUIET_TEXT, QUIET) if line.quiet else (INK, LINE)
    caps = "".join(
        f'<td border="1" color="{edge}" bgcolor="white" style="rounded">{_font(key, 10, colour, bold=True)}</td>'
        for key in line.keys
    )
    words = "<br/>".join(_font(part, 10, colour) for label in line.labels for part in wrap(label, 24))
    cell = f'<td border="0">{words}</td>' if words else ""
    return f'<table border="0" cellspacing="2" cellpadding="2"><tr>{caps}{cell}</tr></table>' if caps or cell else ""


def _font(text: str, points: float, colour: str, bold: bool = False) -> str:
    words = f"<b>{_escaped(text)}</b>" if bold else _escaped(text)
    return f'<font point-size="{points:g}" color="{colour}">{words}</font>'


def _attributes(attributes: dict[str, str]) -> str:
    return " ".join(f"{name}={_quoted(value)}" for name, value in attributes.items())


def _quoted(text: str) -> str:
    """A string of that language: only quotes and the backslash mean something in it."""
    clean = _CONTROL.sub("\ufffd", text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{clean}"'


def _escaped(text: str) -> str:
    """A text within a label of HTML, in which a backslash means something as well."""
    clean = _CONTROL.sub("\ufffd", text)
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\\", "&#92;")):
        clean = clean.replace(sign, entity)
    return clean
