"""Finding the address book, from whatever address a person gave."""

from __future__ import annotations

import httpx
import pytest

from reconciler.connectors.carddav.dav import DIALECT
from reconciler.connectors.carddav.discovery import find_address_book, find_principal
from reconciler.errors import Denied, Retryable
from tests.unit.connectors.carddav.tiny_dav import found, multistatus
from tests.unit.connectors.wire import http_over

BOOK = "<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype>"
FOLDER = "<D:resourcetype><D:collection/></D:resourcetype>"
PRINCIPAL = "<D:current-user-principal><D:href>/principals/ann/</D:href></D:current-user-principal>"
HOMES = "<C:addressbook-home-set><D:href>/home/ann/</D:href><D:href>../../shared/</D:href></C:addressbook-home-set>"


def named(name: str) -> str:
    return f"<D:displayname>{name}</D:displayname>{BOOK}"


def moved(location: str) -> httpx.Response:
    return httpx.Response(301, headers={"Location": location})


class Site:
    """Answers by path; what it does not know is not found."""

    def __init__(self, answers: dict[str, httpx.Response], path: str = "") -> None:
        self.asked: list[str] = []
        self.answers = answers
        transport = httpx.MockTransport(self.answer)
        self.http = http_over(transport, app="carddav", base_url=f"https://dav.test{path}", dialect=DIALECT)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.url.path} {request.headers['Depth']}")
        return self.answers.get(request.url.path, httpx.Response(404))


def nested(**others: httpx.Response) -> dict[str, httpx.Response]:
    return {
        "/.well-known/carddav": moved("/dav/"),
        "/dav/": multistatus(found("/dav/", FOLDER + PRINCIPAL)),
        "/principals/ann/": multistatus(found("/principals/ann/", HOMES)),
        "/home/ann/": multistatus(
            found("/home/ann/", FOLDER), found("private", named("Private")), found("cal/", FOLDER)
        ),
        "/shared/": multistatus(found("/shared/", FOLDER), found("/shared/te%61m/", named("Team"))),
        **others,
    }


def test_the_server_leads_there_step_by_step():
    site = Site(nested())
    book = find_address_book(site.http, "Team")
    assert (book.path, book.name, book.syncs) == ("/shared/team/", "Team", True)
    assert site.asked == [
        "/.well-known/carddav 0",
        "/dav/ 0",
        "/principals/ann/ 0",
        "/home/ann/ 1",
        "/shared/ 1",
    ]


@pytest.mark.parametrize("wanted", ["Private", "/home/ann/private/", "home/ann/private", "private"])
def test_an_address_book_is_called_by_name_or_path(wanted):
    assert find_address_book(Site(nested()).http, wanted).path == "/home/ann/private/"


def test_several_are_a_question_and_none_is_too():
    with pytest.raises(Denied, match=r"2 address books; there are: 'Private' \(/home/ann/private/\), 'Team'"):
        find_address_book(Site(nested()).http, None)
    with pytest.raises(Denied, match="0 address books called 'Nope'"):
        find_address_book(Site(nested()).http, "Nope")


def test_a_path_with_an_address_in_it_is_not_shown():
    home = multistatus(found("/home/ann%40x.example/a/", named("A")), found("/home/ann%40x.example/b/", named("B")))
    with pytest.raises(Denied) as caught:
        find_address_book(Site({**nested(), "/home/ann/": home}).http, None)
    assert "x.example" not in str(caught.value)


def test_the_address_may_be_the_address_book_itself():
    site = Site({"/home/ann/private": multistatus(found("/home/ann/private/", named("Private")))}, "/home/ann/private")
    assert find_address_book(site.http, None).path == "/home/ann/private/"
    assert find_principal(site.http) == "/home/ann/private/"
    assert site.asked == ["/home/ann/private 0"] * 2


def test_a_page_for_people_at_the_address_is_passed_by():
    site = Site(nested(**{"/app": httpx.Response(200, text="<html>Welcome</html>")}), "/app")
    assert find_principal(site.http) == "/principals/ann/"
    assert site.asked[0] == "/app 0"


def test_no_service_at_all_waits_for_a_person():
    with pytest.raises(Denied, match="no CardDAV service"):
        find_address_book(Site({}).http, None)


def test_another_host_is_named_and_not_asked():
    site = Site({"/.well-known/carddav": moved("https://cards.example/dav/")})
    with pytest.raises(Denied, match=r"cards\.example"):
        find_principal(site.http)


def test_a_server_in_trouble_is_tried_later():
    with pytest.raises(Retryable):
        find_principal(Site({"/.well-known/carddav": httpx.Response(503)}).http)
