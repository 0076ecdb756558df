"""The XML of WebDAV and CardDAV: what is asked, and what a multistatus answers. No network.

RFC 4918 (multistatus), RFC 6352 (CardDAV), RFC 6578 (sync-collection). Answers are parsed with defusedxml: entities
and external references are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError, SubElement, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from reconciler.connectors.carddav.vcard import speakable
from reconciler.connectors.dialect import Dialect, Meaning

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.connectors.dialect import Response

_DAV = "DAV:"
_CARD = "urn:ietf:params:xml:ns:carddav"
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_OK = 200
_REDIRECT = 300

register_namespace("D", _DAV)
register_namespace("C", _CARD)


def dav(name: str) -> str:
    """A WebDAV element's full name."""
    return f"{{{_DAV}}}{name}"


def card(name: str) -> str:
    """A CardDAV element's full name."""
    return f"{{{_CARD}}}{name}"


ETAG = dav("getetag")
ADDRESS_DATA = card("address-data")
RESOURCE_TYPE = dav("resourcetype")
DISPLAY_NAME = dav("displayname")
PRINCIPAL = dav("current-user-principal")
HOME_SET = card("addressbook-home-set")
REPORTS = dav("supported-report-set")


@dataclass(frozen=True, slots=True)
class Resource:
    """One ``response`` of a multistatus: its ``href`` as sent, its own status if it has one, the properties that
    were found, by full name."""

    href: str
    status: int | None = None
    props: Mapping[str, Element] = field(default_factory=dict)

    def resolved(self, url: str) -> Resource:
        """The same with absolute hrefs, where ``url`` is what answered."""
        for prop in self.props.values():
            for element in prop.iter(dav("href")):
                element.text = urljoin(url, (element.text or "").strip())
        return replace(self, href=urljoin(url, self.href))

    def text(self, name: str) -> str:
        """A property's text, empty where there is none."""
        found = self.props.get(name)
        return (found.text or "") if found is not None else ""

    def hrefs(self, name: str) -> tuple[str, ...]:
        """The hrefs inside a property."""
        found = self.props.get(name)
        return _hrefs(found) if found is not None else ()

    def holds(self, name: str, inner: str) -> bool:
        """Whether a property contains an element, at any depth."""
        found = self.props.get(name)
        return found is not None and next(found.iter(inner), None) is not None


@dataclass(frozen=True, slots=True)
class Multistatus:
    """A whole answer; ``token`` is the new sync token, if it was a sync."""

    resources: tuple[Resource, ...]
    token: str = ""


def propfind(names: Iterable[str]) -> bytes:
    """Ask for properties."""
    root = Element(dav("propfind"))
    _props(root, names)
    return _written(root)


def sync_collection(token: str) -> bytes:
    """Ask what changed since ``token``; everything, with an empty one."""
    root = Element(dav("sync-collection"))
    SubElement(root, dav("sync-token")).text = token
    SubElement(root, dav("sync-level")).text = "1"
    _props(root, (ETAG,))
    return _written(root)


def multiget(hrefs: Iterable[str]) -> bytes:
    """Ask for these cards."""
    root = Element(card("addressbook-multiget"))
    _props(root, (ETAG, ADDRESS_DATA))
    for href in hrefs:
        SubElement(root, dav("href")).text = href
    return _written(root)


def addressbook_query(prop: str, values: Iterable[str]) -> bytes:
    """Ask for the cards with a property that equals one of ``values``, whatever their case."""
    root = Element(card("addressbook-query"))
    _props(root, (ETAG, ADDRESS_DATA))
    wanted = SubElement(SubElement(root, card("filter")), card("prop-filter"), name=prop, test="anyof")
    for value in values:
        how = {"collation": "i;unicode-casemap", "match-type": "equals"}
        SubElement(wanted, card("text-match"), how).text = speakable(value)
    return _written(root)


def read_multistatus(response: Response) -> Multistatus:
    """The answer, or ``Retryable`` when it is not the XML that was asked for: a proxy's page, half a body, a bomb."""
    root = _parsed(response.content)
    if root is None or root.tag != dav("multistatus"):
        problem = f"answered {response.status} with a body that is not a WebDAV multistatus"
        raise response.unclear(response.app, problem, code="unreadable")
    resources = (resource for element in root.iter(dav("response")) for resource in _resources(element))
    return Multistatus(tuple(resources), (root.findtext(dav("sync-token")) or "").strip())


def _parsed(content: bytes) -> Element | None:
    """The root, also of XML that holds control characters from a card, which some servers copy without a look."""
    for attempt in (content, _CONTROL.sub(b"", content)):
        try:
            root: Element = fromstring(attempt)
        except (ParseError, DefusedXmlException, ValueError):
            continue
        return root
    return None


def _resources(element: Element) -> Iterable[Resource]:
    """One response may name several hrefs when it carries a status for all of them."""
    status = _status(element.findtext(dav("status")))
    found = {
        prop.tag: prop
        for propstat in element.findall(dav("propstat"))
        if _OK <= (_status(propstat.findtext(dav("status"))) or _OK) < _REDIRECT
        for prop in propstat.findall(f"{dav('prop')}/*")
    }
    return (Resource(href, status, found) for href in _hrefs(element))


def _status(line: str | None) -> int | None:
    words = (line or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else None


def _hrefs(element: Element) -> tuple[str, ...]:
    return tuple(text.strip() for child in element.findall(dav("href")) if (text := child.text))


def _props(root: Element, names: Iterable[str]) -> None:
    prop = SubElement(root, dav("prop"))
    for name in names:
        SubElement(prop, name)


def _written(root: Element) -> bytes:
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _precondition(response: Response) -> tuple[str, str]:
    """The name of the condition that failed, from a ``DAV:error`` body (RFC 4918 section 16)."""
    root = _parsed(response.content)
    if root is None or root.tag != dav("error"):
        return "", ""
    conditions: Sequence[str] = [child.tag.rpartition("}")[2] for child in root]
    known = [name for name in conditions if name in _ROWS]
    return next(iter(known or conditions), ""), ""


_ROWS: Mapping[int | str, Meaning] = {
    "valid-sync-token": Meaning.EXPIRED,
    "supported-report": Meaning.REJECTED,
    "supported-filter": Meaning.REJECTED,
    "supported-collation": Meaning.REJECTED,
    "valid-address-data": Meaning.REJECTED,
    "supported-address-data": Meaning.REJECTED,
    "no-uid-conflict": Meaning.REJECTED,
    "max-resource-size": Meaning.REJECTED,
    "number-of-matches-within-limits": Meaning.REJECTED,
    501: Meaning.REJECTED,
    507: Meaning.REJECTED,
}

DIALECT = Dialect(rows=_ROWS, explain=_precondition)
"""How a DAV server refuses: by the precondition that it names, else by status. Waiting empties no full store (507)."""
