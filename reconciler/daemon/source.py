"""Specs from a folder, as the daemon wants them. The only place of the daemon that knows how specs are read."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.daemon.ports import Loaded, Resolved, Wanted
from reconciler.daemon.watch import identity
from reconciler.model.record import Side
from reconciler.spec.check import resolve
from reconciler.spec.load import Loaded as Files
from reconciler.spec.load import load_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.connection import Connection
    from reconciler.spec.account import AccountSpec
    from reconciler.spec.check import AppFacts, Resolution


class FolderSource:
    """Reads a folder anew each time. Remembers the accounts of files that broke, so that their connections can still
    be changed, paused and removed."""

    def __init__(self, folder: Path, apps: Mapping[str, AppFacts]) -> None:
        self._folder, self._apps = folder, apps
        self._last = Files()

    def load(self) -> Loaded:
        """See :class:`~reconciler.daemon.ports.Source`."""
        files = self._with_last_good_accounts(load_folder(self._folder))
        resolution = resolve(files, self._apps)
        whole = files.files.get(str(self._folder))  # stands for the folder itself when that cannot be read
        located = files.connections
        return Loaded(
            connections=tuple(
                _wanted(connection, located[name].document.file, resolution)
                for name, connection in resolution.connections.items()
            ),
            problems=(*resolution.problems, *resolution.warnings),
            named=frozenset(located),
            complete=whole is None or not whole.problems,
        )

    def _with_last_good_accounts(self, found: Files) -> Files:
        kept = found.keeping(self._last).files
        self._last = Files({name: replace(file, accounts=kept[name].accounts) for name, file in found.files.items()})
        return self._last


def _wanted(connection: Connection, file: str, resolution: Resolution) -> Wanted:
    names = {side: connection.end(side).account for side in Side}
    accounts = {side: resolution.accounts[name] for side, name in names.items()}
    secrets = frozenset(path for account in accounts.values() for path in _secret_files(account))
    return Wanted(
        name=connection.name,
        digest=connection.digest,
        every=connection.every,
        access=_access(accounts.values(), secrets),
        paused=connection.paused,
        file=file,
        secrets=secrets,
        accounts=names,
        spec=Resolved(connection, accounts),
    )


def _secret_files(account: AccountSpec) -> Iterable[Path]:
    return (Path(secret.file) for secret in account.auth.values() if secret.file)


def _access(accounts: Iterable[AccountSpec], secrets: frozenset[Path]) -> str:
    """Changes with everything that an opened connection depends on beside its own spec."""
    digest = hashlib.sha256()
    for part in (*(account.model_dump_json().encode() for account in accounts), *map(identity, sorted(secrets))):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()
