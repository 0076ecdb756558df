"""Which account a person means, and an account made live for a question or two."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.accounts import Accounts, World
from reconciler.connectors.base import Opening
from reconciler.connectors.registry import app_traits, load_app
from reconciler.errors import ReconcilerError, SpecError
from reconciler.spec.findings import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.cli.specs import Specs
    from reconciler.connectors.base import Connector
    from reconciler.spec.account import AccountSpec
    from reconciler.state.keep import Keep


class NoSuchAccount(ReconcilerError):
    """A person named an account that no spec describes."""

    label = "spec"


def choose_account(specs: Specs, name: str) -> AccountSpec:
    """The account of this name. Raises ``SpecError`` when its spec is broken, and ``NoSuchAccount``."""
    found = specs.resolution.accounts.get(name)
    if found is not None:
        return found
    if specs.resolution.problems and (name in specs.files.accounts or not specs.resolution.accounts):
        raise SpecError(specs.resolution.problems)
    hint = suggest(name, specs.resolution.accounts) or "it holds none"
    raise NoSuchAccount(f"{specs.path} holds no account called '{name}': {hint}")


def entity_of(specs: Specs, account: AccountSpec) -> str:
    """The entity by which an account is tried: one that a connection uses, else the app's first."""
    used = [
        end.entity
        for one in specs.resolution.connections.values()
        for end in (one.left, one.right)
        if end.account == account.name
    ]
    return (used or list(load_app(account.app).catalogue.entities))[0]


@contextmanager
def account_open(account: AccountSpec, entity: str, keep: Keep, world: World) -> Iterator[Connector]:
    """A connector of the account that reads no field. Raises ``Denied`` for a missing credential."""
    app, accounts = load_app(account.app), Accounts(world, keep)
    try:
        options = app.options.model_validate(account.options).model_dump()
        http = accounts.take(account, app_traits(app, account.options).get(entity))
        yield app.open(Opening(http, entity, options, resource=accounts.resource(http)))
    finally:
        accounts.close()
