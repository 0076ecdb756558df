"""The composition root: specs, secrets, apps and the store become live connections."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.connectors.base import App, Connector, Opening, Resource
from reconciler.connectors.budget import Budget
from reconciler.connectors.http import Http
from reconciler.connectors.registry import app_names, app_resource, app_traits, load_app, tailored_catalogue
from reconciler.cycle import result_of, run_cycle
from reconciler.engine.program import compile_connection
from reconciler.errors import LeaseHeld, ReconcilerError
from reconciler.live import Live, never, no_progress
from reconciler.model.record import Side
from reconciler.model.report import Report
from reconciler.model.traits import Traits
from reconciler.spec import secrets
from reconciler.spec.account import AccountSpec
from reconciler.spec.account_fields import custom_sides, settle_fields
from reconciler.spec.scope import AppFacts
from reconciler.state.store import SqlStore
from reconciler.telemetry import Secrets

if TYPE_CHECKING:
    from reconciler.daemon.ports import Stop, Wanted
    from reconciler.model.connection import Connection


class Apps(Mapping[str, AppFacts]):
    """What the spec check must know of each app; an app is imported when it is first asked for."""

    def __init__(self) -> None:
        self._names = app_names()
        self._known: dict[str, AppFacts] = {}

    def __getitem__(self, name: str) -> AppFacts:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._known:
            app = load_app(name)
            self._known[name] = AppFacts(
                app.catalogue, app.credentials, app.options, app_traits(app), app.base_url, _tailor
            )
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _tailor(facts: AppFacts, options: Mapping[str, object]) -> AppFacts:
    app = load_app(facts.catalogue.app)
    catalogue = tailored_catalogue(app, options)
    return facts if catalogue is None else replace(facts, catalogue=catalogue, traits=app_traits(app, options))


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

    def __init__(self, world: World) -> None:
        self._world = world
        self._current: dict[str, Opened] = {}
        self._in_use: list[Opened] = []
        self._lock = threading.Lock()

    def take(self, spec: AccountSpec, traits: Traits | None = None) -> Http:
        """The account's HTTP client; a changed spec or secret opens it anew, for those who come from now on.

        ``traits`` tell the app's own pace, which the spec may override. Raises ``Denied`` for a missing secret.
        """
        credentials = secrets.resolve(spec.app, spec.auth, self._world.environ, self._world.read_file)
        with self._lock:
            opened = self._current.get(spec.name)
            if opened is None or (opened.spec, opened.credentials) != (spec, credentials):
                opened = self._connect(spec, credentials, traits or Traits())
                self._current[spec.name] = opened
                self._in_use.append(opened)
            opened.users += 1
            return opened.http

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


@dataclass(slots=True)
class Wiring:
    """Makes connections live over one store."""

    store: SqlStore
    world: World = field(default_factory=World)
    accounts: Accounts = field(init=False)

    def __post_init__(self) -> None:
        self.accounts = Accounts(self.world)

    def open(self, connection: Connection, accounts: Mapping[Side, AccountSpec]) -> Session:
        """A session for one connection. Asks the accounts for their custom fields where the spec uses some."""
        with ExitStack() as on_failure:
            ends = {side: self._end(connection, side, accounts[side], on_failure) for side in Side}
            described = {side: ends[side].connector().describe() for side in custom_sides(connection)}
            program = compile_connection(settle_fields(connection, described), self.store.key)
            connectors = {side: end.connector(program.fields[side]) for side, end in ends.items()}
            on_failure.pop_all()
        https = {side: end.http for side, end in ends.items()}
        state = self.store.connection(connection.name)
        live = Live(program, connectors, state, self.world.clock, calls=_call_counter(https))
        return Session(self, live, tuple(https.values()))

    def _end(self, connection: Connection, side: Side, spec: AccountSpec, on_failure: ExitStack) -> _End:
        app = load_app(spec.app)
        traits = app_traits(app).get(connection.end(side).entity)
        http = self.accounts.take(spec, traits)
        on_failure.callback(self.accounts.give_back, http)
        options = app.options.model_validate(spec.options).model_dump()
        return _End(app, http, connection.end(side).entity, options, self.accounts.resource(http))


@dataclass(frozen=True, slots=True)
class _End:
    app: App
    http: Http
    entity: str
    options: Mapping[str, object]
    resource: Resource | None = None

    def connector(self, fields: tuple[str, ...] = ()) -> Connector:
        return self.app.open(Opening(self.http, self.entity, self.options, fields, self.resource))


@dataclass(frozen=True, slots=True)
class Session:
    """A live connection, and what must be given back when it is not needed any more."""

    wiring: Wiring
    live: Live
    https: tuple[Http, ...]

    def run(
        self,
        *,
        stop: Callable[[], bool] = never,
        approve: bool | str = False,
        progress: Callable[[str, Side | None, int, int | None], None] = no_progress,
    ) -> Report:
        """One cycle under the connection's lease; what goes wrong is in the report."""
        live = replace(self.live, stop=stop, progress=progress, calls=_since_now(self.live.calls))
        try:
            with self.wiring.store.lease(live.name) as lease:
                return run_cycle(live, lease, approve=approve)
        except LeaseHeld as error:
            return failed_report(live.name, error, live.clock())

    def close(self) -> None:
        """Give the accounts back."""
        for http in self.https:
            self.wiring.accounts.give_back(http)


def failed_report(name: str, error: ReconcilerError, now: float) -> Report:
    """The report of a cycle that could not even begin."""
    return Report(name, result_of(error), now, 0.0, str(error), error.label)


def _call_counter(https: Mapping[Side, Http]) -> Callable[[], Mapping[Side, int]]:
    return lambda: {side: http.calls for side, http in https.items()}


def _since_now(count: Callable[[], Mapping[Side, int]]) -> Callable[[], Mapping[Side, int]]:
    before = dict(count())
    return lambda: {side: calls - before[side] for side, calls in count().items()}


class CycleRunner:
    """Runs cycles for the daemon: one session per connection, opened on first use."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._sessions: dict[str, Session] = {}
        self._wanted: dict[str, Wanted] = {}

    def use(self, wanted: Wanted) -> None:
        """From now on this is the connection; it is opened by its next cycle, where a failure is reported."""
        self.drop(wanted.name)
        self._wanted[wanted.name] = wanted

    def run(self, name: str, stop: Stop) -> Report:
        """One cycle, start to end."""
        try:
            session = self._sessions.get(name) or self._open(name)
        except ReconcilerError as error:
            return failed_report(name, error, self._wiring.world.clock())
        report = session.run(stop=stop.is_set)
        if report.result == "stalled":
            self._close(name)
        return report

    def drop(self, name: str) -> None:
        """Close what the connection held."""
        self._wanted.pop(name, None)
        self._close(name)

    def _open(self, name: str) -> Session:
        spec = self._wanted[name].spec
        if spec is None:
            raise ValueError(f"the connection {name!r} came without its spec")
        session = self._wiring.open(spec.connection, spec.accounts)
        self._sessions[name] = session
        return session

    def _close(self, name: str) -> None:
        session = self._sessions.pop(name, None)
        if session:
            session.close()
