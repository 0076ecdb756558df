from __future__ import annotations

from tests.contract.launchers.launch import Emulated

LISTS = ("Customers", "Friends & more", "News/2026", "Trash")
CUSTOM = ("company", "jobtitle")


def _prepare(world) -> None:
    for name in LISTS:
        world.add_list(name)
    for name in CUSTOM:
        world.add_custom_field(name)


LAUNCHERS = {
    "contacts": Emulated(
        "elasticemail",
        "contacts",
        options={"page_size": 20, "batch": 10, "custom_fields": CUSTOM},
        prepare=_prepare,
        samples=lambda _connector: {"ConsentIP": ("192.0.2.1", "198.51.100.7", "2001:db8::1")},
        fields=lambda connector: connector.describe(),
        fixed=frozenset({"Email", "ConsentIP", "ConsentDate", "ConsentTracking"}),
        page=20,
    )
}
