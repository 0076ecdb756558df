"""A request that iContact refuses as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Call


class Failure(Exception):
    """An HTTP status and the prose that goes with it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def json_body(call: Call) -> object:
    """The decoded body. Raises ``Failure`` 400 where it is not JSON."""
    try:
        return call.json()
    except msgspec.DecodeError:
        raise Failure(400, "The request body could not be read. Please provide valid JSON") from None
