from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.salesforce.ids import Ids, complete

CONTACTS = Ids("003")
numbers = st.integers(0, 62**7 - 1)


@given(numbers)
def test_an_id_names_its_number_in_both_lengths(number):
    text = CONTACTS.text(number)
    assert len(text) == 18
    assert CONTACTS.number(text) == CONTACTS.number(text[:15]) == number
    assert complete(text[:15]) == text


@given(numbers, numbers)
def test_ids_sort_as_their_numbers(left, right):
    assert (CONTACTS.text(left) < CONTACTS.text(right)) == (left < right)


@pytest.mark.parametrize("recorded", ["0034S000005YJVlQAO", "0034S000005YJX5QAO", "0014S000007NeM3QAK"])
def test_the_check_letters_are_salesforces(recorded):
    assert complete(recorded[:15]) == recorded


@pytest.mark.parametrize("wrong", ["", "003", "00QSb0000000001AAA", "003Sb0000000001ABC", "003Sb000000000!", "x" * 18])
def test_what_is_no_id_of_a_contact(wrong):
    assert CONTACTS.number(wrong) is None
