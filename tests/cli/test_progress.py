from __future__ import annotations

import io

from rich.console import Console

from reconciler.cli import progress
from reconciler.cli.specs import read_specs
from reconciler.live import no_progress
from reconciler.model.record import Side


def connection(specs):
    return read_specs(specs).resolution.connections["newsletter"]


def test_nobody_is_told_where_nobody_watches(specs):
    with progress.watching(connection(specs)) as tell:
        assert tell is no_progress


def test_a_person_who_watches_sees_each_step(specs, monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr(progress, "err", lambda: Console(file=screen, force_terminal=True, width=120))
    with progress.watching(connection(specs), operations=3) as tell:
        for stage, side, done, total in (
            ("read", Side.LEFT, 500, 1000),
            ("read", Side.LEFT, 1000, 1000),
            ("read", Side.RIGHT, 7, None),
            ("plan", None, 1, None),
            ("plan", None, 100, None),
            ("apply", None, 2, None),
        ):
            tell(stage, side, done, total)
    shown = screen.getvalue()
    for words in ("newsletter: reading crm", "1000/1000", "reading news", "7/7", "planning", "100/100", "2/3"):
        assert words in shown
