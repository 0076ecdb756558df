"""A CardDAV server in memory, behind the transport: it can do what Radicale never does (cut answers short, lose them,
give no ETags, know no sync-collection)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from xml.sax.saxutils import escape

import httpx
from defusedxml.ElementTree import fromstring

from reconciler.connectors.carddav.dav import card, dav

BOOK = "/dav/ann/contacts/"
_SYNC = "<D:supported-report><D:report><D:sync-collection/></D:report></D:supported-report>"
_BOOK_TYPE = "<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype>"


def vcard(name: str, *lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", "N:;;;;", f"FN:{name}", *lines, "END:VCARD", ""]).encode()


def nothing(_request: httpx.Request) -> None:
    """No fault."""


@dataclass
class TinyDav:
    """``fault`` sees each request first and may answer it, raise, or let it through. ``after`` may spoil an answer."""

    cards: dict[str, bytes] = field(default_factory=dict)
    syncs: bool = True
    told: bool = True
    page: int = 1000
    etags: bool = True
    mark: str = ""
    spell: Callable[[str], str] = str
    left_out: set[str] = field(default_factory=set)
    fault: Callable[[httpx.Request], httpx.Response | None] = nothing
    after: Callable[[httpx.Request], httpx.Response | None] = nothing
    log: list[str] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if spoiled := self.fault(request):
            return spoiled
        answer: httpx.Response = getattr(self, f"_{request.method.lower()}")(request)
        return self.after(request) or answer

    def sent(self, method: str) -> list[httpx.Request]:
        return [request for request in self.requests if request.method == method]

    def keep(self, name: str, data: bytes | None) -> None:
        if data is None:
            del self.cards[name]
        else:
            self.cards[name] = data
        self.log.append(name)

    def etag(self, name: str) -> str:
        return f'{self.mark}"{sha256(self.cards[name]).hexdigest()[:8]}"'

    def _get(self, request: httpx.Request) -> httpx.Response:
        name = _name(request)
        if name not in self.cards:
            return httpx.Response(404)
        return httpx.Response(200, content=self.cards[name], headers={"ETag": self.etag(name)} if self.etags else {})

    def _put(self, request: httpx.Request) -> httpx.Response:
        name, wanted = _name(request), request.headers.get("If-Match")
        known = name in self.cards
        if request.headers.get("If-None-Match") == "*" and known:
            return httpx.Response(412)
        if wanted and (not known or wanted != self.etag(name).removeprefix("W/")):
            return httpx.Response(412)
        self.keep(name, request.content)
        return httpx.Response(204 if known else 201, headers={"ETag": self.etag(name)} if self.etags else {})

    def _delete(self, request: httpx.Request) -> httpx.Response:
        if _name(request) not in self.cards:
            return httpx.Response(404)
        self.keep(_name(request), None)
        return httpx.Response(204)

    def _propfind(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != BOOK:
            return httpx.Response(404)
        reports = f"<D:supported-report-set>{_SYNC if self.syncs else ''}</D:supported-report-set>" if self.told else ""
        about = f"<D:displayname>Contacts</D:displayname>{_BOOK_TYPE}{reports}"
        members = [self._member(name) for name in self.cards] if request.headers["Depth"] == "1" else []
        return multistatus(found(BOOK, about), *members)

    def _report(self, request: httpx.Request) -> httpx.Response:
        root = fromstring(request.content)
        if root.tag == card("addressbook-multiget"):
            names = [(one.text or "").rpartition("/")[2] for one in root.iter(dav("href"))]
            return multistatus(*(self._member(name, data=True) for name in names if name not in self.left_out))
        if root.tag == dav("sync-collection") and self.syncs:
            return self._changes(root.findtext(dav("sync-token")) or "0")
        return httpx.Response(403, text='<error xmlns="DAV:"><supported-report/></error>')

    def _changes(self, token: str) -> httpx.Response:
        if not token.isdecimal() or int(token) > len(self.log):
            return httpx.Response(409, text='<error xmlns="DAV:"><valid-sync-token/></error>')
        stop = min(int(token) + self.page, len(self.log))
        changed = dict.fromkeys(self.log[int(token) : stop])
        cut = [gone(BOOK, "507 Insufficient Storage")] if stop < len(self.log) else []
        return multistatus(*map(self._member, changed), *cut, f"<D:sync-token>{stop}</D:sync-token>")

    def _member(self, name: str, *, data: bool = False) -> str:
        href = self.spell(BOOK + name)
        if name not in self.cards:
            return gone(href, "404 Not Found")
        text = f"<C:address-data>{escape(self.cards[name].decode())}</C:address-data>" if data else ""
        return found(href, f"<D:getetag>{escape(self.etag(name))}</D:getetag>{text}")


def found(href: str, props: str) -> str:
    ok = "<D:status>HTTP/1.1 200 OK</D:status>"
    return f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{props}</D:prop>{ok}</D:propstat></D:response>"


def gone(href: str, status: str) -> str:
    return f"<D:response><D:href>{href}</D:href><D:status>HTTP/1.1 {status}</D:status></D:response>"


def multistatus(*inside: str) -> httpx.Response:
    head = '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
    return httpx.Response(207, text=f"{head}{''.join(inside)}</D:multistatus>")


def _name(request: httpx.Request) -> str:
    return request.url.raw_path.decode().rpartition("/")[2]
