"""Logs that may be shown to anybody: one pipeline, and everything secret or personal taken out of it.

Redaction happens once, in the formatter that every line passes on its way out, structlog's and the standard library's
alike (APScheduler, httpx, uvicorn, SQLAlchemy). It works on what would be printed, so a traceback, a nested value or a
library's own message is treated like any other text. It errs on the side of taking out too much.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, TextIO
from urllib.parse import quote, quote_plus

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["json", "console"]

HIDDEN: Final = "[redacted]"
EMAIL: Final = "[email]"
PHONE: Final = "[phone]"
PERSONAL: Final = "[personal]"

SHORTEST_SECRET: Final = 4
"""Characters. A shorter registered value would take letters out of ordinary words, and is no secret anyway."""

_SECRET_NAME = re.compile(
    r"passw|passphrase|secret|token|credential|cookie|authori[sz]ation|bearer|signature|private.?key|api.?key|app.?key"
    r"|access.?key|(?:^|[_.-])(?:pwd|auth|sig|pat|jwt|otp|pin)(?:$|[_.-])",
    re.IGNORECASE,
)
_PERSONAL_NAME = re.compile(
    r"(?:^|[_.-])(?:e?.?mail|phone|mobile|fax|birth(?:day|date)|(?:first|last|given|family|full|middle).?name|surname)"
    r"(?:$|[_.-]|s$)",
    re.IGNORECASE,
)
_IDENTITY_NAME = frozenset({"plan_id", "digest", "cycle", "version"})  # our own hashes: random to look at, and needed
_IDENTITY = re.compile(r"[0-9a-f:]{1,71}")

_ASSIGNMENT = re.compile(
    r"""(?ix) (?P<name> [\w.-]{0,40} (?:passw(?:or)?d|passphrase|pwd|secret|token|credentials?|cookie|signature
        |api[_-]?key|private[_-]?key|access[_-]?key) [\w.-]{0,40} ["']? \s{0,4} (?: = | (?<=["']) \s{0,4} : ) \s{0,4} )
        (?: "[^"]*" | '[^']*' | [^\s,;&}\])]+ )""",
)
_HEADER = re.compile(
    r"(?i)\b(?P<name>(?:proxy-)?authorization|(?:set-)?cookie|x-api-key|api-[\w-]+)(?P<sep>[\"']?:\s*)[^\r\n]+"
)
_BEARER = re.compile(r"(?i)\b(?P<name>bearer|basic|digest)\s+[\w+/=.~!-]{6,}")
_URL = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]{1,20}://)(?P<user>[^\s/@?#\"'<>]*@)?(?P<rest>[^\s?#\"'<>]*)(?P<query>[?#][^\s\"'<>]*)?",
    re.IGNORECASE,
)
_EMAIL = re.compile(
    r"""(?:"[^"\r\n]{1,64}"|[^\s@<>"'(),;\[\]\\][^\s@<>"(),;\[\]\\]{0,127})(?:@|%40)[^\s@<>"'(),;:/?#\\\]{}]+"""
)
_DATE = r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\d-])"
_BETWEEN = r"(?:[\s().\-/\u00a0\u2010-\u2015]|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\t)"  # also as a repr spells them
_PHONE = re.compile(rf"(?<![\w.])(?!{_DATE})(?:\+|00)?\(?\d(?:{_BETWEEN}{{0,3}}\d){{6,}}(?!\w)")
_TOKEN = re.compile(r"[A-Za-z0-9+_=~-]{24,}")
_BASE64 = re.compile(r"(?<![\w/.])[A-Za-z0-9+/]{32,}={0,2}(?![\w/]|\.\w)")


class Secrets:
    """The values that must never be printed, whatever they look like. Thread-safe; wiring fills it."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for value in values:
            self.add(value)

    def add(self, value: str) -> None:
        """Register a secret, and the ways it may be spelled in URLs, JSON and reprs."""
        if len(value.strip()) < SHORTEST_SECRET:
            return
        with self._lock:
            self._known |= _spellings(value)
            longest_first = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def redact(self, text: str) -> str:
        """``text`` without any registered value."""
        pattern = self._pattern
        return pattern.sub(HIDDEN, text) if pattern else text


def _spellings(value: str) -> set[str]:
    stripped = value.strip()
    spoken = {value, stripped}
    for encode in (
        quote,
        quote_plus,
        lambda v: quote(v, safe=""),
        lambda v: repr(v)[1:-1],
        lambda v: json.dumps(v)[1:-1],
    ):
        spoken |= {encode(value), encode(stripped)}
    return {spelling for spelling in spoken if len(spelling) >= SHORTEST_SECRET}


def redact_text(text: str, secrets: Secrets | None = None) -> str:
    """``text`` without registered secrets, credentials, URL queries, email addresses, phone numbers and long tokens."""
    if secrets:
        text = secrets.redact(text)
    text = _URL.sub(_bare_url, text)
    text = _HEADER.sub(rf"\g<name>\g<sep>{HIDDEN}", text)
    text = _ASSIGNMENT.sub(rf"\g<name>{HIDDEN}", text)
    text = _BEARER.sub(rf"\g<name> {HIDDEN}", text)
    if "@" in text or "%40" in text:
        text = _EMAIL.sub(EMAIL, text)
    text = _BASE64.sub(_random_only, text)
    text = _TOKEN.sub(_random_only, text)
    return _PHONE.sub(PHONE, text)


def _bare_url(match: re.Match[str]) -> str:
    """Scheme, host and path: what a person needs to see. Queries and user parts carry keys and addresses."""
    query = "?[redacted]" if match["query"] else ""
    return f"{match['scheme']}{match['rest']}{query}"


def _random_only(match: re.Match[str]) -> str:
    """Names in code are long too; what mixes letters with digits, or cases without a word break, is a token."""
    text = match[0]
    digits = any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
    cases = text.upper() != text != text.lower() and "_" not in text
    return HIDDEN if digits or cases else text


class Redactor:
    """A structlog processor: every key and value of the event, to any depth, as it may be shown."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """The event, safe to render."""
        return {self.text(str(key)): self.named(str(key), value) for key, value in event.items()}

    def text(self, text: str) -> str:
        """A text, safe to show."""
        return redact_text(text, self._secrets)

    def named(self, name: str, value: object) -> object:
        """A value under a name that may itself say what it is."""
        if value is None or isinstance(value, bool):
            return value
        if _SECRET_NAME.search(name):
            return HIDDEN
        if _PERSONAL_NAME.search(name) and not isinstance(value, (int, float)):
            return PERSONAL
        if name in _IDENTITY_NAME and isinstance(value, str) and _IDENTITY.fullmatch(value):
            return self._secrets.redact(value)
        return self.value(value)

    def value(self, value: object) -> object:
        """Any value; what is not plain data is shown as its redacted repr."""
        match value:
            case None | bool():
                return value
            case int() | float():
                return value if self._secrets.redact(str(value)) == str(value) else HIDDEN
            case str():
                return self.text(value)
            case Mapping():
                return {self.text(str(key)): self.named(str(key), part) for key, part in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.value(part) for part in value]
            case _:
                return self.text(_safe_repr(value))


def _safe_repr(value: object) -> str:
    with contextlib.suppress(Exception):  # a log line must not fail because a stranger's repr does
        return repr(value)
    return f"<{type(value).__name__}>"


def configure(
    *, level: str = "info", log_format: LogFormat = "json", secrets: Secrets | None = None, stream: TextIO | None = None
) -> None:
    """Send every log line of this process, redacted, to ``stream`` (standard error by default).

    Once per process, before the first line. Also takes over uncaught exceptions and Python warnings, which would
    otherwise be printed as they are.
    """
    redactor = Redactor(secrets or Secrets())
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(redactor, log_format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    _quieten(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_describe(),
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _take_over()


def _describe() -> list[Processor]:
    """What every line says besides its own words."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
    ]


def _formatter(redactor: Redactor, log_format: LogFormat) -> logging.Formatter:
    """Exceptions become text first (plain tracebacks: no local variables), then all is redacted, then stamped."""
    render: Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_describe(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            redactor,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            render,
        ],
    )


_FLOODS = ("alembic", "sqlalchemy", "watchfiles")


def _quieten(level: str) -> None:
    """Libraries speak from warning on, unless a person asked for everything; those that tell of every statement and
    every file say too much even then."""
    chatty = ("httpx", "httpcore", "apscheduler", "uvicorn", "asyncio", *_FLOODS)
    for name in chatty:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.NOTSET if level.lower() == "debug" and name not in _FLOODS else logging.WARNING)


def _take_over() -> None:
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # else a failing log call prints its raw arguments
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("reconciler").critical("uncaught exception", exc_info=(kind, error, trace))
