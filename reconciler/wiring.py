"""The composition root: specs, secrets, apps and the store become live connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reconciler.accounts import Accounts, World
from reconciler.connectors.base import App, Connector, Opening, Resource
from reconciler.connectors.http import Http
from reconciler.connectors.registry import app_names, app_traits, load_app, tailored_catalogue
from reconciler.cycle import result_of, run_cycle
from reconciler.engine.program import compile_connection
from reconciler.errors import LeaseHeld, ReconcilerError
from reconciler.live import Live, never, no_progress
from reconciler.model.record import Side
from reconciler.model.report import Report
from reconciler.spec.account_fields import custom_sides, settle_fields
from reconciler.spec.scope import AppFacts
from reconciler.state.store import SqlStore

if TYPE_CHECKING:
    from reconciler.daemon.ports import Stop, Wanted
    from reconciler.model.connection import Connection
    from reconciler.spec.account import AccountSpec


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


@dataclass(slots=True)
class Wiring:
    """Makes connections live over one store."""

    store: SqlStore
    world: World = field(default_factory=World)
    accounts: Accounts = field(init=False)

    def __post_init__(self) -> None:
        self.accounts = Accounts(self.world, self.store.keep)

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
