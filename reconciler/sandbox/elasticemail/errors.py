"""How Elastic Email words a refusal, and how its bodies are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reconciler.sandbox.face import Refusal
from reconciler.sandbox.wire import Answer

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Call


def refused(status: int, words: str) -> Refusal:
    """A refusal in the only envelope there is."""
    return Refusal(Answer(status, {"Error": words}))


def json_object(call: Call) -> dict[str, object]:
    """The body, which must be an object. Raises ``Refusal`` 400."""
    try:
        return msgspec.json.decode(call.body, type=dict[str, object])
    except msgspec.DecodeError:
        raise refused(400, "The request body is invalid") from None


def json_array(call: Call) -> list[object]:
    """The body, which must be an array. Raises ``Refusal`` 400."""
    try:
        return msgspec.json.decode(call.body, type=list[object])
    except msgspec.DecodeError:
        raise refused(400, "The request body is invalid") from None


def number(text: str | None, default: int) -> int:
    """A number of the query. Raises ``Refusal`` 400."""
    if not text:
        return default
    if not text.isdecimal():
        raise refused(400, "The value is not a valid number")
    return int(text)
