"""``reconciler apps``: which apps there are, what each can do, and what it costs where one cannot."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer

from reconciler.cli.abilities import ABILITIES, Ability, Supported, supported
from reconciler.cli.command import Settings, command
from reconciler.cli.screen import columns, out
from reconciler.connectors.registry import load_app, webhook_of


@command
def apps(
    _settings: Settings,
    name: Annotated[str | None, typer.Argument(help="One app, in detail; all if left out.")] = None,
    *,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How it is printed.")] = "text",
) -> int:
    """Show which apps can be synced and what each can and cannot do.

    For one app also what each lack costs: a longer look, a delay, a guarantee less. No app is asked anything.
    """
    found = [one for one in supported() if name is None or one.app == load_app(name).name]
    if form == "json":
        typer.echo(json.dumps([_plain(one) for one in found], indent=2, ensure_ascii=False))
    elif name is None:
        out().print(_overview(found))
    else:
        for one in found:
            _tell(one)
    return 0


def _plain(one: Supported) -> dict[str, object]:
    said: dict[str, object] = {ability.key: ability.short(one) for ability in ABILITIES}
    return {"app": one.app, "label": one.label, "entity": one.entity, **said, "notes": one.traits.notes}


def _overview(found: list[Supported]) -> str:
    head = ["app", "entity", *(ability.title for ability in ABILITIES)]
    return columns([head, *([one.app, one.entity, *(each.short(one) for each in ABILITIES)] for one in found)])


def _tell(one: Supported) -> None:
    out().print(f"{one.label} {one.entity} (app: {one.app})")
    for ability in ABILITIES:
        out().print(f"  {ability.title:<14} {ability.short(one)}{_cost(ability, one)}")
    for note in one.traits.notes:
        out().print(f"  - {note}")
    if hook := webhook_of(load_app(one.app)):
        out().print(f"  - webhooks: {hook.setup}")


def _cost(ability: Ability, one: Supported) -> str:
    return f": {ability.lack}" if ability.short(one) == "no" and ability.lack else ""
