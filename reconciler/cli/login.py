"""``reconciler login``: come by an account's credentials, try them, and keep or print them."""

from __future__ import annotations

import os
import secrets as randomness
import shlex
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.accounts import World, login_name
from reconciler.cli.account_specs import account_open, choose_account, entity_of
from reconciler.cli.callback import LoginFailed, door
from reconciler.cli.command import Settings, command
from reconciler.cli.opening import log
from reconciler.cli.screen import err
from reconciler.cli.specs import read_specs
from reconciler.connectors.authorize import Authorization
from reconciler.connectors.registry import load_app, login_of
from reconciler.spec.secrets import Places, resolve
from reconciler.state.keep import MemoryKeep
from reconciler.state.store import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.cli.specs import Specs
    from reconciler.connectors.login import Login
    from reconciler.spec.account import AccountSpec

WAIT = 300.0
"""Seconds that a person has for the login page."""

PORT = 8765
"""Where the browser comes back to: apps want the address beforehand, so it does not change by itself."""


@command
def login(
    settings: Settings,
    account: Annotated[str, typer.Argument(help="The account, by its name in the specs.")],
    *,
    show: Annotated[
        bool, typer.Option("--print", help="Print the credentials, for a secret store; keep none.")
    ] = False,
    browser: Annotated[bool, typer.Option(help="Open the login page in a browser on this machine.")] = True,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where on loopback the browser comes back to.")] = PORT,
) -> int:
    """Come by an account's credentials: through the app's login page (OAuth 2), or by asking for keys and passwords.

    What the spec calls {login: true} is kept, sealed, beside the state; what it wants in a file is written there; what
    it wants in a variable is printed as a line for a secret store. The credentials are tried before anything is kept.
    """
    specs, world = read_specs(settings.config), World()
    spec = choose_account(specs, account)
    log(settings, world, "warning")
    if not show and any(ref.login for ref in spec.auth.values()):
        open_store(settings.state).close()  # a new grant that cannot be kept may have ended the old one
    flow = login_of(load_app(spec.app), spec.base_url)
    wanted = set(flow.keeps.values()) & set(spec.auth) if flow else set()
    given = _asked(spec, world, leave=wanted)
    if flow and wanted:
        given |= _through_browser(spec, flow, given | _known(spec, world, leave=wanted), (browser, port))
    if not given:
        raise LoginFailed(_nothing_to_do(spec))
    _try(specs, spec, given, world)
    if show:
        typer.echo("\n".join(_line(spec, key, value) for key, value in given.items()))
    else:
        _keep(settings, spec, given)
    return 0


def _known(spec: AccountSpec, world: World, leave: set[str]) -> dict[str, str]:
    """What the spec's variables and files hold already."""
    there = {key: ref for key, ref in spec.auth.items() if not ref.login and key not in leave}
    return resolve(spec.app, there, Places(world.environ, world.read_file, account=spec.name))


def _asked(spec: AccountSpec, world: World, leave: set[str]) -> dict[str, str]:
    """What only the person knows: typed unseen at a terminal, or a line each from a pipe."""
    keys = [key for key, ref in spec.auth.items() if ref.login and key not in leave]
    answer = _typed if sys.stdin.isatty() else _piped
    given = {key: answer(f"{key} of {spec.name} ({spec.app})") for key in keys}
    for value in given.values():
        world.secrets.add(value)
    return given


def _typed(question: str) -> str:
    said: str = typer.prompt(question, hide_input=True, err=True)
    return said


def _piped(question: str) -> str:
    """The next line. Nothing is shown: nobody watches, and standard output is for results."""
    try:
        said = sys.stdin.readline().strip()
        said.encode()
    except UnicodeError:
        raise LoginFailed(f"{question}: what came on standard input is not text (UTF-8).") from None
    if not said:
        raise LoginFailed(f"{question}: nothing came on standard input. It takes a line for each, in the spec's order.")
    return said


def _through_browser(spec: AccountSpec, flow: Login, known: Mapping[str, str], how: tuple[bool, int]) -> dict[str, str]:
    browser, port = how
    if not known.get("client_id"):
        raise LoginFailed(f"The login page of {spec.app} needs client_id: write it in the auth of '{spec.name}'.")
    state = randomness.token_urlsafe(24)
    with door(port, flow.redirect, state) as opened:
        attempt = Authorization(
            spec.app,
            flow,
            known["client_id"],
            known.get("client_secret", ""),
            opened.redirect_uri,
            state,
            randomness.token_urlsafe(48),
        )
        err().print(f"The app must know this redirect address: {opened.redirect_uri}")
        err().print(f"Log in as the person in whose name the reconciler shall act:\n\n{attempt.url}\n")
        if browser:
            webbrowser.open(attempt.url)
        return attempt.exchange(opened.code(WAIT))


def _try(specs: Specs, spec: AccountSpec, given: Mapping[str, str], world: World) -> None:
    """Use them once, all of them as if they were kept, before they replace what worked until now."""
    keep = MemoryKeep()
    keep.put(login_name(spec.name), given)
    references = {key: ref if key not in given else {"login": True} for key, ref in spec.auth.items()}
    trial = type(spec).model_validate({**spec.model_dump(), "auth": {**references}})
    with account_open(trial, entity_of(specs, spec), keep, world) as connector:
        who = connector.probe()
    err().print(f"{spec.name}: logged in to {spec.app} as {who.id}.")
    if who.missing:
        err().print(f"These permissions are missing: {', '.join(who.missing)}.")


def _keep(settings: Settings, spec: AccountSpec, given: Mapping[str, str]) -> None:
    kept = {key: value for key, value in given.items() if spec.auth[key].login}
    if kept:
        store = open_store(settings.state)
        try:
            store.keep.put(login_name(spec.name), store.keep.get(login_name(spec.name)) | kept)
        finally:
            store.close()
        err().print(f"Kept with the state: {', '.join(kept)}.")
    for key, value in given.items():
        if path := spec.auth[key].file:
            _write(Path(path), value)
            err().print(f"Written: {key} to {path}.")
        elif spec.auth[key].env:
            err().print(f"Put {key} where the reconciler finds it as a variable:")
            typer.echo(_line(spec, key, value))


def _write(path: Path, value: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{value}\n")
        draft.replace(path)
    except OSError as error:
        raise LoginFailed(f"{path} cannot be written: {error.strerror}. Use --print to see the value.") from error


def _line(spec: AccountSpec, key: str, value: str) -> str:
    name = spec.auth[key].env or f"RECONCILER_{spec.name}_{key}".upper().replace("-", "_")
    return f"{name}={shlex.quote(value)}"


def _nothing_to_do(spec: AccountSpec) -> str:
    return (
        f"The account '{spec.name}' takes all its credentials from variables and files, and {spec.app} has no login"
        " page for it. To be asked for one here, write {login: true} in its auth; to see whether they work:"
        " reconciler accounts."
    )
