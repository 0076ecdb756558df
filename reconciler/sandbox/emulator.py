"""Which apps can be emulated, and how each is brought up: the module ``emulator`` of each app's folder here.

An emulated app is found by its name; nothing is imported before it is asked for.
"""

from __future__ import annotations

import importlib
import pkgutil
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from reconciler import sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.sandbox.faults import Faults
    from reconciler.sandbox.seed import Person
    from reconciler.sandbox.world import Api, World


class Emulator(Protocol):
    """What ``EMULATOR`` of ``reconciler/sandbox/<app>/emulator.py`` offers.

    ``base_path`` is appended to the server's address to make an account's base URL. ``entities`` maps the connector's
    entity names to those of the world (the first is the main one).
    """

    app: str
    base_path: str
    entities: Mapping[str, str]

    def world(self, clock: Callable[[], float], faults: Faults | None = None) -> World:
        """An empty world with every documented deviation switched on."""
        ...

    def api(self, world: World) -> Api:
        """Its HTTP face."""
        ...

    def auth(self, world: World) -> Mapping[str, str]:
        """Credentials that work, as an account's ``auth`` holds them."""
        ...

    def options(self, world: World) -> Mapping[str, object]:
        """What the account's ``options`` must say to reach this world; mostly nothing."""
        ...

    def broken(self, world: World) -> Mapping[str, Mapping[str, str]]:
        """Credentials that do not work, by what is wrong with them: ``wrong``, and where the app knows such a thing
        ``expired``, ``revoked``, ``scopes`` (a permission is missing), ``region`` (another data centre's)."""
        ...

    def values(self, person: Person, entity: str) -> Mapping[str, object]:
        """A person as ``World.add`` takes them, without the empty fields; ``entity`` is the connector's name for it."""
        ...


def emulator_names() -> tuple[str, ...]:
    """Every app that can be emulated, sorted; none is imported."""
    folders = (module.name for module in pkgutil.iter_modules(sandbox.__path__) if module.ispkg)
    return tuple(sorted(name for name in folders if find_spec(f"{sandbox.__name__}.{name}.emulator")))


def load_emulator(app: str) -> Emulator:
    """The emulator of an app. Raises ``KeyError`` where there is none."""
    if app not in emulator_names():
        raise KeyError(app)
    found: Emulator = importlib.import_module(f"{sandbox.__name__}.{app}.emulator").EMULATOR
    return found
