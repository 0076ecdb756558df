"""Two Radicale servers with the same person's address book on each, filled on disk and watched from outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from reconciler.sandbox.seed import people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.sandbox.seed import Person

USER, PASSWORD = "alice", "pw1"
_CONFIG = """\
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
[storage]
filesystem_folder = {folder}/collections
"""
_PROPS = '{"tag": "VADDRESSBOOK", "D:displayname": "contacts"}'
_ETAGS = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and the folder of its one address book."""

    url: str
    pid: int
    book: Path

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as file:  # noqa: PTH123 - not a file on a disk
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def fill(self, count: int, title: str = "") -> None:
        """The first ``count`` people, straight on disk; ``title`` replaces theirs."""
        for somebody in people(count):
            told = somebody._replace(title=title) if title else somebody
            (self.book / f"person-{somebody.number}.vcf").write_bytes(card(told))

    def warm(self) -> int:
        """Have it read every card once, so that nobody pays for its cold cache; how many there are."""
        with httpx.Client(auth=(USER, PASSWORD), timeout=600) as client:
            answer = client.request("PROPFIND", f"{self.url}/{USER}/contacts/", content=_ETAGS, headers={"Depth": "1"})
        return answer.raise_for_status().text.count("<response>") - 1

    def titles(self, title: str) -> int:
        """How many cards hold this title."""
        return sum(f"TITLE:{title}".encode() in file.read_bytes() for file in self.book.glob("*.vcf"))


def card(somebody: Person) -> bytes:
    """A vCard as address books write it."""
    adr = (somebody.street, somebody.city, somebody.state, somebody.postal_code, somebody.country)
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:person-{somebody.number}",
        f"FN:{somebody.first_name} {somebody.last_name}",
        f"N:{somebody.last_name};{somebody.first_name};;;",
        f"EMAIL:{somebody.email}",
        *([f"TEL;TYPE=WORK,VOICE:{somebody.phone}"] if somebody.phone else []),
        f"ADR;TYPE=WORK:;;{';'.join(adr)}",
        *([f"TITLE:{somebody.title}"] if somebody.title else []),
        *([f"ORG:{somebody.company}"] if somebody.company else []),
        "END:VCARD",
        "",
    ]
    return "\r\n".join(lines).encode()


@contextmanager
def radicale(folder: Path) -> Iterator[Server]:
    """One server, stopped by its own pid."""
    book = folder / "collections" / "collection-root" / USER / "contacts"
    book.mkdir(parents=True)
    (book / ".Radicale.props").write_text(_PROPS)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    (folder / "config").write_text(_CONFIG.format(folder=folder, port=port))
    command = [sys.executable, "-m", "radicale", "--config", folder / "config"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port, process)
            yield Server(f"http://127.0.0.1:{port}", process.pid, book)
        finally:
            process.terminate()
            process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until it answers; refused connections come back at once, so that this asks often, but not for long."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=10)) as client:
        client.get(f"http://127.0.0.1:{port}/")
    if process.poll() is not None:
        raise RuntimeError("Radicale ended at once")


@contextmanager
def pair(folder: Path) -> Iterator[tuple[Server, Server]]:
    """Two servers, each with an empty address book."""
    with ExitStack() as stack:
        yield stack.enter_context(radicale(folder / "a")), stack.enter_context(radicale(folder / "b"))
