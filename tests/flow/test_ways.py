"""What holds on every way to a step; and it is found without walking every way."""

from __future__ import annotations

from ivr.flow.check.variables import known_on_entry
from ivr.flow.check.ways import on_every_way
from ivr.flow.language import World
from ivr.flow.load import load_sources
from tests.flow.world import FakeTexts, actions

TEXTS = FakeTexts.of({"t.one": None})


def ladder(rungs: int) -> bytes:
    """Two ways from each rung to the next, each sets a variable of its own; the last rung leads back to the first."""
    lines = ["start: s0", "defaults: {no_input: bye, invalid: again, exhausted: bye}", "steps:"]
    for n in range(rungs):
        lines += [
            f'  s{n}: {{menu: t.one, keys: {{"1": a{n}, "2": b{n}}}}}',
            f"  a{n}: {{ask: t.one, as: v{n}, then: c{n}}}",
            f"  b{n}: {{ask: t.one, as: w{n}, then: c{n}}}",
            f"  c{n}: {{ask: t.one, as: x{n}, then: s{(n + 1) % rungs}}}",
        ]
    return "\n".join([*lines, "  bye: {say: t.one, then: end}"]).encode()


def test_only_what_each_of_two_ways_sets_is_certain() -> None:
    flows = load_sources({"f.yaml": ladder(3)}, TEXTS, actions())
    known = known_on_entry(flows.flows["f"], World(flows.flows, flows.actions, TEXTS))
    assert known["s0"] == frozenset()
    assert known["s2"] == {"x0", "x1"}
    assert known["c2"] == {"x0", "x1"}


def test_a_long_flow_is_gone_through_a_few_times_not_once_for_each_way() -> None:
    flows = load_sources({"f.yaml": ladder(100)}, TEXTS, actions())
    met = 0

    def common(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
        nonlocal met
        met += 1
        return one & other

    world = World(flows.flows, flows.actions, TEXTS)
    on_every_way(flows.flows["f"], world, frozenset(), lambda exit_: exit_.sets, common)
    assert met < 10 * len(flows.flows["f"].steps)
