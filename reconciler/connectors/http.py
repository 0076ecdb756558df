"""The only place that speaks HTTP: one request with its retries, rate budget, status table and redaction.

What a status means is a table. An app overrides rows and says how to read its error envelope (its ``Dialect``); it does
not write another loop. Errors name the method and the path, never the query, a header, or a value that was sent.
"""

from __future__ import annotations

import copy
import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Self, Unpack

import httpx
import msgspec

from reconciler.connectors.budget import Budget
from reconciler.connectors.dialect import Dialect, Meaning, Options, Response, Retry, retry_after
from reconciler.connectors.exchange import as_text, plainly, same_origin
from reconciler.connectors.redaction import is_code, leaves, redact, without_emails
from reconciler.errors import AppError, Bug, CursorExpired, Denied, NoAnswer, Rejected, Retryable

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
_IDEMPOTENT = _SAFE | {"PUT", "DELETE"}
_REDIRECTS = 5
_ERROR = 400
_authorities = cache(httpx.create_ssl_context)  # 30 ms and a megabyte: once, not for each account
_REDIRECT = 300


@dataclass(frozen=True, slots=True)
class _Ask:
    """One request as its caller means it; ``sent`` holds what an answer might repeat."""

    method: str
    url: str
    idempotent: bool
    options: Options
    sent: tuple[object, ...]

    @property
    def name(self) -> str:
        return f"{self.method} {without_emails(httpx.URL(self.url).path)}"


@dataclass(frozen=True, slots=True)
class _Setback:
    """Why an attempt brought nothing: the error to end with, and whether another attempt may follow it."""

    error: AppError
    again: bool = False
    after: float | None = None


class _Tally:
    """Counts every request that leaves, those of a login included."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def __call__(self, _request: httpx.Request) -> None:
        with self._lock:
            self.count += 1


@dataclass(kw_only=True)
class Http:
    """HTTP bound to one account: base URL, credentials, budget, retry rules. Threads may share it.

    ``auth`` is what the app's ``authenticate`` made (an ``httpx.Auth``). ``transport`` replaces the network in tests.
    ``clock`` is wall time in POSIX seconds, for a ``Retry-After`` date; ``jitter`` draws from 0..1. ``parallel`` is how
    many requests a connector may have under way at once.
    """

    app: str
    base_url: str
    auth: object = field(default=None, repr=False)
    budget: Budget | None = None
    retry: Retry = field(default_factory=Retry)
    dialect: Dialect = field(default_factory=Dialect)
    timeout: float = 30.0
    parallel: int = 4
    verify: bool = True
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    jitter: Callable[[], float] = random.random
    transport: httpx.BaseTransport | None = None
    _budget: Budget = field(init=False, repr=False)
    _client: httpx.Client = field(init=False, repr=False)
    _tally: _Tally = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.auth is not None and not isinstance(self.auth, httpx.Auth):
            raise Bug(f"the {self.app} app must authenticate with an httpx.Auth, not with {type(self.auth).__name__}")
        self._budget = self.budget or Budget(self.app, sleep=self.sleep)
        self._tally = _Tally()
        self._client = self._connect(self.auth)

    def _connect(self, auth: httpx.Auth | None) -> httpx.Client:
        for name in ("httpx", "httpcore"):  # they log whole URLs, and a query may hold an address
            logging.getLogger(name).setLevel(logging.WARNING)
        return httpx.Client(
            base_url=self.base_url,
            auth=auth,
            timeout=self.timeout,
            verify=_authorities() if self.verify else False,
            transport=self.transport,
            headers={"User-Agent": "reconciler", "Accept": "application/json"},
            event_hooks={"request": [self._tally]},
        )

    def speaking(self, dialect: Dialect) -> Http:
        """The same account, connections, budget and count, with an app's own dialect."""
        twin = copy.copy(self)
        twin.dialect = dialect
        return twin

    @property
    def calls(self) -> int:
        """Requests sent so far, repeats and logins included."""
        return self._tally.count

    @property
    def calls_left(self) -> int | None:
        """Calls left today as far as is known."""
        return self._budget.calls_left

    @property
    def calls_limit(self) -> int | None:
        """Calls allowed a day as far as is known."""
        return self._budget.calls_limit

    def close(self) -> None:
        """Let go of the sockets."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def request(self, method: str, path: str, **options: Unpack[Options]) -> Response:
        """Ask, with as many attempts as the retry rules allow, and return the answer.

        A path is appended to the base URL (its own path included); an absolute URL must be of the same origin. Raises
        ``Retryable``, ``NoAnswer``, ``Rejected``, ``CursorExpired`` or ``Denied``.
        """
        ask = self._ask(method, path, options)
        attempt = 0
        while True:
            attempt += 1
            result = self._attempt(ask)
            if isinstance(result, Response):
                return result
            if not self._worth_another(result, attempt):
                raise result.error
            self._wait(result, attempt)

    def _ask(self, method: str, path: str, options: Options) -> _Ask:
        if "://" in path and not same_origin(httpx.URL(self.base_url), httpx.URL(path)):
            raise Rejected(self.app, "a request to another host than the account's base_url was not sent")
        params = {name: value for name, value in options.get("params", {}).items() if value is not None}
        return _Ask(
            method=method,
            url=path,
            idempotent=options.get("idempotent", method in _IDEMPOTENT),
            options={**options, "params": params},
            sent=(params, options.get("json"), as_text(options.get("content"))),
        )

    def _attempt(self, ask: _Ask) -> Response | _Setback:
        self._budget.acquire()
        try:
            request = self._build(ask)
            answer = self._send(request)
        except httpx.TransportError as error:
            return self._silence(ask, error, reached=error.request is request)
        except (httpx.HTTPError, httpx.InvalidURL):
            return _Setback(Rejected(self.app, f"{ask.name}: the exchange does not follow HTTP"))
        except Retryable as error:  # the login did not come through
            return _Setback(error, again=True, after=error.after)
        return self._judge(ask, answer)

    def _build(self, ask: _Ask) -> httpx.Request:
        options = ask.options
        content, body = options.get("content"), options.get("json")
        headers = dict(options.get("headers", {}))
        if body is not None:
            content = msgspec.json.encode(body)
            headers.setdefault("Content-Type", "application/json")
        return self._client.build_request(
            ask.method,
            ask.url,
            params=options.get("params") or None,
            content=content,
            headers=headers,
            timeout=options.get("timeout", self.timeout),
        )

    def _send(self, request: httpx.Request) -> httpx.Response:
        """Send; follow redirects of reads as long as they stay on the host that has the credentials."""
        answer = self._client.send(request)
        for _ in range(_REDIRECTS):
            target = request.url.join(answer.headers.get("Location", ""))
            if not (answer.has_redirect_location and request.method in _SAFE and same_origin(request.url, target)):
                break
            headers = {name: value for name, value in request.headers.items() if name != "host"}
            request = self._client.build_request(request.method, target, content=request.content, headers=headers)
            answer = self._client.send(request)
        return answer

    def _silence(self, ask: _Ask, error: httpx.TransportError, *, reached: bool) -> _Setback:
        """No answer: certainly not processed, harmless to repeat, or unknown."""
        if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
            problem = "base_url or a credential cannot be put into a request (a line break, an unknown scheme?)"
            return _Setback(Denied(self.app, f"{ask.name}: {problem}", code="unsendable"))
        unsent = not reached or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        message = f"{ask.name}: {plainly(error)}"
        if unsent or ask.idempotent:
            return _Setback(Retryable(self.app, message, code="no_answer"), again=True)
        return _Setback(NoAnswer(self.app, message, code="no_answer"))

    def _judge(self, ask: _Ask, answer: httpx.Response) -> Response | _Setback:
        unclear = Retryable if ask.idempotent else NoAnswer
        response = Response(
            self.app, answer.status_code, answer.headers, answer.content, str(answer.request.url), unclear
        )
        if usage := self.dialect.usage(response):
            self._budget.observe(*usage)
        if (silence := self.dialect.pause(response)) is not None:
            self._budget.pause(silence)
        veiled = answer.is_success and self.dialect.veiled(response)
        if (answer.is_success and not veiled) or response.status in ask.options.get("ok", ()):
            return response
        code, words = self._explanation(response)
        said = redact(words, leaves(ask.sent))
        message = f"{ask.name} was answered {' '.join(filter(None, [str(response.status), code]))}"
        return self._verdict(ask, response, code or str(response.status), f"{message}: {said}" if said else message)

    def _explanation(self, response: Response) -> tuple[str, str]:
        try:
            if _REDIRECT <= response.status < _ERROR:
                host = httpx.URL(response.url).join(response.headers.get("Location", "")).host
                return "", f"moved to {host}; if that is right, make it the account's base_url"
            code, words = self.dialect.explain(response)
            return (code, words) if is_code(code) else ("", f"{code} {words}")
        except (AppError, httpx.InvalidURL):
            return "", ""

    def _verdict(self, ask: _Ask, response: Response, code: str, message: str) -> _Setback:
        after = retry_after(response.headers, self.clock(), self.retry.longest)
        meaning = self.dialect.meaning(response.status, code)
        if meaning is Meaning.SPENT and after is None:
            return _Setback(Retryable(self.app, message, code=code, after=self.retry.spent), after=self.retry.spent)
        if meaning in {Meaning.BUSY, Meaning.SPENT} or (meaning is Meaning.RETRY and ask.idempotent):
            return _Setback(Retryable(self.app, message, code=code, after=after), again=True, after=after)
        kinds: dict[Meaning, type[AppError]] = {
            Meaning.RETRY: NoAnswer,
            Meaning.DENIED: Denied,
            Meaning.EXPIRED: CursorExpired,
        }
        if meaning is Meaning.DENIED and ":" not in message:
            message += "; check the account's credentials, and what they may do"
        return _Setback(kinds.get(meaning, Rejected)(self.app, message, code=code))

    def _worth_another(self, setback: _Setback, attempt: int) -> bool:
        if setback.after is not None:  # the whole account keeps silent, not just this request
            self._budget.pause(setback.after)
        patient = setback.after is None or setback.after <= self.retry.patience
        return setback.again and patient and attempt < self.retry.attempts

    def _wait(self, setback: _Setback, attempt: int) -> None:
        if not setback.after:
            self.sleep(self.jitter() * min(self.retry.cap, self.retry.base * 2**attempt))
