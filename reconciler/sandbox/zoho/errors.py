"""Zoho's words: the envelope of a refused request, and the result of one row of a batch."""

from __future__ import annotations

from typing import TypeAlias

from reconciler.sandbox.face import Refusal
from reconciler.sandbox.wire import Answer

Result: TypeAlias = dict[str, object]
SUCCESS = "SUCCESS"


class RowError(Exception):
    """Why one row is not written."""

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(f"{code}: {message}")
        self.result: Result = {"code": code, "details": details, "message": message, "status": "error"}


def refusal(status: int, code: str, message: str, **details: object) -> Refusal:
    """A request that is refused as a whole."""
    return Refusal(Answer(status, {"code": code, "details": details, "message": message, "status": "error"}))


def field_error(code: str, message: str, name: str, **details: object) -> RowError:
    """A row that is refused for one of its fields."""
    return RowError(code, message, api_name=name, **details)


def unknown_id(name: str = "id") -> RowError:
    """A row that names a record which is not there."""
    return field_error("INVALID_DATA", "the id given seems to be invalid", name)


def done(message: str, details: Result, **more: object) -> Result:
    """A row that was written."""
    return {"code": SUCCESS, **more, "details": details, "message": message, "status": "success"}


def batch(results: list[Result], all_done: int, all_failed: int = 400) -> Answer:
    """The answer to a batch: its status tells all, none or some (207) were written."""
    good = sum(result["code"] == SUCCESS for result in results)
    status = all_done if good == len(results) else 207 if good else all_failed
    return Answer(status, {"data": results})
