"""What an account may say about how its audience is to be treated."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """``options`` of an account.

    ``audience`` is an audience's id or name; it may be left out where there is but one. ``new_status`` is given to new
    members that come without one. ``address_filler`` stands for the parts that an address lacks (Mailchimp takes whole
    addresses only); without it, incomplete addresses are not written. ``resubscribe`` tries to subscribe who is
    unsubscribed. ``skip_required`` makes members without the fields that the audience requires.
    """

    model_config = ConfigDict(extra="forbid")

    audience: str | None = None
    new_status: Literal["subscribed", "pending", "transactional", "unsubscribed"] = "subscribed"
    address_filler: str | None = Field(default=None, min_length=1, max_length=20)
    resubscribe: bool = False
    skip_required: bool = False
    overlap_seconds: int = Field(default=120, ge=0)
    page_size: int = Field(default=1000, ge=1, le=1000)
    batch: int = Field(default=500, ge=1, le=500)
