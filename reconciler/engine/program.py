"""A connection compiled once: lenses, predicates and field lists, ready for a million pairs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from reconciler.engine import canonical as form
from reconciler.engine.countries import Country
from reconciler.engine.fingerprint import Fingerprinter, keys_of
from reconciler.engine.names import FullName
from reconciler.engine.select import Predicate, compile_condition
from reconciler.engine.transforms import Convert, Lens, Mirror, Normal, ValueMap
from reconciler.model.connection import All, AnyOf, Condition, Connection, Direction, FieldMapping, Not, Rule, Test
from reconciler.model.field import Field
from reconciler.model.record import Record, Side, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

FLOWS = {Direction.BOTH: frozenset(Side), Direction.TO_RIGHT: {Side.RIGHT}, Direction.TO_LEFT: {Side.LEFT}}


@dataclass(frozen=True, slots=True)
class Arrow:
    """One field mapping with its lens."""

    mapping: FieldMapping
    lens: Lens

    def fields(self, side: Side) -> tuple[Field, ...]:
        """The mapping's fields on ``side``."""
        return self.mapping.left if side is Side.LEFT else self.mapping.right

    def flows_to(self, side: Side) -> bool:
        """Whether values may be written to ``side``."""
        return side in FLOWS[self.mapping.direction]

    @property
    def two_way(self) -> bool:
        """Whether values flow both ways."""
        return self.mapping.direction is Direction.BOTH


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule, its predicate, and the names of the fields that it asks about."""

    rule: Rule
    holds: Predicate
    asks: tuple[str, ...] = ()

    def lacks(self, record: Record) -> str | None:
        """A field that it asks about and that was not returned: then nobody can say whether it holds."""
        return next((name for name in self.asks if name not in record.values), None)


@dataclass(frozen=True, slots=True)
class Program:
    """Everything that the pure steps need of a connection."""

    connection: Connection
    fingerprinter: Fingerprinter
    arrows: tuple[Arrow, ...]
    rules: tuple[CompiledRule, ...]
    fields: Mapping[Side, tuple[str, ...]]
    base_fields: Mapping[Side, Mapping[str, Field]]

    def required(self, side: Side) -> tuple[str, ...]:
        """Fields of ``side`` that its app wants in every new record, among those that the connection touches."""
        return tuple(name for name, item in self.base_fields[side].items() if item.required)

    def rules_holding(
        self, side: Side, record: Record, *, linked: bool, held: Collection[str] = ()
    ) -> list[Rule]:  # fmt: skip
        """The rules of ``side`` that match its record. One that asks about a field that was not returned holds if it
        is among those that ``held`` before."""
        return [
            item.rule
            for item in self.rules
            if item.rule.source is side
            and (item.rule.name in held if item.lacks(record) else item.holds(record.values, linked))
        ]

    def rules_of_pair(self, records: Mapping[Side, Record], held: Collection[str] = ()) -> list[Rule]:
        """The rules of either side that match its record of a pair."""
        return [rule for side in Side for rule in self.rules_holding(side, records[side], linked=True, held=held)]

    def unanswered(self, side: Side, record: Record) -> str:
        """In words, why a rule of ``side`` cannot be judged; empty when all can."""
        for item in self.rules:
            if item.rule.source is side and (name := item.lacks(record)):
                return (
                    f"rule {item.rule.name!r} asks about {name}, which {self.connection.end(side).name} does not return"
                )
        return ""

    def draft(self, side: Side, values: Mapping[str, Value]) -> Record:
        """The record that ``values`` would make on ``side``: what they do not say is empty."""
        return Record("", {**dict.fromkeys(self.fields[side]), **values})

    def keys(self, side: Side, record: Record) -> tuple[bytes, ...]:
        """One fingerprint per match key."""
        return keys_of(self.fingerprinter, self.key_fields(side), record)

    def key_fields(self, side: Side) -> tuple[Field, ...]:
        """The match key fields of ``side``, in order."""
        return tuple(key.left if side is Side.LEFT else key.right for key in self.connection.keys)

    def fingerprint(self, side: Side, record: Record) -> bytes:
        """The whole record's fingerprint under this version of the spec."""
        return self.fingerprinter.record(self.connection.digest, self.fields[side], record.values)

    def base(self, side: Side, values: Mapping[str, Value]) -> dict[str, bytes]:
        """The fingerprints of all returned fields that mappings or actions touch."""
        wanted = self.base_fields[side]
        return {name: self.fingerprinter.value(wanted[name], values[name]) for name in wanted if name in values}


def compile_connection(connection: Connection, key: bytes) -> Program:
    """Compile ``connection`` under the installation's fingerprint ``key``."""
    region = connection.region
    arrows = tuple(Arrow(mapping, lens_of(mapping, region)) for mapping in connection.mappings)
    rules = tuple(
        CompiledRule(rule, compile_condition(rule.when, region), tuple({field.name for field in _asked(rule.when)}))
        for rule in connection.rules
    )
    base_fields = {side: {field.name: field for field in _moved_fields(connection, side)} for side in Side}
    fields = {side: tuple(dict.fromkeys(_read_fields(connection, side))) for side in Side}
    return Program(connection, Fingerprinter(key, region), arrows, rules, fields, base_fields)


def lens_of(mapping: FieldMapping, region: str | None = None) -> Lens:
    """The lens that a mapping's ``via`` names."""
    if mapping.via is None:
        return Convert(mapping.left[0], mapping.right[0])
    return _LENSES[mapping.via](mapping, region)


def _phone(mapping: FieldMapping, region: str | None) -> Lens:
    return Normal(partial(form.phone, region=cast("str | None", mapping.options.get("region")) or region))


def _full_name(mapping: FieldMapping, _: str | None) -> Lens:
    many = mapping.left if len(mapping.left) > 1 or len(mapping.right) == 1 else mapping.right
    lens = FullName(tuple(field.role or field.name for field in many))
    return lens if many is mapping.left else Mirror(lens)


def _value_map(mapping: FieldMapping, _: str | None) -> Lens:
    """The table reads as its arrow was written: from the right field to the left one where it is ``mirrored``."""
    table = cast("Mapping[Value, Value]", mapping.options["map"])
    strict = mapping.options.get("else") == "error"
    if mapping.options.get("mirrored"):
        return Mirror(ValueMap(mapping.right[0], mapping.left[0], table, strict=strict))
    return ValueMap(mapping.left[0], mapping.right[0], table, strict=strict)


_LENSES: dict[str, Callable[[FieldMapping, str | None], Lens]] = {
    "email": lambda *_: Normal(form.email),
    "phone": _phone,
    "full_name": _full_name,
    "country_name": lambda *_: Country(),
    "country_code": lambda *_: Mirror(Country()),
    "map": _value_map,
}


def _moved_fields(connection: Connection, side: Side) -> Iterator[Field]:
    """Fields of ``side`` that mappings join or actions write: those with a base."""
    for mapping in connection.mappings:
        yield from mapping.left if side is Side.LEFT else mapping.right
    for rule in connection.rules:
        if rule.source is not side:
            yield from (action.field for action in rule.actions)


def _read_fields(connection: Connection, side: Side) -> Iterator[str]:
    for key in connection.keys:
        yield (key.left if side is Side.LEFT else key.right).name
    yield from (field.name for field in _moved_fields(connection, side))
    for rule in connection.rules:
        if rule.source is side:
            yield from (field.name for field in _asked(rule.when))


def _asked(condition: Condition) -> Iterable[Field]:
    match condition:
        case Test(field):
            yield field
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _asked(part)
        case Not(part):
            yield from _asked(part)
        case _:
            return
