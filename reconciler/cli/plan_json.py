"""A plan as one JSON document on one line, as ``schemas/plan.v1.json`` describes it; written while it is read."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from reconciler.cli.words import cause
from reconciler.model.plan import Verb
from reconciler.model.record import Side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.cycle import Planned
    from reconciler.model.connection import Connection
    from reconciler.model.plan import Operation, Summary


def render(planned: Planned, connection: Connection, limit: int | None = None) -> Iterator[str]:
    """The document in parts, the last of which ends the line."""
    summary = planned.summary
    head = {
        "version": 1,
        "plan_id": summary.plan_id,
        "connection": connection.name,
        "summary": _summary(summary, connection),
    }
    yield f'{_json(head)[:-1]}, "operations": ['
    for number, operation in enumerate(islice(planned.operations(), limit)):
        yield f"{', ' if number else ''}{_json(_operation(operation, connection))}"
    yield "]}\n"


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)


def _summary(summary: Summary, connection: Connection) -> dict[str, object]:
    counts = {
        connection.end(side).name: {verb.value: summary.counts.get((side, verb), 0) for verb in Verb} for side in Side
    }
    return {
        "operations": summary.pending,
        "counts": counts,
        "first_contact": summary.first_contact,
        "links": summary.links,
        "notices": list(summary.notices),
        "refusals": list(summary.refusals),
    }


def _operation(operation: Operation, connection: Connection) -> dict[str, object]:
    return {
        "side": connection.end(operation.side).name,
        "verb": operation.verb.value,
        "id": operation.id,
        "source_id": operation.source_id,
        "changes": {
            change.field: {"old": change.old, "new": change.new, "cause": cause(connection, change.origin)}
            for change in operation.changes
        },
    }
