"""The table of docs/apps.md, from what each app declares. Written anew by ``python -m tests.docs.support_matrix``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.connectors.registry import app_traits, load_app
from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.traits import Traits

PAGE = ROOT / "docs" / "apps.md"
MARKED = re.compile(r"(?<=<!-- from traits -->\n).*?(?=<!-- end -->)", re.DOTALL)
ENTITIES = (("salesforce", "contacts"), ("salesforce", "leads"), ("icontact", "contacts"), ("carddav", "contacts"))


def _yes(value: object) -> str:
    return "yes" if value else "no"


ROWS: tuple[tuple[str, Callable[[Traits], str]], ...] = (
    ("reads only what changed", lambda one: _yes(one.delta)),
    ("says who was deleted", lambda one: _yes(one.tombstones)),
    ("refuses a write over a newer version", lambda one: _yes(one.versions)),
    ("tells when a contact was modified (`newest`)", lambda one: _yes(one.modified)),
    ("contacts a page", lambda one: str(one.page_size)),
    ("creates in one go", lambda one: str(one.create_batch)),
    ("updates in one go", lambda one: str(one.update_batch)),
    ("reads by id in one call", lambda one: str(one.get_batch)),
    ("can be searched by", lambda one: ", ".join(f"`{name}`" for name in one.searchable)),
    ("keeps unique", lambda one: ", ".join(f"`{name}`" for name in one.unique) or "nothing"),
    ("calls a second, unless the account says `rate`", lambda one: str(one.calls_per_second or "no limit of its own")),
)


def table() -> str:
    """The table in Markdown."""
    apps = {name: load_app(name) for name, _ in ENTITIES}
    traits = [app_traits(apps[name])[entity] for name, entity in ENTITIES]
    titles = [f"{apps[name].catalogue.label} {entity}" for name, entity in ENTITIES]
    lines = [f"| | {' | '.join(titles)} |", "|---" * (1 + len(titles)) + "|"]
    lines += [f"| {what} | {' | '.join(say(one) for one in traits)} |" for what, say in ROWS]
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(MARKED.sub(lambda _: table(), PAGE.read_text()))
