from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.launchers.launch import Emulated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.connectors.base import Connector
    from reconciler.model.record import Value

GROUPS = ("Sport", "Politics", "Weather")


def _furnish(world) -> None:
    world.add_permission("Email")
    world.add_permission("Direct mail")
    world.add_group("What to write about", GROUPS)
    world.add_merge_field("JOB", "Job title")
    world.add_merge_field("AGE", "Age", "number")
    world.add_merge_field("SINCE", "Customer since", "date", date_format="DD/MM/YYYY")
    world.add_merge_field("BIRTHDAY", "Birthday", "birthday", date_format="MM/DD")
    world.add_merge_field("SITE", "Web site", "url")
    world.add_merge_field("SHIRT", "Size", "dropdown", choices=["S", "M", "L"])
    world.add_merge_field("USZIP", "American postal code", "zip")
    world.add_merge_field("SECOND", "Second home", "address")


def _samples(connector: Connector) -> Mapping[str, Sequence[Value]]:
    countries = [each.name for each in connector.describe() if each.name.endswith(".country")]
    return {
        **dict.fromkeys(countries, ("BE", "NL", "US")),
        "marketing_permissions": (("Email",), ("Direct mail", "Email")),
        "language": ("nl", "fr", "de"),
        "ip_signup": ("192.0.2.1", "192.0.2.2"),
        "ip_opt": ("192.0.2.3", "2001:db8::4"),
        "BIRTHDAY": ("02/29", "12/31", "01/01"),
        "USZIP": ("02108", "90210"),
    }


LAUNCHERS = {
    "members": Emulated(
        "mailchimp",
        "members",
        options={"page_size": 20, "batch": 10, "address_filler": "-"},
        prepare=_furnish,
        samples=_samples,
        fields=lambda connector: connector.describe(),
        # A new audience asks for a country; an address has one as long as it is there.
        kept=frozenset(
            {
                "email_type",
                "ip_signup",
                "timestamp_signup",
                "ip_opt",
                "timestamp_opt",
                "ADDRESS.country",
                "SECOND.country",
            }
        ),
    )
}
