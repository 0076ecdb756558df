"""A PostgreSQL server on a free loopback port, in a folder of its own: the superuser is postgres/pw.

``initdb`` refuses to run as root: then it runs as the user postgres, whom the package brings.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
fsync = off
"""
_USER = "postgres"
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server."""

    port: int

    def address(self, login: str = "postgres:pw", database: str = "postgres") -> str:
        """As a person would write it."""
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str) -> None:
        """Each by itself, as the superuser."""
        with psycopg.connect(self.address(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start, wait until it answers, and stop it. Its folder lies where the user postgres may go."""
    programs = max(Path("/usr/lib/postgresql").iterdir()) / "bin"
    folder, port = Path(tempfile.mkdtemp(prefix="reconciler-postgres-")), _free_port()
    try:
        (folder / "password").write_text("pw")
        if os.getuid() == 0:
            owner = pwd.getpwnam(_USER)
            for path in (folder, folder / "password"):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        _as_user(programs / "initdb", "-D", data, "-A", "scram-sha-256", "-U", _USER, "-E", "UTF8",
                 "--locale=C.UTF-8", f"--pwfile={folder / 'password'}", "--no-sync")  # fmt: skip
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS.format(port=port, folder=folder))
        _as_user(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "start")
        try:
            yield Postgres(port)
        finally:
            _as_user(programs / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def _as_user(*command: object) -> None:
    user = _USER if os.getuid() == 0 else None
    said = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.DEVNULL,  # a pipe would be held by the server
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=user,
        group=user,
        extra_groups=[] if user else None,
        timeout=_SECONDS,
        check=False,
    )
    assert said.returncode == 0, command


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
