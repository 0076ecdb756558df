"""A Mailchimp account on loopback, seen from both of its ends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.connectors.mailchimp.members import Members
from reconciler.model.outcome import Draft, Patch, Refused
from reconciler.sandbox.emulator import load_emulator
from reconciler.sandbox.mailchimp.world import MailchimpWorld
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock
from tests.contract.launchers.launch import opened
from tests.vendor.exercise import Recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.outcome import Outcome
    from reconciler.model.record import Page, Record, Value


@dataclass
class Desk:
    """The world, its clock, every exchange, and a way to open connectors."""

    clock: FakeClock
    world: MailchimpWorld
    tape: Recording
    open_it: Callable[..., Members]
    url: str

    def open(self, *fields: str, **options: object) -> Members:
        return self.open_it(fields or ("email_address",), **options)

    def asked(self, method: str, end: str = "") -> list[Any]:
        """The bodies (or queries) of the calls so far with this method whose path ends like this."""
        calls = [call for call, _ in self.tape.exchanges if call.method == method and call.path.endswith(end)]
        return [call.json() if call.body else dict(call.query) for call in calls]

    def update(self, record_id: str, values: dict[str, Value], **options: object) -> Outcome:
        """Change these fields, from what they are now."""
        connector = self.open(*values, **options)
        old = {record.id: record.values for record in connector.get([record_id])}.get(record_id, {})
        return connector.update([Patch(record_id, values, old)])[0]

    def create(self, *drafts: dict[str, Value], **options: object) -> list[Outcome]:
        """Make members."""
        names = dict.fromkeys(name for draft in drafts for name in ("email_address", *draft))
        return list(self.open(*names, **options).create([Draft(draft) for draft in drafts]))


@dataclass
class Stage:
    """One server for many worlds, each in its turn: to start one for each test would take longer than the tests."""

    tape: Recording
    url: str


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    emulator = load_emulator("mailchimp")
    tape = Recording(emulator.api(emulator.world(FakeClock())))
    with serve(create_app(tape)) as server:
        yield Stage(tape, f"{server.url}/3.0")


@contextlib.contextmanager
def desk_on(stage: Stage, **auth: str) -> Iterator[Desk]:
    clock, emulator = FakeClock(), load_emulator("mailchimp")
    world: Any = emulator.world(clock)
    stage.tape.api, stage.tape.exchanges = emulator.api(world), []
    with opened("mailchimp", "members", stage.url, auth or emulator.auth(world), clock) as open_it:
        yield Desk(clock, world, stage.tape, open_it, stage.url)


def everyone(pages: Iterator[Page]) -> dict[str, Record]:
    """All records of a listing by id."""
    return {record.id: record for page in pages for record in page.records}


def member(desk: Desk, **values: object) -> str:
    return desk.world.add({"email_address": "ann@example.com", "FNAME": "Ann", **values})


def refused(outcome: object) -> Refused:
    assert isinstance(outcome, Refused)
    return outcome


def stored(desk: Desk, one: str, *names: str) -> list[object]:
    read = desk.world.read(one)
    return [read.get(name) for name in names]
