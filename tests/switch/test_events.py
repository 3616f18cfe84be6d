"""RTP events as phones in the field send them: what was pressed is what is heard."""

from __future__ import annotations

import random

import pytest

from ivr.switch.worker.telephone_event import Presses, events_in
from tests.switch.senders import SENDERS, Packet, Sender, pressed


def as_rtp(packet: Packet, *, kind: int = 101, ssrc: int = 7) -> bytes:
    """The packet on the wire."""
    head = bytes([0x80, packet.marker << 7 | kind])
    stamp = (packet.stamp & 0xFFFFFFFF).to_bytes(4, "big")
    return head + (packet.seq & 0xFFFF).to_bytes(2, "big") + stamp + ssrc.to_bytes(4, "big") + packet.payload


def heard(packets: list[Packet] | tuple[Packet, ...], presses: Presses | None = None) -> str:
    presses = presses or Presses()
    return "".join(
        event.key
        for packet in packets
        for event in events_in(as_rtp(packet), {101})
        if presses.take(event, packet.ms / 1000)
    )


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_what_was_pressed_is_heard(sender: Sender) -> None:
    assert heard(sender.packets) == sender.keys


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_a_network_that_doubles_every_packet_doubles_no_key(sender: Sender) -> None:
    assert heard([packet for packet in sender.packets for _ in range(2)]) == sender.keys


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_numbers_that_begin_again_at_zero_change_nothing(sender: Sender) -> None:
    near_the_end = [
        Packet(each.ms, each.seq + 0xFFFF - 103, each.stamp + 2**32 - 5600, each.payload, each.marker)
        for each in sender.packets
    ]
    assert heard(near_the_end) == sender.keys


def pins(loss: float, ms: int, count: int = 2000) -> list[tuple[str, str]]:
    """PINs as keyed in, and as heard through a network that loses packets."""
    chance = random.Random(f"{loss} {ms}")
    told = []
    for _ in range(count):
        pin = "".join(chance.choice("1123456789") for _ in range(6))
        arrived = [packet for packet in pressed(pin, ms=ms, pause=60) if chance.random() >= loss]
        told.append((pin, heard(arrived)))
    return told


@pytest.mark.parametrize("ms", [20, 40, 100, 200])
def test_pins_at_5_percent_loss_are_right(ms: int) -> None:
    assert [pair for pair in pins(0.05, ms) if pair[0] != pair[1]] == []


@pytest.mark.parametrize(("loss", "ms"), [(0.1, 60), (0.2, 100), (0.3, 100)])
def test_what_the_network_lost_whole_is_all_that_can_be_missing(loss: float, ms: int) -> None:
    """At 30 % a press of 8 packets is lost whole once in 15,000; nothing else may go wrong."""
    wrong = [pair for pair in pins(loss, ms) if pair[0] != pair[1]]
    assert all(len(heard_) == len(pin) - 1 for pin, heard_ in wrong)
    assert len(wrong) <= 5


def test_the_payload_is_found_behind_whatever_stands_in_the_header() -> None:
    payload = bytes([5, 0x8A, 3, 0x20])
    plain = as_rtp(Packet(0, 1, 2, payload))
    contributors = bytes([0x82]) + plain[1:12] + bytes(8) + payload
    extended = bytes([0x90]) + plain[1:12] + bytes([0xBE, 0xDE, 0, 1]) + bytes(4) + payload
    padded = bytes([0xA0]) + plain[1:12] + payload + bytes([0, 0, 0, 4])
    for packet in (plain, contributors, extended, padded):
        assert [event.key for event in events_in(packet, {101})] == ["5"]


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x80",
        as_rtp(Packet(0, 1, 2, b"")),
        as_rtp(Packet(0, 1, 2, b"\x05\x0a\x00")),
        as_rtp(Packet(0, 1, 2, b"\x05\x0a\x00\xa0"), kind=96),
        as_rtp(Packet(0, 1, 2, b"\x10\x0a\x00\xa0")),
        b"\x00" + as_rtp(Packet(0, 1, 2, b"\x05\x0a\x00\xa0"))[1:],
        b"\x9f" + as_rtp(Packet(0, 1, 2, b"\x05\x0a\x00\xa0"))[1:],
        bytes([0xA0]) + as_rtp(Packet(0, 1, 2, b"\x05\x0a\x00\xff"))[1:],
    ],
)
def test_what_is_no_event_is_none(packet: bytes) -> None:
    assert events_in(packet, {101}) == []


def test_garbage_harms_nobody() -> None:
    chance = random.Random(4733)
    presses = Presses()
    for n in range(20_000):
        packet = bytes([0x80 | chance.randrange(64), chance.choice([101, 229])]) + chance.randbytes(
            chance.randrange(40)
        )
        for event in events_in(packet, {101}):
            presses.take(event, n / 50)
