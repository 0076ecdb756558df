"""A card as a contact: what it is called, what a new one holds, and what is no contact at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.carddav.vcard import Card
from reconciler.connectors.carddav.vcard_contact import is_group, new_card, read_fields
from tests.unit.connectors.carddav.test_vcard_fields import LISTS, NAMES, SINGLES, values_of
from tests.unit.connectors.carddav.vcards import QUICK, card_of, written


@QUICK
@given(st.fixed_dictionaries({}, optional={name: values_of(name) for name in NAMES}))
@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_a_new_card_is_complete(version, values):
    card = Card.parse(new_card(version, "u-1", values).to_bytes())
    assert len(card.all("FN")) == len(card.all("N")) == len(card.all("UID")) == 1
    assert card.lines[1].raw == f"VERSION:{version}\r\n".encode()
    wanted = {name: value for name, value in values.items() if name not in {*LISTS, *SINGLES, "full_name"}}
    found = read_fields(card, wanted)
    assert [name for name, value in wanted.items() if value != found[name]] == []


class TestFullName:
    @pytest.mark.parametrize(
        ("full_name", "after"),
        [
            ("Ann Lee", "Zoé Lee"),
            ("Dr. Ann Lee", "Dr. Zoé Lee"),
            ("Lee, Ann", "Lee, Ann"),
            ("Annie", "Annie"),
            ("", "Dr. Zoé Lee"),
        ],
    )
    def test_it_follows_the_parts_it_was_made_of(self, full_name, after):
        card = card_of("N:Lee;Ann;;Dr.;", f"FN:{full_name}")
        assert written(card, first_name="Zoé") == ["N:Lee;Zoé;;Dr.;", f"FN:{after}"]

    def test_what_is_said_is_said(self):
        card = card_of("N:Lee;Ann;;;", "FN:Ann Lee")
        assert written(card, first_name="Zoé", full_name="The Zoé") == ["N:Lee;Zoé;;;", "FN:The Zoé"]

    @pytest.mark.parametrize(
        ("values", "full_name"),
        [
            ({"first_name": "Ann", "last_name": "Lee", "company": "Acme"}, "Ann Lee"),
            ({"company": "Acme", "email": "a@x"}, "Acme"),
            ({"email": "a@x"}, "a@x"),
            ({}, None),
        ],
    )
    def test_a_card_without_one_is_called_by_what_it_has(self, values, full_name):
        assert read_fields(new_card("3.0", "u", values), ["full_name"]) == {"full_name": full_name}

    def test_a_cleared_one_comes_back_from_the_parts(self):
        assert written(card_of("N:Lee;Ann;;;", "FN:Annie"), full_name=None) == ["N:Lee;Ann;;;", "FN:Ann Lee"]


@pytest.mark.parametrize(
    ("line", "group"),
    [("KIND:group", True), ("X-ADDRESSBOOKSERVER-KIND:group", True), ("KIND:org", False), ("NOTE:group", False)],
)
def test_a_group_is_not_a_contact(line, group):
    assert is_group(card_of("FN:X", line)) is group
