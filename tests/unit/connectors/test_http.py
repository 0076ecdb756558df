from __future__ import annotations

import logging
import ssl
import threading
from contextlib import suppress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.dialect import Dialect, Meaning, Retry
from reconciler.connectors.http import Http
from reconciler.errors import AppError, Bug, Denied, NoAnswer, Rejected, Retryable
from reconciler.testing.clock import FakeClock
from tests.unit.connectors.wire import Wire, answer, http_over

BROKEN = [httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.RemoteProtocolError("x"), httpx.WriteError("x")]
UNREACHED = [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")]


def name(error: Exception) -> str:
    return type(error).__name__


def test_a_path_is_appended_to_the_path_of_the_base_url() -> None:
    wire = Wire(answer({"a": 1}))
    response = http_over(wire).request("GET", "/things", params={"q": "x y", "none": None})
    assert str(wire.requests[0].url) == "https://app.test/api/things?q=x+y"
    assert response.json() == {"a": 1}


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_read_is_repeated_until_it_is_answered(status: int) -> None:
    wire, clock = Wire(answer(status=status), answer(status=status), answer([])), FakeClock()
    http = http_over(wire, clock)
    assert http.request("GET", "/x").json() == []
    assert clock.slept == [1.0, 2.0]
    assert http.calls == 3


@pytest.mark.parametrize("error", BROKEN + UNREACHED, ids=name)
def test_a_read_is_repeated_after_a_broken_exchange(error: Exception) -> None:
    wire = Wire(error, answer([]))
    assert http_over(wire).request("GET", "/x").json() == []


@pytest.mark.parametrize("error", BROKEN, ids=name)
def test_a_write_that_may_have_happened_is_sent_once(error: Exception) -> None:
    wire = Wire(error, answer([]))
    with pytest.raises(NoAnswer):
        http_over(wire).request("POST", "/x", json={})
    assert len(wire.requests) == 1


@pytest.mark.parametrize("first", [*UNREACHED, answer(status=429), answer(status=503)], ids=str)
def test_a_write_that_certainly_did_not_happen_is_repeated(first: object) -> None:
    wire = Wire(first, answer({"id": 1}))
    assert http_over(wire).request("POST", "/x", json={}).json() == {"id": 1}


@pytest.mark.parametrize("status", [500, 502, 504, 408])
def test_a_write_answered_by_a_broken_server_may_have_happened(status: int) -> None:
    wire = Wire(answer(status=status))
    with pytest.raises(NoAnswer):
        http_over(wire).request("POST", "/x", json={})
    assert len(wire.requests) == 1


def test_a_write_said_to_be_idempotent_is_repeated() -> None:
    wire = Wire(httpx.ReadTimeout("x"), answer(status=500), answer([]))
    assert http_over(wire).request("POST", "/x", json={}, idempotent=True).json() == []


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Rejected), (401, Denied), (402, Denied), (403, Denied), (404, Rejected), (409, Rejected), (422, Rejected)],
)
def test_what_will_be_refused_again_is_not_repeated(status: int, error: type[AppError]) -> None:
    wire = Wire(answer(status=status))
    with pytest.raises(error) as caught:
        http_over(wire).request("GET", "/x")
    assert (len(wire.requests), caught.value.code) == (1, str(status))


def test_attempts_come_to_an_end() -> None:
    wire, clock = Wire(answer(status=500)), FakeClock()
    with pytest.raises(Retryable):
        http_over(wire, clock, retry=Retry(attempts=3)).request("GET", "/x")
    assert len(wire.requests) == 3
    assert clock.slept == [1.0, 2.0]


def test_retry_after_silences_the_account_for_as_long_as_it_says() -> None:
    wire, clock = Wire(answer(status=429, Retry_After="7"), answer([])), FakeClock()
    http_over(wire, clock).request("GET", "/x")
    assert clock.slept == [7.0]


def test_retry_after_may_be_a_date_by_the_servers_own_clock() -> None:
    busy = answer(status=503, Retry_After="Wed, 21 Oct 2015 07:28:30 GMT", Date="Wed, 21 Oct 2015 07:28:00 GMT")
    wire, clock = Wire(busy, answer([])), FakeClock()
    http_over(wire, clock).request("GET", "/x")
    assert clock.slept == [30.0]


def test_a_long_wait_is_handed_on_and_the_next_call_is_not_even_sent() -> None:
    wire = Wire(answer(status=429, Retry_After="600"))
    http = http_over(wire)
    for said in ("was answered 429", "paused by its rate limit"):
        with pytest.raises(Retryable, match=said) as caught:
            http.request("GET", "/x")
        assert caught.value.after == 600.0
    assert len(wire.requests) == 1


def test_an_absurd_wait_is_believed_up_to_an_hour() -> None:
    with pytest.raises(Retryable) as caught:
        http_over(Wire(answer(status=429, Retry_After="999999"))).request("GET", "/x")
    assert caught.value.after == 3600.0


def test_the_apps_own_code_outranks_the_status() -> None:
    dialect = Dialect(
        rows={"SLOW": Meaning.BUSY, 403: Meaning.REJECTED},
        explain=lambda response: (response.json(dict[str, str])["code"], ""),
    )
    wire = Wire(answer({"code": "SLOW"}, 403), answer({"code": "NO"}, 403))
    with pytest.raises(Rejected) as caught:
        http_over(wire).speaking(dialect).request("POST", "/x", json={})
    assert (len(wire.requests), caught.value.code) == (2, "NO")


def test_a_caller_may_want_to_see_a_status_itself() -> None:
    assert http_over(Wire(answer(status=404))).request("GET", "/x", ok={404}).status == 404


def test_messages_hold_no_query_no_credential_and_nothing_that_was_sent() -> None:
    said = "field Email: jane.doe@example.org is bad, call +32 475 12 34 56, 'Janet' is no name, token tok-secret"
    dialect = Dialect(explain=lambda response: ("", response.json(dict[str, str])["error"]))
    http = http_over(Wire(answer({"error": said}, 400)), dialect=dialect)
    with pytest.raises(Rejected) as caught:
        http.request("POST", "/x/jane.doe@example.org", params={"key": "tok-secret"}, json=[{"first": "Janet"}])
    message = str(caught.value)
    for secret in ("jane", "475", "Janet", "tok-secret", "key"):
        assert secret not in message
    assert message.startswith("testapp: POST /x/[email] was answered 400: field Email: [email] is bad")


def test_what_is_no_code_is_not_repeated_as_one() -> None:
    said = "the key of ann@example.org was 'Bearer 00D5e!abc' in " + "x" * 500
    dialect = Dialect(explain=lambda _: (said, ""))
    with pytest.raises(Rejected) as caught:
        http_over(Wire(answer({}, 400)), dialect=dialect).request("GET", "/x")
    assert caught.value.code == "400"
    assert "ann@" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_read_follows_a_redirect_on_the_same_host_and_keeps_its_method() -> None:
    wire = Wire(answer(status=301, Location="/elsewhere"), answer([]))
    response = http_over(wire).request("PROPFIND", "/x", content=b"<a/>")
    assert wire.lines == ["PROPFIND /api/x", "PROPFIND /elsewhere"]
    assert wire.requests[1].content == b"<a/>"
    assert response.url == "https://app.test/elsewhere"


@pytest.mark.parametrize("target", ["https://evil.test/x", "http://app.test/x", "https://app.test:8443/x"])
def test_credentials_are_never_carried_to_another_origin(target: str) -> None:
    wire = Wire(answer(status=302, Location=target))
    with pytest.raises(Rejected, match="moved to"):
        http_over(wire).request("GET", "/x")
    with pytest.raises(Rejected, match="not sent"):
        http_over(wire).request("GET", target)
    assert len(wire.requests) == 1


def test_a_write_is_not_redirected() -> None:
    wire = Wire(answer(status=307, Location="/elsewhere"))
    with pytest.raises(Rejected):
        http_over(wire).request("POST", "/x", json={})
    assert len(wire.requests) == 1


def test_redirects_in_a_circle_end() -> None:
    wire = Wire(answer(status=302, Location="/api/x"))
    with pytest.raises(Rejected):
        http_over(wire).request("GET", "/x")


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff", b'{"a": "not a number"}'])
def test_an_unreadable_answer_is_an_error_of_the_right_kind(body: bytes) -> None:
    http = http_over(Wire(httpx.Response(200, content=body)))
    with pytest.raises(Retryable):
        http.request("GET", "/x").json(dict[str, int])
    with pytest.raises(NoAnswer):
        http.request("POST", "/x", json={}).json(dict[str, int])


def test_a_certificate_that_is_not_accepted_is_said_to_be_so() -> None:
    error = httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]")
    error.__cause__ = ssl.SSLCertVerificationError()
    with pytest.raises(Retryable, match="TLS certificate"):
        http_over(Wire(error)).request("GET", "/x")


def test_a_line_break_in_a_credential_stalls_without_showing_it() -> None:
    error = httpx.LocalProtocolError("Illegal header value b'hunter2\\n'")
    with pytest.raises(Denied) as caught:
        http_over(Wire(error)).request("GET", "/x")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_only_an_httpx_auth_is_taken() -> None:
    with pytest.raises(Bug):
        Http(app="testapp", base_url="https://app.test", auth=("user", "password"))


def test_no_url_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        http_over(Wire(answer([]))).request("GET", "/x", params={"email": "jane@example.org"})
    assert caplog.text == ""


def test_what_an_answer_tells_of_todays_calls_is_known() -> None:
    dialect = Dialect(usage=lambda response: (int(response.headers["Used"]), 100))
    http = http_over(Wire(answer([], Used="97")), dialect=dialect)
    http.request("GET", "/x")
    assert (http.calls_left, http.calls_limit) == (3, 100)


def test_threads_share_one_count() -> None:
    http = http_over(Wire(lambda _request: answer([])))
    threads = [threading.Thread(target=lambda: [http.request("GET", "/x") for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert http.calls == 80


@given(statuses=st.lists(st.sampled_from([200, 429, 500, 503]), min_size=4, max_size=4), write=st.booleans())
def test_a_write_is_processed_at_most_once(statuses: list[int], *, write: bool) -> None:
    """200 and 500 may both have been processed; 429 and 503 were not."""
    wire = Wire(*[answer(status=status) for status in statuses])
    with suppress(AppError):
        http_over(wire).request("POST" if write else "GET", "/x", json={})
    sent = statuses[: len(wire.requests)]
    if write:
        assert sum(status in {200, 500} for status in sent) <= 1
    assert len(sent) <= 4
    assert 200 not in sent[:-1]
