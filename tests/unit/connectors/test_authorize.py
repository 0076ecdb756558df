from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from reconciler.connectors.authorize import Authorization
from reconciler.connectors.login import Login
from reconciler.errors import Denied, Retryable
from tests.unit.connectors.wire import Wire, answer

LOGIN = Login("https://login.test/authorize", "https://login.test/token", scopes=("read", "write"))
ATTEMPT = Authorization("testapp", LOGIN, "app", "hunter2", "http://127.0.0.1:8765/callback", "st4te", "v3rifier")


def asked(attempt: Authorization) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(attempt.url).query).items()}


def posted(wire: Wire) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(wire.requests[0].content.decode()).items()}


def test_the_browser_is_asked_for_a_code_that_only_we_can_use() -> None:
    query = asked(ATTEMPT)
    challenge = urlsafe_b64encode(hashlib.sha256(b"v3rifier").digest()).rstrip(b"=").decode()
    assert (query["code_challenge"], query["code_challenge_method"]) == (challenge, "S256")
    assert (query["state"], query["scope"], query["response_type"]) == ("st4te", "read write", "code")
    assert "hunter2" not in ATTEMPT.url
    assert "v3rifier" not in ATTEMPT.url


def test_an_app_without_pkce_and_with_its_own_parameters() -> None:
    login = replace(LOGIN, pkce=False, separator=",", params={"access_type": "offline"})
    query = asked(replace(ATTEMPT, login=login))
    assert "code_challenge" not in query
    assert (query["scope"], query["access_type"]) == ("read,write", "offline")


def test_the_code_becomes_what_the_account_keeps() -> None:
    wire = Wire(answer({"access_token": "a", "refresh_token": "r", "expires_in": 3600}))
    assert ATTEMPT.exchange("c0de", wire) == {"refresh_token": "r"}
    assert posted(wire) == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": "http://127.0.0.1:8765/callback",
        "client_id": "app",
        "client_secret": "hunter2",
        "code_verifier": "v3rifier",
    }


def test_client_and_secret_can_travel_as_basic() -> None:
    wire = Wire(answer({"access_token": "a", "refresh_token": "r"}))
    replace(ATTEMPT, login=replace(LOGIN, basic=True)).exchange("c0de", wire)
    assert "client_secret" not in posted(wire)
    assert wire.requests[0].headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (answer({"error": "invalid_grant", "error_description": "code hunter2 expired"}, 400), "expired"),
        (answer({"access_token": "a"}), "no refresh_token"),
        (httpx.Response(200, text="<html>"), "status 200"),
        (answer([1, 2], 500), "status 500"),
        (answer({"status": "BAD_AUTH_CODE", "message": "unknown auth code"}, 400), "unknown auth code"),
    ],
)
def test_a_code_that_is_not_taken_is_an_error_for_people(said: httpx.Response, words: str) -> None:
    with pytest.raises(Denied, match=words) as caught:
        ATTEMPT.exchange("c0de", Wire(said))
    assert "hunter2" not in str(caught.value)


def test_a_login_host_that_does_not_answer_may_do_so_later() -> None:
    with pytest.raises(Retryable, match="did not answer"):
        ATTEMPT.exchange("c0de", Wire(httpx.ConnectError("x")))


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_login_host_that_is_busy_is_no_refusal(status: int) -> None:
    with pytest.raises(Retryable, match="run the command again"):
        ATTEMPT.exchange("c0de", Wire(answer({"message": "later"}, status)))


def test_nothing_secret_stands_in_its_repr() -> None:
    assert not [word for word in ("hunter2", "v3rifier", "st4te") if word in repr(ATTEMPT)]
