"""A network that says what the test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
from typing import Any

import httpx

from reconciler.connectors.budget import Budget
from reconciler.connectors.http import Http
from reconciler.testing.clock import FakeClock


def answer(body: object = None, status: int = 200, **headers: str) -> httpx.Response:
    """A JSON answer; header names are written with underscores."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return (
        httpx.Response(status, json=body, headers=names) if body is not None else httpx.Response(status, headers=names)
    )


class Wire(httpx.BaseTransport):
    """Answers in order; the last one is repeated."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, httpx.Response) else said(request)

    @property
    def lines(self) -> list[str]:
        """What was asked, as ``METHOD path``."""
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def body(self, number: int = -1) -> Any:
        """The JSON that a request carried."""
        return json.loads(self.requests[number].content)


def http_over(wire: httpx.BaseTransport, clock: FakeClock | None = None, **settings: Any) -> Http:
    """An ``Http`` over ``wire`` whose waits only move ``clock``, and whose jitter is always the longest."""
    clock = clock or FakeClock()
    settings = {"app": "testapp", "base_url": "https://app.test/api", **settings}
    budget = settings.pop("budget", None) or Budget(settings["app"], clock=clock, sleep=clock.sleep)
    return Http(transport=wire, budget=budget, sleep=clock.sleep, clock=clock, jitter=lambda: 1.0, **settings)
