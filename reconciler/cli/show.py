"""``reconciler show``: one contact, its state and cause, its link, its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli import contact_text
from reconciler.cli.command import Settings, command
from reconciler.cli.contact import Contact, find
from reconciler.cli.opening import open_wiring, opened
from reconciler.cli.screen import err, out, story_console
from reconciler.cli.specs import read_specs
from reconciler.model.record import Side

if TYPE_CHECKING:
    from reconciler.cli.specs import Specs
    from reconciler.wiring import Wiring


@command
def show(
    settings: Settings,
    contact: Annotated[str, typer.Argument(help="An id, side:id (crm:003…), or an email address.")],
    *,
    live: Annotated[bool, typer.Option("--live", help="Also ask both apps for its values now.")] = False,
    lines: Annotated[int, typer.Option(min=0, help="How many journal lines are shown.")] = 20,
) -> int:
    """Show one contact: its state and why on both sides, its link, and what was written when and why.

    The state holds no addresses: an address is found by its fingerprint. Values are shown with --live only, which asks
    the apps. Ends with 1 when no connection knows the contact.
    """
    specs = read_specs(settings.config)
    with open_wiring(settings) as wiring:
        found = list(find(contact, specs, wiring.store, lines))
        for one in found:
            for each in contact_text.render(one):
                out().print(each)
            if live:
                _values(wiring, specs, one)
    if not found:
        err().print("No connection knows this contact. It may be new since the last cycle, or its spec may be broken.")
    return 0 if found else 1


def _values(wiring: Wiring, specs: Specs, contact: Contact) -> None:
    (chosen,) = specs.choose([contact.connection.name])
    with opened(wiring, chosen) as session:
        ids = {side: id_ for side in Side if (id_ := contact.id(side))}
        records = {side: record for side, id_ in ids.items() for record in session.live.connectors[side].get([id_])}
        story_console().print(contact_text.values(session.live.program, records))
