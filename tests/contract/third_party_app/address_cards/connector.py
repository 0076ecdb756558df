"""The connector: reads the whole file, writes it back, one person at a time."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.connectors.base import Account
from reconciler.errors import CursorExpired
from reconciler.model.outcome import Refused, Written
from reconciler.model.record import Page, Record
from reconciler.model.traits import Traits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Outcome, Patch
    from reconciler.model.record import Value

PAGE = 10


@dataclass(frozen=True)
class CardsFile:
    path: Path

    def read(self) -> dict[str, dict[str, Value]]:
        return json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}

    def write(self, people: dict[str, dict[str, Value]]) -> None:
        self.path.write_text(json.dumps(people, ensure_ascii=False), "utf-8")


class Cards:
    traits = Traits(page_size=PAGE, searchable=("email",))

    def __init__(self, file: CardsFile, fields: tuple[Field, ...], wanted: tuple[str, ...]) -> None:
        self._file = file
        self._fields = fields
        self._wanted = wanted

    def probe(self) -> Account:
        return Account(id="cards")

    def describe(self) -> tuple[Field, ...]:
        return self._fields

    def list(self, since: str | None = None) -> Iterator[Page]:
        if since is not None:
            raise CursorExpired("cards", "a file has no cursors")
        records = tuple(self._record(each, card) for each, card in self._file.read().items())
        for start in range(0, len(records), PAGE) or (0,):
            page = records[start : start + PAGE]
            yield Page(records=page, total=len(records), last=start + PAGE >= len(records))

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        people = self._file.read()
        return [self._record(each, people[each]) for each in ids if each in people]

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        wanted = {value.casefold() for value in values}
        people = self._file.read().items()
        return [self._record(each, card) for each, card in people if str(card.get(name)).casefold() in wanted]

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        return [self._save(uuid.uuid4().hex, {}, draft.values) for draft in drafts]

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        people = self._file.read()
        return [
            self._save(patch.id, people[patch.id], patch.values)
            if patch.id in people
            else Refused("gone", "this card is gone", stale=True)
            for patch in patches
        ]

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        people = self._file.read()
        self._file.write({each: card for each, card in people.items() if each not in ids})
        return [Written(each) for each in ids]

    def _save(self, card_id, card, values) -> Outcome:
        card = {**card, **values}
        card["email"] = (card.get("email") or "").strip().lower()
        if not card["email"]:
            return Refused("email_missing", "a card needs an email", field="email")
        self._file.write({**self._file.read(), card_id: card})
        return Written(card_id, self._record(card_id, card))

    def _record(self, card_id, card) -> Record:
        return Record(card_id, {name: _value(card.get(name)) for name in self._wanted})


def _value(kept) -> Value:
    return tuple(kept) if isinstance(kept, list | tuple) else kept
