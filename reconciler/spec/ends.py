"""Accounts against their apps, and the two sides of a connection against accounts, apps and entities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from reconciler.model.field import Field
from reconciler.spec.account import AccountSpec
from reconciler.spec.findings import suggest, translate
from reconciler.spec.load import Located
from reconciler.spec.scope import AppFacts, Findings, SideScope

if TYPE_CHECKING:
    from pydantic import BaseModel

    from reconciler.spec.connection import SideSpec


def check_account(located: Located[AccountSpec], apps: Mapping[str, AppFacts]) -> Findings:
    """What is wrong with an account: its app, the names of its credentials, its options, its missing base URL."""
    spec, findings = located.spec, Findings(located.document)
    facts = apps.get(spec.app)
    if facts is None:
        findings.error(("app",), f"no app is called '{spec.app}'", suggest(spec.app, apps))
        return findings
    _check_credentials(spec, facts.credentials, findings)
    try:
        facts.options.model_validate(spec.options)
    except ValidationError as error:
        findings.problems += translate(facts.options, located.document, error, ("options",))
    if spec.base_url is None and facts.base_url is None:
        hint = f"{facts.catalogue.label} has no usual place; write base_url: https://…"
        findings.error((), "the key 'base_url' is missing", hint)
    if spec.base_url is not None and facts.base_url == "":
        findings.error(
            ("base_url",), f"{facts.catalogue.label} is not reached over HTTP", "leave base_url out", key=True
        )
    return findings


def _check_credentials(spec: AccountSpec, model: type[BaseModel], findings: Findings) -> None:
    known = {info.alias or name: info.is_required() for name, info in model.model_fields.items()}
    for key in spec.auth:
        if key not in known:
            findings.error(("auth", key), f"{spec.app} has no credential '{key}'", suggest(key, known), key=True)
    missing = [key for key, required in known.items() if required and key not in spec.auth]
    if missing:
        hint = f"write auth: {{{missing[0]}: {{env: NAME}}}} or {{file: /path/to/file}}"
        findings.error(("auth",), f"{spec.app} needs the credential {_quoted(missing)}", hint, key=True)


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a connection stands among: the apps, the accounts, and the custom fields of its sides where known."""

    apps: Mapping[str, AppFacts]
    accounts: Mapping[str, Located[AccountSpec]]
    custom: Mapping[str, tuple[Field, ...]]


def open_side(name: str, side: SideSpec, findings: Findings, around: Surroundings) -> SideScope | None:
    """A side with its fields; None, and findings, where its app, account or entity is not there."""
    loc = ("sides", name)
    facts = around.apps.get(side.app)
    if facts is None:
        findings.error((*loc, "app"), f"no app is called '{side.app}'", suggest(side.app, around.apps))
        return None
    facts = _as_the_account_has_it(side, facts, around.accounts)
    _check_side_account(side, findings, around.accounts, (*loc, "account"))
    entity = facts.catalogue.entities.get(side.entity)
    if entity is None:
        hint = suggest(side.entity, facts.catalogue.entities)
        findings.error((*loc, "entity"), f"{side.app} has no entity '{side.entity}'", hint)
        return None
    return SideScope(name, side.app, side.entity, entity, facts.traits.get(side.entity), around.custom.get(name))


def _as_the_account_has_it(side: SideSpec, facts: AppFacts, accounts: Mapping[str, Located[AccountSpec]]) -> AppFacts:
    """What is wrong with an account is said once, where it stands; its options then make no difference here."""
    account = accounts.get(side.account)
    if account is None or account.spec.app != side.app:
        return facts
    try:
        return facts.with_options(account.spec.options)
    except ValidationError:
        return facts


def _check_side_account(
    side: SideSpec, findings: Findings, accounts: Mapping[str, Located[AccountSpec]], loc: tuple[str, ...]
) -> None:
    if side.account not in accounts:
        findings.error(loc, f"no account is called '{side.account}'", suggest(side.account, accounts))
        return
    account = accounts[side.account].spec
    if account.app != side.app:
        fitting = [name for name, other in accounts.items() if other.spec.app == side.app]
        message = f"'{side.account}' is an account of {account.app}, but this side is {side.app}"
        findings.error(loc, message, suggest(side.account, fitting) if fitting else f"add an account of {side.app}")
