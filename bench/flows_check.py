"""How long the check of a hospital's files takes: shipped files with flows of so many steps in all beside them.

python -m bench.flows_check            500, 1,000 and 2,000 steps; the aim is 500 steps within 2 s
"""

from __future__ import annotations

import sys
import time
from importlib import resources
from pathlib import Path

from editions.bundle import Bundle
from editions.declared import ACTIONS
from editions.edition import read_edition

SIZES = (500, 1_000, 2_000)
A_FLOW = 50
"""Steps of a flow: a long one."""
AIM = 2.0


def made(steps: int) -> dict[str, bytes]:
    """Flows of so many steps in all: menus, conditions, actions, questions, and each calls the next."""
    flows = steps // A_FLOW
    return {f"bench_{n}.yaml": _flow(n, f"bench_{n + 1}" if n + 1 < flows else "").encode() for n in range(flows)}


def _flow(number: int, after: str) -> str:
    lines = [
        f"title: Flow {number}",
        "start: s0",
        "defaults: {attempts: 3, no_input: again, invalid: again, exhausted: bye, error: bye}",
        "steps:",
    ]
    for step in range(0, A_FLOW - 5, 5):
        lines += [
            f"  s{step}: {{ask: card_login.card_number, as: card, min: 4, max: 19, then: s{step + 1}}}",
            f'  s{step + 1}: {{menu: main.more, keys: {{"1": s{step + 2}}}}}',
            f"  s{step + 2}: {{do: registration.check_funds, then: {{enough: s{step + 3}, short: s{step + 4}}}}}",
            f"  s{step + 3}:",
            f"    when: [{{if: 'balance > 100 && card.startsWith(\"1\")', then: s{step + 4}}}]",
            f"    else: s{step + 5}",
            f"  s{step + 4}: {{set: {{place: =card}}, then: s{step + 5}}}",
        ]
    last = A_FLOW - 5
    lines += [f"  s{last}: {{{f'call: {after}, then: bye' if after else 'say: main.welcome, then: bye'}}}"]
    lines += ["  bye: {say: system.goodbye, then: end}"]
    return "\n".join(lines) + "\n"


def seconds(steps: int) -> float:
    """One check, from the bytes."""
    shipped = Bundle.of_folder(Path(str(resources.files("flows"))))
    numbers = shipped.files["numbers.yaml"].replace(b'"1001": {flow: main', b'"1001": {flow: bench_0')
    bundle = Bundle({**shipped.files, "numbers.yaml": numbers, **made(steps)})
    began = time.perf_counter()
    read_edition(bundle, ACTIONS)
    return time.perf_counter() - began


def main() -> int:
    """Print a row for each size; 1 when 500 steps took longer than they may."""
    print("steps  seconds")
    taken = {steps: seconds(steps) for steps in SIZES}
    for steps, took in taken.items():
        print(f"{steps:5}  {took:7.2f}")
    return int(taken[500] > AIM)


if __name__ == "__main__":
    sys.exit(main())
