"""How HubSpot refuses: one envelope for requests, and for the rows of a batch."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from reconciler.sandbox.face import Refusal
from reconciler.sandbox.wire import Answer

PORTAL = 44_237_313
_CORRELATION = "00000000-0000-4000-8000-000000000000"


@dataclass(slots=True)
class Problem(Exception):
    """Why one write cannot be; ``findings`` are ``(property, code, message)``."""

    status: int
    category: str
    message: str
    context: dict[str, list[str]] = field(default_factory=dict)
    findings: list[tuple[str, str, str]] = field(default_factory=list)

    def row(self, mark: str | None) -> dict[str, object]:
        """As it stands among the errors of a batch."""
        context = {**self.context, **({"objectWriteTraceId": [mark]} if mark else {})}
        body = {"status": "error", "category": self.category, "message": self.message, "context": context}
        return {**body, **self._details()}

    def refusal(self) -> Refusal:
        """As the answer to a whole request."""
        return refused(self.status, self.category, self.message, self.context, **self._details())

    def _details(self) -> dict[str, object]:
        if not self.findings:
            return {}
        details = [
            {"message": message, "code": code, "context": {"propertyName": [name]}}
            for name, code, message in self.findings
        ]
        return {"errors": details}


def invalid(findings: list[tuple[str, str, str]]) -> Problem:
    """Property values that are not valid: the message holds JSON of its own."""
    told = [
        {"isValid": False, "message": message, "error": code, "name": name, "portalId": PORTAL}
        for name, code, message in findings
    ]
    message = f"Property values were not valid: {msgspec.json.encode(told).decode()}"
    return Problem(400, "VALIDATION_ERROR", message, findings=findings)


def conflict(existing: str) -> Problem:
    """Somebody has this address already."""
    message = f"Contact already exists. Existing ID: {existing}"
    return Problem(409, "CONFLICT", message, {"existingId": [existing]})


def refused(
    status: int, category: str, message: str, context: dict[str, list[str]] | None = None, **more: object
) -> Refusal:
    """The answer to a request that is not done."""
    body: dict[str, object] = {"status": "error", "message": message, "correlationId": _CORRELATION}
    body |= {"category": category} if category else {}
    body |= {"context": context} if context else {}
    return Refusal(Answer(status, {**body, **more}))


def not_found() -> Refusal:
    """No such record (this answer has no category)."""
    return refused(404, "", "resource not found")


def bad(message: str, **context: list[str]) -> Refusal:
    """A request that cannot be understood."""
    return refused(400, "VALIDATION_ERROR", message, context or None)
