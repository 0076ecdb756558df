"""Documents that cannot drift: every error has its situation, every decision its line, every link its end."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.sources import PACKAGE, ROOT, ours, short, tree

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [path for path in ours(ROOT) if path.suffix == ".md" and "tests" not in path.parts]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def test_every_error_has_a_situation() -> None:
    classes = [node.name for node in tree(PACKAGE / "errors.py").body if isinstance(node, ast.ClassDef)]
    cells = re.findall(r"^\|[^|]+\|([^|]+)\|[^|]+\|$", CONTRIBUTING, re.MULTILINE)
    told = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert [name for name in classes if name != "Problem" and name not in told] == []


def test_the_reading_order_names_files_that_exist() -> None:
    order = CONTRIBUTING.partition("## Reading order")[2].partition("\n## ")[0]
    paths = re.findall(r"`(reconciler/[\w/.]+)`", order)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("folder", ["docs", "docs/decisions"])
def test_an_index_lists_every_page_beside_it(folder: str) -> None:
    index = (ROOT / folder / "README.md").read_text()
    pages = [path.name for path in (ROOT / folder).glob("*.md") if path.name != "README.md"]
    assert [name for name in pages if f"]({name})" not in index] == []
