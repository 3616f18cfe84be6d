"""Rings in a graph of names: Tarjan's strongly connected components, without recursion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def rings(ways: Mapping[str, Sequence[str]]) -> Iterator[set[str]]:
    """Sets of nodes that all lead to each other, and nodes that lead to themselves. Iterative."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for root in ways:
        if root in number:
            continue
        work = [(root, iter(ways[root]))]
        number[root] = low[root] = len(number)
        path.append(root)
        on_path.add(root)
        while work:
            node, rest = work[-1]
            for after in rest:
                if after not in number:
                    number[after] = low[after] = len(number)
                    path.append(after)
                    on_path.add(after)
                    work.append((after, iter(ways[after])))
                    break
                if after in on_path:
                    low[node] = min(low[node], number[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    ring: set[str] = set()
                    while True:
                        member = path.pop()
                        on_path.discard(member)
                        ring.add(member)
                        if member == node:
                            break
                    if len(ring) > 1 or node in ways[node]:
                        yield ring
