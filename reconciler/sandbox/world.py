"""What every emulated app is to the server, to the control API, and to a person who edits it directly."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol

from reconciler.sandbox.consent import Consent
from reconciler.sandbox.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.sandbox.wire import Answer, Call


class Api(Protocol):
    """The HTTP face of a world."""

    @property
    def world(self) -> World:
        """Whose face it is."""
        ...

    def kind(self, call: Call) -> str:
        """What the counters and the fault scripts call this request."""
        ...

    def answer(self, call: Call) -> Answer:
        """Do what a request asks."""
        ...

    def refusal(self, status: int) -> Answer:
        """The app's own wording of 429, 500 and 503."""
        ...


@dataclass(frozen=True, slots=True)
class Posted:
    """A webhook delivery as the app would send it: nothing is sent, a test (or a demo) carries it over."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


class World(ABC):
    """An app's contacts with a clock (epoch seconds), the weather around it, and counters of calls by kind.

    Direct edits hold ``lock`` and so never fall between the halves of a request. ``seed`` fills the world; ``reset``
    calls it again. ``outbox`` holds the webhook deliveries that were not carried over yet. ``consent`` is the
    app's login page, where it has one.
    """

    app: str
    quirks: Any

    def __init__(self, clock: Callable[[], float] = time.time, faults: Faults | None = None) -> None:
        self.clock = clock
        self.faults = faults or Faults()
        self.calls: Counter[str] = Counter()
        self.lock = RLock()
        self.seed: Callable[[], None] | None = None
        self.outbox: list[Posted] = []
        self.consent = Consent()

    @abstractmethod
    def add(self, values: Mapping[str, object], entity: str = "") -> str:
        """A person makes a contact; its id."""

    @abstractmethod
    def edit(self, record_id: str, values: Mapping[str, object], entity: str = "") -> None:
        """A person changes these fields (None clears one). Raises ``KeyError`` when there is no such contact."""

    @abstractmethod
    def delete(self, record_id: str, entity: str = "") -> None:
        """A person deletes a contact. Raises ``KeyError`` when there is no such contact."""

    @abstractmethod
    def read(self, record_id: str, entity: str = "") -> dict[str, object]:
        """A contact's values without the empty ones. Raises ``KeyError`` when there is no such contact."""

    @abstractmethod
    def ids(self, entity: str = "") -> list[str]:
        """Ids of all contacts, oldest first."""

    @abstractmethod
    def find(self, email: str, entity: str = "") -> list[str]:
        """Ids of the contacts with this address, in any case."""

    @abstractmethod
    def clear(self) -> None:
        """No contacts any more, as if none had ever been."""

    @abstractmethod
    def counts(self) -> dict[str, int]:
        """How many records of each kind there are."""

    def contacts(self, entity: str = "") -> dict[str, dict[str, object]]:
        """Everything, by id: for tests and small demos."""
        return {record_id: self.read(record_id, entity) for record_id in self.ids(entity)}

    def configure(self, settings: Mapping[str, object]) -> None:
        """Change quirks by name. Raises ``ValueError`` naming the quirks there are."""
        for name, value in settings.items():
            if not hasattr(self.quirks, name):
                raise ValueError(f"{self.app} has no quirk {name!r}; there are {', '.join(self.quirks.__slots__)}")
            setattr(self.quirks, name, value)

    def reset(self) -> None:
        """As at the start: seeded contacts, fair weather, counters at zero."""
        with self.lock:
            self.clear()
            self.faults = Faults()
            self.calls.clear()
            if self.seed:
                self.seed()
