"""The judge itself: it finds what is wrong, and nothing where all is right."""

from __future__ import annotations

import pytest

from tests.vendor.openapi import Spec

PERSON = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
}
NEW = Spec(
    {
        "openapi": "3.0.3",
        "components": {"schemas": {"Person": PERSON, "Note": {"type": "string", "nullable": True}}},
        "paths": {
            "/people/{id}": {
                "parameters": [{"name": "id", "in": "path"}],
                "put": {
                    "parameters": [{"name": "dry", "in": "query"}],
                    "requestBody": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "properties": {
                                        "person": {"$ref": "#/components/schemas/Person"},
                                        "note": {"$ref": "#/components/schemas/Note"},
                                    }
                                }
                            }
                        }
                    },
                },
                "get": {},
            }
        },
    },
    "/api",
)
OLD = Spec(
    {
        "swagger": "2.0",
        "definitions": {"Person": PERSON},
        "paths": {
            "/people": {
                "post": {"parameters": [{"in": "body", "name": "b", "schema": {"$ref": "#/definitions/Person"}}]}
            }
        },
    }
)


@pytest.mark.parametrize(
    ("spec", "request_", "wrong"),
    [
        (NEW, ("PUT", "/api/people/7", {"dry": "1"}, {"person": {"name": "x"}, "note": None}), 0),
        (NEW, ("PUT", "/api/people/7", {}, {"person": {"age": "seven"}}), 2),
        (NEW, ("PUT", "/api/people/7", {"wet": "1"}, {}), 1),
        (NEW, ("GET", "/api/people/7", {}, None), 0),
        (NEW, ("GET", "/api/people/7", {}, {}), 1),
        (NEW, ("GET", "/api/people/7/x", {}, None), 1),
        (OLD, ("POST", "/people", {}, {"name": "x"}), 0),
        (OLD, ("POST", "/people", {}, {"name": 1}), 1),
    ],
)
def test_the_judge(spec: Spec, request_: tuple, wrong: int) -> None:
    assert len(spec.problems(*request_)) == wrong
