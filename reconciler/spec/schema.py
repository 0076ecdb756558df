"""The JSON Schemas of ``schemas/``, generated from the models, so that editors complete and check while one types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reconciler.spec.account import AccountSpec
from reconciler.spec.connection import ConnectionSpec
from reconciler.spec.filters import OPERATORS
from reconciler.spec.transforms import TRANSFORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALAR = {"type": ["string", "number", "boolean"]}
_OPERANDS: dict[str, dict[str, object]] = {
    "in": {"type": "array", "items": _SCALAR, "minItems": 1},
    "exists": {"type": "boolean"},
    "contains": {"type": "string"},
    "starts_with": {"type": "string"},
    "matches": {"type": "string", "format": "regex"},
}


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlannedChange(_Closed):
    """One field of one operation, with the rule or mapping that wants it."""

    old: str | bool | float | list[str] | None
    new: str | bool | float | list[str] | None
    cause: str = Field(description="The rule or mapping, with file and line.")


class PlannedOperation(_Closed):
    """One write to one record."""

    side: str = Field(description="The side's name in the connection.")
    verb: Literal["create", "update", "delete"]
    id: str | None = Field(description="The record's id; null for a create.")
    source_id: str | None = Field(None, description="The id of the counterpart that caused it.")
    changes: dict[str, PlannedChange] = Field(description="By field.")


class PlanSummary(_Closed):
    """The plan in numbers."""

    operations: int = Field(ge=0)
    counts: dict[str, dict[str, int]] = Field(description="Operations by side and verb.")
    first_contact: int = Field(default=0, ge=0, description="Updates of pairs that this plan links.")
    links: int = Field(default=0, ge=0, description="Linked pairs before the plan.")
    notices: list[str] = []
    refusals: list[str] = Field(default=[], description="Why the guard refuses the plan; empty when it agrees.")


class PlanDocument(_Closed):
    """What ``reconciler plan --format json`` prints for one connection, on one line."""

    version: Literal[1]
    plan_id: str
    connection: str
    summary: PlanSummary
    operations: list[PlannedOperation]


def generate() -> dict[str, str]:
    """The text of every schema by file name."""
    connection = ConnectionSpec.model_json_schema(by_alias=True)
    connection["$defs"]["When"] = _filter_schema()
    connection["$defs"]["RuleSpec"]["properties"]["when"] = {"$ref": "#/$defs/When"}
    connection["$defs"]["MappingSpec"]["properties"]["via"] = {
        "enum": sorted(TRANSFORMS),
        "description": "The transform between the fields.",
    }
    return {
        "connection.v1.json": _text("Connection", connection),
        "account.v1.json": _text("Account", AccountSpec.model_json_schema(by_alias=True)),
        "plan.v1.json": _text("Plan", PlanDocument.model_json_schema(by_alias=True)),
    }


def _filter_schema() -> dict[str, object]:
    nested = {"$ref": "#/$defs/When"}
    operators = {name: _OPERANDS.get(name, _SCALAR) for name in OPERATORS}
    test = {"type": "object", "properties": operators, "additionalProperties": False, "minProperties": 1}
    return {
        "type": "object",
        "description": "All of these hold. A plain value means 'is'.",
        "properties": {
            "all": {"type": "array", "items": nested, "minItems": 1},
            "any": {"type": "array", "items": nested, "minItems": 1},
            "not": nested,
            "linked": {"type": "boolean", "description": "The contact has a counterpart on the other side."},
        },
        "additionalProperties": {"anyOf": [_SCALAR, test]},
    }


def _text(title: str, schema: Mapping[str, Any]) -> str:
    return json.dumps({"$schema": _DIALECT, **schema, "title": title}, indent=2, ensure_ascii=False) + "\n"
