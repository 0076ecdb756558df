"""Specs from disk: the only place of this package that touches it.

A folder holds ``*.yaml`` and ``*.yml`` files, each with one or more documents. Hidden files (and with them what editors
and mounted volumes leave about) and subfolders are passed over. Whatever a file holds, findings come back and nothing
is raised; a file that broke can be replaced by its last good version (``Loaded.keeping``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import copymode
from typing import TYPE_CHECKING, Generic, TypeVar

from reconciler.errors import Problem, SpecError
from reconciler.spec.account import AccountSpec
from reconciler.spec.connection import ConnectionSpec
from reconciler.spec.document import Document, read_documents
from reconciler.spec.findings import suggest, validate
from reconciler.spec.migrate import migrate, version_problem

if TYPE_CHECKING:
    from collections.abc import Iterable

SpecT = TypeVar("SpecT", AccountSpec, ConnectionSpec)

KINDS = ("connection", "account")


@dataclass(frozen=True, slots=True)
class Located(Generic[SpecT]):
    """A spec and the document that it was read from."""

    spec: SpecT
    document: Document


@dataclass(frozen=True, slots=True)
class SpecFile:
    """What one file gave: its good documents, and what is wrong with the others."""

    file: str
    accounts: tuple[Located[AccountSpec], ...] = ()
    connections: tuple[Located[ConnectionSpec], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """All files by path, in the order of their names."""

    files: Mapping[str, SpecFile] = field(default_factory=dict)

    @property
    def accounts(self) -> dict[str, Located[AccountSpec]]:
        """Accounts by name; of a name used twice, the first."""
        return _by_name(account for file in self.files.values() for account in file.accounts)

    @property
    def connections(self) -> dict[str, Located[ConnectionSpec]]:
        """Connections by name; of a name used twice, the first."""
        return _by_name(connection for file in self.files.values() for connection in file.connections)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything wrong with the files, names used twice included."""
        found = [problem for file in self.files.values() for problem in file.problems]
        found += _doubles("account", [item for file in self.files.values() for item in file.accounts])
        found += _doubles("connection", [item for file in self.files.values() for item in file.connections])
        return tuple(found)

    def keeping(self, previous: Loaded) -> Loaded:
        """The same, with the specs of files that broke taken from ``previous`` (their problems stay)."""
        return Loaded({name: _kept(file, previous.files.get(name)) for name, file in self.files.items()})


def _kept(file: SpecFile, before: SpecFile | None) -> SpecFile:
    return replace(before, problems=file.problems) if file.problems and before is not None else file


def _by_name(items: Iterable[Located[SpecT]]) -> dict[str, Located[SpecT]]:
    found: dict[str, Located[SpecT]] = {}
    for item in items:
        found.setdefault(item.spec.name, item)
    return found


def _doubles(kind: str, items: list[Located[SpecT]]) -> list[Problem]:
    first = _by_name(items)
    return [
        item.document.problem(
            ("name",),
            f"a second {kind} is called '{item.spec.name}'",
            f"the first stands in {first[item.spec.name].document.file}"
            f":{first[item.spec.name].document.place(('name',)).line}; rename one of them",
        )
        for item in items
        if item is not first[item.spec.name]
    ]


NO_FOLDER = "--config names the folder of specs; reconciler init writes a starter one"


def load_folder(path: Path | str) -> Loaded:
    """Every spec in a folder (or in a single file), with all findings. Raises nothing for what it finds there."""
    path = Path(path)
    try:
        files = sorted(item for item in path.iterdir() if _is_spec(item)) if path.is_dir() else [path]
    except OSError as error:
        return Loaded({str(path): _unreadable(path, error)})
    return Loaded({str(file): _load_file(file) for file in files})


def migrate_folder(path: Path | str) -> tuple[list[str], list[Problem]]:
    """Rewrite every outdated file of a folder (or a single file) in place; what was rewritten, and what could not be.

    Comments stay. A file is replaced at once or not at all.
    """
    rewritten, problems = [], list[Problem]()
    for name, file in load_folder(path).files.items():
        try:
            if _migrate_file(Path(name)):
                rewritten.append(name)
        except SpecError as error:
            problems += error.problems
        except (OSError, ValueError):
            problems += file.problems
    return rewritten, problems


def _migrate_file(path: Path) -> bool:
    text = path.read_bytes().decode("utf-8-sig")
    migrated = migrate(str(path), text)
    if migrated == text:
        return False
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(migrated, encoding="utf-8")
    copymode(path, beside)
    beside.replace(path)
    return True


def _is_spec(path: Path) -> bool:
    return path.suffix in {".yaml", ".yml"} and not path.name.startswith((".", "#", "~")) and not path.is_dir()


def _load_file(path: Path) -> SpecFile:
    try:
        return parse(str(path), path.read_bytes())
    except (OSError, ValueError) as error:
        return _unreadable(path, error)


def _unreadable(path: Path, error: Exception) -> SpecFile:
    reason = getattr(error, "strerror", None) or "not a usable path"
    hint = NO_FOLDER if isinstance(error, FileNotFoundError) else ""
    return SpecFile(str(path), problems=(Problem(str(path), 1, 1, f"this cannot be read: {reason}", hint),))


def parse(file: str, source: str | bytes) -> SpecFile:
    """The specs in one file's content. Raises nothing for what it finds there."""
    documents, problems = read_documents(file, source)
    documents = [document for document in documents if document.data is not None]
    if not documents and not problems:
        problems = [Problem(file, 1, 1, "the file holds no spec", "begin with version: 1 and kind: connection")]
    accounts, connections = [], []
    for document in [] if problems else documents:
        try:
            spec = _spec(document)
        except SpecError as error:
            problems.extend(error.problems)
            continue
        if isinstance(spec, AccountSpec):
            accounts.append(Located(spec, document))
        else:
            connections.append(Located(spec, document))
    return SpecFile(file, tuple(accounts), tuple(connections), tuple(problems))


def _spec(document: Document) -> AccountSpec | ConnectionSpec:
    """The document as the kind that it says it is. Raises ``SpecError``."""
    data = document.data
    if not isinstance(data, dict):
        raise SpecError([document.problem((), "a mapping (key: value) is expected here", "begin with version: 1")])
    problems = [problem for problem in (version_problem(document), _kind_problem(document)) if problem]
    if problems:
        raise SpecError(problems)
    return validate(AccountSpec, document) if data["kind"] == "account" else validate(ConnectionSpec, document)


def _kind_problem(document: Document) -> Problem | None:
    data = document.data
    if not isinstance(data, dict) or "kind" not in data:
        return document.problem((), "the key 'kind' is missing", f"write kind: {' or kind: '.join(KINDS)}")
    kind = data["kind"]
    if kind in KINDS:
        return None
    return document.problem(("kind",), f"unknown kind '{kind}'", suggest(str(kind), KINDS))
