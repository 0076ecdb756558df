"""A contact's company is a lookup into the module Accounts: names become ids before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.connectors.zoho.api import BATCH, SUCCESS, Module
from reconciler.connectors.zoho.coql import askable, in_lists
from reconciler.connectors.zoho.schema import COMPANY
from reconciler.errors import NoAnswer, Retryable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


class Companies:
    """Accounts by name. ``create`` makes those that are missing."""

    def __init__(self, module: Module, *, create: bool) -> None:
        self._module = module
        self._create = create

    def ids(self, names: Collection[str]) -> dict[str, str]:
        """Account id by name, as far as there are such accounts. Of several with one name the one that is spelled the
        same comes first, then the oldest."""
        found = self._stored(names) if names else {}
        missing = sorted(set(names) - set(found))
        if missing and self._create:
            found |= self._made(missing)
        return found

    def _stored(self, names: Collection[str]) -> dict[str, str]:
        accounts = [(str(row.get(COMPANY)), str(row["id"])) for row in self._rows(names)]
        found: dict[str, str] = {}
        for name in names:
            alike = [(spelled != name, int(key), key) for spelled, key in accounts if fold(spelled) == fold(name)]
            if alike:
                found[name] = min(alike)[2]
        return found

    def _rows(self, names: Collection[str]) -> Iterator[dict[str, object]]:
        for condition in in_lists(COMPANY, askable(sorted(names))):
            yield from self._module.query(("id", COMPANY), condition)

    def _made(self, names: Sequence[str]) -> dict[str, str]:
        """One account for each name, without regard to case. Raises ``Retryable`` where no answer came: the contacts
        were not sent, and the next look finds the accounts."""
        firsts = {fold(name): name for name in reversed(names)}
        made: dict[str, str] = {}
        wanted = sorted(firsts)
        for start in range(0, len(wanted), BATCH):
            chunk = wanted[start : start + BATCH]
            try:
                results = self._module.save("POST", [{COMPANY: firsts[key]} for key in chunk])
            except NoAnswer as error:
                raise Retryable(self._module.http.app, str(error), code=error.code) from error
            pairs = zip(chunk, results, strict=True)
            made |= {key: done.id for key, done in pairs if done.id and done.code in {SUCCESS, "DUPLICATE_DATA"}}
        return {name: made[fold(name)] for name in names if fold(name) in made}


def fold(text: object) -> str:
    """A text as names and addresses are compared: trimmed, without regard to case."""
    return str(text or "").strip().casefold()
