"""From values to a member's JSON: merge fields under their tags, groups by their ids, addresses whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.connectors.mailchimp.fields import MERGED, NEEDED, PARTS, Schema, is_merged
from reconciler.connectors.mailchimp.rules import items
from reconciler.connectors.mailchimp.values import merged, write_merged, write_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.connectors.mailchimp.api import Row
    from reconciler.model.record import Value

PERMISSIONS = "marketing_permissions"

_APART = frozenset({"tags", "interests", PERMISSIONS})


@dataclass(frozen=True, slots=True)
class Bodies:
    """Makes bodies for one audience. ``filler`` stands for the parts that an address lacks, if it is said."""

    schema: Schema
    filler: str | None

    def body(self, values: Mapping[str, Value], old: Mapping[str, Value], now: Row) -> tuple[Row, list[str]]:
        """What to send, and the tags of incomplete addresses, which were left out of it. ``old`` are the same fields as
        they were read, ``now`` is the member as it is: only where an address is changed in part is it needed."""
        body: Row = {
            name: write_plain(self.schema.standard[name], value)
            for name, value in values.items()
            if not is_merged(name) and name not in _APART
        }
        if "interests" in values and (changes := self._interests(values["interests"], old.get("interests"))):
            body["interests"] = changes
        if PERMISSIONS in values and (given := permissions(now, values[PERMISSIONS], old.get(PERMISSIONS))):
            body[PERMISSIONS] = given
        merge_fields, left_out = self._merge_fields(values, merged(now))
        if merge_fields:
            body[MERGED] = merge_fields
        return body, left_out

    def in_part(self, values: Mapping[str, Value]) -> bool:
        """Whether the member must be looked at first: an address is changed in part, or a permission is, whose id only
        members tell."""
        return PERMISSIONS in values or any(set(parts) != set(PARTS) for parts in _by_tag(values).values())

    def _interests(self, new: Value, old: Value) -> dict[str, object]:
        """Only the difference; a group that is no more needs not be left."""
        ids, joined, left = self.schema.interests.ids, items(new) - items(old), items(old) - items(new)
        return {ids[name]: name in joined for name in sorted(joined | left) if name in ids}

    def _merge_fields(self, values: Mapping[str, Value], now: Mapping[str, object]) -> tuple[Row, list[str]]:
        known = self.schema.merge_fields
        plain = {name: value for name, value in values.items() if is_merged(name) and "." not in name}
        found: Row = {tag: write_merged(known[tag], value) for tag, value in plain.items()}
        left_out: list[str] = []
        for tag, parts in _by_tag(values).items():
            address = self._address(parts, now.get(tag))
            if address is None:
                left_out.append(tag)
            else:
                found[tag] = address
        return found, left_out

    def _address(self, parts: Mapping[str, Value], now: object) -> Row | str | None:
        """The whole address, ``""`` where nothing is left of it, None where it would be refused."""
        stored = now if isinstance(now, dict) else {}
        whole = {part: "" if (value := stored.get(part)) == self.filler else value or "" for part in PARTS}
        whole |= {part: value or "" for part, value in parts.items()}
        telling = PARTS if self.filler else PARTS[:-1]  # a country alone is no address: it is there by default
        return self._filled(whole) if any(whole[part] for part in telling) else ""

    def _filled(self, whole: Row) -> Row | None:
        filled = {part: value or (self.filler if part in NEEDED else "") for part, value in whole.items()}
        if any(not filled[part] for part in NEEDED):
            return None
        return {part: value for part, value in filled.items() if value or part != "country"}


def permission_ids(now: Row) -> dict[str, str]:
    """Ids of the audience's marketing permissions by their texts, as a member shows them."""
    rows = now.get(PERMISSIONS)
    return {str(one["text"]): str(one["marketing_permission_id"]) for one in rows} if isinstance(rows, list) else {}


def permissions(now: Row, new: Value, old: Value) -> list[Row]:
    """The permissions that are given or taken back: the difference alone."""
    ids, changed = permission_ids(now), items(new) ^ items(old)
    return [
        {"marketing_permission_id": ids[text], "enabled": text in items(new)} for text in sorted(changed) if text in ids
    ]


def _by_tag(values: Mapping[str, Value]) -> dict[str, dict[str, Value]]:
    """The parts of addresses among ``values``, by tag."""
    found: dict[str, dict[str, Value]] = {}
    for name, value in values.items():
        tag, dot, part = name.partition(".")
        if dot and is_merged(name):
            found.setdefault(tag, {})[part] = value
    return found
