from __future__ import annotations

import pytest

from reconciler.sandbox.wire import Answer, Router, route


def handle() -> Answer:
    return Answer()


ROUTER = Router(
    [
        route("GET", "/people", "list", handle),
        route("GET", "/people/{name}", "get", handle),
        route("DELETE", "/people/{name}", "delete", handle),
        route("GET", "/files/{path*}", "file", handle),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "kind", "parameters"),
    [
        ("GET", "/people", "list", {}),
        ("GET", "/people/", "list", {}),
        ("GET", "/people/Ann%2FLee%20%C3%A9", "get", {"name": "Ann/Lee é"}),
        ("DELETE", "/people/ann", "delete", {"name": "ann"}),
        ("GET", "/files/a/b%2Fc", "file", {"path": "a/b/c"}),
    ],
)
def test_a_call_finds_its_route(method, path, kind, parameters):
    found = ROUTER.find(method, path)
    assert found is not None
    assert (found[0].kind, found[1]) == (kind, parameters)


def test_what_has_no_route():
    assert ROUTER.find("POST", "/people") is None
    assert ROUTER.knows("/people")
    assert ROUTER.find("GET", "/people/ann/lee") is None
    assert not ROUTER.knows("/people/ann/lee")


def test_an_answer_without_a_body_is_empty():
    assert Answer(204).encoded() == b""
    assert Answer(200, []).encoded() == b"[]"
