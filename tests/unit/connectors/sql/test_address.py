"""Addresses: what can be used, and what is said of the rest without repeating it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.connectors.apps.sql import APP
from reconciler.connectors.base import Opening
from reconciler.connectors.http import Http
from reconciler.errors import Denied, Retryable
from tests.tables.people import Place, connected

if TYPE_CHECKING:
    from reconciler.model.traits import Traits

SECRET = "pa55word"


def traits(address: str, **options: object) -> Traits:
    with connected(address) as database, Http(app="sql", base_url="") as http:
        return APP.open(Opening(http, "rows", {"table": "people", **options}, ("email",), database)).traits


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (f"nonsense {SECRET}", "no address of a database"),
        (f"oracle9+hieroglyphs://u:{SECRET}@h/d", "nothing here speaks to databases of the kind"),
        (f"mysql+pymysql://u:{SECRET}@h/d", "the Python package pymysql, which is not installed"),
        ("sqlite:////nowhere/at/all.sqlite", "no database file"),
        ("", "no address of a database"),
    ],
)
def test_an_address_that_cannot_be_used_is_denied_without_its_password(address: str, words: str) -> None:
    with connected(address) as database, pytest.raises(Denied, match=words) as error:
        Place(database).rows(table="people").probe()
    assert SECRET not in str(error.value)


def test_a_server_that_does_not_answer_is_tried_later() -> None:
    with connected(f"postgres://u:{SECRET}@127.0.0.1:1/d") as database, pytest.raises(Retryable) as error:
        Place(database).rows(table="people").probe()
    assert SECRET not in str(error.value)


def test_a_file_that_is_no_database_is_denied(tmp_path) -> None:
    (tmp_path / "text").write_text("no database at all, only words " * 50)
    with connected(f"sqlite:///{tmp_path}/text") as database, pytest.raises(Denied, match="not a database"):
        Place(database).rows(table="people").probe()


def test_an_account_says_where_it_is_without_the_password(people: Place) -> None:
    assert people.rows(table="people").probe().id.endswith("people.sqlite people")


def test_nothing_is_promised_that_the_database_does_not_keep() -> None:
    bare, stamped = traits("sqlite:///x"), traits("sqlite:///x", modified="changed", deleted="gone")
    assert (bare.delta, bare.modified, bare.versions, bare.tombstones) == (False, False, False, False)
    assert (stamped.delta, stamped.modified, stamped.versions, stamped.tombstones) == (True, True, False, True)
    for address in ("postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"):
        assert (traits(address).delta, traits(address).versions) == (True, True)


def test_lists_cannot_be_searched() -> None:
    with connected("sqlite:///x") as database:
        rows = Place(database).rows("email", "tags", "hobbies", "city", table="people", lists=["hobbies"])
    assert rows.traits.searchable == ("email", "city")
