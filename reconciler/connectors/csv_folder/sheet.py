"""The file: read row by row beside its own text, checked as a whole, and replaced in one step."""

from __future__ import annotations

import csv
import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reconciler.connectors.csv_folder.options import Options
from reconciler.errors import Denied, Rejected, Retryable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

APP = "csv"
_BOM = "\ufeff"
_ATTEMPTS = 3
_NAMED = 5
_BUSY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line on which it begins (from 1), its own text with line end, and its cells. A line that is blank,
    or has nothing but separators, has no cells."""

    number: int
    raw: str
    cells: list[str]


class _Lines:
    """The lines of a file, with what was taken since the last look."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._taken: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        for text in self._file:
            self.number += 1
            self._taken.append(text)
            yield text.removeprefix(_BOM) if self.number == 1 else text

    def taken(self) -> str:
        """The text since the last call."""
        text, self._taken = "".join(self._taken), []
        return text


class Reading:
    """A file that is open, and stays the same file whatever happens to its name. ``header`` are the names of the
    columns, ``head`` is their line as it stands."""

    def __init__(self, file: TextIO, options: Options) -> None:
        self._file = file
        self._options = options
        self.state = _state(os.fstat(file.fileno()))
        first = next(self._all(), None)
        if first is None or not any(first.cells):
            raise Rejected(APP, f"{options.file} has no header: the first line must name the columns", code="no_header")
        self.head = first.raw
        self.header = [name.strip() for name in first.cells]
        twice = {name for name in self.header if name and self.header.count(name) > 1}
        if twice:
            raise Rejected(APP, f"{options.file} has two columns called '{min(twice)}'", code="double_column")

    @property
    def ending(self) -> str:
        """How lines end here."""
        return next((end for end in ("\r\n", "\n", "\r") if self.head.endswith(end)), "\n")

    @property
    def quoted(self) -> bool:
        """Whether the file puts everything in quotes."""
        text = self.head.removeprefix(_BOM).rstrip("\r\n")
        return text.startswith('"') and text.endswith('"') and text.count('"') == 2 * len(self.header)

    def rows(self) -> Iterator[Row]:
        """All rows after the header, from the beginning of the file, blank ones included."""
        rows = self._all()
        next(rows)
        return rows

    def records(self) -> Iterator[Row]:
        """The rows that hold something."""
        return (row for row in self.rows() if row.cells)

    def as_it_was(self) -> None:
        """Raises ``Retryable`` when somebody has written into the file since it was opened."""
        if _state(os.fstat(self._file.fileno())) != self.state:
            raise Retryable(APP, f"{self._options.file} was changed while it was read", code="changed")

    def _all(self) -> Iterator[Row]:
        self._file.seek(0)
        lines = _Lines(self._file)
        reader = csv.reader(iter(lines), delimiter=self._options.delimiter, strict=True)
        begin = 1
        try:
            for cells in reader:
                yield Row(begin, lines.taken(), cells if any(cells) else [])
                begin = lines.number + 1
        except csv.Error as error:
            raise Rejected(APP, f"{self._options.file}, line {begin}: {error}", code="not_csv") from None
        except UnicodeDecodeError:
            problem = f"{self._options.file}, after line {lines.number}: this is not {self._options.encoding}"
            raise Rejected(APP, f"{problem}; say the encoding, for example cp1252", code="bad_encoding") from None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file by its options."""

    options: Options

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open it. Raises ``Rejected`` where it is missing or has no header, ``Denied`` where it may not be read."""
        with self._told(), self.options.path.open(encoding=self.options.encoding, newline="") as file:
            yield Reading(file, self.options)

    def replace(self, produce: Callable[[Reading], Iterable[str] | None]) -> None:
        """Write the file anew: ``produce`` is given the present one, and gives the texts of the new one or None for no
        change. It may be called again, when somebody else came first.

        Raises ``Retryable`` when another program holds the lock or keeps changing the file.
        """
        with self._told(), self._alone():
            for _ in range(_ATTEMPTS):
                with self.reading() as old:
                    texts = produce(old)
                    if texts is None or self._replaced(old, texts):
                        return
        raise Retryable(APP, f"{self.options.file} keeps changing", code="changed", after=_BUSY_SECONDS)

    def _replaced(self, old: Reading, texts: Iterable[str]) -> bool:
        """Whether the new file is in place; not when the present one is another than was read."""
        path = self.options.path
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
        try:
            with os.fdopen(number, "w", encoding=self.options.encoding, newline="") as new:
                new.writelines(texts)
                new.flush()
                os.fsync(new.fileno())
            _same_owner(path, Path(name))
            if _state(path.stat()) != old.state:
                return False
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
        _settled(path.parent)
        return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, by a lock file beside the file; the lock goes with whoever holds it."""
        path = self.options.path
        with path.with_name(f".{path.name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                problem = f"another program is writing {path.name}"
                raise Retryable(APP, problem, code="locked", after=_BUSY_SECONDS) from None
            yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong with files, by what happens next."""
        try:
            yield
        except FileNotFoundError:
            raise Rejected(APP, f"there is no file {self.options.path}", code="no_file") from None
        except PermissionError as error:
            problem = f"this user may not use {error.filename or self.options.path}"
            raise Denied(APP, problem, code="no_permission") from None
        except OSError as error:
            problem = f"{self.options.path}: {error.strerror or type(error).__name__}"
            raise Retryable(APP, problem, code="file_error") from None


def at_lines(numbers: list[int]) -> str:
    """Where, for a person: the first few lines."""
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return f"line {', '.join(map(str, numbers[:_NAMED]))}{more}"


def _state(found: os.stat_result) -> tuple[int, ...]:
    """What differs once somebody has written a file or put another in its place."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _same_owner(old: Path, new: Path) -> None:
    shutil.copymode(old, new)
    with suppress(PermissionError):
        found = old.stat()
        os.chown(new, found.st_uid, found.st_gid)


def _settled(folder: Path) -> None:
    """The new name outlives a power cut."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
