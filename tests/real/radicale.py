"""A Radicale server on a free loopback port, in a folder of its own: users alice/pw1 and bob/pw2."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import IO, TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USERS = {"alice": "pw1", "bob": "pw2"}
_CONFIG = """\
[server]
hosts = 127.0.0.1:{port}
delay_on_error = 0
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
[logging]
level = info
"""
_LISTENING = b"Listening on"
_STOP_SECONDS = 30.0
_MAKE = """<?xml version="1.0" encoding="utf-8"?>
<mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><set><prop>
<resourcetype><collection/><C:addressbook/></resourcetype><displayname>{name}</displayname>
</prop></set></mkcol>"""


@dataclass(frozen=True, slots=True)
class Radicale:
    """A running server. ``url`` has no last slash."""

    url: str
    pid: int

    def client(self, user: str = "alice") -> httpx.Client:
        """Another program of the same person, for looking and meddling behind the connector's back."""
        return httpx.Client(base_url=self.url, auth=(user, USERS[user]))

    def make_address_book(self, name: str = "contacts", user: str = "alice") -> str:
        """A new address book by extended MKCOL (RFC 5689); its path."""
        path, xml = f"/{user}/{name}/", {"Content-Type": "application/xml"}
        with self.client(user) as client:
            answer = client.request("MKCOL", path, content=_MAKE.format(name=name), headers=xml)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return path


@contextmanager
def radicale(folder: Path) -> Iterator[Radicale]:
    """Start, wait until it says that it listens, and stop it by its own pid. ``folder`` exists."""
    port = _free_port()
    (folder / "users").write_text("".join(f"{name}:{password}\n" for name, password in USERS.items()))
    (folder / "config").write_text(_CONFIG.format(folder=folder, port=port))
    command = [sys.executable, "-m", "radicale", "--config", str(folder / "config")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder) as process:
        assert process.stderr is not None
        try:
            _wait_until_it_listens(process.stderr)
            drain = Thread(target=process.stderr.read)  # a full pipe would stop the server
            drain.start()
            yield Radicale(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)
        drain.join()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_listens(log: IO[bytes]) -> None:
    """From that line on the socket listens, so that the first request at worst waits a moment."""
    said = []
    for line in log:
        said.append(line)
        if _LISTENING in line:
            return
    raise AssertionError(b"".join(said).decode())
