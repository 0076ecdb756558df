"""What a write does to the records: create, update, upsert, delete, merge, convert, with an org's own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.salesforce.errors import ApiError, deleted, not_found
from reconciler.sandbox.salesforce.rules import accepted
from reconciler.sandbox.salesforce.table import Row, instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.sandbox.salesforce.table import Table
    from reconciler.sandbox.salesforce.world import SalesforceWorld


def create(world: SalesforceWorld, table: Table, sent: Mapping[str, object], *, allow_duplicate: bool = False) -> str:
    """Make a record; its id. Raises ``ApiError``."""
    values = _triggered(world, accepted(table, sent, creating=True))
    _check_unique(table, values, None)
    if not allow_duplicate:
        _check_duplicates(world, table, values, None)
    number, now = table.new_number(), world.now()
    table.put(number, Row(number, now, now, now, _compact(values)))
    return table.ids.text(number)


def update(
    world: SalesforceWorld, table: Table, number: int, sent: Mapping[str, object], *, allow_duplicate: bool = False
) -> None:
    """Change the fields sent. Raises ``ApiError``."""
    row = existing(table, number)
    if row.values.get("IsConverted"):
        raise ApiError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    changed = _triggered(world, accepted(table, sent, creating=False))
    _check_unique(table, changed, number)
    if not allow_duplicate and changed.get("Email") != row.values.get("Email"):
        _check_duplicates(world, table, changed, number)
    now = world.now()
    table.put(number, Row(number, row.created, now, now, _compact({**row.values, **changed})))


def delete(world: SalesforceWorld, table: Table, number: int, master: str | None = None) -> None:
    """Move a record to the recycle bin. Raises ``ApiError``."""
    row = existing(table, number)
    marks: dict[str, object] = {"IsDeleted": True}
    if master:
        marks["MasterRecordId"] = master
    trashed = Row(number, row.created, row.modified, world.now(), {**row.values, **marks})
    table.put(number, None, trashed)


def existing(table: Table, number: int | None) -> Row:
    """The live record. Raises ``ApiError`` ENTITY_IS_DELETED or NOT_FOUND."""
    row = table.rows.get(number) if number is not None else None
    if row is None:
        raise deleted() if number in table.trash else not_found()
    return row


def merge(world: SalesforceWorld, table: Table, winner: int, loser: int) -> None:
    """The loser goes to the recycle bin; the winner's stamps move."""
    delete(world, table, loser, table.ids.text(winner))
    row, now = table.rows[winner], world.now()
    table.put(winner, Row(winner, row.created, now, now, row.values))


def convert(world: SalesforceWorld, number: int) -> str:
    """A lead becomes a contact and stays, immutable, as a converted lead."""
    leads, contacts = world.table("Lead"), world.table("Contact")
    lead, now = leads.rows[number], world.now()
    carried = {name: value for name, value in lead.values.items() if (one := contacts.column(name)) and one.create}
    contact = create(world, contacts, carried, allow_duplicate=True)
    marks: dict[str, object] = {"IsConverted": True, "ConvertedContactId": contact, "Status": "Closed - Converted"}
    marks["ConvertedDate"] = instant(now)[:10]
    leads.put(number, Row(number, lead.created, now, now, {**lead.values, **marks}))
    return contact


def upsert(
    world: SalesforceWorld, table: Table, key: tuple[str, str], sent: Mapping[str, object], *, allow_duplicate: bool
) -> tuple[str, bool]:
    """Update the one record that the key names, or create it; its id, and whether it was created.

    Raises ``ApiError``, with status 300 where several match.
    """
    name, value = key
    numbers = matching(table, name, value)
    if len(numbers) > 1:
        raise ApiError(300, "MULTIPLE_CHOICES", f"{len(numbers)} records match")
    if numbers:
        update(world, table, numbers[0], sent, allow_duplicate=allow_duplicate)
        return table.ids.text(numbers[0]), False
    return create(world, table, {name: value, **sent}, allow_duplicate=allow_duplicate), True


def matching(table: Table, name: str, value: str) -> tuple[int, ...]:
    """Records that a key field names. Raises ``ApiError`` where the field is no key."""
    column = table.column(name)
    if column is None or not column.id_lookup:
        raise ApiError(404, "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {name}")
    if column.name == "Email":
        return table.with_email(value)
    if column.name == "Id":
        number = table.ids.number(value)
        return (number,) if number in table.rows and number is not None else ()
    found = table.by_unique[column.name].get(value.casefold())
    return () if found is None else (found,)


def _compact(values: Mapping[str, object]) -> dict[str, object]:
    """Without what reads as empty anyway."""
    return {name: value for name, value in values.items() if value is not None and value is not False}


def _triggered(world: SalesforceWorld, values: dict[str, object]) -> dict[str, object]:
    value = values.get(world.quirks.trigger)
    if isinstance(value, str):
        values[world.quirks.trigger] = value.upper()
    return values


def _check_unique(table: Table, values: Mapping[str, object], number: int | None) -> None:
    for name, index in table.by_unique.items():
        owner = index.get(str(values.get(name, "")).casefold())
        if owner is not None and owner != number and values.get(name) is not None:
            message = f"duplicate value found: {name} duplicates value on record with id: {table.ids.text(owner)[:15]}"
            raise ApiError(400, "DUPLICATE_VALUE", message)


def _check_duplicates(world: SalesforceWorld, table: Table, values: Mapping[str, object], number: int | None) -> None:
    email = values.get("Email")
    if not world.quirks.duplicate_rule or not isinstance(email, str):
        return
    others = [other for other in table.with_email(email) if other != number]
    if not others:
        return
    error = ApiError(400, "DUPLICATES_DETECTED", "Use one of these records?")
    matches = [{"record": {"attributes": {"type": table.entity}, "Id": table.ids.text(other)}} for other in others]
    rule = f"Standard_{table.entity}_Duplicate_Rule"
    results = [{"entityType": table.entity, "matchRecords": matches, "size": len(matches), "success": True}]
    error.more = {"duplicateResult": {"allowSave": True, "duplicateRule": rule, "matchResults": results}}
    raise error
