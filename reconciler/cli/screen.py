"""The two streams that people read: results on standard output, everything said beside them on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH_OF_A_PIPE = 120


def out() -> Console:
    """Standard output: never wraps, marks nothing on its own, plain text unless a person is watching."""
    return _console(stderr=False)


def err() -> Console:
    """Standard error."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, soft_wrap=True, highlight=False, markup=False, emoji=False)


def is_watched() -> bool:
    """Whether a person sees standard error."""
    return sys.stderr.isatty()


def line(*parts: str | tuple[str, str]) -> Text:
    """A line of plain and ``(text, style)`` parts."""
    return Text.assemble(*parts)


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells under each other, two blanks apart, never wrapped: fit for eyes, ``grep`` and ``cut``."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def story_console() -> Console:
    """Standard output for sentences: they wrap."""
    width = None if sys.stdout.isatty() else WIDTH_OF_A_PIPE
    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False, width=width)
