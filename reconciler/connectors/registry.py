"""Which apps there are: the modules in ``connectors.apps``, and what installed packages add by an entry point.

Nothing is imported before it is used, and nothing registers itself.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, cast

from reconciler.connectors import apps
from reconciler.connectors.base import App, Opening
from reconciler.connectors.http import Http
from reconciler.errors import AppMissing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import EntryPoint

    from pydantic import BaseModel

    from reconciler.connectors.base import Resource
    from reconciler.connectors.login import Login
    from reconciler.connectors.webhook import Webhook
    from reconciler.model.traits import Traits
    from reconciler.spec.catalogue import Catalogue

GROUP = "reconciler.apps"
"""The entry point group; each entry names an object with the attributes of ``App``."""

_PARTS = ("name", "base_url", "credentials", "options", "catalogue", "authenticate", "open")


def app_names() -> tuple[str, ...]:
    """Every app that a spec may name, sorted; none is imported."""
    return tuple(sorted({*_built_in(), *_installed()}))


def load_app(name: str) -> App:
    """The app called ``name``. Raises ``AppMissing`` when there is none, or when its package does not work."""
    if name in _built_in():
        return _checked(name, importlib.import_module(f"{apps.__name__}.{name}").APP, "reconciler")
    if name in _installed():
        return _from_package(name, _installed()[name])
    near = difflib.get_close_matches(name, app_names(), n=1)
    hint = f"; did you mean '{near[0]}'?" if near else "."
    raise AppMissing(f"no app is called '{name}'{hint} The apps are {', '.join(app_names())}.")


def app_traits(app: App, options: Mapping[str, object] | None = None) -> dict[str, Traits]:
    """What each entity of an app can do (with these options), by entity name. Makes no call."""
    with Http(app=app.name, base_url=app.base_url or "https://nowhere.invalid") as http:
        return {entity: app.open(Opening(http, entity, options or {})).traits for entity in app.catalogue.entities}


def app_resource(app: App, credentials: BaseModel) -> Resource | None:
    """What the connectors of one account share, where the app wants such a thing. Makes no call."""
    connect = getattr(app, "connect", None)
    return None if connect is None else cast("Resource", connect(credentials))


def tailored_catalogue(app: App, options: Mapping[str, object]) -> Catalogue | None:
    """The catalogue as an account with these (valid) options has it; None where options make no difference."""
    tailored = getattr(app, "tailored", None)
    return None if tailored is None else cast("Catalogue", tailored(app.options.model_validate(options)))


def login_of(app: App, base_url: str | None) -> Login | None:
    """How a person logs in to an app with a browser; None where the app knows no such thing."""
    flow: Login | None = getattr(app, "login", _no_login)(base_url or app.base_url or "")
    return flow


def webhook_of(app: App) -> Webhook | None:
    """How the app's deliveries are judged; None where it sends none."""
    return getattr(app, "webhook", None)


def _no_login(_base_url: str) -> None:
    """Most apps have keys."""


def _built_in() -> frozenset[str]:
    return frozenset(module.name for module in pkgutil.iter_modules(apps.__path__) if module.name[0] != "_")


def _installed() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _from_package(name: str, entry: EntryPoint) -> App:
    package = entry.dist.name if entry.dist else entry.value
    try:
        found = entry.load()
    except Exception as error:  # a stranger's import may raise anything
        problem = f"{type(error).__name__}: {error}"
        raise AppMissing(f"the package '{package}' that brings the app '{name}' cannot be used ({problem})") from error
    return _checked(name, found, package)


def _checked(name: str, found: object, package: str) -> App:
    missing = [part for part in _PARTS if not hasattr(found, part)]
    if missing:
        raise AppMissing(f"the app '{name}' of the package '{package}' lacks {', '.join(missing)}")
    return cast("App", found)
