"""Shapes and colours of the pictures. Every kind of box has an outline of its own, so that a print without colours
reads as well; fills are pale, text on them has a contrast of 7 to 1 or more."""

from __future__ import annotations

from dataclasses import dataclass

FONT = (
    "Arial,Liberation Sans,Helvetica,Noto Sans CJK SC,Source Han Sans SC,Microsoft YaHei,PingFang SC,"
    "WenQuanYi Micro Hei,SimHei,DejaVu Sans,sans-serif"
)
"""Families; each sign comes from the first that has it. Arial and Liberation Sans are equally wide, so that what was
laid out on the server fits on the PC; Chinese signs are equally wide in all."""
INK = "#1f2933"
SMALL = "#52606d"
LINE = "#3e4c59"
QUIET = "#9aa5b1"
QUIET_TEXT = "#616e7c"


@dataclass(frozen=True, slots=True)
class Look:
    """How a box is drawn, in the words of Graphviz. `meaning` stands in the legend."""

    shape: str
    fill: str
    edge: str
    meaning: str
    style: str = ""
    more: str = ""
    """Further attributes."""


_ASKS = "#fff3d1"
_ASKS_EDGE = "#8d5a00"
_TELLS_EDGE = "#52606d"
_HOSPITAL = "#deebf8"
_HOSPITAL_EDGE = "#1f5a96"
_PEOPLE = "#fbe6ea"
_PEOPLE_EDGE = "#9b2c45"
_FLOW = "#e2f2e4"
_FLOW_EDGE = "#2b6a38"
_THINKS = "#f1f3f5"
_THINKS_EDGE = "#616e7c"

LOOKS = {
    "say": Look("box", "#ffffff", _TELLS_EDGE, "says something", "rounded"),
    "menu": Look("box", _ASKS, _ASKS_EDGE, "waits for a key", more="penwidth=1.6"),
    "ask": Look("box", _ASKS, _ASKS_EDGE, "gathers digits", "diagonals"),
    "choose": Look("folder", _ASKS, _ASKS_EDGE, "a list, one key per item"),
    "do": Look("cylinder", _HOSPITAL, _HOSPITAL_EDGE, "asks the hospital"),
    "when": Look("hexagon", _THINKS, _THINKS_EDGE, "decides"),
    "set": Look("box", _THINKS, _THINKS_EDGE, "notes something", "dashed"),
    "language": Look("tab", _THINKS, _THINKS_EDGE, "changes the language"),
    "pace": Look("tab", _THINKS, _THINKS_EDGE, "changes the pace"),
    "call": Look("box", _FLOW, _FLOW_EDGE, "another flow", more="peripheries=2"),
    "record": Look("component", _PEOPLE, _PEOPLE_EDGE, "records the caller"),
    "dial": Look("note", _PEOPLE, _PEOPLE_EDGE, "calls somebody"),
    "queue": Look("box3d", _PEOPLE, _PEOPLE_EDGE, "waits for an agent"),
    "consult": Look("box3d", _PEOPLE, _PEOPLE_EDGE, "a paid consultation"),
    "room": Look("box", _PEOPLE, _PEOPLE_EDGE, "a conference room", "rounded", "peripheries=2"),
    "notify": Look("component", _HOSPITAL, _HOSPITAL_EDGE, "tells the notices"),
    "return": Look("box", INK, INK, "back to the calling flow", "rounded"),
    "hangup": Look("box", INK, INK, "ends the call"),
    "number": Look("box", "#ffffff", INK, "a number that is dialled", "rounded", "penwidth=2"),
    "notice": Look("component", _HOSPITAL, _HOSPITAL_EDGE, "a notice that calls a ward"),
    "flow": Look("box", _FLOW, _FLOW_EDGE, "a flow", more="peripheries=2"),
}
"""Of verbs, and of what stands on the map."""
PLAIN = Look("box3d", _PEOPLE, _PEOPLE_EDGE, "beyond the line")


def look(what: str) -> Look:
    """That of a verb or of what stands on the map; one without a look of its own has the plain one."""
    return LOOKS.get(what, PLAIN)
