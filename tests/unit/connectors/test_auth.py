from __future__ import annotations

import threading
from urllib.parse import parse_qs

import httpx
import pytest

from reconciler.connectors.auth import Grant, HeaderAuth, OAuth2
from reconciler.errors import AppError, Denied, NoAnswer, Retryable
from tests.unit.connectors.wire import Wire, answer, http_over

LOGIN = "https://login.test"
FORM = {"grant_type": "refresh_token", "client_id": "key-1", "client_secret": "hunter2", "refresh_token": "first"}
GRANT = Grant(token_url="/oauth2/token", form=FORM, advice={"invalid_grant": "authorise the app again"})


class Org:
    """A login host and a data host; tokens die when told to."""

    def __init__(self, instance_url: str = "https://data.test", grant: httpx.Response | None = None) -> None:
        self.instance_url = instance_url
        self.grant = grant
        self.logins: list[dict[str, list[str]]] = []
        self.alive = ""
        self.lock = threading.Lock()
        self.extra: dict[str, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            if request.url.path.endswith("/token"):
                return self.login(request)
            if request.headers["Authorization"] != f"Bearer {self.alive}":
                return answer([{"errorCode": "INVALID_SESSION_ID"}], 401)
            return answer({"host": request.headers["Host"], "url": str(request.url)})

    def login(self, request: httpx.Request) -> httpx.Response:
        self.logins.append(parse_qs(request.content.decode()))
        if self.grant is not None:
            return self.grant
        self.alive = f"token{len(self.logins)}"
        return answer({"access_token": self.alive, "instance_url": self.instance_url, **self.extra})


def signed(org, base_url: str = LOGIN):
    auth = OAuth2("testapp", base_url, GRANT)
    return http_over(Wire(org), auth=auth, base_url=base_url)


def test_header_credentials_go_on_every_request_as_utf8() -> None:
    wire = Wire(answer([]))
    http_over(wire, auth=HeaderAuth({"API-Password": "pässword"})).request("GET", "/x")
    assert dict(wire.requests[0].headers.raw)[b"API-Password"] == "pässword".encode()


def test_requests_go_to_the_host_that_the_login_names() -> None:
    org = Org()
    said = signed(org).request("GET", "/data?a=1").json(dict[str, str])
    assert said == {"host": "data.test", "url": "https://data.test/data?a=1"}


def test_a_local_server_stays_where_it_is() -> None:
    org = Org(instance_url="http://127.0.0.1:8000/sf")
    said = signed(org, "http://127.0.0.1:8000/sf").request("GET", "/data").json(dict[str, str])
    assert said["url"] == "http://127.0.0.1:8000/sf/data"


def test_a_login_without_an_instance_stays_on_the_base_url() -> None:
    said = signed(Org(instance_url="")).request("GET", "/data").json(dict[str, str])
    assert said["url"] == "https://login.test/data"


def test_a_data_host_without_tls_gets_no_token() -> None:
    with pytest.raises(Denied, match="without TLS"):
        signed(Org(instance_url="http://data.test")).request("GET", "/data")


def test_one_login_serves_many_requests() -> None:
    org = Org()
    http = signed(org)
    for _ in range(3):
        http.request("GET", "/data")
    assert (len(org.logins), http.calls) == (1, 4)


def test_a_dead_session_is_renewed_and_the_write_sent_again() -> None:
    org = Org()
    http = signed(org)
    http.request("GET", "/data")
    org.alive = "another"
    assert http.request("POST", "/data", json={}).status == 200
    assert len(org.logins) == 2


def test_a_session_that_does_not_last_is_denied_after_one_renewal() -> None:
    org = Org()
    org.extra = {"access_token": "stillborn"}
    with pytest.raises(Denied):
        signed(org).request("GET", "/data")
    assert len(org.logins) == 2


def test_a_rotated_refresh_token_replaces_the_old_one() -> None:
    org = Org()
    http = signed(org)
    org.extra = {"refresh_token": "second"}
    http.request("GET", "/data")
    org.alive = "another"
    http.request("GET", "/data")
    assert [login["refresh_token"] for login in org.logins] == [["first"], ["second"]]


def test_threads_that_find_the_session_dead_together_renew_it_once() -> None:
    org = Org()
    together = threading.Barrier(6, timeout=20)
    statuses: list[int] = []

    def in_step(request: httpx.Request) -> httpx.Response:
        said = org(request)
        if said.status_code == 401 and request.headers["Authorization"] == "Bearer token1":
            together.wait()
        return said

    http = signed(in_step)
    http.request("GET", "/data")
    org.alive = "another"

    def ask() -> None:
        statuses.append(http.request("GET", "/data").status)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (statuses, len(org.logins)) == ([200] * 6, 2)


@pytest.mark.parametrize(
    ("grant", "error", "said"),
    [
        (
            answer({"error": "invalid_grant", "error_description": "expired token"}, 400),
            Denied,
            "authorise the app again",
        ),
        (answer({"error": "something_new"}, 400), Denied, "check the account's auth"),
        (
            answer({"status": "BAD_REFRESH_TOKEN", "message": "missing or unknown"}, 400),
            Denied,
            "BAD_REFRESH_TOKEN: miss",
        ),
        (httpx.Response(404, text="<html>"), Denied, "is base_url the login host?"),
        (answer({"error": "invalid_grant", "error_description": "login rate exceeded"}, 400), Retryable, "for now"),
        (answer({"error": "Denied", "error_description": "too many requests, wait"}, 400), Retryable, "for now"),
        (answer(status=503), Retryable, "503"),
        (answer(status=429), Retryable, "429"),
    ],
)
def test_a_login_that_fails_says_what_to_do(grant: httpx.Response, error: type[AppError], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        signed(Org(grant=grant)).request("GET", "/data")
    assert "hunter2" not in str(caught.value)


def test_an_answer_that_repeats_the_secret_is_not_passed_on() -> None:
    grant = answer({"error": "invalid_client", "error_description": "bad secret hunter2"}, 400)
    with pytest.raises(Denied) as caught:
        signed(Org(grant=grant)).request("GET", "/data")
    assert "hunter2" not in str(caught.value)


def test_a_login_without_an_answer_means_that_the_write_was_never_sent() -> None:
    org = Org()
    wire = Wire(httpx.ReadTimeout("x"), org)
    auth = OAuth2("testapp", LOGIN, GRANT)
    assert http_over(wire, auth=auth, base_url=LOGIN).request("POST", "/data", json={}).status == 200


def test_a_write_without_an_answer_stays_unknown_after_a_login() -> None:
    org = Org()
    wire = Wire(org, httpx.ReadTimeout("x"))
    auth = OAuth2("testapp", LOGIN, GRANT)
    with pytest.raises(NoAnswer):
        http_over(wire, auth=auth, base_url=LOGIN).request("POST", "/data", json={})
