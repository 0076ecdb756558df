"""Small makers of fields, arrows, rules and programs, so that a test says only what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.engine.program import Arrow, Program, compile_connection, lens_of
from reconciler.model.connection import All, Connection, Direction, End, FieldMapping, Key, Origin, Policy, Rule
from reconciler.model.field import Field, FieldType
from reconciler.model.record import Record, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.connection import Condition, Membership, SetField
    from reconciler.model.record import Value

LEFT, RIGHT = Side.LEFT, Side.RIGHT
KEY = b"a key of thirty-two bytes or so."
EMAIL = Field("Email", FieldType.EMAIL, role="email")
MAIL = Field("mail", FieldType.EMAIL, role="email")
TITLE, JOB = Field("Title"), Field("job")
LISTS = Field("lists", FieldType.LIST, role="lists")
TAGS = Field("Tags", FieldType.LIST, role="tags")


def origin(text: str = "said") -> Origin:
    return Origin("spec.yaml", 1, text)


def mapping(
    left: Field | tuple[Field, ...],
    right: Field | tuple[Field, ...],
    direction: Direction = Direction.BOTH,
    policy: Policy = Policy.LEFT,
    **more: object,
) -> FieldMapping:
    lefts = left if isinstance(left, tuple) else (left,)
    rights = right if isinstance(right, tuple) else (right,)
    names = [" + ".join(item.name for item in side) for side in (lefts, rights)]
    said = origin(f"{names[0]} {direction.value} {names[1]}")
    return FieldMapping(lefts, rights, direction, policy, said, **more)


def arrow(*args: object, **more: object) -> Arrow:
    made = mapping(*args, **more)
    return Arrow(made, lens_of(made))


def rule(
    name: str = "everybody",
    source: Side = LEFT,
    when: Condition | None = None,
    actions: Sequence[SetField | Membership] = (),
    **more: bool,
) -> Rule:
    create, revert = more.get("create", True), more.get("revert", False)
    return Rule(name, source, when or All(()), create, origin(name), tuple(actions), revert)


EVERYBODY = (rule("all on the left", LEFT), rule("all on the right", RIGHT))
MAILS = mapping(EMAIL, MAIL)
TITLES = mapping(TITLE, JOB)


def program(
    mappings: Sequence[FieldMapping] = (MAILS, TITLES),
    rules: Sequence[Rule] = EVERYBODY,
    *,
    keys: Sequence[Key] = (Key(EMAIL, MAIL),),
    direction: Direction = Direction.BOTH,
    **more: object,
) -> Program:
    ends = End("crm", "one", "a", "contacts"), End("news", "two", "b", "contacts")
    parts = (direction, tuple(keys), tuple(rules), tuple(mappings), (), "digest", origin("connection"))
    return compile_connection(Connection("desk", *ends, *parts, **more), KEY)


def record(record_id: str, **values: Value) -> Record:
    return Record(record_id, values)
