"""The map of all flows: what is dialled, what is notified, and which flow calls which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ivr.drawing.picture import Arrow, Box, Picture, Role
from ivr.flow.language import Flow
from ivr.words import Words, words_in

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
    quiet: bool = False
    """It seldom applies, so it is drawn thin."""


def flow_map(
    flows: Mapping[str, Flow], numbers: Iterable[Entrance], notices: Iterable[Entrance], labels: str = "en"
) -> Picture:
    """The map. What enters a flow in the same way shares a box."""
    own = words_in(labels)
    boxes: list[Box] = []
    lines: list[Arrow] = []
    for role, entrances in ((Role.NUMBER, numbers), (Role.NOTICE, notices)):
        together: dict[str, list[Entrance]] = {}
        for entrance in entrances:
            together.setdefault(entrance.name, []).append(entrance)
        alike: dict[tuple[Entrance, ...], list[str]] = {}
        for name, ways in together.items():
            alike.setdefault(tuple(replace(way, name="") for way in ways), []).append(name)
        for number, (shared, names) in enumerate(alike.items()):
            box = f"{role.value} {number}"
            languages = dict.fromkeys(way.language for way in shared if way.language)
            boxes.append(Box(box, role, _listed(names, own), role.value, notes=(", ".join(languages),)))
            for into, entered in _by_flow(shared).items():
                whens = tuple(dict.fromkeys(way.when for way in entered if way.when))
                if into in flows:
                    lines.append(Arrow(box, _box(into), whens, quiet=all(way.quiet for way in entered)))
    for name, flow in flows.items():
        steps = own("1 step") if len(flow.steps) == 1 else own("%(n)s steps") % {"n": len(flow.steps)}
        boxes.append(Box(_box(name), Role.FLOW, name, "flow", words=(flow.title,), notes=(steps,), flow=name))
        called = dict.fromkeys(callee.text for step in flow.steps.values() for callee in step.calls())
        lines.extend(Arrow(_box(name), _box(callee)) for callee in called if callee in flows)
    return Picture(NAME, own("All flows"), "", tuple(boxes), tuple(lines), labels=labels)


def _box(flow: str) -> str:
    return f"flow {flow}"


def _by_flow(ways: Iterable[Entrance]) -> dict[str, list[Entrance]]:
    found: dict[str, list[Entrance]] = {}
    for way in ways:
        found.setdefault(way.flow, []).append(way)
    return found


def _listed(names: list[str], own: Words) -> str:
    listed = ", ".join(names[:MOST])
    more = len(names) - MOST
    return own("%(names)s and %(n)s more") % {"names": listed, "n": more} if more > 0 else listed
