"""HubSpot's words: its error envelope, the findings inside its validation errors, what headers tell of limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from reconciler.connectors.dialect import Dialect, Meaning
from reconciler.connectors.redaction import is_code, leaves, redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.connectors.dialect import Response

_DAILY, _ROLLING = "DAILY", "TEN_SECONDLY_ROLLING"
_TOO_MANY, _LOCKED, _MIGRATING = 429, 423, 477
_PAUSES = {_ROLLING: 10.0, _DAILY: 0.0}
_SECOND, _LOCK = 1.0, 2.0
_FINDINGS = re.compile(r"\[\{.*\}\]", re.DOTALL)
_EXISTING = re.compile(r"Existing ID:\s*(\d+)")
_ADVICE = {
    "MISSING_SCOPES": "the credentials lack {scopes}; add it to the private app or service key (an OAuth app must be "
    "authorised again)",
    "INVALID_AUTHENTICATION": "check access_token: copy it again from the private app or service key",
    "EXPIRED_AUTHENTICATION": "the token has expired: make a new one, or use client_id, client_secret, refresh_token",
}


class Detail(msgspec.Struct):
    """One finding among an error's ``errors``."""

    message: str = ""
    code: str = ""
    context: dict[str, list[str]] = {}


class Problem(msgspec.Struct, rename="camel"):
    """The envelope of a refusal, of a request or of one row of a batch; every part of it may be missing."""

    message: str = ""
    category: str = ""
    policy_name: str = ""
    errors: list[Detail] = []
    context: dict[str, list[str]] = {}

    @property
    def code(self) -> str:
        """The most telling of its codes: a finding's own says more than ``VALIDATION_ERROR``."""
        told = [finding.error for finding in self.findings if finding.error]
        told += [detail.code for detail in self.errors if detail.code]
        own = _DAILY if self.policy_name == _DAILY else self.category
        return told[0] if told and own in {"", "VALIDATION_ERROR"} and is_code(told[0]) else own

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with which property, from the JSON inside the message."""
        found = _FINDINGS.search(self.message)
        try:
            return msgspec.json.decode(found.group(), type=list[Finding]) if found else []
        except msgspec.DecodeError:
            return []

    @property
    def field(self) -> str | None:
        """The property that it concerns, if it says so."""
        return next(iter([*(each.name for each in self.findings), *self.named("propertyName")]), None)

    @property
    def existing(self) -> str | None:
        """The id of the contact that a new one would double."""
        in_words = _EXISTING.search(self.message)
        return next(iter(self.named("existingId")), in_words.group(1) if in_words else None)

    def named(self, what: str) -> Iterator[str]:
        """All that its contexts say under this name."""
        for context in (self.context, *(detail.context for detail in self.errors)):
            yield from context.get(what, ())

    def words(self) -> str:
        """Its findings, or its message, as a sentence for a person; it may still repeat what was sent."""
        if advice := _ADVICE.get(self.category):
            return advice.format(scopes=", ".join(self.scopes) or "a scope")
        return "; ".join(f"{each.name}: {each.message}" for each in self.findings) or self.message

    @property
    def scopes(self) -> tuple[str, ...]:
        """Scopes that were needed."""
        return tuple(dict.fromkeys([*self.named("requiredGranularScopes"), *self.named("requiredScopes")]))


class Finding(msgspec.Struct):
    """One entry of the JSON inside a validation error's message."""

    name: str = ""
    error: str = ""
    message: str = ""


def _explain(response: Response) -> tuple[str, str]:
    problem = response.json(Problem)
    return problem.code, problem.words()


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(f"X-HubSpot-RateLimit-{name}", "")
    return int(text) if text.isdecimal() else None


def _usage(response: Response) -> tuple[int, int] | None:
    """The day's pair of headers; OAuth apps are not told."""
    limit, left = _number(response.headers, "Daily"), _number(response.headers, "Daily-Remaining")
    return None if limit is None or left is None else (limit - left, limit)


def _pause(response: Response) -> float | None:
    """No answer says when to come back: a second or ten by which limit it was, a second where the window is full."""
    if response.status == _LOCKED:
        return _LOCK
    if response.status == _TOO_MANY:
        policy = _ROLLING if _ROLLING in response.text else _DAILY if f'"{_DAILY}"' in response.text else ""
        return _PAUSES.get(policy, _SECOND)
    return _SECOND if _number(response.headers, "Remaining") == 0 else None


DIALECT = Dialect(
    rows={_DAILY: Meaning.SPENT, _MIGRATING: Meaning.BUSY, "MISSING_SCOPES": Meaning.DENIED},
    explain=_explain,
    usage=_usage,
    pause=_pause,
)
"""477: the account moves between data centres; Retry-After says how long."""


def spoken(problem: Problem, sent: object) -> str:
    """A row's refusal for a person, without the values that were sent."""
    if problem.existing:
        return f"contact {problem.existing} has this address already, perhaps as a second one: merge them, or change it"
    return redact(problem.words(), leaves(sent))
