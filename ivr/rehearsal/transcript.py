"""A rehearsed call as lines to read: the clock, the steps, what is said in which language, which key leads where.

0:00  [main.welcome]
0:00  zh  您好，欢迎致电本院。
0:08      1 login   * again   0 operator
0:09    > 1
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from ivr.flow.commands import Value
from ivr.rehearsal.moments import (
    Answered,
    Asked,
    Collected,
    Ended,
    Entered,
    Moment,
    Pressed,
    Said,
    Saying,
    Speaks,
    Unspoken,
    Waits,
)

_LONGEST = 100
"""Characters of a value; lists of records are long."""


def transcript(moments: Iterable[Moment]) -> Iterator[str]:
    """A line for each moment that has something to show."""
    for moment in moments:
        line = told(moment)
        if line:
            yield line


def told(moment: Moment) -> str:
    """One moment as a line; empty for those that others show already."""
    line = _told(moment)
    return f"{clock(moment.at)}  {line}" if line else ""


def clock(seconds: float) -> str:
    """Minutes and seconds since the answer: `  1:07`."""
    return f"{int(seconds) // 60:3d}:{int(seconds) % 60:02d}"


def _told(moment: Moment) -> str:
    match moment.what:
        case Entered(flow, step):
            return f"[{flow}.{step}]"
        case Saying(language, _, words, slow):
            return f"{language}{' slow' if slow else ''}  {words}"
        case Said(prompts, whole, skipped) if not whole:
            if skipped:
                return f"    (not said, keys were typed ahead: {' '.join(prompt.id for prompt in prompts)})"
            return "    (cut off)"
        case Unspoken(texts):
            return f"    CANNOT BE SAID: {'; '.join(texts)}"
        case Waits() as waits:
            return f"    {_waiting(waits)}"
        case Pressed(keys):
            return f"  > {keys}"
        case Collected(keys):
            return "    (nothing was pressed)" if keys is None else ""
        case Asked(name, arguments):
            return f"    asks {name}{_values(arguments)}"
        case Answered(_, outcome, values, items, why):
            if why:
                return f"    answer: {outcome} ({why})"
            listed = f"  {', '.join(_short(item) for item in items)}" if items else ""
            return f"    answer: {outcome}{_values(values)}{listed}"
        case Speaks(language, slow):
            return f"    from here on: {language}, {'slow' if slow else 'usual'} pace"
        case Ended(outcome):
            return f"ends: {outcome}"
    return ""


def _waiting(waits: Waits) -> str:
    if waits.keys:
        return "   ".join(f"{key} {to}" for key, to in waits.keys.items())
    least, most = waits.digits
    count = f"{least}" if least == most else f"{least} to {most}"
    end = f", then {waits.end_key}" if waits.end_key else ""
    return f"{count} digits{end}{' (secret)' if waits.secret else ''}"


def _values(values: Mapping[str, Value]) -> str:
    return "".join(f"  {name}={_short(value)}" for name, value in values.items())


def _short(value: object) -> str:
    if isinstance(value, dict) and isinstance(value.get("code") or value.get("date"), str):
        return str(value.get("code") or value.get("date"))
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
