from __future__ import annotations

import itertools

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.salesforce.fields import CONTACT
from reconciler.sandbox.seed import people, person
from reconciler.sandbox.settlers import as_icontact, as_salesforce

SAMPLE = list(people(3000))


def test_a_person_depends_on_the_number_alone():
    assert list(people(10, start=500)) == SAMPLE[500:510]
    assert person(7, seed=2) != person(7, seed=1)


def test_emails_are_unique_and_plain():
    emails = [one.email for one in SAMPLE]
    assert len(set(emails)) == len(emails)
    assert all(email.isascii() and email == email.lower() for email in emails)


def test_duplicates_come_on_request_alone():
    emails = [one.email for one in people(3000, duplicates=0.1)]
    doubled = len(emails) - len(set(emails))
    assert 150 < doubled < 450


def test_the_people_are_as_untidy_as_people_are():
    assert any(not one.first_name.isascii() for one in SAMPLE)
    assert any("🎉" in one.title for one in SAMPLE)
    assert {one.phone[:2] for one in SAMPLE if one.phone} == {"+3", "+4", "+1", "00"}
    assert any(not one.phone for one in SAMPLE)
    assert len({one.country for one in SAMPLE}) >= 6


def test_phones_are_possible_numbers_of_their_country():
    phones = [one.phone.replace("00", "+", 1) if one.phone.startswith("00") else one.phone for one in SAMPLE]
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(phone)) for phone in phones if phone)


@given(st.integers(0, 10**9))
def test_any_person_fits_the_apps(number):
    lengths = {column.name: column.length for column in CONTACT}
    values = as_salesforce(person(number))
    assert all(len(value) <= lengths[name] for name, value in values.items() if isinstance(value, str))
    assert len(as_icontact(person(number))["state"]) <= 10


def test_people_stream():
    assert next(itertools.islice(people(10**15), 5, None)).number == 5
