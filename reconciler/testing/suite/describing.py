"""Contract: who the account is, and what its fields are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Denied
from reconciler.model.field import FieldType
from reconciler.testing.suite.subject import Fixtures, not_for

if TYPE_CHECKING:
    from reconciler.connectors.base import Connector
    from reconciler.testing.suite.subject import Subject


class Describing(Fixtures):
    """``probe``, ``describe`` and the traits as data."""

    def test_probe_says_who_the_account_is(self, connector: Connector) -> None:
        account = connector.probe()
        assert account.id
        assert account.calls_left is None or account.calls_left >= 0

    def test_probe_and_describe_need_no_fields(self, subject: Subject) -> None:
        connector = subject.open(())
        assert connector.probe().id == connector.probe().id
        assert connector.describe() == connector.describe()

    def test_wrong_credentials_are_denied(self, subject: Subject) -> None:
        if subject.stranger is None:
            not_for("the subject offers no connector with wrong credentials")
        stranger = subject.stranger()
        with pytest.raises(Denied):
            stranger.probe()
        with pytest.raises(Denied):
            list(stranger.list())

    def test_the_account_has_every_field_of_the_catalogue(self, subject: Subject, connector: Connector) -> None:
        described = {field.name: field for field in connector.describe()}
        missing = [field.name for field in subject.fields if field.name not in described]
        assert missing == [], f"describe leaves out {missing}; it knows {sorted(described)}"

    def test_consent_is_ordered_from_lenient_to_strict(self, subject: Subject) -> None:
        consents = [field for field in subject.fields if field.role in {"status", "opt_out"} and field.readable]
        for field in consents:
            ordered = set(field.strictness)
            assert ordered == (set(field.values) or {"true", "false"}), f"strictness of {field.name} orders its values"

    def test_the_account_and_the_catalogue_agree(self, subject: Subject, connector: Connector) -> None:
        described = {field.name: field for field in connector.describe()}
        different = {
            field.name: {what: (getattr(field, what), getattr(described[field.name], what)) for what in differing}
            for field in subject.fields
            if field.name in described
            and (
                differing := [
                    what
                    for what in ("type", "readable", "writable", "required")
                    if getattr(field, what) != getattr(described[field.name], what)
                ]
            )
        }
        assert different == {}, f"(catalogue, account): {different}"

    def test_a_field_is_described_once(self, connector: Connector) -> None:
        names = [field.name for field in connector.describe()]
        assert len(names) == len(set(names))

    def test_a_pick_list_offers_what_can_be_written(self, connector: Connector) -> None:
        odd = {
            field.name
            for field in connector.describe()
            if field.type in (FieldType.ENUM, FieldType.LIST) and not set(field.writable_values) <= set(field.values)
        }
        assert odd == set()

    def test_traits_are_numbers_that_can_be_worked_with(self, subject: Subject, connector: Connector) -> None:
        traits = connector.traits
        sizes = (traits.create_batch, traits.update_batch, traits.delete_batch, traits.get_batch, traits.find_batch)
        assert min(*sizes, traits.page_size) >= 1
        assert {*traits.searchable, *traits.unique} <= {field.name for field in subject.fields}
