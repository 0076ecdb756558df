"""How Insightly refuses: an envelope, or a bare sentence; never a pointer to the field."""

from __future__ import annotations

from reconciler.sandbox.face import Refusal
from reconciler.sandbox.wire import Answer

_SENTENCES = {
    401: "Authentication failed.",
    402: "You have reached the maximum number of records for your plan.",
    403: "API User does not have access to Record.",
    404: "Record not found.",
    405: "The requested resource does not support this http method.",
    417: "Delete failed.",
    429: "API rate limit exceeded.",
    503: "The service is unavailable.",
}
_BARE = frozenset({401, 403, 404, 417})


def worded(status: int, text: str = "") -> Answer:
    """An error: some come as a sentence, some in an envelope."""
    said = text or _SENTENCES.get(status, "An error has occurred.")
    return Answer(status, said if status in _BARE else {"Message": said})


def refuse(status: int, text: str = "") -> Refusal:
    """The same, to be raised."""
    return Refusal(worded(status, text))
