"""The schemes and items of the stays that were computed by hand, and a hospital in which nobody lies yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from hospital.fees.insurance import read_insurance
from hospital.fees.scheme import Insurance

HERE = Path(__file__).parent


def by_hand() -> Insurance:
    return read_insurance((HERE / "insurance.yaml").read_bytes(), (HERE / "catalogue.yaml").read_bytes())


@pytest.fixture(scope="session")
def insurance() -> Insurance:
    return by_hand()
