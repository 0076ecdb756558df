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


def test_a_default_mapping_between_types_that_do_not_convert_goes() -> None:
    assert "phone" not in settled(replace(PHONE, type=FieldType.BOOLEAN), COUNTRY)
