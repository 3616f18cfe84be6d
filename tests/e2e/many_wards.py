"""A line with many wards, each with a telephone of its own, for what takes hundreds of alerts.

The telephones are plain ones (`tests.phone.plain`): they behave by habit and see all that rings.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hospital.wards import wards
from hospital.wards.wards import WardContacts
from tests.e2e.conftest import Template
from tests.e2e.line import Line
from tests.e2e.small_hospital import MEDICINE, SmallHospital
from tests.phone.plain import Habit, Telephones


class Ward:
    """A ward, its station's telephone, and the visits that it was told of."""

    def __init__(self, number: int) -> None:
        self.code, self.station = f"K{number:02}", f"77{number:02}"
        self.visits: list[str] = []


class ManyWards:
    """The line, its wards and their telephones. `lost`: how often a call that broke off is made anew."""

    def __init__(
        self, template: Template, directory: Path, count: int, habit: Callable[[str], Habit], lost: int = 20, **own: Any
    ) -> None:
        self.telephones = Telephones(habit)
        self.wards = [Ward(number) for number in range(count)]
        flows = directory / "flows"
        shutil.copytree(template.flows, flows)
        notices = flows / "notices.yaml"
        waits = f"lost: [{', '.join(['0s', *['1s'] * (lost - 1)])}]"
        patient = re.sub(r"lost: \[.*?\]", waits, notices.read_text(encoding="utf-8"))
        notices.write_text(re.sub(r"expires_after: \w+", "expires_after: 12h", patient), encoding="utf-8")
        settings: dict[str, Any] = {"zone": template.zone, "flows_dir": flows, "outbound__reserve": 0, **own}
        self.line = Line(directory / "line", self.telephones.port, **settings)
        shutil.copytree(template.data, self.line.data, ignore=shutil.ignore_patterns("prompts", "*.lock"))
        (self.line.data / "prompts").symlink_to(template.data / "prompts")
        hospital = SmallHospital(self.line.data, template.zone)
        for ward in self.wards:
            name = {"zh": "病区", "en": "ward"}
            contacts = WardContacts(ward.code, name, "medicine", MEDICINE, (ward.station,), ("7798",), ("7799",))
            hospital.parts.database.run_now(wards.store, contacts)
        hospital.parts.close()

    def close(self) -> None:
        """The end of it."""
        self.line.close()
        self.telephones.__exit__(None, None, None)

    def notices(self) -> dict[str, dict[str, Any]]:
        """Notices by visit."""
        rows = self.line.rows(
            "SELECT json_extract(e.facts, '$.visit') visit, n.* FROM notices n JOIN events e ON e.id = n.event_id"
        )
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            assert row["visit"] not in found, f"two notices for {row['visit']}"
            found[row["visit"]] = row
        return found


def at(written: str) -> float:
    """A moment in a row, in seconds of `time.time()`."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp()
