"""Credentials are referred to, never written down: ``{env: NAME}``, ``{file: PATH}``, or ``{login: true}`` for what
``reconciler login`` asked a person for. They are resolved as late as can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from reconciler.errors import Denied
from reconciler.spec.findings import Unfit
from reconciler.spec.strict import Strict

_HINT = "write {env: NAME} for an environment variable, {file: /path/to/file}, or {login: true} for reconciler login"


class Secret(Strict):
    """Where a credential is found: exactly one of an environment variable, a file, and a login."""

    env: str | None = Field(None, description="Name of the environment variable.", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    file: str | None = Field(None, description="Path of the file; one trailing line break is dropped.", min_length=1)
    login: Literal[True] | None = Field(None, description="It is what reconciler login asked for, kept with the state.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Secret:
        if [self.env, self.file, self.login].count(None) != len(Secret.model_fields) - 1:
            raise Unfit("exactly one of 'env', 'file' and 'login' is expected here", _HINT)
        return self


def _reference(raw: object) -> object:
    if not isinstance(raw, (dict, Secret)):
        raise Unfit("a credential cannot stand in a spec", _HINT)
    return raw


SecretRef: TypeAlias = Annotated[Secret, BeforeValidator(_reference, json_schema_input_type=Secret)]


@dataclass(frozen=True, slots=True)
class Places:
    """Where one account's credentials are looked for. ``read_file`` returns a file's text or raises ``OSError``;
    ``kept`` is what a login left, by the name that ``auth`` has for it; ``account`` names the account."""

    environ: Mapping[str, str]
    read_file: Callable[[str], str]
    kept: Mapping[str, str] = field(default_factory=dict, repr=False)
    account: str = "ACCOUNT"


class _NotThereError(Exception):
    """Why one credential cannot be had."""


def resolve(app: str, auth: Mapping[str, Secret], places: Places) -> dict[str, str]:
    """The credentials themselves.

    Raises:
        Denied: variables, files or a login are missing or empty; names all of them, and never says a value.
    """
    found, missing = dict[str, str](), list[str]()
    for key, secret in auth.items():
        try:
            found[key] = _value(key, secret, places)
        except _NotThereError as reason:
            missing.append(str(reason))
    if missing:
        raise Denied(app, "; ".join(missing), code="secret_missing")
    return found


def _value(key: str, secret: Secret, places: Places) -> str:
    if secret.login:
        return _kept(key, places)
    if secret.env is not None:
        value = places.environ.get(secret.env)
        source = f"the environment variable {secret.env}"
    else:
        value = _read(key, secret.file or "", places.read_file)
        source = f"the file {secret.file}"
    if value is None:
        raise _NotThereError(f"{source}, which holds '{key}', is not set")
    if not value.strip():
        raise _NotThereError(f"{source}, which holds '{key}', is empty")
    return value


def _kept(key: str, places: Places) -> str:
    if key not in places.kept:
        raise _NotThereError(
            f"'{key}' of the account '{places.account}' was not given yet: reconciler login {places.account}"
        )
    return places.kept[key]


def _read(key: str, path: str, read_file: Callable[[str], str]) -> str:
    try:
        return read_file(path).removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise _NotThereError(f"the file {path}, which holds '{key}', is not text") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _NotThereError(f"the file {path}, which holds '{key}', cannot be read: {reason}") from None
