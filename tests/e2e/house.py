"""A reconciler as a user has it: a folder of specs, a state file, and wiring around them. Only time is made up."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from reconciler.accounts import World
from reconciler.cycle import preview
from reconciler.errors import ReconcilerError
from reconciler.model.record import Side
from reconciler.spec.check import resolve
from reconciler.spec.load import load_folder
from reconciler.state.store import open_store
from reconciler.testing.clock import FakeClock
from reconciler.wiring import Apps, Wiring, failed_report

if TYPE_CHECKING:
    from reconciler.model.link import ContactState
    from reconciler.model.plan import Operation
    from reconciler.model.report import Report
    from reconciler.wiring import Session

SETTLE = 8
"""How many cycles a quiet world may need until nothing is left to do."""


@dataclass
class House:
    """Specs in ``folder/connections.d``, state in ``folder/state``. ``clock`` is the reconciler's; no wait is real."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.specs.mkdir(parents=True, exist_ok=True)
        self._sessions: dict[str, Session] = {}
        self._open()

    @property
    def specs(self) -> Path:
        return self.folder / "connections.d"

    @property
    def state(self) -> Path:
        return self.folder / "state" / "reconciler.sqlite"

    def _open(self) -> None:
        world = World(self.environ, clock=self.clock, sleep=self.clock.sleep, monotonic=self.clock)
        self.wiring = Wiring(open_store(str(self.state), clock=self.clock, environ={}), world)

    def write(self, name: str, text: str) -> None:
        """A spec file, new or changed; the connections are opened anew."""
        (self.specs / name).write_text(text, encoding="utf-8")
        self.close_sessions()

    def session(self, name: str) -> Session:
        """The live connection, opened on first use."""
        if name not in self._sessions:
            found = resolve(load_folder(self.specs), Apps())
            assert found.problems == (), [str(problem) for problem in found.problems]
            connection = found.connections[name]
            accounts = {side: found.accounts[connection.end(side).account] for side in Side}
            self._sessions[name] = self.wiring.open(connection, accounts)
        return self._sessions[name]

    def run(self, name: str, *, approve: bool = True) -> Report:
        """One cycle, a second after the last one."""
        self.clock.advance(1)
        return self.session(name).run(approve=approve)

    def result(self, name: str) -> tuple[str, str]:
        """How a cycle ends and what it says, also where the connection cannot even be opened."""
        try:
            report = self.run(name)
        except ReconcilerError as error:
            report = failed_report(name, error, self.clock())
        return report.result, report.message

    def plan(self, name: str) -> list[Operation]:
        """What the next cycle would do."""
        with preview(self.session(name).live) as planned:
            return list(planned.operations())

    def settle(self, name: str) -> list[Report]:
        """Cycles until one finds nothing left to do; asserts that it comes. Refused writes are tried again."""
        reports: list[Report] = []
        for _ in range(SETTLE):
            self.clock.advance(90_000)
            reports.append(self.run(name))
            if reports[-1].converged and not self.plan(name):
                return reports
        raise AssertionError([(one.result, one.message, one.applied, one.failures) for one in reports])

    def tallies(self, name: str) -> Mapping[tuple[Side, ContactState], int]:
        """Contacts by side and state."""
        return self.wiring.store.connection(name).tallies()

    def close_sessions(self) -> None:
        while self._sessions:
            self._sessions.popitem()[1].close()

    def restart(self) -> None:
        """The process ends and begins again."""
        self.close()
        self._open()

    def lose_state(self) -> None:
        """Somebody deleted the state, key and all."""
        self.close()
        shutil.rmtree(self.state.parent)
        self._open()

    def close(self) -> None:
        self.close_sessions()
        self.wiring.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
