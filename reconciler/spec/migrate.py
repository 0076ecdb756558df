"""The way from older versions of the spec format to this one, in place and with every comment kept.

Version 0 said ``direction: both | to_right | to_left`` beside ``sides`` in order, where version 1 says
``sync: crm <-> news``; it said ``interval`` in seconds for ``every``, and ``mappings`` for ``fields: {map: …}``.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from reconciler.errors import Problem, SpecError
from reconciler.spec.document import Document, read_documents

if TYPE_CHECKING:
    from collections.abc import Callable

CURRENT = 1

_ARROWS = {"both": "<->", "to_right": "->", "to_left": "<-"}


def version_problem(document: Document) -> Problem | None:
    """What is wrong with a document's version, if anything is."""
    data = document.data if isinstance(document.data, dict) else {}
    if "version" not in data:
        return document.problem((), "the key 'version' is missing", f"write version: {CURRENT}")
    version = data["version"]
    if not isinstance(version, int) or isinstance(version, bool):
        return document.problem(("version",), "this is not a version of the format", f"write version: {CURRENT}")
    if version == CURRENT:
        return None
    if version in MIGRATIONS:
        hint = "run 'reconciler migrate' on this folder; it rewrites the files and keeps their comments"
        return document.problem(("version",), f"this is version {version} of the format; {CURRENT} is current", hint)
    if version > CURRENT:
        hint = f"this reconciler knows versions up to {CURRENT}; use a newer one"
        return document.problem(("version",), f"version {version} of the format is not known yet", hint)
    return document.problem(("version",), "this is not a version of the format", f"write version: {CURRENT}")


def migrate(file: str, text: str) -> str:
    """The text in the current version; the same text when it already is.

    Raises:
        SpecError: the text is not YAML, or of a version that there is no way from.
    """
    documents, problems = read_documents(file, text)
    outdated = [found for document in documents if (found := version_problem(document)) is not None]
    problems += [problem for problem in outdated if "migrate" not in problem.hint]
    if problems:
        raise SpecError(problems)
    return _rewritten(text) if outdated else text


def _rewritten(text: str) -> str:
    yaml = _round_trip()
    documents = list(yaml.load_all(text))
    for document in documents:
        _upgrade(document)
    out = StringIO()
    yaml.dump_all(documents, out)
    return out.getvalue()


def _round_trip() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _upgrade(document: object) -> None:
    while isinstance(document, CommentedMap) and document["version"] != CURRENT:
        MIGRATIONS[document["version"]](document)


def _from_0(document: CommentedMap) -> None:
    """Version 0 to version 1."""
    document["version"] = 1
    if document.get("kind") != "connection":
        return
    match list(document.get("sides") or ()):
        case [left, right] if "direction" in document:
            arrow = _ARROWS.get(str(document["direction"]), "<->")
            _rename(document, "direction", "sync", f"{left} {arrow} {right}")
    if "interval" in document:
        _rename(document, "interval", "every", document["interval"])
    if "mappings" in document:
        _rename(document, "mappings", "fields", CommentedMap(map=document["mappings"]))


def _rename(document: CommentedMap, old: str, new: str, value: object) -> None:
    """Put ``new`` where ``old`` stood, with the comments of ``old``."""
    position = list(document).index(old)
    comment = document.ca.items.pop(old, None)
    del document[old]
    document.insert(position, new, value)
    if comment is not None:
        document.ca.items[new] = comment


MIGRATIONS: dict[int, Callable[[CommentedMap], None]] = {0: _from_0}
"""From a version to the next one, on ruamel's round-trip document."""
