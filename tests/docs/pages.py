"""The pages of the documentation, taken apart: fenced blocks by language, and words between backticks."""

from __future__ import annotations

import re
import textwrap

from tests.architecture.sources import ROOT

_FOLDER = ROOT / "docs"
_FILES = sorted([*_FOLDER.glob("*.md"), *_FOLDER.glob("apps/*.md")])
DOCS = {str(path.relative_to(_FOLDER)): path.read_text(encoding="utf-8") for path in _FILES}
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {**DOCS, "../README.md": README}
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language on a page, in order."""
    found = FENCE.finditer(PAGES[page])
    return [textwrap.dedent(one["text"]) for one in found if one["language"] == language]


def code(page: str) -> set[str]:
    """Everything between single backticks on a page, outside of blocks."""
    return set(re.findall(r"`([^`\n]+)`", FENCE.sub("", PAGES[page])))


def first_cells(page: str) -> set[str]:
    """What stands between backticks in the first cells of a page's tables."""
    rows = re.findall(r"^\| (.+?) \|", PAGES[page], re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}
