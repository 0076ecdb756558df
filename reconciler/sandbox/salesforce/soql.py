"""Reads the part of SOQL that a contact sync speaks.

    SELECT fields | COUNT() | FIELDS(ALL) FROM object [WHERE condition]
    [ORDER BY field [ASC|DESC] [NULLS FIRST|LAST], ...] [LIMIT n] [OFFSET n]

Conditions: ``= != <> < <= > >= LIKE IN NOT IN AND OR NOT ( )``. As in Salesforce, AND and OR do not mix without
parentheses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconciler.sandbox.salesforce.errors import malformed

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:\\.|[^'\\])*')
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<name>[A-Za-z_][\w.]*)
    | (?P<sign><=|>=|!=|<>|=|<|>|\(|\)|,)
    )""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_SIGNS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_END = ("end", "")


@dataclass(frozen=True, slots=True)
class Literal:
    """A value in a query; ``kind`` is string, number, boolean, null, date or datetime."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field against one value, or (``in``, ``not in``) several."""

    field: str
    sign: str
    operands: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class And:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The part does not hold."""

    part: Condition


Condition = Comparison | And | Or | Negation


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key."""

    field: str
    descending: bool = False
    nulls_first: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """A query as written; ``fields`` is empty for ``COUNT()``."""

    entity: str
    fields: tuple[str, ...]
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0


def parse(text: str) -> Query:
    """Raises ``ApiError`` MALFORMED_QUERY."""
    return _Parser(_tokens(text)).query()


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise malformed(f"unexpected token: {text[at : at + 10].strip()}")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def query(self) -> Query:
        self._expect("select")
        fields = self._fields()
        self._expect("from")
        entity = self._name()
        where = self._condition() if self._take("where") else None
        order = self._order() if self._take("order") else ()
        limit = self._whole() if self._take("limit") else None
        offset = self._whole() if self._take("offset") else 0
        if self._peek() != _END:
            raise self._unexpected()
        return Query(entity, fields, where, order, limit, offset)

    def _fields(self) -> tuple[str, ...]:
        names: list[str] = []
        while True:
            name = self._name()
            if self._take("("):
                name = f"{name}({'' if self._peek()[1] == ')' else self._name()})"
                self._expect(")")
            names.append(name)
            if not self._take(","):
                break
        return () if [name.casefold() for name in names] == ["count()"] else tuple(names)

    def _condition(self) -> Condition:
        parts = [self._operand()]
        word = self._peek()[1].casefold()
        if word not in {"and", "or"}:
            return parts[0]
        while self._take(word):
            parts.append(self._operand())
        if self._peek()[1].casefold() in {"and", "or"}:
            raise self._unexpected()
        return And(tuple(parts)) if word == "and" else Or(tuple(parts))

    def _operand(self) -> Condition:
        if self._take("not"):
            return Negation(self._operand())
        if self._take("("):
            inner = self._condition()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        field = self._name()
        kind, sign = self._next()
        sign = sign.casefold()
        if sign == "not":
            self._expect("in")
            return Comparison(field, "not in", self._list())
        if sign == "in":
            return Comparison(field, "in", self._list())
        if sign == "like" or (kind == "sign" and sign in _SIGNS):
            return Comparison(field, "!=" if sign == "<>" else sign, (self._literal(),))
        self._at -= 1
        raise self._unexpected()

    def _list(self) -> tuple[Literal, ...]:
        self._expect("(")
        literals = [self._literal()]
        while self._take(","):
            literals.append(self._literal())
        self._expect(")")
        return tuple(literals)

    def _literal(self) -> Literal:
        kind, text = self._next()
        if kind == "string":
            return Literal("string", re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1]))
        if kind in {"number", "date", "datetime"}:
            return Literal(kind, text)
        word = text.casefold()
        if word in {"true", "false"}:
            return Literal("boolean", word)
        if word == "null":
            return Literal("null", "")
        self._at -= 1
        raise self._unexpected()

    def _order(self) -> tuple[Order, ...]:
        self._expect("by")
        orders = [self._order_key()]
        while self._take(","):
            orders.append(self._order_key())
        return tuple(orders)

    def _order_key(self) -> Order:
        field = self._name()
        descending = self._take("desc")
        if not descending:
            self._take("asc")
        nulls_first = not descending
        if self._take("nulls"):
            nulls_first = self._take("first")
            if not nulls_first:
                self._expect("last")
        return Order(field, descending, nulls_first)

    def _whole(self) -> int:
        kind, text = self._next()
        if kind != "number" or not text.isdecimal():
            self._at -= 1
            raise self._unexpected()
        return int(text)

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "name":
            self._at -= 1
            raise self._unexpected()
        return text

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, word: str) -> bool:
        if self._peek()[0] in {"name", "sign"} and self._peek()[1].casefold() == word:
            self._at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected()

    def _unexpected(self) -> Exception:
        return malformed(f"unexpected token: '{self._peek()[1] or '<EOF>'}'")
