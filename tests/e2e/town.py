"""Both emulated apps on loopback, as a test sees them: worlds to look into, weather, counters, and specs for them."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.sandbox.faults import WRITES, Faults, Step
from reconciler.sandbox.icontact.api import IContactApi
from reconciler.sandbox.icontact.world import IContactWorld
from reconciler.sandbox.launch import seed_pair
from reconciler.sandbox.salesforce.api import SalesforceApi
from reconciler.sandbox.salesforce.world import SalesforceWorld
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

    from reconciler.sandbox.world import World

ENVIRON = {
    "RECONCILER_SANDBOX_SF_CLIENT_ID": "sandbox-client",
    "RECONCILER_SANDBOX_SF_CLIENT_SECRET": "sandbox-secret",
    "RECONCILER_SANDBOX_SF_REFRESH_TOKEN": "sandbox-refresh",
    "RECONCILER_SANDBOX_ICONTACT_APP_ID": "sandbox-app",
    "RECONCILER_SANDBOX_ICONTACT_USERNAME": "sandbox-user",
    "RECONCILER_SANDBOX_ICONTACT_PASSWORD": "sandbox-password",
}
"""What the shipped accounts refer to."""

ACCOUNTS = """\
version: 1
kind: account
name: sf
app: salesforce
base_url: {org}
auth:
  client_id: {{env: RECONCILER_SANDBOX_SF_CLIENT_ID}}
  client_secret: {{env: RECONCILER_SANDBOX_SF_CLIENT_SECRET}}
  refresh_token: {{env: RECONCILER_SANDBOX_SF_REFRESH_TOKEN}}
---
version: 1
kind: account
name: mail
app: icontact
base_url: {folder}
auth:
  app_id: {{env: RECONCILER_SANDBOX_ICONTACT_APP_ID}}
  username: {{env: RECONCILER_SANDBOX_ICONTACT_USERNAME}}
  password: {{env: RECONCILER_SANDBOX_ICONTACT_PASSWORD}}
options: {{batch: 20, page_size: 50}}
rate: 1000
"""

BOTH_WAYS = """\
version: 1
kind: connection
name: people
sync: crm <-> news
sides:
  crm: {app: salesforce, account: sf, entity: contacts}
  news: {app: icontact, account: mail, entity: contacts}
match: [email]
winner: crm
fields:
  map:
    - crm.LastName <-> news.lastName
    - crm.FirstName <-> news.firstName
    - crm.Email <-> news.email
    - crm.MailingCity <-> news.city
    - crm.MailingStreet <-> news.street
limits: {update: 100%, create: 100000}
"""
"""Every contact on both sides, with five fields that flow both ways."""

PAIRS = {
    "LastName": "lastName",
    "FirstName": "firstName",
    "Email": "email",
    "MailingCity": "city",
    "MailingStreet": "street",
}


@dataclass(frozen=True)
class Town:
    """``org`` is the Salesforce world, ``folder`` the iContact one."""

    org: SalesforceWorld
    folder: IContactWorld
    org_url: str
    folder_url: str

    @property
    def worlds(self) -> dict[str, World]:
        return {"salesforce": self.org, "icontact": self.folder}

    @property
    def accounts(self) -> str:
        """The two accounts as a spec file."""
        return ACCOUNTS.format(org=self.org_url, folder=self.folder_url)

    def fresh(self, size: int, overlap: float = 0.5) -> None:
        """``size`` people a side, of whom the share ``overlap`` is known to both."""
        self.org.clear()
        self.folder.clear()
        self.clear_sky()
        seed_pair(self.org, self.folder, size, overlap)
        self.catch_up()
        self.count_anew()

    def catch_up(self) -> None:
        """What was written so far was long ago: no listing is too slow to show it."""
        for history in (self.folder.history, self.org.table("Contact").history):
            history.clear()

    def weather(self, world: World, *steps: Step, **settings: float) -> None:
        """The faults to come in one world."""
        world.faults = Faults(script=steps, **settings)

    def clear_sky(self) -> None:
        for world in self.worlds.values():
            world.faults = Faults()

    def count_anew(self) -> None:
        for world in self.worlds.values():
            world.calls.clear()

    def calls(self) -> int:
        """Requests since the counters were cleared."""
        return sum(world.calls.total() for world in self.worlds.values())

    def writes(self) -> int:
        """Requests that write, since the counters were cleared."""
        return sum(count for world in self.worlds.values() for kind, count in world.calls.items() if kind in WRITES)

    def one_each(self) -> dict[str, tuple[str, str]]:
        """Both ids by address; asserts that every address is there exactly once on either side."""
        left, right = by_email(self.org, "Email"), by_email(self.folder, "email")
        assert left.keys() == right.keys(), left.keys() ^ right.keys()
        return {email: (left[email], right[email]) for email in left}

    def differences(self, pairs: dict[str, str] = PAIRS) -> list[tuple[str, object, object]]:
        """Paired fields whose values are not the same."""
        found = []
        for left_id, right_id in self.one_each().values():
            left, right = self.org.read(left_id), self.folder.read(right_id)
            for crm, news in pairs.items():
                if _plain(left.get(crm)) != _plain(right.get(news)):
                    found.append((crm, left.get(crm), right.get(news)))
        return found


def by_email(world: World, name: str) -> dict[str, str]:
    """Ids by address; asserts that nobody shares one."""
    found: dict[str, str] = {}
    for record_id, values in world.contacts().items():
        email = str(values[name]).casefold()
        assert email not in found, f"{email} stands twice in {world.app}"
        found[email] = record_id
    return found


def _plain(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


@contextmanager
def town(clock: Callable[[], float], around: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> Iterator[Town]:
    """Both apps, empty, whose time is ``clock``; ``around`` may stand before each of them."""
    org, folder = SalesforceWorld(clock), IContactWorld(clock)
    with ExitStack() as stack:
        org_url = stack.enter_context(serve(around(create_app(SalesforceApi(org), _no_wait)))).url
        folder_url = stack.enter_context(serve(around(create_app(IContactApi(folder), _no_wait)))).url
        yield Town(org, folder, org_url, f"{folder_url}/icp")


async def _no_wait(_seconds: float) -> None:
    """What is slow here is only said to be."""
