"""The two files of insurance as one: what an edition holds of them, and the shipped ones for a hospital without any."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import flows
from forms.errors import FilesBroken
from forms.report import Report
from hospital.fees.catalogue_form import FILE as CATALOGUE
from hospital.fees.catalogue_form import read_catalogue
from hospital.fees.insurance_form import FILE, check_items, read_schemes
from hospital.fees.scheme import Insurance


def read_insurance(schemes: bytes, catalogue: bytes) -> Insurance:
    """What both files hold. Raises `FilesBroken` with every mistake."""
    report = Report()
    listed = read_catalogue(CATALOGUE, catalogue, report)
    found = read_schemes(FILE, schemes, report)
    check_items(found, listed, report)
    if report.wrong:
        raise FilesBroken(report.mistakes)
    return Insurance(found.schemes, listed)


@lru_cache(maxsize=1)
def shipped() -> Insurance:
    """The files that come with the program: for demo hospitals, and for calls that are only tried."""
    folder = Path(str(flows.__file__)).parent
    return read_insurance((folder / FILE).read_bytes(), (folder / CATALOGUE).read_bytes())
