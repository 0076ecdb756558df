"""What each entity of each app can do, as one table: printed by ``reconciler apps`` and in the docs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.connectors.registry import app_names, app_traits, load_app, login_of
from reconciler.model.traits import Traits
from reconciler.spec.catalogue import Entity

if TYPE_CHECKING:
    from reconciler.model.field import Field


@dataclass(frozen=True, slots=True)
class Supported:
    """One entity of one app. ``browser``: a person can log in with a browser."""

    app: str
    label: str
    entity: str
    catalogue: Entity
    traits: Traits
    browser: bool = False

    def field(self, role: str) -> Field | None:
        """The field with this role that can be read."""
        found = self.catalogue.with_role(role)
        return found if found and found.readable else None


@dataclass(frozen=True, slots=True)
class Ability:
    """One column: ``short`` says it of an entity in a word or a number, ``lack`` what it costs where that is "no"."""

    key: str
    title: str
    short: Callable[[Supported], str]
    lack: str = ""


def supported() -> list[Supported]:
    """Every entity of every app, by app name. Makes no call."""
    found = []
    for name in app_names():
        app = load_app(name)
        traits = app_traits(app)
        browser = login_of(app, None) is not None
        for entity, catalogue in app.catalogue.entities.items():
            found.append(Supported(name, app.catalogue.label, entity, catalogue, traits[entity], browser))
    return found


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _membership(one: Supported) -> str:
    kinds = [role for role in ("lists", "tags") if (found := one.field(role)) and found.writable]
    return " and ".join(kinds) or "no"


def _status(one: Supported) -> str:
    found = one.field("status") or one.field("opt_out")
    return "no" if found is None else "yes" if found.writable else "read only"


def _custom(one: Supported) -> str:
    return _yes(one.catalogue.custom or one.catalogue.custom_open or one.catalogue.extensions)


def _batch(one: Supported) -> str:
    creates, updates = one.traits.a_call("create"), one.traits.a_call("update")
    if creates > 1 and updates == 1:
        return f"creates, {creates}"
    return "no" if creates == updates == 1 else str(min(creates, updates))


def _company(one: Supported) -> str:
    found = one.field("company")
    return "no" if found is None else "yes" if found.writable else "read only"


ABILITIES: tuple[Ability, ...] = (
    Ability(
        "delta",
        "changes only",
        lambda one: _yes(one.traits.delta),
        "every look reads everybody, so a look takes longer the more contacts there are",
    ),
    Ability(
        "tombstones",
        "says deletes",
        lambda one: _yes(one.traits.tombstones),
        "a deleted contact is noticed by a complete read only, and then looked for once more",
    ),
    Ability("batch", "batches", _batch, "each contact is written by a call of its own, a few at a time"),
    Ability(
        "versions",
        "versions",
        lambda one: "by value" if one.traits.guarded else _yes(one.traits.versions),
        "somebody's edit in the same second as a write of ours may be overwritten; the journal shows it",
    ),
    Ability(
        "modified",
        "modified time",
        lambda one: _yes(one.traits.modified),
        "the policy 'newest' cannot be used with it",
    ),
    Ability(
        "webhooks",
        "webhooks",
        lambda one: _yes(one.traits.webhooks),
        "changes are seen at the next look (every: in the spec), not sooner",
    ),
    Ability("membership", "lists, tags", _membership, "rules cannot add to or take from lists or tags"),
    Ability("status", "consent", _status, "an opt-out must be kept in a field of its own"),
    Ability("custom", "custom fields", _custom, "only the standard fields can be mapped"),
    Ability("company", "company", _company, "the company's name needs a custom field"),
    Ability("login", "browser login", lambda one: _yes(one.browser), "a key or a password is given instead"),
)
