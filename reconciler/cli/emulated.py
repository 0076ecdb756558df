"""The emulated apps as a connection meets them: where they are, and what opens them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.sandbox.icontact.world import Credentials
from reconciler.sandbox.launch import ICONTACT_PORT, SALESFORCE_PORT, Pair, start_all
from reconciler.sandbox.salesforce.world import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.cli.specs import Chosen
    from reconciler.model.record import Side
    from reconciler.sandbox.faults import Faults
    from reconciler.spec.account import AccountSpec

NO_LIMIT = 1000.0
"""Calls per second. The emulators bear more than the apps do, and nobody wants to wait for them."""


def environment() -> dict[str, str]:
    """The variables that the sandbox's accounts refer to."""
    client, user = Client(), Credentials()
    return {
        "RECONCILER_SANDBOX_SF_CLIENT_ID": client.key,
        "RECONCILER_SANDBOX_SF_CLIENT_SECRET": client.proof,
        "RECONCILER_SANDBOX_SF_REFRESH_TOKEN": client.refresh,
        "RECONCILER_SANDBOX_ICONTACT_APP_ID": user.app_id,
        "RECONCILER_SANDBOX_ICONTACT_USERNAME": user.username,
        "RECONCILER_SANDBOX_ICONTACT_PASSWORD": user.app_key,
    }


@dataclass(frozen=True, slots=True)
class Emulated:
    """Both apps, running. ``usual`` says whether they are where the specs expect them."""

    pair: Pair
    usual: bool

    @property
    def environ(self) -> Mapping[str, str]:
        """This process's environment with the sandbox's credentials."""
        return {**os.environ, **environment()}

    def settle(self, accounts: Mapping[Side, AccountSpec]) -> dict[Side, AccountSpec]:
        """The same accounts where the apps really are, without the apps' own pace."""
        urls = {"salesforce": self.pair.salesforce.url, "icontact": self.pair.icontact_url}
        return {
            side: one.model_copy(update={"base_url": urls[one.app], "rate": NO_LIMIT}) for side, one in accounts.items()
        }

    def chosen(self, one: Chosen) -> Chosen:
        """A connection over these apps."""
        return replace(one, accounts=self.settle(one.accounts))


@contextmanager
def emulated(contacts: int, faults: tuple[Faults | None, Faults | None] = (None, None)) -> Iterator[Emulated]:
    """Both apps with this many contacts each, where the specs expect them, or on free ports where those are taken."""
    try:
        started = Emulated(start_all(contacts, faults), usual=True)
    except OSError:
        started = Emulated(start_all(contacts, faults, ports=(0, 0)), usual=False)
    with started.pair:
        yield started


def is_emulated(chosen: Chosen) -> bool:
    """Whether both accounts are the sandbox's: its apps, on this machine."""
    return all(
        one.app in {"salesforce", "icontact"} and urlsplit(one.base_url or "").hostname in {"127.0.0.1", "localhost"}
        for one in chosen.accounts.values()
    )


def ports() -> str:
    """Where the apps are, unless the ports are taken."""
    return f"{SALESFORCE_PORT} and {ICONTACT_PORT}"
