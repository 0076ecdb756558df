"""Accounts, opened once for all connections that use them: credentials found, a login shared, one rate budget."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reconciler.connectors.auth import OAuth2, Token
from reconciler.connectors.base import Resource
from reconciler.connectors.budget import Budget
from reconciler.connectors.http import Http
from reconciler.connectors.registry import app_resource, load_app, webhook_of
from reconciler.errors import Denied, StateError
from reconciler.model.traits import Traits
from reconciler.spec import secrets
from reconciler.spec.account import AccountSpec
from reconciler.state.keep import Keep, MemoryKeep
from reconciler.telemetry import Secrets

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from reconciler.connectors.webhook import Delivery, Verdict


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside: environment, files, clocks; and the secrets that no log line may show. ``clock`` is the time
    of day, ``monotonic`` counts the seconds between calls; ``sleep`` lets both go on."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    read_file: Callable[[str], str] = lambda path: Path(path).read_text(encoding="utf-8")
    clock: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    secrets: Secrets = field(default_factory=Secrets)


@dataclass(slots=True, eq=False)
class Opened:
    """An account that is open: one HTTP client, one login, one rate budget for all connections that use it, and what
    the app shares beside that."""

    spec: AccountSpec
    credentials: Mapping[str, str] = field(repr=False)
    http: Http
    resource: Resource | None = None
    users: int = 0

    def close(self) -> None:
        """Let go of everything."""
        self.http.close()
        if self.resource is not None:
            self.resource.close()


class Accounts:
    """Opens each account once, and closes it when its last user is gone. Threads may share it."""

    def __init__(self, world: World, keep: Keep | None = None) -> None:
        self._world = world
        self._keep = keep or MemoryKeep()
        self._current: dict[str, Opened] = {}
        self._in_use: list[Opened] = []
        self._lock = threading.Lock()

    def take(self, spec: AccountSpec, traits: Traits | None = None) -> Http:
        """The account's HTTP client; a changed spec or secret opens it anew, for those who come from now on.

        ``traits`` tell the app's own pace, which the spec may override. Raises ``Denied`` for a missing secret.
        """
        credentials = self.credentials(spec)
        with self._lock:
            opened = self._current.get(spec.name)
            if opened is None or (opened.spec, opened.credentials) != (spec, credentials):
                opened = self._connect(spec, credentials, traits or Traits())
                self._current[spec.name] = opened
                self._in_use.append(opened)
            opened.users += 1
            return opened.http

    def credentials(self, spec: AccountSpec) -> dict[str, str]:
        """The account's credentials as they are now. Raises ``Denied`` for one that is missing."""
        kept = self._keep.get(login_name(spec.name)) if any(one.login for one in spec.auth.values()) else {}
        places = secrets.Places(self._world.environ, self._world.read_file, kept, spec.name)
        return secrets.resolve(spec.app, spec.auth, places)

    def judge(self, spec: AccountSpec, delivery: Delivery) -> Verdict | None:
        """What a webhook delivery for this account is; None where the app sends none, or the account has no secret."""
        hook = webhook_of(load_app(spec.app))
        if hook is None or "webhook_secret" not in spec.auth:
            return None
        try:
            secret = self.credentials(spec)["webhook_secret"]
        except Denied:
            return None
        return hook.judge(secret, delivery, self._world.clock())

    def resource(self, http: Http) -> Resource | None:
        """What the account of this client shares beside it, where its app wants such a thing."""
        with self._lock:
            return self._opened(http).resource

    def _opened(self, http: Http) -> Opened:
        return next(one for one in self._in_use if one.http is http)

    def give_back(self, http: Http) -> None:
        """One user less."""
        with self._lock:
            opened = self._opened(http)
            opened.users -= 1
            if not opened.users:
                self._in_use.remove(opened)
                if self._current.get(opened.spec.name) is opened:
                    del self._current[opened.spec.name]
                opened.close()

    def close(self) -> None:
        """Close every account, whoever still uses it: the process ends."""
        with self._lock:
            for opened in self._in_use:
                opened.close()
            self._in_use.clear()
            self._current.clear()

    def _connect(self, spec: AccountSpec, credentials: Mapping[str, str], traits: Traits) -> Opened:
        app, world = load_app(spec.app), self._world
        for value in credentials.values():
            world.secrets.add(value)
        base_url = spec.base_url or app.base_url or ""
        known = app.credentials.model_validate(credentials)
        auth, resource = app.authenticate(known, base_url), app_resource(app, known)
        if isinstance(auth, OAuth2):
            auth.vault = KeptToken(self._keep, spec.name, credentials)
        budget = Budget(
            spec.app,
            per_second=spec.rate or traits.calls_per_second,
            burst=traits.burst,
            daily=spec.daily,
            clock=world.monotonic,
            sleep=world.sleep,
        )
        http = Http(app=spec.app, base_url=base_url, auth=auth, budget=budget, sleep=world.sleep, clock=world.clock)
        return Opened(spec, credentials, http, resource)


def login_name(account: str) -> str:
    """Where the keep holds what a login brought."""
    return f"{account}.login"


class KeptToken:
    """The vault of one account's token. A token belongs to the credentials that it was made with: with others, it is
    not there."""

    def __init__(self, keep: Keep, account: str, credentials: Mapping[str, str]) -> None:
        self._keep = keep
        self._name = f"{account}.token"
        self._made_with = hashlib.sha256(msgspec.json.encode(sorted(credentials.items()))).hexdigest()

    def load(self) -> Token | None:
        """The token that was kept last, by whatever process; one that cannot be opened (another key) is not there."""
        try:
            kept = self._keep.get(self._name)
        except StateError:
            return None
        if kept.get("made_with") != self._made_with:
            return None
        return Token(kept.get("access", ""), kept.get("home", ""), kept.get("refresh", ""))

    def save(self, token: Token) -> None:
        """Keep this one instead."""
        values = {"access": token.access, "home": token.home, "refresh": token.refresh, "made_with": self._made_with}
        self._keep.put(self._name, values)

    def alone(self) -> AbstractContextManager[None]:
        """Only one renews."""
        return self._keep.alone(self._name)
