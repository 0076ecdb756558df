"""Countries whose numbering plan reads a phone number without a country code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import phonenumbers

from reconciler.spec.findings import nearest

if TYPE_CHECKING:
    from reconciler.spec.document import Loc
    from reconciler.spec.scope import Context


def check_region(context: Context, region: str | None, loc: Loc) -> None:
    """A finding unless ``region`` is an ISO 3166 code that phone numbers know."""
    if region is None or region.upper() in phonenumbers.SUPPORTED_REGIONS:
        return
    near = nearest(region, phonenumbers.SUPPORTED_REGIONS) if len(region) > 1 else None
    hint = "write the two letters of ISO 3166: BE, NL, US" + (f"; did you mean '{near}'?" if near else "")
    context.findings.error(loc, f"'{region}' is not a country code", hint)
