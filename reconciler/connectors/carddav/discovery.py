"""Find the address book behind a URL: RFC 6764 section 6 and RFC 6352 section 7.1.

A person may give the server, a principal, or the address book itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from reconciler.connectors.carddav import dav
from reconciler.connectors.carddav.addressbook import AddressBook, ask, normal_path
from reconciler.connectors.redaction import without_emails
from reconciler.errors import AppError, Denied, Rejected, Retryable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.connectors.http import Http

_WELL_KNOWN = "/.well-known/carddav"
_ADDRESS_BOOK = dav.card("addressbook")
_SYNC = dav.dav("sync-collection")
_ASKED = (dav.RESOURCE_TYPE, dav.DISPLAY_NAME, dav.REPORTS, dav.PRINCIPAL, dav.HOME_SET)


def find_principal(http: Http) -> str:
    """The path of the signed-in user, or of the address book where a server does not name the user."""
    start = _start(http)
    return unquote(urlsplit(next(iter(start.hrefs(dav.PRINCIPAL)), "") or start.href).path)


def find_address_book(http: Http, wanted: str | None) -> AddressBook:
    """The address book called ``wanted`` (its display name or its path), or the only one there is.

    Raises ``Denied``, which waits for a person, with the choices when it is not clear which one is meant.
    """
    start = _start(http)
    if start.holds(dav.RESOURCE_TYPE, _ADDRESS_BOOK):
        return _book(http, start)
    books = [_book(http, one) for home in _homes(http, start) for one in _members(http, home)]
    return _chosen(http, books, wanted)


def _chosen(http: Http, books: list[AddressBook], wanted: str | None) -> AddressBook:
    named = [book for book in books if wanted is None or _is_called(book, wanted)]
    if len(named) == 1:
        return named[0]
    choices = ", ".join(f"'{book.name}' ({without_emails(unquote(book.path))})" for book in books) or "none"
    found = f"{len(named)} address books" if wanted is None else f"{len(named)} address books called '{wanted}'"
    advice = "say which one in the account's option addressbook, by name or by path"
    raise Denied(http.app, f"found {found}; there are: {choices}; {advice}", code="addressbook")


def _is_called(book: AddressBook, wanted: str) -> bool:
    path = normal_path(wanted).strip("/")
    return book.name == wanted or book.path.strip("/") == path or book.path.strip("/").rpartition("/")[2] == path


def _start(http: Http) -> dav.Resource:
    """The first place that answers like WebDAV: the URL itself, or what the well-known address leads to."""
    path = urlsplit(http.base_url).path or "/"
    places = (_WELL_KNOWN, path) if path == "/" else (path, _WELL_KNOWN)
    problems: list[AppError] = []
    for place in places:
        try:
            found = _one(http, place)
        except (Rejected, Retryable) as error:
            if isinstance(error, Retryable) and error.code != "unreadable":
                raise
            problems.append(error)
            continue
        if found and (found.hrefs(dav.PRINCIPAL) or found.hrefs(dav.HOME_SET) or _is_book(found)):
            return found
    said = "; ".join(str(problem) for problem in problems) or "the answers speak of no user and no address book"
    raise Denied(http.app, f"no CardDAV service at base_url or at {_WELL_KNOWN}: {said}", code="discovery")


def _homes(http: Http, start: dav.Resource) -> tuple[str, ...]:
    """The paths under which the user's address books are."""
    principal = next(iter(start.hrefs(dav.PRINCIPAL)), None)
    owner = _one(http, principal) if principal else start
    return (owner.hrefs(dav.HOME_SET) if owner else ()) or start.hrefs(dav.HOME_SET)


def _members(http: Http, home: str) -> Iterator[dav.Resource]:
    return (one for one in _resolved(http, home, depth="1") if _is_book(one))


def _one(http: Http, place: str) -> dav.Resource | None:
    return next(iter(_resolved(http, place, depth="0")), None)


def _resolved(http: Http, place: str, *, depth: str) -> Iterable[dav.Resource]:
    """Resources with absolute hrefs, their own and those in their properties being relative to the answer's URL."""
    answer, url = ask(http, "PROPFIND", place, dav.propfind(_ASKED), depth=depth)
    return [one.resolved(url) for one in answer.resources]


def _is_book(resource: dav.Resource) -> bool:
    return resource.holds(dav.RESOURCE_TYPE, _ADDRESS_BOOK)


def _book(http: Http, resource: dav.Resource) -> AddressBook:
    path = normal_path(resource.href)
    told = dav.REPORTS in resource.props
    syncs = not told or resource.holds(dav.REPORTS, _SYNC)
    return AddressBook(http, path.rstrip("/") + "/", resource.text(dav.DISPLAY_NAME), syncs=syncs)
