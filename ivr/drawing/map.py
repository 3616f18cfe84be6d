"""The map of all flows: what is dialled, what is notified, and which flow calls which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.drawing.picture import Box, Line, Picture, Role
from ivr.flow.language import Flow

NAME = "map"
MOST = 6
"""Names of one box; more are counted."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """A way into a flow: a dialled number, or a notice. `when` says at which hours, of which callers and the like."""

    name: str
    flow: str
    language: str = ""
    when: str = ""


def flow_map(flows: Mapping[str, Flow], numbers: Iterable[Entrance], notices: Iterable[Entrance]) -> Picture:
    """The map. What enters a flow in the same way shares a box."""
    boxes: list[Box] = []
    lines: list[Line] = []
    for role, entrances in ((Role.NUMBER, numbers), (Role.NOTICE, notices)):
        together: dict[str, list[Entrance]] = {}
        for entrance in entrances:
            together.setdefault(entrance.name, []).append(entrance)
        alike: dict[tuple[tuple[str, str, str], ...], list[str]] = {}
        for name, ways in together.items():
            alike.setdefault(tuple((way.flow, way.language, way.when) for way in ways), []).append(name)
        for number, (shared, names) in enumerate(alike.items()):
            box = f"{role.value} {number}"
            languages = dict.fromkeys(language for _, language, _ in shared if language)
            boxes.append(Box(box, role, _listed(names), role.value, notes=(", ".join(languages),)))
            targets: dict[str, list[str]] = {}
            for entered, _, when in shared:
                targets.setdefault(entered, []).extend([when] if when else [])
            lines.extend(Line(box, _box(into), tuple(whens)) for into, whens in targets.items() if into in flows)
    for name, flow in flows.items():
        steps = "1 step" if len(flow.steps) == 1 else f"{len(flow.steps)} steps"
        boxes.append(Box(_box(name), Role.FLOW, name, "flow", words=(flow.title,), notes=(steps,), flow=name))
        called = dict.fromkeys(callee.text for step in flow.steps.values() for callee in step.calls())
        lines.extend(Line(_box(name), _box(callee)) for callee in called if callee in flows)
    return Picture(NAME, "All flows", "", tuple(boxes), tuple(lines))


def _box(flow: str) -> str:
    return f"flow {flow}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more
