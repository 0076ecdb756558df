from __future__ import annotations

import base64
import io
import json
import logging
import sys
import threading
import warnings

import pytest
import structlog
from hypothesis import assume, example, given
from hypothesis import strategies as st

from reconciler.telemetry import HIDDEN, Secrets, configure, redact_text


@pytest.fixture(autouse=True)
def _restored_logging():
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook, logging.raiseExceptions
    yield
    root.handlers[:], level, sys.excepthook, threading.excepthook, logging.raiseExceptions = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def logged(say, *, log_format: str = "json", secrets: Secrets | None = None, level: str = "debug") -> str:
    out = io.StringIO()
    configure(level=level, log_format=log_format, secrets=secrets, stream=out)
    say(structlog.stdlib.get_logger("reconciler.test"))
    return out.getvalue()


def test_a_json_line_says_when_how_loud_who_and_what():
    line = json.loads(logged(lambda log: log.info("cycle", connection="news", result="ok", seconds=1.25, applied=3)))
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "cycle",
        "connection": "news",
        "result": "ok",
        "seconds": 1.25,
        "applied": 3,
        "level": "info",
        "logger": "reconciler.test",
    }


def test_a_console_line_is_for_people():
    line = logged(lambda log: log.warning("cycle", connection="news"), log_format="console")
    assert "warning" in line
    assert "connection=news" in line


def test_what_is_below_the_level_is_not_said():
    assert not logged(lambda log: log.info("cycle"), level="warning")


def test_the_standard_library_goes_the_same_way():
    line = json.loads(logged(lambda _: logging.getLogger("sqlalchemy.engine").warning("lost %s", "ann@example.org")))
    assert line["event"] == "lost [email]"
    assert line["logger"] == "sqlalchemy.engine"
    assert line["level"] == "warning"


def test_a_request_line_of_httpx_shows_host_and_path_only():
    url = "https://bob:pw@api.example.org/v1/contacts?email=ann%40example.org&key=abc#frag"
    line = json.loads(
        logged(lambda _: logging.getLogger("httpx").info('HTTP Request: %s %s "%s"', "GET", url, "HTTP/1.1 200 OK"))
    )
    assert line["event"] == 'HTTP Request: GET https://api.example.org/v1/contacts?[redacted] "HTTP/1.1 200 OK"'


def test_libraries_are_quiet_unless_everything_was_asked_for():
    assert not logged(lambda _: logging.getLogger("httpx").info("HTTP Request"), level="info")


def test_python_warnings_pass_the_same_door():
    def warn(_log):
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(capture=True)
            warnings.warn("mail to ann@example.org", stacklevel=1)

    out = logged(warn)
    assert "[email]" in out
    assert "ann@" not in out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("listening on 127.0.0.1:9464", "listening on 127.0.0.1:9464"),
        ("connections.d/news.yaml:12:5: unknown key", "connections.d/news.yaml:12:5: unknown key"),
        ("since 2026-11-21T21:32:08Z", "since 2026-11-21T21:32:08Z"),
        ("reconciler.daemon.schedule line 210, in _attempt", "reconciler.daemon.schedule line 210, in _attempt"),
        ("/usr/lib/python3.11/site-packages/urllib3/connectionpool.py", None),
        ("test_a_connection_that_returns_during_its_last_cycle", None),
        ("3 of 10000 contacts, 0.25 s", None),
        ("call +32 475 12 34 56 now", "call [phone] now"),
        ("call (02) 555-12-34", "call [phone]"),
        ("call 0475/12.34.56", "call [phone]"),
        ("mail <ann.o'hara+x@mail.example.org>", "mail <[email]>"),
        ("GET /people/ann%40example.org/tags", "GET [email]/tags"),
        ("Authorization: Bearer abc.def", f"Authorization: {HIDDEN}"),
        ('{"client_secret": "hunter2", "n": 1}', '{"client_secret": [redacted], "n": 1}'),
        ("password=hunter2&x=1", "password=[redacted]&x=1"),
        ("API-Password: hunter2", f"API-Password: {HIDDEN}"),
        ("with bearer 00D5e!abc.123", "with bearer [redacted]"),
        ("wrong: Zm9v/YmFyYmF6/cXV4L2NvcmdlL2dyYXVsdA==.", f"wrong: {HIDDEN}."),
        ("key 9f86d081884c7d659a2feaa0c55ad015 is bad", f"key {HIDDEN} is bad"),
    ],
)
def test_texts(text, shown):
    assert redact_text(text) == (shown or text)


def test_values_are_hidden_by_the_names_they_go_under():
    def say(log):
        log.info(
            "opened", auth={"password": "hunter2", "user_token": 5, "app": "icontact"}, email="x", first_name="Ann"
        )

    line = json.loads(logged(say))
    assert line["auth"] == HIDDEN
    assert line["email"] == line["first_name"] == "[personal]"
    nested = json.loads(logged(lambda log: log.info("opened", settings=[{"api_key": "k", "app": "icontact"}])))
    assert nested["settings"] == [{"api_key": HIDDEN, "app": "icontact"}]


def test_our_own_hashes_stay_readable_under_their_names():
    plan_id = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    assert json.loads(logged(lambda log: log.info("cycle", plan_id=plan_id)))["plan_id"] == plan_id
    assert HIDDEN in logged(lambda log: log.info("cycle", plan=plan_id))


def test_very_long_lines_are_cheap():
    assert redact_text("a1" * 50_000 + " @ ") == f"{HIDDEN} @ "
    assert len(redact_text(("x" * 50 + ". ") * 2000)) > 1000


class Contact:
    def __init__(self, mail: str) -> None:
        self.mail = mail

    def __repr__(self) -> str:
        return f"Contact({self.mail!r})"


class Rude:
    def __repr__(self) -> str:
        raise RuntimeError


def test_objects_are_shown_as_their_redacted_repr():
    line = json.loads(
        logged(lambda log: log.info("x", who=Contact("ann@example.org"), rude=Rude(), raw=b"ann@example.org"))
    )
    assert line["who"] == "Contact('[email]')"
    assert line["rude"] == "<Rude>"
    assert "ann" not in line["raw"]


def test_a_failing_log_call_prints_nothing_raw(capsys):
    logged(lambda _: logging.getLogger("x").warning("%d", "ann@example.org"))
    assert "ann@" not in capsys.readouterr().err


letters = st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=("Cs", "Cc", "Zs"))
words = st.text(st.characters(categories=("Ll",), max_codepoint=122), min_size=1, max_size=8)
secret_values = st.text(letters, min_size=8, max_size=60).filter(lambda value: value.strip("[]redact.") == value)
emails = st.from_regex(
    r"[a-z0-9][a-z0-9.!#$%&'*+/=?^_`{|}~-]{0,20}@[a-z0-9][a-z0-9-]{0,10}(\.[a-z]{2,6}){1,2}", fullmatch=True
)
phones = st.builds(
    lambda prefix, groups, between: prefix + between.join(groups),
    st.sampled_from(["+", "00", "+1 ", "0", "(0"]).map(lambda p: p.replace("(0", "0")),
    st.lists(st.from_regex(r"[1-9][0-9]{1,3}", fullmatch=True), min_size=4, max_size=5),
    st.sampled_from(["", " ", "-", ".", "/", "\u00a0"]),
)
tokens = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", min_size=32, max_size=80).filter(
    lambda t: any(c.isdigit() for c in t) and any(c.isalpha() for c in t)
)

PLACES = {
    "event": lambda log, canary, _: log.info(canary),
    "within": lambda log, canary, word: log.info(" ".join((word, canary + ",", word))),
    "value": lambda log, canary, word: log.info("x", **{word: canary}),
    "nested": lambda log, canary, word: log.info("x", detail={word: [{"deep": (canary,)}]}),
    "key": lambda log, canary, _: log.info("x", detail={canary: 1}),
    "args": lambda log, canary, word: log.info("%s is %s", word, canary),
    "stdlib": lambda _, canary, word: logging.getLogger("uvicorn").warning("%s %s", word, canary),
    "object": lambda log, canary, _: log.info("x", who=Contact(canary)),
    "error": lambda log, canary, _: raising(log, ValueError(canary)),
    "cause": lambda log, canary, _: raising(log, RuntimeError("x"), cause=KeyError(canary)),
    "uncaught": lambda _, canary, __: sys.excepthook(ValueError, ValueError(canary), None),
    "thread": lambda _, canary, __: uncaught_in_thread(canary),
}


def fail(error: Exception, cause: Exception | None) -> None:
    raise error from cause


def raising(log, error: Exception, cause: Exception | None = None) -> None:
    local = str(cause or error)  # a local variable that no traceback may show
    try:
        fail(error, cause)
    except Exception:
        log.exception("broke", size=len(local))


def uncaught_in_thread(canary: str) -> None:
    def run():
        raise ValueError(canary)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(5)


def spellings(canary: str) -> set[str]:
    return {canary, json.dumps(canary)[1:-1], repr(canary)[1:-1], json.dumps(repr(canary)[1:-1])[1:-1]}


def assert_hidden(canary: str, place: str, word: str, log_format: str, secrets: Secrets | None = None) -> None:
    out = logged(lambda log: PLACES[place](log, canary, word), log_format=log_format, secrets=secrets)
    assert out
    assert not [form for form in spellings(canary) if form in out]


everywhere = {
    "place": st.sampled_from(sorted(PLACES)),
    "word": words,
    "log_format": st.sampled_from(["json", "console"]),
}


@given(canary=secret_values, **everywhere)
@example(canary="pa\"ss\\wo'rd", place="error", word="a", log_format="json")
def test_a_registered_secret_never_comes_out(canary, place, word, log_format):
    assume(len(set(canary)) > 4)
    assert_hidden(canary, place, word, log_format, Secrets([canary]))


@given(canary=emails, **everywhere)
def test_an_email_address_never_comes_out(canary, place, word, log_format):
    assert_hidden(canary, place, word, log_format)


@given(canary=phones, **everywhere)
@example(canary="+10\xa010\xa010\xa010", place="cause", word="a", log_format="json")
def test_a_phone_number_never_comes_out(canary, place, word, log_format):
    assert_hidden(canary, place, word, log_format)


@given(canary=tokens, **everywhere)
def test_a_long_token_never_comes_out(canary, place, word, log_format):
    assert_hidden(canary, place, word, log_format)


@given(canary=st.binary(min_size=32, max_size=64).map(lambda raw: base64.b64encode(raw).decode()), **everywhere)
@example(canary="ab/cdefg1/hijKLMno/pqrst2/uvwxy/z01+A", place="within", word="a", log_format="json")
def test_base64_never_comes_out(canary, place, word, log_format):
    assume(canary.upper() != canary != canary.lower())
    assert_hidden(canary, place, word, log_format)


@given(
    canary=st.from_regex(r"[A-Za-z0-9]{5,20}", fullmatch=True).filter(lambda c: not c.islower()),
    where=st.sampled_from(["q", "#", "user"]),
)
def test_nothing_of_a_url_but_scheme_host_and_path_comes_out(canary, where):
    url = {"q": f"https://h/p?a={canary}", "#": f"https://h/p#{canary}", "user": f"https://{canary}:{canary}@h/p"}[
        where
    ]
    assert canary not in redact_text(f"GET {url} failed")
