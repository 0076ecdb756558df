"""Specs against the facts of the apps: from what is written to what it means, offline, every finding at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reconciler.errors import Problem
from reconciler.model.connection import Connection, Direction, End, Limit
from reconciler.spec.account import AccountSpec
from reconciler.spec.conflicts import check_creates, check_writers
from reconciler.spec.defaults import default_mappings
from reconciler.spec.digest import digest
from reconciler.spec.ends import Surroundings, check_account, open_side
from reconciler.spec.findings import suggest
from reconciler.spec.flows import check_regions, written_mappings
from reconciler.spec.policies import RESERVED, connection_policy
from reconciler.spec.scope import AppFacts, Context, Findings, SideScope
from reconciler.spec.selection import match_keys, rules

if TYPE_CHECKING:
    from reconciler.model.connection import FieldMapping, Rule
    from reconciler.model.field import Field
    from reconciler.spec.connection import ConnectionSpec
    from reconciler.spec.load import Loaded, Located

__all__ = ["AppFacts", "Resolution", "resolve"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the specs mean: the connections and accounts that can be used, and what is wrong with the others."""

    connections: Mapping[str, Connection] = field(default_factory=dict)
    accounts: Mapping[str, AccountSpec] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def resolve(
    loaded: Loaded,
    apps: Mapping[str, AppFacts],
    custom: Mapping[str, Mapping[str, tuple[Field, ...]]] | None = None,
) -> Resolution:
    """Every connection with its names resolved and its defaults decided.

    ``custom`` are the accounts' own fields by connection and side name, as ``describe`` gave them; without them,
    custom fields are believed by their names. Connections with problems, or whose accounts have some, are left out.
    """
    problems, warnings = list(loaded.problems), list[Problem]()
    accounts, connections = dict[str, AccountSpec](), dict[str, Connection]()
    for name, account in loaded.accounts.items():
        findings = check_account(account, apps)
        problems += findings.problems
        if not findings.problems:
            accounts[name] = account.spec
    for name, located in loaded.connections.items():
        connection, findings = _connection(located, Surroundings(apps, loaded.accounts, (custom or {}).get(name, {})))
        problems += findings.problems
        warnings += findings.warnings
        if connection is not None and {connection.left.account, connection.right.account} <= set(accounts):
            connections[name] = connection
    return Resolution(connections, accounts, tuple(problems), tuple(warnings))


def _connection(located: Located[ConnectionSpec], around: Surroundings) -> tuple[Connection | None, Findings]:
    findings = Findings(located.document)
    spec = located.spec
    left, right = _scopes(spec, findings, around)
    if left is None or right is None:
        return None, findings
    connection = _resolved(Context(spec, findings, left, right))
    if findings.problems:
        return None, findings
    settings = [
        (account.options, account.base_url)
        for name in (connection.left.account, connection.right.account)
        for account in (around.accounts[name].spec,)
    ]
    return replace(connection, digest=digest(connection, *settings)), findings


def _scopes(
    spec: ConnectionSpec, findings: Findings, around: Surroundings
) -> tuple[SideScope | None, SideScope | None]:
    names = (spec.sync.left, spec.sync.right)
    for name in names:
        if name not in spec.sides:
            findings.error(("sync",), f"no side is called '{name}'", suggest(name, spec.sides))
    for name in spec.sides:
        if name not in names:
            findings.error(("sides", name), f"side '{name}' is not part of sync", suggest(name, names), key=True)
        if name in RESERVED:
            findings.error(
                ("sides", name), f"'{name}' is the word for a policy", "give the side another name", key=True
            )
    scopes = {name: open_side(name, side, findings, around) for name, side in spec.sides.items()}
    return scopes.get(names[0]), scopes.get(names[1])


def _resolved(context: Context) -> Connection:
    """The connection as far as it can be understood; worth something only when there are no findings."""
    spec = context.spec
    check_regions(context)
    policy = connection_policy(context)
    written = written_mappings(context, policy)
    mappings = [*default_mappings(context, written, policy), *written]
    keys, chosen = match_keys(context), rules(context)
    _check_on_delete(context)
    if not context.findings.problems:
        check_writers(context, mappings, chosen)
        check_creates(context, mappings, chosen)
        _check_not_idle(context, mappings, chosen)
    return Connection(
        name=spec.name,
        left=_end(spec, spec.sync.left),
        right=_end(spec, spec.sync.right),
        direction=Direction(spec.sync.direction),
        keys=tuple(keys),
        rules=tuple(chosen),
        mappings=tuple(mappings),
        limits=tuple(_limits(spec)),
        digest="",
        origin=context.findings.origin(("name",), spec.name),
        description=spec.description,
        every=spec.every,
        paused=spec.paused,
        create_without_key=spec.without_key == "create",
        region=spec.region.upper() if spec.region else None,
    )


def _check_on_delete(context: Context) -> None:
    for name in context.spec.on_delete:
        if name:
            context.side(name, ("on_delete", name))


def _check_not_idle(context: Context, mappings: list[FieldMapping], chosen: list[Rule]) -> None:
    if not mappings and not any(rule.actions for rule in chosen):
        context.findings.error((), "this connection maps no field and sets none", "write fields: {defaults: true}")


def _end(spec: ConnectionSpec, name: str) -> End:
    side = spec.sides[name]
    return End(name, side.app, side.account, side.entity)


DEFAULT_LIMITS = (Limit("update", share=0.3), Limit("delete", count=0))
"""The change budget of a spec that names none: a mistake in a mapping must not reach everybody unseen."""


def _limits(spec: ConnectionSpec) -> list[Limit]:
    said = {"create": spec.limits.create, "update": spec.limits.update, "delete": spec.limits.delete}
    own = [Limit(verb, budget.share, budget.count) for verb, budget in said.items() if budget is not None]
    return [*own, *(limit for limit in DEFAULT_LIMITS if said[limit.verb] is None)]
