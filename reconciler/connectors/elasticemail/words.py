"""Elastic Email's errors: ``{"Error": "…"}`` under any status, 200 included; what they mean is told by their words.

A bad key comes as 400 as well as 401, a missing access level as 403, so the words are looked at before the status.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from reconciler.connectors.dialect import Dialect, Meaning, Response

_ONLY_KEY = {"Error"}
_WHERE = "Settings > Manage API in Elastic Email"


@dataclass(frozen=True, slots=True)
class _Reading:
    """What certain words mean: our code for it, and what a person can do."""

    code: str
    meaning: Meaning
    words: re.Pattern[str]
    advice: str


def _reading(code: str, meaning: Meaning, words: str, advice: str) -> _Reading:
    return _Reading(code, meaning, re.compile(words, re.IGNORECASE), advice)


_READINGS = (
    _reading(
        "access_level",
        Meaning.DENIED,
        r"access\s*level|permission",
        "the API key may not do this: give it the access levels ViewContacts and ModifyContacts, and "
        f"ModifySuppressions where opt-outs are written ({_WHERE})",
    ),
    _reading(
        "key_expired",
        Meaning.DENIED,
        r"key\W*(is|has)?\W*expired|expired\W*(api\W*)?key",
        f"the API key has expired: make a new one ({_WHERE}) and replace api_key",
    ),
    _reading(
        "key_wrong",
        Meaning.DENIED,
        r"api\s*-?key|unauthori[sz]ed|authenticat",
        f"the API key is not known, or was deleted: copy it again, or make a new one ({_WHERE}), and replace api_key",
    ),
    _reading("too_many", Meaning.BUSY, r"too many (requests|con)|throttl|rate limit", "it is asked too much at once"),
)


def _said(response: Response) -> str | None:
    """The words of an error envelope, or None where the answer is none."""
    if response.content.lstrip()[:1] != b"{":
        return None
    try:
        body = msgspec.json.decode(response.content, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return str(body["Error"]) if body.keys() == _ONLY_KEY else None


def _explain(response: Response) -> tuple[str, str]:
    said = _said(response) or ""
    found = next((reading for reading in _READINGS if reading.words.search(said)), None)
    if found is None and response.status in _BY_STATUS:
        found = next(reading for reading in _READINGS if reading.code == _BY_STATUS[response.status])
    if found is None:
        return "", said
    return found.code, f"{found.advice}; it said: {said}" if said else found.advice


def _veiled(response: Response) -> bool:
    return _said(response) is not None


_BY_STATUS = {401: "key_wrong", 403: "access_level"}

DIALECT = Dialect(rows={one.code: one.meaning for one in _READINGS}, explain=_explain, veiled=_veiled)
