from __future__ import annotations

from itertools import pairwise

from tests.contract.launchers.launch import Emulated

# Who was taken off a list cannot be put back by the API: samples go up a ladder of lists.
NAMES = [f"Group {number:02}" for number in range(11)]


def _make_lists(world) -> None:
    for name in NAMES:
        world.add_list(name)


LAUNCHERS = {
    "contacts": Emulated(
        "icontact",
        "contacts",
        options={"page_size": 20, "batch": 10},
        prepare=_make_lists,
        samples=lambda _connector: {"lists": tuple(pairwise(NAMES))},
    )
}
