from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.state.packing import pack, unpack


@given(st.lists(st.one_of(st.binary(max_size=24), st.integers(250, 700).map(bytes))))
def test_what_is_packed_comes_back(values):
    assert unpack(pack(values), len(values)) == values


def test_eight_fingerprints_cost_one_byte_more_each():
    assert len(pack([bytes(8)] * 8)) == 8 * 9


def test_an_empty_value_costs_one_byte():
    assert len(pack([b"", b""])) == 2
