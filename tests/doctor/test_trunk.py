"""What the doctor says of the trunk: a name in its address is no proof of who speaks."""

from __future__ import annotations

import pytest

from wardbell.doctor import trunk
from wardbell.doctor.finding import Level
from wardbell.settings import Trunk


@pytest.mark.parametrize("target", ["sip:{number}@10.0.0.5:5060", "sip:{number}@[fd00::5]"])
def test_a_trunk_by_its_address_is_believed(target: str) -> None:
    [found] = trunk.believed(Trunk(target=target))
    assert found.level is Level.OK


def test_a_trunk_by_its_name_is_not_believed_and_it_is_told_how_to_be() -> None:
    [found] = trunk.believed(Trunk(target="sip:{number}@pbx.hospital.example;transport=tcp"))
    assert found.level is Level.WARNING
    assert "pbx.hospital.example" in found.what
    assert "diversions_from" in found.advice


def test_a_trunk_by_its_name_is_believed_when_its_addresses_are_said() -> None:
    [found] = trunk.believed(Trunk(target="sip:{number}@pbx.hospital.example", diversions_from=("10.0.0.0/24",)))
    assert (found.level, "10.0.0.0/24" in found.what) == (Level.OK, True)
