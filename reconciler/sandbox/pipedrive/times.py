"""Instants as Pipedrive writes them: whole seconds for persons, thousandths for leads."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate

from reconciler.sandbox.pipedrive.errors import invalid


def rfc3339(seconds: float) -> str:
    """As version 2 writes it."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def millis(seconds: float) -> str:
    """As leads and webhooks write it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def http_date(seconds: float) -> str:
    """As the Date header says it."""
    return formatdate(int(seconds), usegmt=True)


def whole_second(name: str, text: str) -> int:
    """A parameter such as ``updated_since``. Raises ``Refusal`` for anything but whole seconds in UTC."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise invalid(f"{name} is not a valid datetime") from None
