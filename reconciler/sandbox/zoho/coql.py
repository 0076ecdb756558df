"""Zoho's query language: ``select … from … where … order by … limit offset, count`` becomes a question to a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from reconciler.sandbox.zoho.errors import refusal

if TYPE_CHECKING:
    from reconciler.sandbox.face import Refusal

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^'\\]|\\.)*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z$_][\w.$]*)"
    r"|(?P<sign><=|>=|!=|=|<|>|\(|\)|,))"
)
_SIGNS = frozenset({"=", "!=", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field sign values``."""

    field: str
    sign: str
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions that must all hold (``and``), or one of them (``or``)."""

    word: str
    parts: tuple[Condition, ...]


Condition: TypeAlias = Comparison | Joined


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood. ``order`` are field and whether it descends."""

    columns: tuple[str, ...]
    module: str
    where: Condition
    order: tuple[tuple[str, bool], ...]
    offset: int
    rows: int


def parse(text: str, most: int) -> Query:
    """Raises ``Refusal``."""
    return _Parser(_tokens(text)).query(most)


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    stripped = text.rstrip().rstrip(";").rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise malformed(stripped[at : at + 1])
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        at = match.end()
    return found


def malformed(near: str) -> Refusal:
    """A query that is not understood."""
    return refusal(400, "SYNTAX_ERROR", "error occured while parsing the query", near=near, clause="where")


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def query(self, most: int) -> Query:
        self._expect("select")
        columns = [self._name()]
        while self._take(","):
            columns.append(self._name())
        self._expect("from")
        module = self._name()
        self._expect("where")
        where = self._condition()
        order = self._order() if self._take("order") else ()
        offset, rows = self._limit(most) if self._take("limit") else (0, most)
        if self._at < len(self._tokens) or rows > most:
            raise malformed(self._peek()[1] or "limit")
        return Query(tuple(columns), module, where, order, offset, rows)

    def _condition(self) -> Condition:
        parts = [self._operand()]
        word = self._peek()[1].casefold()
        if word not in {"and", "or"}:
            return parts[0]
        while self._take(word):
            parts.append(self._operand())
        return Joined(word, tuple(parts))

    def _operand(self) -> Condition:
        if self._take("("):
            inner = self._condition()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        field, (kind, sign) = self._name(), self._next()
        sign = sign.casefold()
        if kind == "sign" and sign in _SIGNS:
            return Comparison(field, sign, (self._literal(),))
        if sign == "is":
            negated = self._take("not")
            self._expect("null")
            return Comparison(field, "!=" if negated else "=", (None,))
        if sign == "between":
            low = self._literal()
            self._expect("and")
            return Comparison(field, "between", (low, self._literal()))
        if sign == "like":
            return Comparison(field, "like", (self._literal(),))
        if sign == "not":
            self._expect("in")
        elif sign != "in":
            raise malformed(sign)
        return Comparison(field, "in" if sign == "in" else "not in", self._list())

    def _list(self) -> tuple[object, ...]:
        self._expect("(")
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        self._expect(")")
        return tuple(values)

    def _literal(self) -> object:
        kind, text = self._next()
        if kind == "string":
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "number":
            return float(text) if "." in text else int(text)
        if text.casefold() in {"true", "false"}:
            return text.casefold() == "true"
        raise malformed(text)

    def _order(self) -> tuple[tuple[str, bool], ...]:
        self._expect("by")
        keys = [self._key()]
        while self._take(","):
            keys.append(self._key())
        return tuple(keys)

    def _key(self) -> tuple[str, bool]:
        name = self._name()
        descends = self._take("desc")
        if not descends:
            self._take("asc")
        return name, descends

    def _limit(self, most: int) -> tuple[int, int]:
        first = self._whole()
        if self._take(","):
            return first, self._whole()
        return (self._whole() if self._take("offset") else 0), min(first, most)

    def _whole(self) -> int:
        kind, text = self._next()
        if kind != "number" or not text.isdecimal():
            raise malformed(text)
        return int(text)

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "name":
            raise malformed(text)
        return text

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, word: str) -> bool:
        kind, text = self._peek()
        if kind in {"name", "sign"} and text.casefold() == word:
            self._at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise malformed(self._peek()[1])
