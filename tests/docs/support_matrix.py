"""The tables of what apps can do, from what each declares: in the README, in docs/apps.md, and on each app's page.

Written anew by ``python -m tests.docs.support_matrix``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.cli.abilities import ABILITIES, Supported, supported
from reconciler.connectors.registry import app_names, load_app
from reconciler.spec.defaults import _NEVER as NEVER
from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

SHORT = ("delta", "tombstones", "batch", "webhooks", "membership", "status", "custom")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _name(one: Supported, folder: str) -> str:
    return f"[{one.label}]({folder}{one.app}.md) {one.entity}"


def matrix(folder: str = "apps/", keys: Sequence[str] | None = None) -> str:
    """Every entity of every app against every ability."""
    abilities = [one for one in ABILITIES if keys is None or one.key in keys]
    rows = ([_name(one, folder), *(each.short(one) for each in abilities)] for one in supported())
    return _table(["", *(one.title for one in abilities)], rows)


PACE: tuple[tuple[str, Callable[[Supported], str]], ...] = (
    ("contacts a page", lambda one: f"{one.traits.page_size:,}"),
    ("creates a call", lambda one: f"{one.traits.a_call('create'):,}"),
    ("updates a call", lambda one: f"{one.traits.a_call('update'):,}"),
    ("reads by id a call", lambda one: f"{one.traits.a_call('get'):,}"),
    ("calls a second", lambda one: f"{one.traits.calls_per_second:g}" if one.traits.calls_per_second else "no limit"),
    ("calls a day", lambda one: f"{one.traits.daily_calls:,}" if one.traits.daily_calls else "not documented"),
    ("can be searched by", lambda one: ", ".join(f"`{name}`" for name in one.traits.searchable) or "nothing"),
    ("keeps unique", lambda one: ", ".join(f"`{name}`" for name in one.traits.unique) or "nothing"),
)


def pace() -> str:
    """How many contacts a call, how many calls a second."""
    rows = ([_name(one, "apps/"), *(say(one) for _, say in PACE)] for one in supported())
    return _table(["", *(title for title, _ in PACE)], rows)


def roles(app: str) -> str:
    """Which fields carry which role; what is never mapped by default is left out."""
    entities = load_app(app).catalogue.entities
    known = dict.fromkeys(field.role for entity in entities.values() for field in entity.fields if field.role)
    rows = []
    for role in known:
        if role not in NEVER:
            found = [entity.with_role(role) for entity in entities.values()]
            rows.append([f"`{role}`", *(f"`{one.name}`" if one else "" for one in found)])
    return _table(["role", *entities], rows)


PLACES: dict[tuple[Path, str], Callable[[], str]] = {
    (ROOT / "README.md", "matrix"): lambda: matrix("docs/apps/", SHORT),
    (ROOT / "docs" / "apps.md", "matrix"): matrix,
    (ROOT / "docs" / "apps.md", "pace"): pace,
    **{(ROOT / "docs" / "apps" / f"{app}.md", "roles"): lambda app=app: roles(app) for app in app_names()},
}


def marked(name: str) -> re.Pattern[str]:
    """What stands between the marks of a table."""
    return re.compile(rf"(?<=<!-- from {name} -->\n).*?(?=<!-- end -->)", re.DOTALL)


if __name__ == "__main__":
    for (page, name), make in PLACES.items():
        page.write_text(marked(name).sub(lambda _, make=make: make(), page.read_text(), count=1))
