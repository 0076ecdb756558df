"""``reconciler accounts``: does each account open, as whom, and what is left or missing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from reconciler.accounts import World
from reconciler.cli.account_specs import account_open, choose_account, entity_of
from reconciler.cli.command import Settings, command
from reconciler.cli.opening import log
from reconciler.cli.screen import columns, out
from reconciler.cli.specs import read_specs
from reconciler.errors import ReconcilerError
from reconciler.state.store import open_store

if TYPE_CHECKING:
    from reconciler.cli.specs import Specs
    from reconciler.spec.account import AccountSpec
    from reconciler.state.keep import Keep


@dataclass(frozen=True, slots=True)
class Condition:
    """How one account is: ``identity`` is the app's own word for it, ``problem`` why it does not open.

    ``connections`` are those that use it, and so stall while it does not open.
    """

    account: str
    app: str
    works: bool
    identity: str = ""
    calls_left: int | None = None
    calls_limit: int | None = None
    scopes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problem: str = ""
    connections: tuple[str, ...] = ()


@command
def accounts(
    settings: Settings,
    names: Annotated[list[str] | None, typer.Argument(help="Accounts by name; all if left out.")] = None,
    *,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How it is printed.")] = "text",
) -> int:
    """Ask every account who it is: the cheapest call that needs its credentials. Nothing is written to any app.

    Shows what the credentials may do and how many of today's calls are left, where the app tells. Ends with 1 when an
    account does not open or lacks a permission.
    """
    specs, world = read_specs(settings.config), World()
    chosen = [choose_account(specs, name) for name in names or sorted(specs.resolution.accounts)]
    log(settings, world, "warning")
    store = open_store(settings.state)
    try:
        found = [condition(specs, one, store.keep, world) for one in chosen]
    finally:
        store.close()
    _print(found, form, settings)
    return 0 if all(one.works and not one.missing for one in found) else 1


def condition(specs: Specs, account: AccountSpec, keep: Keep, world: World) -> Condition:
    """Try one account; what is wrong with it stands in the answer."""
    users = tuple(
        name
        for name, one in specs.resolution.connections.items()
        if account.name in {one.left.account, one.right.account}
    )
    try:
        with account_open(account, entity_of(specs, account), keep, world) as connector:
            who = connector.probe()
    except ReconcilerError as error:
        return Condition(account.name, account.app, works=False, problem=str(error), connections=users)
    return Condition(
        account.name,
        account.app,
        works=True,
        identity=who.id,
        calls_left=who.calls_left,
        calls_limit=who.calls_limit,
        scopes=who.scopes,
        missing=who.missing,
        connections=users,
    )


def _print(found: list[Condition], form: str, settings: Settings) -> None:
    if form == "json":
        typer.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
        return
    if not found:
        out().print(f"{settings.config} holds no account that can be used; see: reconciler validate {settings.config}")
        return
    head = ["account", "app", "who am I", "calls left today", "used by"]
    rows = [[one.account, one.app, _who(one), _quota(one), ", ".join(one.connections) or "nobody"] for one in found]
    out().print(columns([head, *rows]))
    for one in found:
        for line in _remarks(one):
            out().print(line)


def _who(one: Condition) -> str:
    return one.identity if one.works else "does not open"


def _quota(one: Condition) -> str:
    if one.calls_left is None:
        return "not told"
    return f"{one.calls_left:,} of {one.calls_limit:,}" if one.calls_limit else f"{one.calls_left:,}"


def _remarks(one: Condition) -> list[str]:
    remarks = [f"{one.account}: {one.problem}"] if one.problem else []
    if one.problem and one.connections:
        remarks.append(f"    stalls {', '.join(one.connections)}; nothing else")
    if one.missing:
        remarks.append(f"{one.account}: missing permissions: {', '.join(one.missing)}")
    if one.scopes:
        remarks.append(f"{one.account}: may {', '.join(one.scopes)}")
    return remarks
