"""Both emulated apps in a process of their own, with the same people in both; told what to do line by line.

``python benchmarks/emulators.py 10000`` says where they are (JSON) when they are ready, reads ``edit 1000`` (that many
people are changed by hand on either side, others each time) or ``wait`` (an hour passes), answers ``done``, and ends
when its input does.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import count

from reconciler.sandbox.icontact.api import IContactApi
from reconciler.sandbox.icontact.world import IContactWorld
from reconciler.sandbox.launch import Pair, seed_pair
from reconciler.sandbox.salesforce.api import SalesforceApi
from reconciler.sandbox.salesforce.world import SalesforceWorld
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app

DIFFERENT = 100
"""One in this many lives elsewhere on the right: 1 %."""


def settled(size: int) -> Pair:
    """Apps whose people were entered one a second, up to an hour ago, so that "changed since" means something."""
    org, folder = SalesforceWorld(), IContactWorld()
    born = count(time.time() - size - 3600)
    org.clock = lambda: next(born)
    seed_pair(org, folder, size, overlap=1.0)
    org.clock = time.time
    for record_id in folder.ids()[::DIFFERENT]:
        folder.edit(record_id, {"city": "Elsewhere"})
    return Pair(serve(create_app(SalesforceApi(org))), serve(create_app(IContactApi(folder))), org, folder)


def wait(pair: Pair) -> None:
    """An hour passes, so that what was written before is not read again as if it had just changed."""
    before = pair.org.clock
    pair.org.clock = lambda: before() + 3600


def edit(pair: Pair, people: int, turn: int) -> None:
    """People change on both sides, others on either."""
    for world, field, shift in ((pair.org, "MailingCity", 2 * turn), (pair.folder, "street", 2 * turn + 1)):
        ids = world.ids()
        for record_id in ids[shift :: max(len(ids) // people, 1)][:people]:
            world.edit(record_id, {field: f"Changed {turn}"})


def main(size: int) -> None:
    """Serve until the input ends."""
    with settled(size) as pair:
        print(json.dumps({"salesforce": pair.salesforce.url, "icontact": pair.icontact_url}), flush=True)
        for turn, line in enumerate(sys.stdin):
            command, _, people = line.strip().partition(" ")
            if command == "wait":
                wait(pair)
            else:
                edit(pair, int(people), turn)
            print("done", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
