"""A trunk that no call could use is refused at the start, not call by call when a ward should have been rung."""

from __future__ import annotations

import pytest

from ivr.switch.sip import checked_target
from ivr.trunks.trunk import NotDiallable, Trunk


@pytest.mark.parametrize(
    ("target", "caller_id"),
    [
        ("sip:{number}@pbx of ours", "1000"),
        ("sip:{number}@10.1.2.4>", "1000"),
        ("sip:{number}@10.1.2.4;transport=carrier-pigeon", "1000"),
        ("sip:{nummer}@10.1.2.4", "1000"),
        ("10.1.2.4", "1000"),
        ("sip:{number}@10.1.2.4", "10 00>"),
    ],
)
def test_a_trunk_that_no_call_could_use(target: str, caller_id: str) -> None:
    with pytest.raises(NotDiallable):
        Trunk(target, caller_id)


def test_a_number_on_its_way_is_one_that_the_switch_dials() -> None:
    uri = Trunk("sip:9{number}@10.1.2.4:5080;transport=tcp", "1000").uri("(010) 65-1#")
    assert uri == checked_target("sip:9010651%23@10.1.2.4:5080;transport=tcp")
