"""One contact, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from reconciler.cli.plan_counts import word
from reconciler.cli.screen import line
from reconciler.cli.words import moment, shown
from reconciler.model.record import Side

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.text import Text

    from reconciler.cli.contact import Contact
    from reconciler.engine.program import Program
    from reconciler.model.record import Record
    from reconciler.state.base import Entry


def render(contact: Contact) -> Iterator[Text]:
    """State and cause on both sides, the link, and what was written when and why."""
    yield line((contact.connection.name, "bold"))
    for side in Side:
        yield _side(contact, side)
    yield from _link(contact)
    yield line("  history, newest first:" if contact.history else "  nothing was ever written to it or because of it")
    for entry in contact.history:
        yield from _entry(contact, entry)


def _side(contact: Contact, side: Side) -> Text:
    name, known = contact.connection.end(side).name, contact.known.get(side)
    if known is None:
        gone = contact.id(side)
        return line(f"  {name}: ", f"{gone}, not there any more" if gone else "no counterpart")
    again = f", tried again from {moment(known.due_at)} on" if known.attempts and known.due_at else ""
    return line(f"  {name}: {known.id}  ", (word(known.state), "bold"), (f"   # {known.cause}{again}", "dim"))


def _link(contact: Contact) -> Iterator[Text]:
    if contact.link is None:
        yield line("  not linked")
        return
    rules = ", ".join(f"'{name}'" for name in sorted(contact.link.rules)) or "none"
    gone = f"; deleted on {contact.connection.end(contact.link.gone).name}" if contact.link.gone else ""
    yield line(f"  linked{gone}; rules that hold: {rules}")
    for rule, fields in sorted(contact.link.effects.items()):
        done = ", ".join(f"{field} {shown(items)}" for field, items in fields.items() if items)
        if done:
            yield line(f"  rule '{rule}' added: {done}")


def _entry(contact: Contact, entry: Entry) -> Iterator[Text]:
    intent = entry.intent
    name = contact.connection.end(intent.side).name
    result = f"{entry.status} {entry.code}".rstrip()
    yield line(f"    {moment(entry.at)}  cycle {entry.cycle}  {intent.verb.value} {name} {intent.id or ''}: {result}")
    width = max(map(len, intent.fields), default=0)
    for field, why in intent.fields.items():
        yield line(f"        {field.ljust(width)}", (f"   # {why}", "dim"))


def values(program: Program, records: Mapping[Side, Record]) -> Table:
    """Both sides as their apps hold them now, mapped fields side by side."""
    connection = program.connection
    table = Table(box=None, padding=(0, 2, 0, 2), header_style="bold")
    for side in Side:
        table.add_column(connection.end(side).name, overflow="fold")
        table.add_column("", overflow="fold")
    left_out = {side: dict.fromkeys(program.fields[side]) for side in Side}
    for arrow in program.arrows:
        names = {side: [item.name for item in arrow.fields(side)] for side in Side}
        for number in range(max(map(len, names.values()))):
            table.add_row(*_row(names, number, records))
        for side in Side:
            for name in names[side]:
                left_out[side].pop(name, None)
    for side in Side:
        for name in left_out[side]:
            table.add_row(*_row({side: [name], side.other: []}, 0, records))
    return table


def _row(names: Mapping[Side, list[str]], number: int, records: Mapping[Side, Record]) -> list[str]:
    cells: list[str] = []
    for side in Side:
        name = names[side][number] if number < len(names[side]) else ""
        record = records.get(side)
        told = name and record and name in record.values
        cells += [name, shown(record.values[name]) if told and record else ""]
    return cells
