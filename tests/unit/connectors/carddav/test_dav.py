"""The XML of CardDAV: what is asked, and what comes back, also from servers that mean harm."""

from __future__ import annotations

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.carddav import dav
from reconciler.connectors.dialect import Meaning, Response
from reconciler.errors import Retryable
from tests.unit.connectors.carddav.vcards import QUICK

ANSWER = """<?xml version="1.0"?>
<d:multistatus xmlns:d="DAV:" xmlns:card="urn:ietf:params:xml:ns:carddav">
 <d:response><d:href> /a/1.vcf </d:href>
  <d:propstat><d:prop><d:getetag>"1"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>
  <d:propstat><d:prop><card:address-data/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>
 </d:response>
 <d:response><d:href>/a/2.vcf</d:href><d:href>/a/3.vcf</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>
 <d:sync-token>
   urn:token </d:sync-token>
</d:multistatus>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<multistatus xmlns="DAV:"><sync-token>&b;</sync-token></multistatus>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<multistatus xmlns="DAV:"><sync-token>&a;</sync-token></multistatus>"""


def response(text: str | bytes, status: int = 207) -> Response:
    return Response("carddav", status, {}, text if isinstance(text, bytes) else text.encode(), "https://dav.test/")


def test_only_found_properties_are_there():
    first, second, third = dav.read_multistatus(response(ANSWER)).resources
    assert (first.href, first.status, first.text(dav.ETAG)) == ("/a/1.vcf", None, '"1"')
    assert dav.ADDRESS_DATA not in first.props
    assert [(one.href, one.status) for one in (second, third)] == [("/a/2.vcf", 404), ("/a/3.vcf", 404)]
    assert dav.read_multistatus(response(ANSWER)).token == "urn:token"


@pytest.mark.parametrize(
    "text",
    [BOMB, OUTSIDE, "", "<html><body>Sign in</body></html>", ANSWER[:-20], '<error xmlns="DAV:"/>', b"\xff\xfe\x00"],
)
def test_what_is_no_multistatus_is_not_believed(text):
    with pytest.raises(Retryable, match="not a WebDAV multistatus"):
        dav.read_multistatus(response(text))


def test_a_control_character_in_a_card_does_not_hide_the_others():
    spoilt = ANSWER.replace('"1"', '"1\x0b\x00"')
    assert [one.href for one in dav.read_multistatus(response(spoilt)).resources] == [
        "/a/1.vcf",
        "/a/2.vcf",
        "/a/3.vcf",
    ]


def test_hrefs_are_resolved_against_the_answers_address():
    text = """<multistatus xmlns="DAV:"><response><href>ann/</href><propstat>
    <prop><current-user-principal><href>../principals/ann/</href></current-user-principal></prop>
    <status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"""
    (one,) = dav.read_multistatus(response(text)).resources
    moved = one.resolved("https://dav.test/books/")
    assert moved.href == "https://dav.test/books/ann/"
    assert moved.hrefs(dav.PRINCIPAL) == ("https://dav.test/principals/ann/",)


@QUICK
@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1)))
def test_a_search_asks_for_exactly_these_values(values):
    root = fromstring(dav.addressbook_query("EMAIL", values))
    matches = list(root.iter(dav.card("text-match")))
    assert [match.text for match in matches] == values
    assert {match.get("match-type") for match in matches} <= {"equals"}
    assert [one.get("test") for one in root.iter(dav.card("prop-filter"))] == ["anyof"]


def test_a_search_for_what_xml_cannot_say_is_still_xml():
    root = fromstring(dav.addressbook_query("EMAIL", ["a\x00b\x1f"]))
    assert [match.text for match in root.iter(dav.card("text-match"))] == ["ab"]


def test_a_sync_asks_from_its_token():
    root = fromstring(dav.sync_collection("urn:t&1"))
    assert [root.findtext(dav.dav(name)) for name in ("sync-token", "sync-level")] == ["urn:t&1", "1"]
    assert fromstring(dav.sync_collection("")).findtext(dav.dav("sync-token")) == ""


@pytest.mark.parametrize(
    ("status", "inside", "meaning"),
    [
        (403, "<valid-sync-token/>", Meaning.EXPIRED),
        (409, "<x/><valid-sync-token/>", Meaning.EXPIRED),
        (403, "<supported-report/>", Meaning.REJECTED),
        (403, "<need-privileges/>", Meaning.DENIED),
        (507, "", Meaning.REJECTED),
        (501, "", Meaning.REJECTED),
        (500, "", Meaning.RETRY),
        (403, "", Meaning.DENIED),
    ],
)
def test_a_refusal_means_what_its_precondition_says(status, inside, meaning):
    answer = response(f'<error xmlns="DAV:">{inside}</error>' if inside else "<html>", status)
    code, _ = dav.DIALECT.explain(answer)
    assert dav.DIALECT.meaning(status, code) is meaning
