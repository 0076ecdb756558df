"""Credentials are referred to, never written down: ``{env: NAME}`` or ``{file: PATH}``, resolved as late as can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from reconciler.errors import Denied
from reconciler.spec.findings import Unfit
from reconciler.spec.strict import Strict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HINT = "write {env: NAME} for an environment variable or {file: /path/to/file}"


class Secret(Strict):
    """Where a credential is found: exactly one of an environment variable and a file."""

    env: str | None = Field(None, description="Name of the environment variable.", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    file: str | None = Field(None, description="Path of the file; one trailing line break is dropped.", min_length=1)

    @model_validator(mode="after")
    def _exactly_one(self) -> Secret:
        if (self.env is None) == (self.file is None):
            raise Unfit("exactly one of 'env' and 'file' is expected here", _HINT)
        return self


def _reference(raw: object) -> object:
    if not isinstance(raw, (dict, Secret)):
        raise Unfit("a credential cannot stand in a spec", _HINT)
    return raw


SecretRef: TypeAlias = Annotated[Secret, BeforeValidator(_reference, json_schema_input_type=Secret)]


def resolve(
    app: str, auth: Mapping[str, Secret], environ: Mapping[str, str], read_file: Callable[[str], str]
) -> dict[str, str]:
    """The credentials themselves. ``read_file`` returns a file's text or raises ``OSError``.

    Raises:
        Denied: a variable or a file is missing or empty; names it, and never says a value.
    """
    return {key: _value(app, key, secret, environ, read_file) for key, secret in auth.items()}


def _value(app: str, key: str, secret: Secret, environ: Mapping[str, str], read_file: Callable[[str], str]) -> str:
    if secret.env is not None:
        value = environ.get(secret.env)
        source = f"the environment variable {secret.env}"
    else:
        value = _read(app, key, secret.file or "", read_file)
        source = f"the file {secret.file}"
    if value is None:
        raise Denied(app, f"{source}, which holds '{key}', is not set", code="secret_missing")
    if not value.strip():
        raise Denied(app, f"{source}, which holds '{key}', is empty", code="secret_missing")
    return value


def _read(app: str, key: str, path: str, read_file: Callable[[str], str]) -> str:
    try:
        return read_file(path).removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise Denied(app, f"the file {path}, which holds '{key}', is not text", code="secret_missing") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Denied(
            app, f"the file {path}, which holds '{key}', cannot be read: {reason}", code="secret_missing"
        ) from None
