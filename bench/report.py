"""Rows as a table for people and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]

SPEED = [("machine: loop ms", "machine.python_loop_ms"), ("G.711 ms", "machine.g711_minute_ms")]
"""How fast the machine was just then (`machine.py`), behind the columns of each row that tells it."""
COLUMNS: dict[str, list[tuple[str, str]]] = {
    "idle": [("workers", "workers"), ("cores", "cores"), ("worker PSS MiB", "worker_pss_mib"),
             ("engine PSS MiB", "engine_pss_mib")],
    "hold": [("lines", "lines"), ("CPU s/call-min", "cpu_s_per_call_min"),
             ("workers only", "worker_cpu_s_per_call_min"), ("PSS MiB/call", "pss_mib_per_call"),
             ("engine PSS MiB", "engine_pss_mib"), ("INVITE-200 ms median", "setup_ms_at_three_quarters.median"),
             ("p95", "setup_ms_at_three_quarters.p95"),
             ("RTP lost %", "rtp.lost_pct"), ("gaps > 60 ms", "rtp.streams_with_gap_over_60ms"), ("failed", "failed")],
    "menu": [("lines", "lines"), ("calls", "calls"), ("INVITE-200 ms median", "setup_ms.median"),
             ("p95", "setup_ms.p95"), ("key-stop ms median", "key_to_stop_ms.median"),
             ("p95", "key_to_stop_ms.p95"), ("key-prompt ms median", "key_to_prompt_ms.median"),
             ("p95", "key_to_prompt_ms.p95"), ("max", "key_to_prompt_ms.max"), ("keys", "rtp.keys"),
             ("answered", "key_to_prompt_ms.n"), ("cores", "cores"), ("failed", "failed")],
    "rate": [("calls/s asked", "per_second"), ("achieved", "achieved"), ("CPU ms/call", "cpu_ms_per_call"),
             ("INVITE-200 ms median", "setup_ms.median"), ("p95", "setup_ms.p95"), ("cores", "cores"),
             ("failed", "failed")],
    "alerts": [("alerts/s", "per_second"), ("alerts", "alerts"), ("held lines", "held"),
               ("event-INVITE ms median", "event_to_invite_ms.median"), ("p95", "event_to_invite_ms.p95"),
               ("p99", "event_to_invite_ms.p99"), ("ack ms p95", "ack_ms.p95"), ("without INVITE", "missing")],
    "voice": [("texts", "texts"), ("audio s", "audio_s"), ("voice RTF", "voice_rtf"), ("sound room RTF", "sound_rtf"),
              ("both", "rtf")],
    "first": [("sentences", "sentences"), ("cold ms", "cold_ms"), ("warm ms median", "warm_ms.median"),
              ("p95", "warm_ms.p95"), ("max", "warm_ms.max"), ("within 1.5 s, %", "within_pct")],
    "beside": [("packets", "gap_ms.n"), ("gap ms median", "gap_ms.median"), ("p99", "gap_ms.p99"),
               ("max", "gap_ms.max"), ("over 60 ms", "late")],
    "keys": [("keys", "keys"), ("wrong", "wrong"), ("right, %", "right_pct"), ("numbers right", "numbers_right")],
    "speech": [("minutes", "minutes"), ("false keys", "false_keys"), ("CPU ms a second", "cpu_ms_per_s")],
    "lookup": [("first looks/s", "first_per_s"), ("known/s", "known_per_s")],
}  # fmt: skip
TITLES = {
    "idle": "No call",
    "hold": "Calls held, audio both ways",
    "menu": "Menu: prompt, key, next prompt",
    "rate": "Calls set up and hung up",
    "alerts": "HL7 message accepted to INVITE",
    "voice": "Render throughput: seconds of work for a second of speech",
    "first": "A new sentence during a call: asked for to clips ready",
    "beside": "Sound of calls beside other work",
    "keys": "Keys in the voice band",
    "speech": "Keys heard in speech, where there are none",
    "lookup": "Clips looked up in the store",
}


def value(row: Row, path: str) -> str:
    """`setup_ms.p95` of a row as text; a dash when it was not measured."""
    found: Any = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return "–" if found is None else str(found)


def table(rows: Sequence[Row]) -> str:
    """Markdown, one table for each kind of measure."""
    parts = []
    for kind, columns in COLUMNS.items():
        chosen = [row for row in rows if row["measure"] == kind]
        if not chosen:
            continue
        if any("machine" in row for row in chosen):
            columns = [*columns, *SPEED]
        lines = [["subject", *(title for title, _ in columns)]]
        lines += [[f"{row['subject']}, {row['build']}", *(value(row, path) for _, path in columns)] for row in chosen]
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        text = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |" for line in lines]
        text.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
        parts.append(f"### {TITLES[kind]}\n\n" + "\n".join(text) + "\n")
    return "\n".join(parts)


def write(directory: Path, name: str, machine: Row, rows: Sequence[Row]) -> Path:
    """Both forms into `directory`; says where the JSON is."""
    directory.mkdir(parents=True, exist_ok=True)
    head = "\n".join(f"- {key}: {fact}" for key, fact in machine.items())
    (directory / f"{name}.md").write_text(f"{head}\n\n{table(rows)}", encoding="utf-8")
    path = directory / f"{name}.json"
    path.write_text(
        json.dumps({"machine": machine, "rows": list(rows)}, indent=1, ensure_ascii=False), encoding="utf-8"
    )
    return path
