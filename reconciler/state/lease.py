"""The writer's lease of a connection: one holder at a time, over processes and hosts.

Taking and renewing are single transactions, so there is never a moment with two holders. A holder that stopped for
longer than its time to live finds out in ``check`` before it writes: if nobody took over it simply goes on, else the
fencing token has grown and it stops.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

from sqlalchemy import bindparam, insert, select, update

from reconciler.errors import LeaseHeld, StateError
from reconciler.state.owner import Owner, myself, provably_dead
from reconciler.state.statement import Statement
from reconciler.state.tables import lease

if TYPE_CHECKING:
    from reconciler.state.database import Database

TTL = 60.0
"""Seconds that a lease lives without renewal; it is renewed three times as often."""

OWNER = ["host", "boot", "pid_space", "pid", "started"]
HERE = lease.c.connection_id == bindparam("which")
MINE = lease.c.nonce == bindparam("mine")
READ = Statement(select(lease.c.token, lease.c.expires_at, *(lease.c[name] for name in OWNER)).where(HERE))
FIRST = Statement(
    insert(lease).values({name: bindparam(name) for name in ["connection_id", "token", "nonce", "expires_at", *OWNER]})
)
TAKE = Statement(
    update(lease)
    .where(HERE)
    .values({name: bindparam(f"new_{name}") for name in ["token", "nonce", "expires_at", *OWNER]})
)
RENEW = Statement(update(lease).where(HERE, MINE).values(expires_at=bindparam("new_expires_at")))
RELEASE = Statement(update(lease).where(HERE, MINE).values(expires_at=0.0, nonce=""))


class Ticker(Protocol):
    """Calls ``tick`` every so many seconds until the function that it returned is called."""

    def __call__(self, seconds: float, tick: Callable[[], None]) -> Callable[[], None]:
        """Start; the first tick comes after ``seconds``."""
        ...


def thread_ticker(seconds: float, tick: Callable[[], None]) -> Callable[[], None]:
    """A ``Ticker`` on a thread of its own."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(seconds):
            tick()

    thread = threading.Thread(target=run, name="lease", daemon=True)
    thread.start()

    def stop() -> None:
        over.set()
        thread.join()

    return stop


@dataclass(frozen=True, slots=True)
class Terms:
    """What leases of a store share: clock (POSIX seconds), time to live, ticker, a source of nonces, who takes them,
    and how the dead are told."""

    clock: Callable[[], float]
    token: Callable[[int], bytes]
    ttl: float = TTL
    ticker: Ticker = thread_ticker
    owner: Callable[[], Owner] = myself
    dead: Callable[[Owner, Owner], bool] = provably_dead


class SqlLease:
    """``Lease`` over SQL. Taken when made; renewed from ``__enter__`` on; given back by ``__exit__``.

    Raises ``LeaseHeld`` when another live process (or another worker of this one) holds it.
    """

    def __init__(self, database: Database, name: str, connection_id: int, terms: Terms) -> None:
        self._database = database
        self._name = name
        self._which = connection_id
        self._terms = terms
        self._nonce = terms.token(16).hex()
        self._lost = False
        self._stop: Callable[[], None] | None = None
        self.token = self._take()

    def __enter__(self) -> Self:
        self._stop = self._terms.ticker(self._terms.ttl / 3, self._tick)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._stop:
            self._stop()
        with self._database.write() as db:
            RELEASE.run(db, which=self._which, mine=self._nonce)

    def check(self) -> None:
        """Raises ``LeaseHeld`` when another holder took over; a lease that only ran out is renewed."""
        if not self._renewed():
            raise LeaseHeld(
                f"The lease of connection {self._name} was taken over while this process stood still. Nothing more is "
                "written; the process that holds it now goes on with the work."
            )

    def _take(self) -> int:
        terms, owner = self._terms, self._terms.owner()
        expires_at = terms.clock() + terms.ttl
        with self._database.write(durable=True) as db:
            held = READ.first(db, which=self._which)
            token = self._next_token(held, owner)
            columns = {"token": token, "nonce": self._nonce, "expires_at": expires_at, **asdict(owner)}
            if held is None:
                FIRST.run(db, connection_id=self._which, **columns)
            else:
                TAKE.run(db, which=self._which, **{f"new_{name}": value for name, value in columns.items()})
        return token

    def _next_token(self, held: tuple[Any, ...] | None, me: Owner) -> int:
        if held is None:
            return 1
        token, expires_at, *facts = held
        left = expires_at - self._terms.clock()
        holder = Owner(*facts)
        if left > 0 and not self._terms.dead(holder, me):
            raise LeaseHeld(
                f"Connection {self._name} is being written by process {holder.pid} on {holder.host}. Wait until it is "
                f"done, or stop it; if it is dead, its lease ends in {left:.0f} seconds."
            )
        return int(token) + 1

    def _renewed(self) -> bool:
        if not self._lost:
            with self._database.write() as db:
                until = self._terms.clock() + self._terms.ttl
                self._lost = not RENEW.run(db, which=self._which, mine=self._nonce, new_expires_at=until)
        return not self._lost

    def _tick(self) -> None:
        try:
            self._renewed()
        except StateError:
            # The next tick tries again; ``check`` says it aloud where it matters.
            return
