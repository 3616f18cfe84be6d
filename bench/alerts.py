"""HL7 message accepted to INVITE on the wire, while other calls hold lines."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from bench import rtp
from bench.sipp import Bench, Capture, Load, Nurses, invites
from tests.e2e.line import admission

if TYPE_CHECKING:
    from bench.service import Service

MOST = 5.0
"""Alerts a second, at most. Admissions of a large hospital come at a few a minute."""
EACH = 4.0
"""Seconds that one alert is reckoned to hold a line, for a rate that the free lines can carry."""
TALK = 8.0
"""Seconds that an alert may take from its message to its confirmation, for the waiting at the end."""


def alerts(bench: Bench, subject: Service, held: int, count: int) -> dict[str, Any]:
    """`count` admissions over MLLP, one ward after the other, while `held` callers hold lines."""
    wards = sorted({row["code"] for row in subject.line.rows("SELECT code FROM wards")})
    nurses = Nurses(bench, subject.nurse_port)
    load = None
    per_second = min(MOST, (subject.lines - held) / EACH)
    whole = count / per_second + TALK
    if held:
        load = Load(
            bench, "hold", subject.ports, number=subject.number("hold"), calls=held,
            per_second=min(40.0, max(5.0, held / 4)), at_once=held, hold_ms=int((whole + 15) * 1000),
        )  # fmt: skip
        time.sleep(held / min(40.0, max(5.0, held / 4)) + 2)
    capture = Capture(bench, f"alerts-{held}", f"udp and dst port {subject.nurse_port}", 1400)
    accepted: dict[str, float] = {}
    taken: list[float] = []

    def admit(number: int) -> None:
        began = time.time()
        answer = subject.line.send(admission(f"B{held}-{number}", wards[number % len(wards)], bed=str(number)), 20)
        if "MSA|AA" in answer:
            accepted[f"B{held}-{number}"] = time.time()
            taken.append((accepted[f"B{held}-{number}"] - began) * 1e3)

    with ThreadPoolExecutor(8) as sending:
        began = time.monotonic()
        for number in range(count):
            time.sleep(max(0.0, began + number / per_second - time.monotonic()))
            sending.submit(admit, number)
    time.sleep(TALK)
    missed = capture.stop()
    nurses.process.terminate()
    if load is not None:
        load.process.terminate()
        load.process.wait()
    times = _times(subject, invites(capture.path, subject.nurse_port), accepted)
    return {
        "measure": "alerts",
        "per_second": round(per_second, 2),
        "alerts": count,
        "held": held,
        "ack_ms": rtp.spread(taken),
        "event_to_invite_ms": rtp.spread([after for after in times.values() if after is not None]),
        "missing": sum(after is None for after in times.values()) + count - len(accepted),
        "capture_missed": missed,
    }


def _times(
    subject: Service, seen: dict[bytes, tuple[float, str, str]], accepted: dict[str, float]
) -> dict[str, float | None]:
    """Message -> milliseconds from its acknowledgement to the first INVITE of its notice (None: none came)."""
    rows = subject.line.rows(
        "SELECT json_extract(e.facts, '$.visit') AS visit, a.call_id AS call"
        " FROM notice_attempts a JOIN notices n ON n.id = a.notice_id"
        " JOIN events e ON e.id = n.event_id WHERE a.number = 1"
    )
    rang = {call: at for at, _, call in seen.values()}
    first: dict[str, float | None] = dict.fromkeys(accepted)
    for row in rows:
        control = str(row["visit"]).removeprefix("V")
        if control in accepted and row["call"] in rang:
            first[control] = (rang[row["call"]] - accepted[control]) * 1e3
    return first
