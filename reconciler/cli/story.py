"""How the demo talks: numbered steps, plain sentences, and contacts side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from reconciler.cli.screen import line, story_console
from reconciler.cli.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.text import Text

FIELDS = (
    ("first name", "FirstName", "firstName"),
    ("city", "MailingCity", "city"),
    ("region", "MailingState", "state"),
    ("phone", "Phone", "phone"),
    ("opted out / status", "HasOptedOutOfEmail", "status"),
    ("lists", "", "lists"),
)
"""What the demo shows of a contact: in words, in Salesforce, in iContact."""


class Teller:
    """Says one step after the other."""

    def __init__(self) -> None:
        self._console = story_console()
        self._steps = 0

    def step(self, title: str) -> None:
        """A new step."""
        self._steps += 1
        self._console.print()
        self._console.print(line((f"{self._steps}. {title}", "bold cyan")))

    def say(self, text: str) -> None:
        """A sentence or two."""
        self._console.print(f"   {text}")

    def lines(self, lines: Iterable[Text]) -> None:
        """What a command would print."""
        for each in lines:
            self._console.print(line("   | ") + each, soft_wrap=True)

    def contact(self, email: str, crm: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        """One person in both apps."""
        table = Table(title=f"{email}", title_justify="left", box=None, padding=(0, 2, 0, 3), header_style="dim")
        for title in ("", "Salesforce", "iContact"):
            table.add_column(title, overflow="fold")
        for words, left, right in FIELDS:
            if crm.get(left) is not None or news.get(right) is not None:
                table.add_row(words, _cell(crm, left), _cell(news, right))
        self._console.print(table)


def _cell(values: Mapping[str, Any], name: str) -> str:
    if not values:
        return "(no such contact)"
    return shown(values[name]) if values.get(name) is not None else ""
