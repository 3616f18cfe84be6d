"""A caller presses keys; whatever the network and the phone make of them, each press counts once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.switch.worker.info import key_of_info
from ivr.switch.worker.keys import KeyGate
from ivr.switch.worker.telephone_event import FULL, KEYS, Event

Packet = tuple[str, int, int, bool]
SEGMENT = FULL / 8
"""ms that one RTP event can last."""


def press(key: str, start: int, length: int, *, step: int = 20) -> list[Packet]:
    """The packets of one press of `length` ms as RFC 4733 wants them, segments of a long one included."""
    packets: list[Packet] = []
    segment_start, left = start, length
    while True:
        segment = min(left, int(SEGMENT))
        packets += [(key, segment_start, at, False) for at in range(step, segment + 1, step)]
        left -= segment
        if left <= 0:
            return packets + [(key, segment_start, segment, True)] * 3
        packets.append((key, segment_start, int(SEGMENT), False))
        segment_start = round(segment_start + SEGMENT)


def event(key: str, start: int, duration: int, ended: bool, seq: int = -1) -> Event:
    return Event(key, start * 8, duration * 8, ended, seq=seq)


def heard(packets: list[Packet], gate: KeyGate | None = None, numbers: Sequence[int] | None = None) -> str:
    """What counts of packets that come 20 ms apart; without their sequence `numbers` as PJSIP tells of them."""
    gate = gate or KeyGate()
    return "".join(
        packet[0]
        for at, packet in enumerate(packets)
        if gate.rtp(event(*packet, -1 if numbers is None else numbers[at]), at * 0.02)
    )


def test_each_key_once() -> None:
    packets = [packet for n, key in enumerate("1123#*A5") for packet in press(key, 1000 + n * 300, 160)]
    assert heard(packets) == "1123#*A5"


@pytest.mark.parametrize("length", [9000, 8192, 20000, 60000])
def test_a_key_held_long_is_one_key(length: int) -> None:
    assert heard(press("5", 12345, length) + press("5", 12345 + length + 100, 120)) == "55"


def test_a_sender_whose_duration_stands_still() -> None:
    packets = [("7", 1000 + n * 250, 200, False) for n in range(3) for _ in range(4)] + [("8", 1750, 200, True)] * 3
    assert heard(packets) == "7778"


def test_a_duration_that_starts_again_within_one_event_is_one_key() -> None:
    assert heard([("5", 1000, at % 8192, False) for at in range(20, 9000, 20)]) == "5"


def test_only_end_packets_arrive() -> None:
    assert heard([("1", 1000, 160, True), ("1", 1300, 160, True), ("2", 1600, 160, True)]) == "112"


def test_a_packet_that_comes_late_is_no_new_key() -> None:
    first, second = press("1", 1000, 160), press("2", 1300, 160)
    assert heard(first[:-1] + second[:2] + first[-1:] + second[2:]) == "12"


@pytest.mark.parametrize("key", ["R", "", "11", "'", "e", "é"])
def test_what_is_no_telephone_key_is_dropped(key: str) -> None:
    gate = KeyGate()
    assert not gate.rtp(event(key, 1, 20, False), 0.0)
    assert not gate.info(key, 0.0)


def test_a_phone_that_sends_both_ways() -> None:
    gate = KeyGate()
    keys = ""
    for n, key in enumerate("1155#"):
        at = n * 0.3
        for key_, start, duration, ended in press(key, n * 300, 160):
            keys += key if gate.rtp(event(key_, start, duration, ended), at + duration / 1000) else ""
        keys += key if gate.info(key, at + 0.2) else ""
    assert keys == "1155#"


def test_a_phone_whose_info_comes_first() -> None:
    gate = KeyGate()
    assert gate.info("5", 1.0)
    assert not gate.rtp(event("5", 1000, 20, False), 1.05)
    assert gate.rtp(event("5", 1300, 20, False), 1.3)


def test_info_follows_a_key_held_long() -> None:
    gate = KeyGate()
    heard(press("5", 1000, 5000), gate)
    assert not gate.info("5", 5.3)


def test_a_phone_that_sends_info_only() -> None:
    gate = KeyGate()
    assert [gate.info(key, n * 0.1) for n, key in enumerate("1122")] == [True] * 4


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("Signal=5\r\nDuration=160\r\n", "5"),
        ("Signal= 5\r\n", "5"),
        ("signal=#", "#"),
        ("Signal=10\r\n", "*"),
        ("Signal=11\r\n", "#"),
        ("Signal=12\r\n", "A"),
        ("Signal=16\r\n", ""),
        ("Signal=';DROP TABLE\r\n", ""),
        ("Signal=5;DROP\r\n", ""),
        ("Signal=\r\n", ""),
        ("Signal", ""),
        ("Duration=5\r\nSignal=7\r\n", "7"),
        ("X-Signal=5\r\n", ""),
        ("Signal=٥\r\n", ""),
        ("", ""),
    ],
)
def test_info_bodies_friendly_and_hostile(body: str, key: str) -> None:
    assert key_of_info("application/dtmf-relay", body) == key
    assert key_of_info("Application/DTMF-Relay; charset=utf-8", body) == key
    assert key_of_info("text/plain", body) == ""


def test_the_short_kind_of_info() -> None:
    assert key_of_info("application/dtmf", "5\r\n") == "5"
    assert key_of_info("application/dtmf", "51") == ""


@st.composite
def noisy_typing(draw: st.DrawFn) -> tuple[str, list[Packet], list[int]]:
    """Some presses; of each press some packets are lost (never all), some doubled, neighbours swapped."""
    keys = draw(st.text(KEYS, min_size=1, max_size=8))
    packets: list[Packet] = []
    numbers: list[int] = []
    start = draw(st.integers(0, 2**29))
    number = draw(st.integers(0, 0xFFFF))
    has_fixed_duration = draw(st.booleans())  # a telephone has one manner
    for key in keys:
        length = draw(st.integers(2, 30)) * 20
        sent = press(key, start, length)
        if has_fixed_duration:
            sent = [(key, start, 200, ended) for _, _, _, ended in sent]
        keep = draw(st.lists(st.booleans(), min_size=len(sent), max_size=len(sent)).filter(any))
        packets += [packet for packet, kept in zip(sent, keep, strict=True) for _ in range(2) if kept]
        numbers += [(number + n) % 0x10000 for n, kept in enumerate(keep) for _ in range(2) if kept]
        pause = draw(st.integers(2, 50))
        start, number = start + length + pause * 20, number + len(sent) + pause
    return keys, packets, numbers


def test_a_press_that_lost_all_but_one_packet_is_not_taken_for_a_part_of_the_one_before() -> None:
    packets = [("0", 0, 500, True), ("0", 540, 80, False), ("0", 660, 200, True)]
    assert heard(packets, None, [27, 33, 43]) == "000"


@given(noisy_typing())
def test_loss_and_repetition_neither_lose_nor_double_a_key(typing: tuple[str, list[Packet], list[int]]) -> None:
    keys, packets, numbers = typing
    assert heard(packets, None, numbers) == keys
    assert heard(packets) == keys


@given(st.lists(st.tuples(st.text(max_size=2), st.integers(0, 2**32), st.integers(0, 2**16), st.booleans())))
def test_whatever_comes_only_keys_go_out(packets: list[Packet]) -> None:
    assert set(heard(packets)) <= set(KEYS)


@given(st.text(), st.text())
def test_whatever_info_says_it_is_one_key_or_none(content_type: str, body: str) -> None:
    key = key_of_info(content_type, body)
    assert key == "" or (len(key) == 1 and key in KEYS)
