"""``reconciler fields``: what a spec can name, as the account itself says."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from reconciler.accounts import World
from reconciler.cli.account_specs import account_open, choose_account, entity_of
from reconciler.cli.command import Settings, command
from reconciler.cli.opening import log
from reconciler.cli.screen import columns, out
from reconciler.cli.specs import read_specs
from reconciler.connectors.registry import load_app
from reconciler.errors import ReconcilerError
from reconciler.spec.findings import suggest
from reconciler.state.store import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.field import Field
    from reconciler.spec.account import AccountSpec

_MOST_VALUES = 8


class NoSuchEntity(ReconcilerError):
    """A person named an entity that the app does not have."""

    label = "spec"


@command
def fields(
    settings: Settings,
    account: Annotated[str, typer.Argument(help="The account, by its name in the specs.")],
    *,
    entity: Annotated[str | None, typer.Option(help="contacts, leads, people…; the one in use if left out.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no app: standard fields only.")] = False,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How it is printed.")] = "text",
) -> int:
    """Show every field of an account by the name that specs use: type, role, who may write it, what it can hold.

    Fields with a role are mapped by default to the same role in the other app.
    """
    specs = read_specs(settings.config)
    spec = choose_account(specs, account)
    chosen = _entity(spec, entity or entity_of(specs, spec))
    catalogue = load_app(spec.app).catalogue.entities[chosen].fields
    found = catalogue if offline else _described(settings, spec, chosen)
    if form == "json":
        typer.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
    else:
        out().print(f"{spec.name}: {len(found)} fields of {spec.app} {chosen}")
        out().print(_table(found))
    return 0


def _entity(spec: AccountSpec, name: str) -> str:
    entities = load_app(spec.app).catalogue.entities
    if name not in entities:
        raise NoSuchEntity(f"{spec.app} has no entity '{name}': {suggest(name, entities)}")
    return name


def _described(settings: Settings, spec: AccountSpec, entity: str) -> Sequence[Field]:
    world = World()
    log(settings, world, "warning")
    store = open_store(settings.state)
    try:
        with account_open(spec, entity, store.keep, world) as connector:
            return connector.describe()
    finally:
        store.close()


def _table(found: Sequence[Field]) -> str:
    head = ["field", "type", "role", "may be", "holds"]
    sorted_fields = sorted(found, key=lambda field: (field.custom, not field.role))
    return columns(
        [head, *([one.name, str(one.type), one.role or "", access(one), _holds(one)] for one in sorted_fields)]
    )


def access(field: Field) -> str:
    """In words: read, written, required, custom."""
    words = [word for word, said in (("read", field.readable), ("written", field.writable)) if said]
    return ", ".join([*words, *(["required"] if field.required else []), *(["custom"] if field.custom else [])])


def _holds(field: Field) -> str:
    if field.values:
        shown = ", ".join(field.values[:_MOST_VALUES])
        more = len(field.values) - _MOST_VALUES
        return f"{shown}, and {more} more" if more > 0 else shown
    label = field.label if field.label != field.name else ""
    longest = f"at most {field.max_length} characters" if field.max_length else ""
    return "; ".join(filter(None, [label, longest]))
