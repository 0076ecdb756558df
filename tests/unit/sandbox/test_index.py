from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.index import SortedNumbers, Timeline

small = st.integers(0, 30)
moves = st.lists(st.tuples(small, st.none() | small))


@given(st.lists(st.tuples(st.booleans(), small)), small, small)
def test_sorted_numbers_are_a_sorted_set(steps, offset, limit):
    numbers, model = SortedNumbers(), set()
    for adding, number in steps:
        (numbers.add if adding else numbers.discard)(number)
        (model.add if adding else model.discard)(number)
    assert list(numbers) == sorted(model)
    assert numbers.page(offset, limit) == sorted(model)[offset : offset + limit]
    assert list(numbers.since(offset)) == [number for number in sorted(model) if number >= offset]
    assert all((number in numbers) == (number in model) for number in range(31))


@given(moves, small)
def test_a_timeline_knows_each_record_at_its_latest_stamp_alone(steps, since):
    timeline, stamps = Timeline(), {}
    for number, stamp in steps:
        timeline.move(number, stamps.pop(number, None), stamp)
        if stamp is not None:
            stamps[number] = stamp
    expected = sorted((stamp, number) for number, stamp in stamps.items() if stamp >= since)
    assert list(timeline.since(since)) == [number for _, number in expected]
    assert len(timeline) == len(stamps)
