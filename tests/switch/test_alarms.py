"""The worker's timetable."""

from __future__ import annotations

from ivr.switch.worker.alarms import Alarms


class Hand:
    """A clock that the test turns."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_alarms_ring_in_order_once_and_not_when_cancelled() -> None:
    hand, rung = Hand(), []
    alarms = Alarms(hand)
    alarms.after(2.0, lambda: rung.append("b"))
    alarms.after(1.0, lambda: rung.append("a"))
    alarms.after(1.5, lambda: rung.append("never")).cancel()
    assert alarms.wait(10) == 1.0
    assert alarms.wait(0.5) == 0.5
    hand.now = 2.5
    assert alarms.wait(10) == 0.0
    alarms.run()
    alarms.run()
    assert rung == ["a", "b"]
    assert alarms.wait(10) == 10


def test_an_alarm_may_set_the_next() -> None:
    hand, rung = Hand(), []
    alarms = Alarms(hand)

    def ring() -> None:
        rung.append(hand.now)
        alarms.after(1.0, ring)

    alarms.after(1.0, ring)
    for _ in range(3):
        hand.now += 1.0
        alarms.run()
    assert rung == [1.0, 2.0, 3.0]
