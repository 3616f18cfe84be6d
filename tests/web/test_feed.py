"""The feed of what goes on: however often somebody is cut off, he hears each change once,
and nothing that is not his."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from web.live.audience import ALARMS, LINE, Audience
from web.live.feed import Feed, Item
from web.live.frames import Frames

NAMES = ("call:1", "call:2", "call:3", "alarm:1", "alarm:2", "line")
TOPICS = (LINE, f"{ALARMS}W3", f"{ALARMS}W5", ALARMS)
OPERATOR = Audience(line=True, alarms=True)
CLERK = Audience(line=True)
NURSE = Audience(alarms=True, wards=frozenset(("W3",)))

items = st.none() | st.builds(Item, st.fixed_dictionaries({"n": st.integers(0, 3)}), st.sampled_from(TOPICS))
puts = st.dictionaries(st.sampled_from(NAMES), items, min_size=1, max_size=4)


class Browser:
    """Hears events and keeps what they say; may be cut off at any place, and asks again with the last id it saw."""

    def __init__(self, frames: Frames, audience: Audience) -> None:
        self.frames = frames
        self.audience = audience
        self.last_id = ""
        self.items: dict[str, Any] = {}
        self.numbers: list[int] = []
        """Of the changes heard since the last snapshot."""
        self.snapshots = 0

    def hears(self, cut: int | None = None) -> None:
        """Everything since the last id; only the first `cut` events of it arrive."""
        told, _ = self.frames.since(self.frames.place_of(self.last_id, self.audience), self.audience)
        for kind, number, id, data in list(events(told))[:cut]:
            self.last_id = id
            if kind == "snapshot":
                self.items, self.numbers = {}, []
                self.snapshots += 1
            else:
                self.numbers.append(number)
            for name, value in data.items():
                if value is None:
                    del self.items[name]  # what is gone was there
                else:
                    self.items[name] = value


def events(told: bytes) -> Iterator[tuple[str, int, str, Any]]:
    for event in told.decode().split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in event.split("\n"))
        yield fields["event"], int(fields["id"].rpartition("-")[2]), fields["id"], json.loads(fields["data"])


@given(
    st.lists(st.tuples(puts, st.none() | st.integers(0, 3))),
    st.sampled_from((OPERATOR, CLERK, NURSE)),
    st.integers(1, 8),
)
def test_any_cut_and_resume_hears_each_change_once(
    history: list[tuple[dict[str, Item | None], int | None]], audience: Audience, kept: int
) -> None:
    feed = Feed(kept)
    frames = Frames(feed, "boot")
    browser = Browser(frames, audience)
    for put, cut in history:
        feed.put(put)
        if cut is not None:
            browser.hears(cut)
        assert browser.numbers == sorted(set(browser.numbers))
    browser.hears()
    assert browser.items == frames.heard(audience)
    browser.hears()
    assert browser.items == frames.heard(audience)


@given(st.lists(puts, max_size=30))
def test_whoever_is_never_cut_off_needs_one_snapshot_and_hears_every_number(
    history: list[dict[str, Item | None]],
) -> None:
    feed = Feed()
    frames = Frames(feed, "boot")
    browser = Browser(frames, OPERATOR)
    browser.hears()
    heard = []
    for put in history:
        change = feed.put(put)
        browser.hears()
        heard += [change.number] if change is not None else []
    assert browser.snapshots == 1
    assert browser.numbers == heard == list(range(1, feed.number + 1))


@given(st.lists(puts, max_size=20), st.sampled_from((CLERK, NURSE)))
def test_what_somebody_may_not_see_is_never_sent(history: list[dict[str, Item | None]], audience: Audience) -> None:
    feed = Feed()
    frames = Frames(feed, "boot")
    seen: set[str] = set()
    place: int | None = None
    for put in history:
        feed.put(put)
        seen |= {name for name, item in put.items() if item is not None and audience.hears(item.topic)}
        told, place = frames.since(place, audience)
        assert {name for _, _, _, data in events(told) for name in data} <= seen


def put(feed: Feed, name: str, n: int = 0, topic: str = LINE) -> None:
    feed.put({name: Item({"n": n}, topic)})


def test_after_a_restart_the_document_comes_anew() -> None:
    feed = Feed()
    put(feed, "call:1")
    before = Browser(Frames(feed, "boot-1"), OPERATOR)
    before.hears()
    before.frames = Frames(feed, "boot-2")
    before.hears()
    assert before.snapshots == 2


def test_whose_rights_have_changed_begins_anew_and_keeps_nothing_that_is_not_his() -> None:
    feed = Feed()
    put(feed, "alarm:1", topic=f"{ALARMS}W5")
    browser = Browser(Frames(feed, "boot"), OPERATOR)
    browser.hears()
    browser.audience = NURSE
    browser.hears()
    assert (browser.snapshots, browser.items) == (2, {})


def test_whoever_was_away_too_long_gets_the_document() -> None:
    feed = Feed(kept=3)
    browser = Browser(Frames(feed, "boot"), OPERATOR)
    browser.hears()
    for n in range(3):
        put(feed, "call:1", n)
    browser.hears()
    assert browser.snapshots == 1
    for n in range(4):
        put(feed, "call:1", n + 10)
    browser.hears()
    assert (browser.snapshots, browser.items) == (2, {"call:1": {"n": 13}})


def test_nonsense_in_the_last_id_gets_the_document() -> None:
    feed = Feed()
    put(feed, "call:1")
    frames = Frames(feed, "boot")
    for nonsense in ("", "-", "boot", f"boot.{OPERATOR.mark}-", f"boot.{OPERATOR.mark}-x", f"boot.{OPERATOR.mark}-²",
                     f"boot.{OPERATOR.mark}-" + "9" * 5000, "\N{SNOWMAN}"):  # fmt: skip
        place = frames.place_of(nonsense, OPERATOR)
        assert frames.since(place, OPERATOR)[0].startswith(b"id: boot.")
    assert b"snapshot" in frames.since(frames.place_of(f"boot.{OPERATOR.mark}-999", OPERATOR), OPERATOR)[0]


def test_what_is_put_again_as_it_was_is_no_change() -> None:
    feed = Feed()
    put(feed, "call:1")
    put(feed, "call:1")
    feed.put({"call:9": None})
    assert feed.number == 1


def test_a_whole_list_anew_takes_away_what_is_not_in_it() -> None:
    feed = Feed()
    for name in ("call:1", "call:2", "line"):
        put(feed, name)
    feed.put(feed.instead("call:", {"call:2": Item({"n": 5}, LINE)}))
    assert {name: item.value for name, item in feed.items.items()} == {"call:2": {"n": 5}, "line": {"n": 0}}


def test_it_is_written_once_for_all_who_hear_the_same() -> None:
    feed = Feed()
    frames = Frames(feed, "boot")
    put(feed, "call:1")
    first, _ = frames.since(None, Audience(line=True))
    second, _ = frames.since(None, Audience(line=True))
    assert first is second
