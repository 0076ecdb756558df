"""Salesforce's errors: a status, a code, a message, and the fields concerned."""

from __future__ import annotations


class ApiError(Exception):
    """One error. ``more`` is what some codes carry besides (a duplicate result, matching URLs)."""

    def __init__(self, status: int, code: str, message: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields
        self.more: dict[str, object] = {}

    def as_answer(self) -> list[dict[str, object]]:
        """The body of a request that failed as a whole: always an array."""
        error: dict[str, object] = {"message": self.message, "errorCode": self.code}
        if self.fields:
            error["fields"] = list(self.fields)
        return [error | self.more]

    def as_row(self) -> dict[str, object]:
        """One row of a collection that failed."""
        error = {"statusCode": self.code, "message": self.message, "fields": list(self.fields), **self.more}
        return {"success": False, "errors": [error]}


def not_found() -> ApiError:
    """There is nothing there (any more)."""
    return ApiError(404, "NOT_FOUND", "The requested resource does not exist")


def no_column(name: str, entity: str) -> ApiError:
    """A field that the object does not have, or that this user may not see."""
    return ApiError(
        400,
        "INVALID_FIELD",
        f"No such column '{name}' on sobject of type {entity}. If you are attempting to use a custom field, be sure to "
        "append the '__c' after the custom field name. Please reference the describe call for the appropriate names.",
    )


def malformed(message: str) -> ApiError:
    """A query that cannot be read."""
    return ApiError(400, "MALFORMED_QUERY", message)


def deleted() -> ApiError:
    """A write to a record in the recycle bin."""
    return ApiError(404, "ENTITY_IS_DELETED", "entity is deleted")
