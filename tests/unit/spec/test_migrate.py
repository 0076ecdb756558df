from __future__ import annotations

import pytest

from reconciler.errors import SpecError
from reconciler.spec.load import parse
from reconciler.spec.migrate import migrate

OLD = """\
# the newsletter of the north
version: 0
kind: connection
name: newsletter   # never rename
direction: to_right  # one way for now
interval: 600
sides:
  crm: {app: crmapp, account: crm-prod, entity: contacts}  # left
  news: {app: mailapp, account: mail-main, entity: contacts}
# what flows
mappings:
  - crm.Title -> news.jobtitle   # as printed on the card
---
version: 0
kind: account
name: crm-prod
app: crmapp
auth: {client_id: {env: 'CRM_ID'}}  # quotes stay
"""

NEW = """\
# the newsletter of the north
version: 1
kind: connection
name: newsletter   # never rename
sync: crm -> news    # one way for now
every: 600
sides:
  crm: {app: crmapp, account: crm-prod, entity: contacts}  # left
  news: {app: mailapp, account: mail-main, entity: contacts}
# what flows
fields:
  map:
    - crm.Title -> news.jobtitle # as printed on the card
---
version: 1
kind: account
name: crm-prod
app: crmapp
auth: {client_id: {env: 'CRM_ID'}}  # quotes stay
"""


def test_version_0_becomes_version_1_with_its_comments() -> None:
    assert migrate("f", OLD) == NEW


def test_what_was_migrated_loads() -> None:
    assert parse("f", migrate("f", OLD)).problems == ()


def test_migrating_twice_changes_nothing() -> None:
    once = migrate("f", OLD)
    assert migrate("f", once) == once


def test_a_current_file_stays_byte_for_byte() -> None:
    text = "version: 1\nkind:   account   # odd blanks\n"
    assert migrate("f", text) == text


@pytest.mark.parametrize(
    ("text", "says"), [("version: 9\n", "version 9"), ("a: [", "not YAML"), ("kind: x\n", "version")]
)
def test_what_has_no_way_is_refused(text: str, says: str) -> None:
    with pytest.raises(SpecError, match=says):
        migrate("f", text)
