"""Default mappings give way to what an account has; what a person wrote does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.errors import SpecError
from reconciler.model.connection import Direction, Policy
from reconciler.model.field import Field, FieldType
from reconciler.model.record import Side
from reconciler.spec.account_fields import settle_fields
from reconciler.spec.catalogue import load_catalogue
from reconciler.spec.check import resolve
from reconciler.spec.load import Loaded, parse
from tests.unit.spec.facts import ACCOUNTS, APPS, MAIL

LOOSE = MAIL.replace("role: phone}", "role: phone, custom: true}").replace(
    "role: country}", "role: country, custom: true}"
)
SPEC = """
version: 1
kind: connection
name: loose
sync: crm <-> news
winner: crm
sides:
  crm: {app: crmapp, account: crm-prod, entity: contacts}
  news: {app: mailapp, account: mail-main, entity: contacts}
match: [email]
"""
PHONE = Field("phone", FieldType.PHONE)
COUNTRY = Field("country")


def settled(*described: Field, extra: str = ""):
    apps = {**APPS, "mailapp": replace(APPS["mailapp"], catalogue=load_catalogue(LOOSE))}
    parts = [parse("accounts.yaml", ACCOUNTS), parse("loose.yaml", SPEC + extra)]
    resolution = resolve(Loaded({part.file: part for part in parts}), apps)
    assert resolution.problems == ()
    connection = settle_fields(resolution.connections["loose"], {Side.RIGHT: described})
    return {mapping.right[0].name: mapping for mapping in connection.mappings}


def test_a_default_mapping_goes_where_the_account_has_no_such_field() -> None:
    assert "phone" in settled(PHONE, COUNTRY)
    assert "phone" not in settled(COUNTRY)


def test_a_written_mapping_does_not() -> None:
    with pytest.raises(SpecError, match="has no field 'phone'"):
        settled(COUNTRY, extra="fields: {map: [crm.Mobile -> news.phone]}\n")


def test_a_default_mapping_flows_only_to_where_it_can_be_written() -> None:
    assert settled(PHONE, COUNTRY)["country"].direction is Direction.BOTH
    narrowed = settled(PHONE, replace(COUNTRY, writable=False))["country"]
    assert (narrowed.direction, narrowed.policy) == (Direction.TO_LEFT, Policy.RIGHT)


NAMES = LOOSE.replace("role: first_name}", "role: first_name, custom: true}").replace(
    "      - {name: lastName, role: last_name}",
    "      - {name: middleName, role: middle_name, custom: true}\n"
    "      - {name: lastName, role: last_name, custom: true}",
)
BOOK = """
version: 1
kind: connection
name: loose
sync: news <-> book
winner: book
sides:
  news: {app: mailapp, account: mail-main, entity: contacts}
  book: {app: bookapp, account: book-home, entity: people}
match: [email]
rules: [{name: a, from: news, then: {create: false}}]
"""


@pytest.mark.parametrize(
    ("has", "mapped"),
    [
        (["firstName", "middleName", "lastName"], ["firstName", "middleName", "lastName"]),
        (["firstName", "lastName"], ["firstName", "lastName"]),
        (["firstName"], None),
    ],
)
def test_a_whole_name_does_without_the_middle_name_that_the_account_lacks(has: list[str], mapped: list[str]) -> None:
    apps = {**APPS, "mailapp": replace(APPS["mailapp"], catalogue=load_catalogue(NAMES))}
    parts = [parse("accounts.yaml", ACCOUNTS), parse("loose.yaml", BOOK)]
    connection = resolve(Loaded({part.file: part for part in parts}), apps).connections["loose"]
    settled = settle_fields(connection, {Side.LEFT: tuple(Field(name) for name in has)})
    found = [[one.name for one in each.left] for each in settled.mappings if each.via == "full_name"]
    assert found == ([mapped] if mapped else [])


def test_a_default_mapping_between_types_that_do_not_convert_goes() -> None:
    assert "phone" not in settled(replace(PHONE, type=FieldType.BOOLEAN), COUNTRY)
