from __future__ import annotations

import httpx
import pytest

from reconciler.sandbox.launch import start_all
from reconciler.sandbox.settlers import CUSTOM_FIELDS

SIZE = 40


@pytest.fixture(scope="module")
def pair():
    with start_all(SIZE, ports=(0, 0), overlap=0.25, leads=5) as running:
        yield running


def emails(world, name, entity=""):
    return {values[name] for values in world.contacts(entity).values()}


def test_the_worlds_overlap_as_told(pair):
    org, folder = emails(pair.org, "Email"), emails(pair.folder, "email")
    assert (len(org), len(folder), len(org & folder)) == (SIZE, SIZE, SIZE // 4)
    assert len(emails(pair.org, "Email", "Lead") - org - folder) == 5
    assert set(pair.folder.custom_fields) == set(CUSTOM_FIELDS)
    assert 0 < pair.folder.counts()["subscriptions"] < SIZE


def test_seeded_values_are_what_a_write_would_have_kept(pair):
    """A seed that skips the rules must not hold what the rules would never store."""
    before = pair.org.contacts()
    for record_id, values in before.items():
        pair.org.edit(record_id, values)
    assert pair.org.contacts() == before


@pytest.mark.parametrize("name", ["salesforce", "icontact"])
def test_both_are_served_and_can_start_anew(pair, name):
    url, world = getattr(pair, name).url, {"salesforce": pair.org, "icontact": pair.folder}[name]
    counts, contacts = world.counts(), world.contacts()
    assert httpx.get(f"{url}/_sandbox/").json()["app"] == name
    httpx.delete(f"{url}/_sandbox/contacts/{world.ids()[0]}")
    assert world.counts() != counts
    httpx.post(f"{url}/_sandbox/reset")
    assert (world.counts(), world.contacts()) == (counts, contacts)


def test_a_taken_port_leaves_nothing_running(pair):
    with pytest.raises(OSError, match="in use"):
        start_all(1, ports=(0, pair.icontact.port))
    assert httpx.get(f"{pair.icontact_url}/time").status_code == 200
