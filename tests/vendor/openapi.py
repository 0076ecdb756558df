"""The vendors' descriptions of their APIs judge what we send. They are kept outside of this repository, if at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import msgspec
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4, DRAFT202012
from ruamel.yaml import YAML

FOLDER = Path(__file__).parents[2].parent / "shared" / "apis" / "specs"


def described(name: str, base: str = "") -> Spec | None:
    """The description in this file, for paths below ``base`` (as sent); None where the file is not there."""
    path = FOLDER / name
    if not path.is_file():
        return None
    raw = path.read_bytes()
    return Spec(msgspec.json.decode(raw) if path.suffix == ".json" else YAML(typ="safe", pure=True).load(raw), base)


@dataclass(frozen=True)
class Spec:
    """A Swagger 2 or OpenAPI 3 document."""

    document: dict[str, Any]
    base: str = ""

    def problems(self, method: str, path: str, query: dict[str, str], body: object = None) -> list[str]:
        """Everything that is wrong with a request, in words; nothing where it is as described."""
        found = self._find(method, path)
        if found is None:
            return [f"{method} {path} is not described"]
        template, operation = found
        known = {one["name"] for one in self._parameters(template, operation) if one["in"] == "query"}
        unknown = [f"{method} {template}: the query parameter {name} is not described" for name in set(query) - known]
        return unknown + self._body_problems(method, template, operation, body)

    def _find(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        short = unquote(urlsplit(path).path).removeprefix(self.base)
        for template in sorted(self.document["paths"], key=lambda one: one.count("{")):
            pattern = "".join(
                "[^/]+" if part[:1] == "{" else re.escape(part) for part in re.split(r"(\{\w+\})", template)
            )
            operation = self.document["paths"][template].get(method.lower())
            if operation is not None and re.fullmatch(pattern, short):
                return template, operation
        return None

    def _parameters(self, template: str, operation: dict[str, Any]) -> list[dict[str, Any]]:
        listed = [*self.document["paths"][template].get("parameters", ()), *operation.get("parameters", ())]
        return [self._resolved(one) for one in listed]

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def _body_problems(self, method: str, template: str, operation: dict[str, Any], body: object) -> list[str]:
        schema = self._schema(template, operation)
        if schema is None:
            return [] if body is None else [f"{method} {template}: no body is described"]
        errors = self._validator(schema).iter_errors(body)
        return [f"{method} {template}: {error.json_path}: {error.message}" for error in errors]

    def _schema(self, template: str, operation: dict[str, Any]) -> dict[str, Any] | None:
        if "requestBody" in operation:
            content = self._resolved(operation["requestBody"]).get("content", {})
            return content.get("application/json", {}).get("schema")
        bodies = [one for one in self._parameters(template, operation) if one["in"] == "body"]
        return bodies[0]["schema"] if bodies else None

    @property
    def _modern(self) -> bool:
        return str(self.document.get("openapi", "")).startswith("3.1")

    @cached_property
    def _registry(self) -> Registry:
        resource = Resource(contents=_nullable(self.document), specification=DRAFT202012 if self._modern else DRAFT4)
        return Registry().with_resource("urn:spec", resource)

    def _validator(self, schema: dict[str, Any]) -> Any:
        kind = jsonschema.Draft202012Validator if self._modern else jsonschema.Draft4Validator
        return kind(_absolute(_nullable(schema)), registry=self._registry)


def _nullable(node: Any) -> Any:
    """OpenAPI 3.0 says ``nullable`` where JSON Schema says that null is one of the types."""
    if isinstance(node, list):
        return [_nullable(each) for each in node]
    if not isinstance(node, dict):
        return node
    said = {name: _nullable(value) for name, value in node.items()}
    if (said.get("nullable") is True or said.get("x-nullable") is True) and isinstance(said.get("type"), str):
        said["type"] = [said["type"], "null"]
        if "enum" in said:
            said["enum"] = [*said["enum"], None]
    return said


def _absolute(node: Any) -> Any:
    if isinstance(node, list):
        return [_absolute(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        name: f"urn:spec{value}" if name == "$ref" and str(value).startswith("#") else _absolute(value)
        for name, value in node.items()
    }
