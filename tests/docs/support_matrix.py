"""The tables of docs/apps.md, from what each app declares. Written anew by ``python -m tests.docs.support_matrix``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.connectors.registry import app_traits, load_app
from reconciler.spec.defaults import _NEVER as NEVER
from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.traits import Traits

PAGE = ROOT / "docs" / "apps.md"
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


def _head(corner: str) -> list[str]:
    titles = [f"{load_app(name).catalogue.label} {entity}" for name, entity in ENTITIES]
    return [f"| {corner} | {' | '.join(titles)} |", "|---" * (1 + len(titles)) + "|"]


def abilities() -> str:
    """What each entity can do, in Markdown."""
    traits = [app_traits(load_app(name))[entity] for name, entity in ENTITIES]
    rows = [f"| {what} | {' | '.join(say(one) for one in traits)} |" for what, say in ROWS]
    return "".join(f"{line}\n" for line in (*_head(""), *rows))


def roles() -> str:
    """Which fields mean the same, in Markdown: roles that two apps know and that are mapped by default."""
    entities = [load_app(name).catalogue.entities[entity] for name, entity in ENTITIES]
    known = dict.fromkeys(field.role for entity in reversed(entities) for field in entity.fields if field.role)
    rows = []
    for role in known:
        found = [entity.with_role(role) for entity in entities]
        if role not in NEVER and sum(one is not None for one in found) > 1:
            rows.append(f"| `{role}` | {' | '.join(f'`{one.name}`' if one else '' for one in found)} |")
    return "".join(f"{line}\n" for line in (*_head("role"), *rows))


TABLES = {"traits": abilities, "catalogues": roles}


def marked(name: str) -> re.Pattern[str]:
    """What stands between the marks of a table."""
    return re.compile(rf"(?<=<!-- from {name} -->\n).*?(?=<!-- end -->)", re.DOTALL)


if __name__ == "__main__":
    text = PAGE.read_text()
    for name, make in TABLES.items():
        text = marked(name).sub(lambda _, make=make: make(), text)
    PAGE.write_text(text)
