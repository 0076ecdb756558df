"""The contract between the reconciler and an app.

A connector reads pages and writes what it is told. It never sees a plan, a link or a clock, and decides nothing.
An app is one module that binds ``APP`` to an object with the attributes of :class:`App`, and a YAML catalogue beside
it; third parties name theirs under the entry point group ``reconciler.apps``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import BaseModel

    from reconciler.connectors.http import Http
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Page, Record
    from reconciler.model.traits import Traits
    from reconciler.spec.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Account:
    """Who the credentials are, as the app says: an id, what is left of today's calls, and what they may do, if it
    tells. ``missing`` are permissions that a sync needs and these credentials lack, in the app's own words."""

    id: str
    calls_left: int | None = None
    calls_limit: int | None = None
    scopes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """All that a connector is made from.

    ``http`` is already bound to the account's base URL, credentials, rate budget and retry rules. ``fields`` are the
    field names that reads must return (empty: only ``probe`` and ``describe`` will be called). ``resource`` is what the
    app's ``connect`` made for the account, where it has one.
    """

    http: Http
    entity: str
    options: Mapping[str, object] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    resource: Resource | None = None


class Resource(Protocol):
    """What an account's connectors share where the app does not speak HTTP: a pool of database connections, say."""

    def close(self) -> None:
        """Let go of everything."""
        ...


class Connector(Protocol):
    """One entity of one account of one app.

    All methods raise :class:`~reconciler.errors.AppError` subclasses for what concerns the whole request; what
    concerns one item comes back as that item's outcome.
    """

    traits: Traits

    def probe(self) -> Account:
        """Who am I: the cheapest authenticated call. Raises ``Denied`` when the credentials do not work."""
        ...

    def describe(self) -> tuple[Field, ...]:
        """Every field of the entity in this account, custom ones included."""
        ...

    def list(self, since: str | None = None) -> Iterator[Page]:
        """Everything (``since=None``), or what changed since a cursor. The last page has ``last=True``.

        Raises ``CursorExpired`` when the app cannot answer from that cursor any more.
        """
        ...

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """These records, read directly; those that are gone are left out. Order is free."""
        ...

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """All records whose field ``name`` equals one of ``values``, by the app's own search."""
        ...

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """Create; one outcome per draft, in order. At most ``traits.create_batch`` drafts a call."""
        ...

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """Change just the named fields; one outcome per patch, in order. At most ``traits.update_batch`` a call."""
        ...

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """Delete; one outcome per id, in order; a record that is already gone counts as done."""
        ...


class App(Protocol):
    """What ``APP`` of an app module offers.

    Four attributes more may be there: ``login``, a function from the base URL to a
    :class:`~reconciler.connectors.login.Login`, where a person can authorise the reconciler in a browser; ``webhook``,
    a :class:`~reconciler.connectors.webhook.Webhook`, where the app can tell of changes by itself; ``connect``, a
    function from the credentials to a :class:`Resource`, which makes no call and is closed with the account; and
    ``tailored``, a function from the options to the catalogue as an account with these options has it.

    ``credentials`` and ``options`` are pydantic models of an account's ``auth`` (after secrets are resolved) and
    ``options``; ``base_url`` is the default (None when the account must say it, empty where there is no HTTP).
    """

    name: str
    base_url: str | None
    credentials: type[BaseModel]
    options: type[BaseModel]
    catalogue: Catalogue

    def authenticate(self, credentials: BaseModel, base_url: str) -> object:
        """An ``httpx.Auth`` for these credentials (typed loosely: only ``connectors.http`` knows httpx)."""
        ...

    def open(self, opening: Opening) -> Connector:
        """A connector for one entity. Makes no call."""
        ...
