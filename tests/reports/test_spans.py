"""How long something took, counted by spans, is told no better than it was and hardly worse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.spans import end, quantile, span, within


@given(st.floats(0, 30 * 86_400, allow_nan=False))
def test_a_span_holds_what_lies_in_it_and_is_narrow(seconds: float) -> None:
    begin = span(seconds)
    assert begin <= seconds < end(begin)
    assert span(begin) == begin
    assert end(begin) - begin <= max(1, seconds / 12)


def test_what_a_clock_that_was_set_makes_negative_counts_as_nothing() -> None:
    assert span(-5.0) == 0


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_quantile_of_counts_is_that_of_the_values_rounded_up_to_a_span(values: list[int], share: float) -> None:
    counts: dict[int, int] = {}
    for value in values:
        counts[span(value)] = counts.get(span(value), 0) + 1
    plainly = sorted(values)[max(1, -(-round(share * 100) * len(values) // 100)) - 1]
    assert quantile(counts, share) == end(span(plainly))
    assert within(counts, 60) == sum(value < 60 for value in values)


def test_of_nothing_there_is_no_quantile() -> None:
    assert quantile({}, 0.5) is None


@pytest.mark.parametrize("begin", [0, 59, 60, 595, 600, 3_570, 3_600, 86_100])
def test_spans_follow_each_other_without_a_gap(begin: int) -> None:
    assert span(end(begin)) == end(begin)
