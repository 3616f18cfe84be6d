"""The worker's own AMP against Twisted's: both must read what the other writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.protocols import amp

from ivr.switch import wire
from ivr.switch.worker import boxes

contents = st.dictionaries(st.binary(min_size=1, max_size=255), st.binary(max_size=300), min_size=1, max_size=6)


@given(contents)
def test_twisted_writes_what_we_read(box: dict[bytes, bytes]) -> None:
    assert boxes.Reader().feed(amp.AmpBox(box).serialize()) == [box]


@given(contents)
def test_we_write_as_twisted_does(box: dict[bytes, bytes]) -> None:
    assert boxes.Reader().feed(boxes.write(box)) == [box]
    assert amp.parseString(boxes.write(box)) == [amp.AmpBox(box)]


@given(st.lists(contents, max_size=4), st.integers(1, 7))
def test_bytes_may_come_in_any_pieces(sent: list[dict[bytes, bytes]], size: int) -> None:
    stream = b"".join(map(boxes.write, sent))
    reader = boxes.Reader()
    received = [box for at in range(0, len(stream), size) for box in reader.feed(stream[at : at + size])]
    assert received == sent


def test_a_box_that_does_not_fit_is_refused() -> None:
    for box in ({b"k": b"x" * 65536}, {b"": b""}, {b"k" * 256: b""}):
        with pytest.raises(boxes.BadBox):
            boxes.write(box)
    with pytest.raises(boxes.BadBox):
        boxes.Reader().feed(b"\x01\x00")


@given(st.text(max_size=50), st.integers(), st.floats(allow_nan=False), st.booleans(), st.lists(st.text(max_size=50)))
def test_values_travel_as_amp_says(text: str, whole: int, number: float, flag: bool, texts: list[str]) -> None:
    pairs = [
        (wire.TEXT, amp.Unicode(), text),
        (wire.WHOLE, amp.Integer(), whole),
        (wire.NUMBER, amp.Float(), number),
        (wire.FLAG, amp.Boolean(), flag),
        (wire.TEXTS, amp.ListOf(amp.Unicode()), texts),
    ]
    for ours, twisteds, value in pairs:
        assert ours.unpack(ours.pack(value)) == value
        assert ours.unpack(twisteds.toString(value)) == value
        assert twisteds.fromString(ours.pack(value)) == value


def test_every_message_has_a_name_of_its_own() -> None:
    assert not set(wire.REQUESTS) & set(wire.EVENTS)
    assert all(message.answer is not None for message in wire.REQUESTS.values())
    assert all(message.answer is None for message in wire.EVENTS.values())
