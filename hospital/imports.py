"""The kinds of files that clerks bring in, by the name under which the database keeps them meanwhile."""

from __future__ import annotations

from hospital.cards import cards_csv
from hospital.clinic import rota_csv
from hospital.exams import exams_csv
from hospital.fees import charges_csv
from hospital.import_kind import Kind
from hospital.wards import wards_csv

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        *(cards_csv.KIND, rota_csv.KIND, wards_csv.KIND, charges_csv.KIND),
        *(exams_csv.KINDS_FILE, exams_csv.ROOMS_FILE),
    )
}
