from __future__ import annotations

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from reconciler.daemon.health import Answer
from reconciler.daemon.server import application, listen, serving
from reconciler.errors import ReconcilerError


async def page(_request):
    return PlainTextResponse("hello")


def test_it_answers_metrics_probes_and_pages():
    no, yes = Answer(good=False, facts={"ready": False}), Answer(good=True, facts={"alive": True})
    app = application(lambda: b"reconciler_links 1\n", lambda: yes, lambda: no, [Route("/activity", page)])
    bound = listen("127.0.0.1", 0)
    with serving(app, bound), httpx.Client(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}") as client:
        metrics = client.get("/metrics")
        assert metrics.text == "reconciler_links 1\n"
        assert metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert (client.get("/healthz").status_code, client.get("/healthz").json()) == (200, {"alive": True})
        assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (503, {"ready": False})
        assert client.get("/activity").text == "hello"
        assert client.get("/").status_code == 404
        assert client.post("/metrics").status_code == 405
    assert bound.fileno() == -1


def test_a_taken_port_is_said_in_words():
    with (
        listen("127.0.0.1", 0) as bound,
        pytest.raises(ReconcilerError, match=r"cannot listen on .* port \d+.*--listen"),
    ):
        listen("127.0.0.1", bound.getsockname()[1])
