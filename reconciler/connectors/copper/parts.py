"""What a field of the catalogue is in Copper's JSON: how it is read, and how a new value is merged into a body.

Arrays and the address are written whole, so whoever changes a piece of one starts from what the record holds now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from reconciler.connectors.copper.api import Row
    from reconciler.model.record import Value

_ADDRESS = ("street", "city", "state", "postal_code", "country")


class Part(Protocol):
    """One field. ``merges``: writing needs the record as it is now. ``before`` is the value as the plan read it (or
    ``UNREAD``), so that a list is changed by its difference."""

    @property
    def merges(self) -> bool:
        """See the class."""
        ...

    def read(self, row: Row) -> Value:
        """The value; None where it is empty."""
        ...

    def write(self, body: Row, now: Row, value: Value, before: Value) -> None:
        """Put ``value`` into ``body``, which is sent to a record that looks like ``now``."""
        ...


UNREAD: tuple[str, ...] = ("",)
"""Stands for the value before, where nobody read one: a list is then written as it is."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text, number or id of its own; ids are texts here, and numbers there."""

    key: str
    number: bool = False
    merges: bool = False

    def read(self, row: Row) -> Value:
        """Texts and numbers as they are."""
        raw = row.get(self.key)
        return str(raw) if self.number and raw is not None else scalar(raw)

    def write(self, body: Row, now: Row, value: Value, before: Value) -> None:
        """Null clears."""
        del now, before
        body[self.key] = int(str(value)) if self.number and value is not None else value


@dataclass(frozen=True, slots=True)
class Moment:
    """POSIX seconds, which only the server writes."""

    key: str
    merges: bool = False

    def read(self, row: Row) -> Value:
        """ISO 8601 in UTC."""
        moment = instant(row.get(self.key))
        return moment.isoformat() if moment else None

    def write(self, body: Row, now: Row, value: Value, before: Value) -> None:
        """Never asked for."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of plain texts that is replaced as a whole: tags (and ids, which only the server writes)."""

    key: str
    merges: bool = True

    def read(self, row: Row) -> Value:
        """Sorted, each once."""
        return listed(_items(row, self.key))

    def write(self, body: Row, now: Row, value: Value, before: Value) -> None:
        """What is there now, less what the plan took away, and what it added."""
        body[self.key] = difference([str(item) for item in _items(now, self.key)], value, before)


@dataclass(frozen=True, slots=True)
class AddressPart:
    """One line of the address; an address without any is null, as it is read when there never was one."""

    key: str
    merges: bool = True

    def read(self, row: Row) -> Value:
        """null, "" and no address at all are the same nothing."""
        address = row.get("address")
        return scalar(address.get(self.key)) if isinstance(address, Mapping) else None

    def write(self, body: Row, now: Row, value: Value, before: Value) -> None:
        """The other lines stay."""
        del before
        held = body["address"] if "address" in body else now.get("address")
        lines = {key: held.get(key) or None for key in _ADDRESS} if isinstance(held, Mapping) else {}
        lines = {**dict.fromkeys(_ADDRESS), **lines, self.key: value}
        body["address"] = lines if any(lines.values()) else None


@dataclass(frozen=True, slots=True)
class One:
    """The first entry of an array whose category is one of ``kinds`` (or, where ``others``, none of them). Writing
    replaces that entry and keeps the rest; a value that is there already moves to the front."""

    array: str
    key: str
    category: str
    kinds: frozenset[str] = frozenset()
    others: bool = False
    merges: bool = True

    def read(self, row: Row) -> Value:
        """The trimmed text of that entry."""
        return next(
            (text for entry in entries(row, self.array) if self._mine(entry) and (text := self._text(entry))), None
        )

    def write(self, body: Row, now: Row, value: Value, before: Value) -> None:
        """An empty value takes the entry away: the next one of its kind comes forward."""
        del before
        held = entries(body if self.array in body else now, self.array)
        at = next((place for place, entry in enumerate(held) if self._mine(entry) and self._text(entry)), len(held))
        there = next(
            (place for place, entry in enumerate(held) if self._mine(entry) and self._text(entry) == value), None
        )
        if value is None:
            held[at : at + 1] = []
        elif there is None:
            old = held[at] if at < len(held) else {"category": self.category}
            held[at : at + 1] = [{**old, self.key: value}]
        else:
            held.insert(at, held.pop(there))
        body[self.array] = held

    def _mine(self, entry: Mapping[str, object]) -> bool:
        return not self.kinds or (entry.get("category") in self.kinds) is not self.others

    def _text(self, entry: Mapping[str, object]) -> str:
        return str(entry.get(self.key) or "").strip()


@dataclass(frozen=True, slots=True)
class All:
    """Every entry of an array as a list of texts; those that stay keep their place and category. A new one gets the
    category whose name its text holds (a profile at linkedin.com is of the category linkedin), else ``category``."""

    array: str
    key: str
    category: str
    kinds: tuple[str, ...] = ()
    merges: bool = True

    def read(self, row: Row) -> Value:
        """Sorted, each once."""
        return listed(str(entry.get(self.key) or "").strip() for entry in entries(row, self.array))

    def write(self, body: Row, now: Row, value: Value, before: Value) -> None:
        """What is there now, less what the plan took away, and what it added."""
        held = {str(entry.get(self.key) or "").strip(): entry for entry in entries(now, self.array)}
        wanted = difference(list(held), value, before)
        body[self.array] = [held.get(text) or {self.key: text, "category": self._kind(text)} for text in wanted]

    def _kind(self, text: str) -> str:
        return next((kind for kind in self.kinds if kind in text.casefold()), self.category)


@dataclass(frozen=True, slots=True)
class LeadEmail:
    """The one address of a lead."""

    merges: bool = True

    def read(self, row: Row) -> Value:
        """Trimmed."""
        entry = row.get("email")
        return (str(entry.get("email") or "").strip() or None) if isinstance(entry, Mapping) else None

    def write(self, body: Row, now: Row, value: Value, before: Value) -> None:
        """The category stays."""
        del before
        held = now.get("email")
        category = held.get("category") if isinstance(held, Mapping) else None
        body["email"] = None if value is None else {"email": value, "category": category or "work"}


def scalar(raw: object) -> Value:
    """A JSON value as it is; what is empty is None."""
    if raw is None or raw == "":
        return None
    return raw if isinstance(raw, str | bool | int | float) else str(raw)


def instant(raw: object) -> datetime | None:
    """POSIX seconds as a moment in UTC."""
    return datetime.fromtimestamp(raw, UTC) if isinstance(raw, int | float) else None


def entries(row: Row, array: str) -> list[dict[str, object]]:
    """The objects of an array field, in a list of one's own."""
    return [dict(entry) for entry in _items(row, array) if isinstance(entry, Mapping)]


def listed(texts: object) -> Value:
    """Texts as the engine knows a list: sorted, each once, None without any."""
    items = texts if hasattr(texts, "__iter__") else ()
    return tuple(sorted({str(text) for text in items if text not in ("", None)})) or None


def difference(now: list[str], value: Value, before: Value) -> list[str]:
    """``now`` without what ``value`` lacks of ``before``, and with what it has beyond; the order stays."""
    wanted = [str(item) for item in value] if isinstance(value, tuple) else []
    if before == UNREAD:
        stay = set(wanted)
    else:
        known = set(before) if isinstance(before, tuple) else set()
        stay = (set(now) - known) | set(wanted)
    kept = [text for text in now if text in stay]
    return kept + [text for text in dict.fromkeys(wanted) if text not in kept]


def _items(row: Row, key: str) -> list[object]:
    items = row.get(key)
    return items if isinstance(items, list) else []


_MOBILE, _HOME = frozenset({"mobile"}), frozenset({"home"})
_NETWORKS = ("linkedin", "twitter", "facebook", "youtube", "quora", "foursquare", "klout", "gravatar", "googleplus")

_SHARED: Mapping[str, Part] = {
    "id": Plain("id", number=True),
    **{name: Plain(name) for name in ("name", "prefix", "first_name", "middle_name", "last_name", "suffix")},
    **{name: Plain(name) for name in ("title", "details", "company_name", "interaction_count")},
    "assignee_id": Plain("assignee_id", number=True),
    **{name: Moment(name) for name in ("date_created", "date_modified", "date_last_contacted")},
    **{name: AddressPart(name) for name in _ADDRESS},
    "phone": One("phone_numbers", "number", "work", _MOBILE | _HOME, others=True),
    "mobile": One("phone_numbers", "number", "mobile", _MOBILE),
    "home_phone": One("phone_numbers", "number", "home", _HOME),
    "phones": All("phone_numbers", "number", "work"),
    "website": One("websites", "url", "work"),
    "websites": All("websites", "url", "work"),
    **{name: One("socials", "url", name, frozenset({name})) for name in _NETWORKS[:3]},
    "socials": All("socials", "url", "other", _NETWORKS),
    "tags": Texts("tags"),
}
PARTS: Mapping[str, Mapping[str, Part]] = {
    "people": {
        **_SHARED,
        "email": One("emails", "email", "work"),
        "emails": All("emails", "email", "work"),
        "company_id": Plain("company_id", number=True),
        "date_lead_created": Moment("date_lead_created"),
        "leads_converted_from": Texts("leads_converted_from"),
    },
    "leads": {
        **_SHARED,
        "email": LeadEmail(),
        "monetary_value": Plain("monetary_value"),
        "monetary_unit": Plain("monetary_unit"),
    },
}
"""The standard fields by entity; those whose values are names of the account's own tables are in ``tables``."""
