"""Keyed fingerprints: what state remembers instead of values.

A fingerprint is the first 64 bits of BLAKE2b under the installation's secret key, over the field's name and the
canonical value: without the key nobody can test a guess, and equal values in two fields do not look equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from reconciler.engine.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.field import Field
    from reconciler.model.record import Record, Value

SIZE = 8
EMPTY = b""
_NOT_RETURNED = b"\x00"
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Fingerprinter:
    """Makes fingerprints under one ``key``; ``region`` is the country assumed for national phone numbers."""

    key: bytes
    region: str | None = None

    def value(self, field: Field, value: Value) -> bytes:
        """``b""`` for empty, 8 bytes for a scalar, 8 sorted bytes per item for a list."""
        form = canonical(field, value, self.region)
        if form is None:
            return EMPTY
        if isinstance(form, tuple):
            return b"".join(sorted(self._digest(field.name, item) for item in form))
        return self._digest(field.name, form)

    def items(self, field: Field, values: Sequence[str]) -> dict[bytes, str]:
        """The items of a list field by their fingerprints (the first spelling of each)."""
        found: dict[bytes, str] = {}
        for item in values:
            found.setdefault(self.value(field, (item,)), item)
        found.pop(EMPTY, None)
        return found

    def key_of(self, ordinal: int, field: Field, value: Value) -> bytes:
        """A match key's fingerprint, comparable between the two sides; the first item stands for a list."""
        form = canonical(field, value, self.region)
        if isinstance(form, tuple):
            form = canonical(field, value[0], self.region) if isinstance(value, tuple) else None
        return EMPTY if form is None else self._digest(f"\x00key{ordinal}", str(form).casefold())

    def record(self, salt: str, fields: Sequence[str], values: Mapping[str, Value]) -> bytes:
        """One fingerprint over all ``fields`` as read, in order; ``salt`` is the spec's digest, so that a changed spec
        makes every record look changed."""
        image = [salt, *(values.get(name, _NOT_RETURNED) for name in fields)]
        return blake2b(_encode(image), key=self.key, digest_size=SIZE).digest()

    def _digest(self, name: str, form: object) -> bytes:
        return blake2b(f"{name}\x00{form!r}".encode(), key=self.key, digest_size=SIZE).digest()


def keys_of(fingerprinter: Fingerprinter, fields: Sequence[Field], record: Record) -> tuple[bytes, ...]:
    """One fingerprint per match key, for the side whose key fields these are."""
    return tuple(
        fingerprinter.key_of(ordinal, field, record.values.get(field.name)) for ordinal, field in enumerate(fields)
    )
