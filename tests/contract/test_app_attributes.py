"""What an app may offer beside its connector, alike for every registered app: a login page, a webhook, credentials."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.connectors.registry import app_names, app_traits, load_app, login_of, webhook_of
from reconciler.connectors.webhook import Delivery, Verdict

APPS = app_names()
WITH_LOGIN = [name for name in APPS if login_of(load_app(name), None)]
WITH_WEBHOOK = [name for name in APPS if webhook_of(load_app(name))]
HEADERS = st.dictionaries(st.text(max_size=30).map(str.lower), st.text(max_size=60), max_size=5)
DELIVERIES = st.builds(
    Delivery,
    method=st.sampled_from(["GET", "POST", "HEAD"]),
    path=st.text(max_size=80).map(lambda text: f"/hooks/x?{text}"),
    body=st.binary(max_size=300) | st.sampled_from([b"{}", b"[]", b"null", b'{"token": 1}', b"[[[", b"\xff"]),
    headers=HEADERS,
)


@pytest.mark.parametrize("name", WITH_WEBHOOK)
@given(delivery=DELIVERIES)
def test_no_stranger_brings_news_and_none_breaks_the_judge(name: str, delivery: Delivery) -> None:
    verdict = webhook_of(load_app(name)).judge("a-secret-that-nobody-knows", delivery, 1_700_000_000.0)
    assert verdict in {Verdict.FORGED, Verdict.GREETING}


@pytest.mark.parametrize("name", APPS)
def test_webhooks_are_promised_where_they_are_judged(name: str) -> None:
    app = load_app(name)
    judged = webhook_of(app) is not None
    assert {traits.webhooks for traits in app_traits(app).values()} == {judged}
    assert ("webhook_secret" in app.credentials.model_fields) == judged
    if judged:
        assert len(webhook_of(app).setup) > 20


@pytest.mark.parametrize("name", WITH_LOGIN)
def test_a_login_page_is_reached_by_tls_and_keeps_what_the_account_knows(name: str) -> None:
    app = load_app(name)
    flow = login_of(app, None)
    assert {urlsplit(url).scheme for url in (flow.authorize_url, flow.token_url)} == {"https"}
    assert set(flow.keeps.values()) <= set(app.credentials.model_fields)
    assert "client_id" in app.credentials.model_fields


@pytest.mark.parametrize("name", WITH_LOGIN)
def test_an_emulator_stands_in_for_the_login_page_too(name: str) -> None:
    flow = login_of(load_app(name), "http://127.0.0.1:9/base")
    assert {urlsplit(url).netloc for url in (flow.authorize_url, flow.token_url)} == {"127.0.0.1:9"}


@pytest.mark.parametrize("name", APPS)
def test_what_is_secret_is_typed_as_a_secret(name: str) -> None:
    fields = load_app(name).credentials.model_fields
    words = ("secret", "password", "token", "api_key")
    secret = {key: str(info.annotation) for key, info in fields.items() if any(word in key for word in words)}
    assert {key for key, annotation in secret.items() if "SecretStr" not in annotation} == set()
