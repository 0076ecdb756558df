"""One set of credentials for one app, by name."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field, WithJsonSchema

from reconciler.spec.findings import Unfit
from reconciler.spec.secrets import SecretRef
from reconciler.spec.strict import Name, Strict


def _url(raw: str) -> str:
    if not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s?#@]*)?", raw):
        raise Unfit("this is not a base URL", "write https://host/path, without user, password, '?' or '#'")
    return raw.rstrip("/")


Options: TypeAlias = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]


class AccountSpec(Strict):
    """A document of ``kind: account``. ``options`` are checked against the app's own model."""

    version: Literal[1] = Field(description="Version of the spec format.")
    kind: Literal["account"]
    name: Name = Field(description="How connections refer to this account.")
    app: str = Field(description="The app that these credentials are for.")
    auth: dict[str, SecretRef] = Field(
        default={}, description="Credentials, as references: {env: NAME} or {file: PATH}."
    )
    options: Options = Field(default={}, description="Settings of the app for this account.")
    base_url: Annotated[str, AfterValidator(_url)] | None = Field(
        None, description="Where the API is, if not at its usual place."
    )
    rate: float | None = Field(
        None, gt=0, le=1000, description="Calls per second at most, instead of the app's default."
    )
    daily: int | None = Field(None, gt=0, description="Calls per day at most.")
