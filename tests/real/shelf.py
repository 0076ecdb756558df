"""One address book of a Radicale server, filled through its folder and looked at by an independent client."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.real.population import card, emails
from tests.real.radicale import Radicale

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Shelf:
    """``side`` is ``left`` or ``right``; ``root`` the server's folder."""

    server: Radicale
    root: Path
    side: str

    @property
    def path(self) -> str:
        return f"/alice/{self.side}/"

    @property
    def folder(self) -> Path:
        return self.root / "collections" / "collection-root" / "alice" / self.side

    def fill(self, numbers: Iterable[int]) -> None:
        """Make the address book with these people: straight into its folder, because each upload costs the server a
        look at the whole of it."""
        self.server.make_address_book(self.side)
        for number in numbers:
            (self.folder / f"{self.side}-{number}.vcf").write_text(card(number, self.side), newline="")

    def cards(self) -> dict[str, str]:
        """Every card by its name, as the server gives it to anybody."""
        return {name: path.read_bytes().decode() for name, path in self._files().items()}

    def by_key(self) -> dict[str, tuple[str, str]]:
        """``(name, card)`` by the address that a person is known by; asserts that nobody stands twice."""
        found: dict[str, tuple[str, str]] = {}
        for name, text in self.cards().items():
            for email in emails(text):
                assert email not in found, f"{email} stands in {name} and {found[email][0]}"
                if email.startswith("person"):
                    found[email] = name, text
        return found

    def stamps(self) -> dict[str, int]:
        """When each card was written last: any upload at all shows here."""
        return {name: path.stat().st_mtime_ns for name, path in self._files().items()}

    def put(self, name: str, text: str) -> None:
        """Store a card as another program."""
        with self.server.client() as client:
            answer = client.put(self.path + name, content=text.encode(), headers={"Content-Type": "text/vcard"})
            answer.raise_for_status()

    def delete(self, name: str) -> None:
        with self.server.client() as client:
            client.delete(self.path + name).raise_for_status()

    def account(self, name: str) -> str:
        """The account as a spec."""
        return (
            f"version: 1\nkind: account\nname: {name}\napp: carddav\nbase_url: {self.server.url}\n"
            "auth: {username: {env: DAV_USER}, password: {env: DAV_PASSWORD}}\n"
            f"options: {{addressbook: {self.side}}}\n"
        )

    def _files(self) -> dict[str, Path]:
        return {path.name: path for path in self.folder.glob("*.vcf")}
