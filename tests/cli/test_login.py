"""Credentials that a person can manage: a login page, a question at the terminal, and what becomes of the answers."""

from __future__ import annotations

import io
import sys
import threading
import webbrowser
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from reconciler.state.store import open_store

CRM = """
version: 1
kind: account
name: crm
app: salesforce
base_url: {url}
auth:
  client_id: {{env: RECONCILER_SANDBOX_SF_CLIENT_ID}}
  client_secret: {{env: RECONCILER_SANDBOX_SF_CLIENT_SECRET}}
  refresh_token: {token}
"""
NEWS = """
version: 1
kind: account
name: news
app: icontact
base_url: {url}
auth: {{app_id: {{env: RECONCILER_SANDBOX_ICONTACT_APP_ID}}, username: {{login: true}}, password: {{login: true}}}}
"""


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch):
    """What another program types."""
    return lambda *lines: monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch):
    """Somebody at the browser: opens the page, agrees, and follows where it leads."""
    visits: list[httpx.Response] = []

    def visit(url: str) -> bool:
        def go() -> None:
            visits.append(httpx.get(url, follow_redirects=True))

        threading.Thread(target=go).start()
        return True

    monkeypatch.setattr(webbrowser, "open", visit)
    return visits


def spec(home, text: str, **values: str) -> None:
    folder = home / "connections.d"
    folder.mkdir(exist_ok=True)
    (folder / "account.yaml").write_text(text.format(**values))


def test_a_login_through_the_browser_is_kept_and_opens_the_account(cli, apps, home, person) -> None:
    spec(home, CRM, url=apps.salesforce.url, token="{login: true}")
    before = cli("accounts")
    said = cli("login", "crm", "--port", "0")
    assert (said.code, said.out) == (0, "")
    assert "crm: logged in to salesforce as 00D" in said.err
    assert "Kept with the state: refresh_token." in said.err
    assert person[0].text.count("You can close this page") == 1
    after = cli("accounts")
    assert (before.code, after.code) == (1, 0)
    assert "reconciler login crm" in before.out


def test_what_a_spec_wants_in_a_file_is_written_there_for_us_alone(cli, apps, home, person) -> None:
    spec(home, CRM, url=apps.salesforce.url, token="{file: secrets/refresh}")
    assert cli("login", "crm", "--port", "0").code == 0
    file = home / "secrets" / "refresh"
    assert file.read_text() == "sandbox-refresh\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert cli("accounts").code == 0
    assert len(person) == 1


@pytest.mark.parametrize(("token", "options"), [("{env: SF_TOKEN}", ()), ("{login: true}", ("--print",))])
@pytest.mark.usefixtures("person")
def test_for_a_secret_store_it_is_printed_and_kept_nowhere(cli, apps, home, token: str, options: tuple) -> None:
    spec(home, CRM, url=apps.salesforce.url, token=token)
    said = cli("login", "crm", "--port", "0", *options)
    assert said.code == 0
    assert said.out.strip().endswith("=sandbox-refresh")
    assert "sandbox-refresh" not in said.err
    assert not list(home.rglob("*.login"))


def test_a_state_that_cannot_be_written_is_said_before_anybody_logs_in(cli, apps, home, person) -> None:
    spec(home, CRM, url=apps.salesforce.url, token="{login: true}")
    (home / "taken").write_text("a file where the state's folder should be")
    said = cli("login", "crm", "--port", "0", "--state", "taken/state.sqlite")
    assert said.code == 1
    assert "cannot be opened" in said.err
    assert person == []
    assert "redirect" not in said.err


@pytest.mark.usefixtures("person")
def test_a_person_who_does_not_agree_leaves_everything_as_it_was(cli, apps, home) -> None:
    spec(home, CRM, url=apps.salesforce.url, token="{login: true}")
    apps.org.consent.agrees = False
    try:
        said = cli("login", "crm", "--port", "0")
    finally:
        apps.org.consent.agrees = True
    assert said.code == 1
    assert "did not agree (access_denied)" in said.err
    assert not list(home.rglob("*.login"))


def test_a_visitor_with_another_state_is_turned_away(cli, apps, home, monkeypatch) -> None:
    spec(home, CRM, url=apps.salesforce.url, token="{login: true}")
    seen: list[int] = []

    def visit(url: str) -> bool:
        back = parse_qs(urlsplit(url).query)["redirect_uri"][0]

        def go() -> None:
            seen.append(httpx.get(f"{back}?code=stolen&state=guessed").status_code)
            seen.append(httpx.get(url, follow_redirects=True).status_code)

        threading.Thread(target=go).start()
        return True

    monkeypatch.setattr(webbrowser, "open", visit)
    assert cli("login", "crm", "--port", "0").code == 0
    assert seen[0] == 404


def test_keys_and_passwords_are_asked_for_and_tried_before_they_are_kept(cli, apps, home, pipe) -> None:
    spec(home, NEWS, url=apps.icontact_url)
    pipe("sandbox-user", "wrong")
    wrong = cli("login", "news")
    assert wrong.code != 0
    assert not list(home.rglob("*.login"))
    keys = apps.folder.credentials
    pipe(keys.username, keys.app_key)
    right = cli("login", "news")
    assert right.code == 0, right.err
    assert keys.app_key not in right.out + right.err
    assert cli("accounts", "news").code == 0


def test_from_a_pipe_nothing_but_results_reaches_standard_output(cli, apps, home, pipe) -> None:
    spec(home, NEWS, url=apps.icontact_url)
    keys = apps.folder.credentials
    pipe(keys.username, keys.app_key)
    said = cli("login", "news", "--print")
    assert said.out == f"RECONCILER_NEWS_USERNAME={keys.username}\nRECONCILER_NEWS_PASSWORD={keys.app_key}\n"
    assert said.err == "news: logged in to icontact as 413323/124667.\n"


@pytest.mark.parametrize("lines", [(), ("somebody",), ("somebody", " ")])
def test_an_answer_that_does_not_come_is_named(cli, apps, home, pipe, lines: tuple[str, ...]) -> None:
    spec(home, NEWS, url=apps.icontact_url)
    pipe(*lines)
    said = cli("login", "news")
    assert (said.code, said.out) == (1, "")
    assert f"{'password' if lines else 'username'} of news (icontact): nothing came" in said.err


def test_an_answer_that_is_no_text_is_explained_and_not_shown(cli, apps, home, pipe) -> None:
    spec(home, NEWS, url=apps.icontact_url)
    pipe("clef-\udce9t\udce9")
    said = cli("login", "news")
    assert said.code == 1
    assert "is not text (UTF-8)" in said.err
    assert "clef" not in said.err


def test_kept_credentials_stand_nowhere_in_the_open(cli, apps, home, pipe) -> None:
    spec(home, NEWS, url=apps.icontact_url)
    keys = apps.folder.credentials
    pipe(keys.username, keys.app_key)
    cli("login", "news")
    store = open_store("./state/reconciler.sqlite")
    assert store.keep.get("news.login") == {"username": keys.username, "password": keys.app_key}
    store.close()
    files = [path for path in (home / "state").rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if keys.app_key.encode() in path.read_bytes()] == []


def test_an_account_that_needs_no_login_says_so(cli, specs) -> None:
    assert specs
    said = cli("login", "news-sandbox")
    assert said.code == 1
    assert "takes all its credentials from variables and files" in said.err or "no account called" in said.err


def test_an_unknown_account_gets_the_nearest_name(cli, apps, home) -> None:
    spec(home, NEWS, url=apps.icontact_url)
    said = cli("login", "newz")
    assert said.code == 1
    assert "did you mean 'news'?" in said.err
