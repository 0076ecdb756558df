"""``describe``: what an object's fields are, in the shape in which Salesforce says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.sandbox.salesforce.fields import Column
    from reconciler.sandbox.salesforce.table import Table

_SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
_CAN = ("createable", "updateable", "deletable", "mergeable", "undeletable", "queryable", "replicateable")
_CAN_TOO = ("retrieveable", "searchable", "triggerable", "layoutable", "feedEnabled", "activateable")


def summary(table: Table, version: str) -> dict[str, object]:
    """An object in a few words, as the list of all objects has it."""
    root = f"/services/data/v{version}/sobjects/{table.entity}"
    urls = {"sobject": root, "describe": f"{root}/describe", "rowTemplate": f"{root}/{{ID}}"}
    base: dict[str, object] = {"name": table.entity, "label": table.entity, "labelPlural": f"{table.entity}s"}
    return (
        base | dict.fromkeys((*_CAN, *_CAN_TOO), True) | {"custom": False, "keyPrefix": table.ids.prefix, "urls": urls}
    )


def describe(table: Table, version: str) -> dict[str, object]:
    """An object with all fields that this user may see."""
    master = {"active": True, "available": True, "defaultRecordTypeMapping": True, "master": True, "name": "Master"}
    return summary(table, version) | {
        "childRelationships": [],
        "fields": _fields(table.columns.values()),
        "recordTypeInfos": [{**master, "recordTypeId": "012000000000000AAA"}],
    }


def _fields(columns: Iterable[Column]) -> list[dict[str, object]]:
    return [_field(column) for column in columns]


def _field(column: Column) -> dict[str, object]:
    numeric = column.type in {"int", "double", "currency"}
    return {
        "name": column.name,
        "label": column.label,
        "type": column.type,
        "soapType": _SOAP_TYPES.get(column.type, "xsd:string"),
        "length": column.length,
        "byteLength": column.length * 3,
        "digits": 8 if column.type == "int" else 0,
        "precision": 18 if numeric and column.type != "int" else 0,
        "scale": 0,
        "createable": column.create,
        "updateable": column.update,
        "nillable": column.nillable,
        "defaultedOnCreate": column.defaulted,
        "defaultValue": False if column.type == "boolean" else column.default,
        "custom": column.custom,
        "externalId": column.unique,
        "idLookup": column.id_lookup,
        "unique": column.unique,
        "caseSensitive": False,
        "calculated": False,
        "filterable": column.filterable,
        "sortable": column.filterable,
        "compoundFieldName": column.compound,
        "restrictedPicklist": column.restricted,
        "picklistValues": [_choice(value, column.default) for value in column.values],
        "referenceTo": list(column.refers),
        "relationshipName": column.name.removesuffix("Id") if column.refers else None,
    }


def _choice(value: str, default: object) -> dict[str, object]:
    return {"active": True, "defaultValue": value == default, "label": value, "validFor": None, "value": value}
