"""The base of every spec model: unknown keys are findings, words are not taken for numbers."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from reconciler.spec.findings import Unfit


class Strict(BaseModel):
    """Frozen, closed, and without guesses: ``"5"`` is not 5 and ``1`` is not true."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"


def _named(name: str) -> str:
    if not re.fullmatch(NAME_PATTERN, name) or len(name) > _LONGEST:
        raise Unfit(
            "this cannot be a name",
            f"use letters, digits, '-', '_' and '.', a letter or digit first, at most {_LONGEST}",
        )
    return name


_LONGEST = 80

Name: TypeAlias = Annotated[str, AfterValidator(_named), Field(json_schema_extra={"pattern": NAME_PATTERN})]
"""What people call a connection, an account or a side."""

Constant: TypeAlias = bool | int | float | str
"""A value that a spec says itself."""
