"""How Pipedrive refuses: one envelope for both versions, with other names for the code."""

from __future__ import annotations

from reconciler.sandbox.face import Refusal
from reconciler.sandbox.wire import Answer

_HELP = "Please check developers.pipedrive.com"


def envelope(status: int, error: str, info: str = _HELP, **more: object) -> Answer:
    """A refusal as it goes over the wire."""
    return Answer(status, {"success": False, "error": error, "error_info": info, **more})


def invalid(what: str) -> Refusal:
    """A body or a parameter that does not fit its schema."""
    answer = envelope(400, f"Validation failed: {what}", code="ERR_SCHEMA_VALIDATION_FAILED", data=None)
    return Refusal(answer)


def missing(what: str) -> Refusal:
    """A record that is not there."""
    error = f"requested {what} not found"
    return Refusal(envelope(404, error, "Object was not found.", data=None, additional_data=None))


def refused(status: int, error: str) -> Refusal:
    """Any other refusal."""
    return Refusal(envelope(status, error, errorCode=status))
