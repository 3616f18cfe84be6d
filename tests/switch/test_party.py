"""Who is let in by the ports of a call, and when."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import pytest

from ivr.switch.worker import gate
from ivr.switch.worker.party import NOBODY, Party

PHONE, REPORTS, MOVED = ("192.0.2.7", 4000), ("192.0.2.7", 4001), ("192.0.2.7", 61234)
ANYBODY = ("", 0)


def test_nobody_is_let_in_before_the_party_has_said_where_it_is() -> None:
    assert (Party().rtp, Party().rtcp) == (NOBODY, NOBODY)


def test_who_sends_from_where_his_sdp_says_is_the_only_one() -> None:
    party = Party()
    party.promise(PHONE, REPORTS, 10.0)
    assert (party.rtp, party.rtcp) == ((PHONE,), (REPORTS,))
    assert party.next_look(10.0) == 2.5
    assert party.look(PHONE, 12.5)
    assert (party.rtp, party.rtcp, party.next_look(12.5)) == ((PHONE,), (REPORTS,), 0.0)
    assert not party.look(MOVED, 13.0)
    assert party.rtp == (PHONE,)


def test_a_telephone_that_sends_from_another_port_is_found_after_a_while() -> None:
    party = Party()
    party.promise(PHONE, REPORTS, 0.0)
    assert not party.look(None, 1.0)
    assert party.look(None, 2.5)
    assert party.rtp == (("192.0.2.7", 0),)
    assert party.look(MOVED, 2.6)
    assert (party.rtp, party.rtcp) == ((MOVED,), (("192.0.2.7", 0),))


def test_anybody_may_be_the_party_for_some_seconds_only() -> None:
    party = Party()
    party.promise(PHONE, REPORTS, 0.0)
    seen = []
    for at in range(15):
        party.look(None, at)
        seen.append(party.rtp == (ANYBODY,))
    assert seen == [False] * 4 + [True] * 6 + [False] * 5
    assert party.rtp == (("192.0.2.7", 0),)


def test_a_telephone_behind_nat_is_heard_from_the_first_moment() -> None:
    party = Party("203.0.113.9")
    party.promise(("192.168.1.20", 4000), ("192.168.1.20", 4001), 0.0)
    assert ("203.0.113.9", 0) in party.rtp
    party.look(("203.0.113.9", 31000), 0.1)
    assert party.rtp == (("203.0.113.9", 31000),)


@pytest.mark.parametrize("own", ["10.0.0.5", "203.0.113.1"])
def test_a_pbx_whose_sound_comes_from_another_machine_is_taken_at_its_word(own: str) -> None:
    party = Party(own)
    party.promise(("203.0.113.2", 4000) if own[0] == "2" else ("10.0.0.6", 4000), REPORTS, 0.0)
    assert party.rtp[0][1] == 4000
    assert len(party.rtp) == 1


def test_where_somebody_sent_before_only_the_sdp_counts() -> None:
    party = Party()
    party.promise(PHONE, REPORTS, 0.0, haunted=True)
    for at in range(15):
        party.look(None, at)
        assert party.rtp == (PHONE,)
    party.promise(("192.0.2.8", 4000), REPORTS, 20.0)  # another SDP, the same ports
    party.look(None, 30.0)
    assert party.rtp == (("192.0.2.8", 4000),)


def test_another_sdp_is_another_address() -> None:
    party = Party()
    party.promise(PHONE, REPORTS, 0.0)
    party.look(PHONE, 2.5)
    party.promise(("192.0.2.9", 5000), ("192.0.2.9", 5001), 60.0)
    assert party.rtp == (("192.0.2.9", 5000),)
    assert party.look(None, 62.5)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_kernel_drops_what_comes_from_others(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_DGRAM) as door,
        socket.socket(family, socket.SOCK_DGRAM) as friend,
        socket.socket(family, socket.SOCK_DGRAM) as stranger,
    ):
        for one in (door, friend, stranger):
            one.bind((host, 0))
        known, other = friend.getsockname()[:2], ("192.0.2.1" if family == socket.AF_INET else "2001:db8::1", 0)
        for sources, expected in (
            (NOBODY, []),
            ((known,), [b"friend"]),
            ((other, known), [b"friend"]),
            (((host, 0),), [b"friend", b"stranger"]),
            ((("", stranger.getsockname()[1]),), [b"stranger"]),
            ((("", 0),), [b"friend", b"stranger"]),
            ((other, ("2001:db8::2", 5), ("192.0.2.2", 5)), []),
        ):
            gate.let_in(door, sources)
            before = gate.kept_out(door)
            friend.sendto(b"friend", door.getsockname())
            stranger.sendto(b"stranger", door.getsockname())
            assert _all(door) == expected
            assert gate.kept_out(door) - before == 2 - len(expected)


def _all(door: socket.socket) -> Sequence[bytes]:
    found = []
    while True:
        try:
            found.append(door.recv(100, socket.MSG_DONTWAIT))
        except BlockingIOError:
            return found
