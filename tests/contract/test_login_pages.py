"""Every login page of an emulated app, walked through as a person does: agree, come back with a code, be somebody."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from reconciler.connectors.authorize import Authorization
from reconciler.connectors.base import Opening
from reconciler.connectors.http import Http
from reconciler.connectors.registry import app_names, load_app, login_of
from reconciler.errors import Denied
from reconciler.sandbox.emulator import emulator_names, load_emulator
from reconciler.sandbox.server import serve
from reconciler.sandbox.shell import create_app
from reconciler.testing.clock import FakeClock

APPS = [name for name in app_names() if name in emulator_names() and login_of(load_app(name), None)]
BACK = "http://127.0.0.1:8765/callback"


class Page:
    """An emulated app with its login page, and an app that may use it."""

    def __init__(self, name: str) -> None:
        self.name, self.app, self.emulator = name, load_app(name), load_emulator(name)
        self.world = self.emulator.world(FakeClock())
        self.client = dict(getattr(self.emulator, "oauth", self.emulator.auth)(self.world))
        self.server = serve(create_app(self.emulator.api(self.world)))
        self.url = self.server.url + self.emulator.base_path

    def attempt(self, verifier: str = "v" * 43) -> Authorization:
        flow = login_of(self.app, self.url)
        return Authorization(
            self.name, flow, self.client["client_id"], self.client["client_secret"], BACK, "st4te", verifier
        )

    def visit(self, attempt: Authorization) -> dict[str, str]:
        """What the browser comes back with."""
        answer = httpx.get(attempt.url)
        assert answer.status_code == 302, answer.text
        assert answer.headers["Location"].startswith(BACK)
        return {name: one[0] for name, one in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    def probed(self, kept: dict[str, str]) -> str:
        known = {key: self.client[key] for key in ("client_id", "client_secret")} | kept
        auth = self.app.authenticate(self.app.credentials.model_validate(known), self.url)
        with Http(app=self.name, base_url=self.url, auth=auth) as http:
            options = self.emulator.options(self.world)
            return self.app.open(Opening(http, next(iter(self.emulator.entities)), options)).probe().id


@pytest.fixture(params=APPS)
def page(request):
    found = Page(request.param)
    yield found
    found.server.stop()


def test_a_login_makes_somebody_of_us(page: Page) -> None:
    said = page.visit(page.attempt())
    assert said["state"] == "st4te"
    assert page.probed(page.attempt().exchange(said["code"]))


def test_a_code_is_good_once_and_for_whom_it_was_given(page: Page) -> None:
    code = page.visit(page.attempt())["code"]
    page.attempt().exchange(code)
    with pytest.raises(Denied):
        page.attempt().exchange(code)
    if page.attempt().login.pkce:
        code = page.visit(page.attempt())["code"]
        with pytest.raises(Denied):
            page.attempt("w" * 43).exchange(code)


def test_a_person_who_does_not_agree_brings_no_code(page: Page) -> None:
    page.world.consent.agrees = False
    assert "code" not in page.visit(page.attempt())
