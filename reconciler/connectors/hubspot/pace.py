"""Searches have a limit of their own, five a second for the whole account, which no header tells."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from reconciler.connectors.budget import Budget

if TYPE_CHECKING:
    from reconciler.connectors.http import Http

_PER_SECOND = 4.0  # a search may still wait for the account's other calls, and then be close upon the next
_paces: WeakKeyDictionary[Budget, Budget] = WeakKeyDictionary()
_lock = Lock()


def search_pace(http: Http) -> Budget:
    """The pace of searches on this account: everybody who draws from the same rate budget shares it."""
    account = http.budget or Budget(http.app, sleep=http.sleep)
    with _lock:
        if account not in _paces:
            _paces[account] = Budget(
                http.app, per_second=_PER_SECOND, burst=1, clock=account.clock, sleep=account.sleep
            )
        return _paces[account]
