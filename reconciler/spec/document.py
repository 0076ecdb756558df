"""YAML text to plain data with a position for every key and value.

Any bytes at all may come in; nothing but problems and documents comes out. Data is built from the composed node tree
and not by YAML constructors: no tag can make an object, a duplicate key is a finding, an alias costs its expansion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from reconciler.errors import Problem, SpecError
from reconciler.spec.scalars import SCALARS, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ruamel.yaml.nodes import Node

Data: TypeAlias = "Scalar | list[Data] | dict[str | Scalar, Data]"
Loc: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 1_000_000
MAX_DEPTH = 50
MAX_NODES = 20_000
MAX_ALIASES = 50

_SYNTAX_HINT = "look for a missing bracket, quote, colon or blank here or just before"
_TAG = "tag:yaml.org,2002:"
_PARSER_FAILURES = (YAMLError, ValueError, LookupError, TypeError, AttributeError, AssertionError, NotImplementedError)
"""What ruamel.yaml has been seen to raise on malformed text, beside its own errors."""


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column of a node, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document. ``value_at`` and ``key_at`` are the positions of values and keys by path."""

    file: str
    data: Data
    value_at: dict[Loc, Place] = field(default_factory=dict)
    key_at: dict[Loc, Place] = field(default_factory=dict)

    def known(self, loc: Loc) -> Loc:
        """The nearest path that the text really has: parts that only a validator invented are skipped."""
        path: Loc = ()
        for part in loc:
            if (*path, part) in self.value_at:
                path = (*path, part)
        return path

    def value(self, loc: Loc) -> Data:
        """What stands at ``loc``; None where nothing does, or where a list or mapping does."""
        found = self.data
        for part in self.known(loc):
            if isinstance(found, list) and isinstance(part, int):
                found = found[part]
            elif isinstance(found, dict):
                found = next((value for key, value in found.items() if str(key) == str(part)), None)
        return None if isinstance(found, (list, dict)) else found

    def place(self, loc: Loc, *, key: bool = False) -> Place:
        """Where ``loc`` stands: its value, or its key when asked for (and there is one)."""
        path = self.known(loc)
        if key and path in self.key_at:
            return self.key_at[path]
        return self.value_at.get(path, Place(1, 1))

    def problem(self, loc: Loc, message: str, hint: str = "", *, key: bool = False, warning: bool = False) -> Problem:
        """A finding at ``loc``."""
        place = self.place(loc, key=key)
        return Problem(self.file, place.line, place.column, message, hint, warning)


def read_documents(file: str, source: str | bytes) -> tuple[list[Document], list[Problem]]:
    """Every document of a YAML text, and everything that is wrong with the text. Never raises for its content."""
    text = source if isinstance(source, str) else _decode(file, source)
    if isinstance(text, Problem):
        return [], [text]
    if problem := _refusal(file, text):
        return [], [problem]
    try:
        nodes = list(YAML(typ="safe", pure=True).compose_all(text))
    except _PARSER_FAILURES as error:
        return [], [_broken(file, text, error)]
    builders = [_Builder(file) for _ in nodes]
    documents = [builder.build(node) for builder, node in zip(builders, nodes, strict=True) if node is not None]
    return documents, [problem for builder in builders for problem in builder.problems]


def read_document(file: str, source: str | bytes) -> Document:
    """The only document of a YAML text.

    Raises:
        SpecError: the text is broken, or does not hold exactly one document.
    """
    documents, problems = read_documents(file, source)
    if not problems and len(documents) != 1:
        problems = [Problem(file, 1, 1, f"one YAML document is expected here, {len(documents)} found")]
    if problems:
        raise SpecError(problems)
    return documents[0]


def _decode(file: str, source: bytes) -> str | Problem:
    if len(source) > MAX_BYTES:
        return Problem(file, 1, 1, f"the file has {len(source)} bytes; at most {MAX_BYTES} are read")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _line_column(source[: error.start].decode("utf-8", "replace"), error.start)
        return Problem(file, line, column, "this byte is not UTF-8 text", "save the file with UTF-8 encoding")


def _line_column(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _refusal(file: str, text: str) -> Problem | None:
    """What makes a text not worth composing: broken syntax, too deep, too many aliases."""
    depth, aliases, anchors = 0, 0, set[str]()
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            depth += isinstance(event, (MappingStartEvent, SequenceStartEvent))
            depth -= isinstance(event, (MappingEndEvent, SequenceEndEvent))
            aliases += isinstance(event, AliasEvent)
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            if depth > MAX_DEPTH:
                return Problem(file, line, column, f"nested more than {MAX_DEPTH} levels deep", "take levels away")
            if aliases > MAX_ALIASES:
                return Problem(file, line, column, f"more than {MAX_ALIASES} aliases (*name)", "write the values out")
            if reused := _reused(event, anchors):
                return Problem(file, line, column, f"the anchor &{reused} is defined twice", "give each its own name")
    except _PARSER_FAILURES as error:
        return _broken(file, text, error)
    return None


def _reused(event: object, anchors: set[str]) -> str | None:
    if not isinstance(event, NodeEvent) or isinstance(event, AliasEvent) or event.anchor is None:
        return None
    if event.anchor in anchors:
        return str(event.anchor)
    anchors.add(event.anchor)
    return None


def _broken(file: str, text: str, error: Exception) -> Problem:
    line, column, what = 1, 1, "this is not YAML"
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = f"this is not YAML: {error.problem or error.context}"
    elif isinstance(error, ReaderError):
        line, column = _line_column(text, error.position)
        return Problem(file, line, column, "a control character cannot stand in YAML", "remove it")
    hint = "indent with spaces, not tabs" if "'\\t'" in what or _has_tab(text, line) else _SYNTAX_HINT
    return Problem(file, line, column, what, hint)


def _has_tab(text: str, line: int) -> bool:
    lines = text.splitlines()
    return (
        line <= len(lines) and lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())].count("\t") > 0
    )


class _Builder:
    """Turns one node tree into data, noting positions and findings on the way."""

    def __init__(self, file: str) -> None:
        self.document = Document(file, None)
        self.problems: list[Problem] = []
        self.nodes = 0

    def build(self, root: Node) -> Document:
        data = self._value(root, ())
        document = self.document
        return Document(document.file, data, document.value_at, document.key_at)

    def _value(self, node: Node, loc: Loc) -> Data:
        self.nodes += 1
        self.document.value_at[loc] = _place(node)
        if self.nodes > MAX_NODES or len(loc) > MAX_DEPTH:
            self._too_much(node)
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, SequenceNode):
            return [self._value(item, (*loc, index)) for index, item in enumerate(node.value)]
        return self._scalar(node) if isinstance(node, ScalarNode) else None

    def _mapping(self, node: MappingNode, loc: Loc) -> Data:
        found: dict[str | Scalar, Data] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in found:
                self._report(key_node, f"the key '{key}' stands here twice", "keep one of them")
                continue
            self.document.key_at[*loc, str(key)] = _place(key_node)
            found[key] = self._value(value_node, (*loc, str(key)))
        return found

    def _key(self, node: Node) -> str | Scalar:
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        self._report(node, "a key must be a plain word, not a list or a mapping", "quote it if it is text")
        return str(node.start_mark.index)

    def _scalar(self, node: ScalarNode) -> Scalar:
        tag = str(node.tag).removeprefix(_TAG)
        try:
            return SCALARS[tag](str(node.value))
        except KeyError:
            self._report(node, f"the YAML tag '{tag}' has no meaning here", "write a plain value")
        except ValueError:
            self._report(node, f"this is not a value of the YAML type '{tag}'", "quote it if it is text")
        return None

    def _too_much(self, node: Node) -> None:
        if not any("expands" in problem.message for problem in self.problems):
            self._report(node, f"this expands to more than {MAX_NODES} values or {MAX_DEPTH} levels", "avoid aliases")

    def _report(self, node: Node, message: str, hint: str = "") -> None:
        place = _place(node)
        self.problems.append(Problem(self.document.file, place.line, place.column, message, hint))


def _place(node: Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def walk(data: Data, loc: Loc = ()) -> Iterator[tuple[Loc, Data]]:
    """Every value with its path, parents first."""
    yield loc, data
    items: list[tuple[str | int, Data]] = []
    if isinstance(data, dict):
        items = [(str(key), value) for key, value in data.items()]
    elif isinstance(data, list):
        items = list(enumerate(data))
    for part, value in items:
        yield from walk(value, (*loc, part))
