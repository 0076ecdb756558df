from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reconciler.daemon.metrics import CODES_AT_MOST, Metrics
from reconciler.daemon.ports import Wanted
from reconciler.errors import Problem
from reconciler.model.link import ContactState
from reconciler.model.plan import Summary, Verb
from reconciler.model.record import Side
from reconciler.model.report import Reading
from tests.unit.daemon.fakes import report

DOCS = Path(__file__).parents[3] / "docs" / "metrics.md"


def wanted(name: str = "news", **facts) -> Wanted:
    accounts = {Side.LEFT: "sf-prod", Side.RIGHT: "icontact-main"}
    return Wanted(name=name, digest="d", every=300.0, accounts=accounts, **facts)


def full(name: str = "news"):
    return report(
        name,
        readings={Side.LEFT: Reading("full", records=100, changed=3, gone=0, seconds=2.0)},
        applied={(Side.RIGHT, Verb.CREATE): 3},
        failures={"INVALID_EMAIL": 2},
        states={(Side.LEFT, ContactState.IN_SYNC): 98, (Side.LEFT, ContactState.FAILED): 2},
        links=98,
        calls={Side.LEFT: 5, Side.RIGHT: 7},
        summary=Summary(name, "ab12", counts={(Side.RIGHT, Verb.CREATE): 5}),
    )


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def samples(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(metrics.expose().decode())
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in families
        for one in family.samples
        if one.name.startswith("reconciler_")
    }


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return samples(metrics).get((f"reconciler_{name}", frozenset(labels.items())))


def test_a_cycle_is_counted(metrics):
    metrics.observe(wanted(), full())
    metrics.observe(wanted(), full())
    news = {"connection": "news"}
    assert value(metrics, "cycles_total", **news, result="ok") == 2
    assert value(metrics, "cycle_duration_seconds_count", **news) == 2
    assert value(metrics, "cycle_duration_seconds_sum", **news) == 3.0
    assert value(metrics, "last_success_timestamp_seconds", **news) == 1_000_001.5
    assert value(metrics, "records_read_total", **news, side="left", mode="full") == 200
    assert value(metrics, "writes_total", **news, side="right", verb="create") == 6
    assert value(metrics, "refused_writes_total", **news, code="INVALID_EMAIL") == 4
    assert value(metrics, "api_calls_total", **news, side="right", account="icontact-main") == 14
    assert value(metrics, "contacts", **news, side="left", state="in_sync") == 98
    assert value(metrics, "links", **news) == 98
    assert value(metrics, "plan_pending_operations", **news, side="right", verb="create") == 5


def test_states_and_operations_that_are_no_more_do_not_linger(metrics):
    metrics.observe(wanted(), full())
    metrics.observe(wanted(), report(states={(Side.LEFT, ContactState.IN_SYNC): 100}, summary=Summary("news", "x")))
    assert value(metrics, "contacts", connection="news", side="left", state="failed") is None
    assert value(metrics, "plan_pending_operations", connection="news", side="right", verb="create") is None
    assert value(metrics, "contacts", connection="news", side="left", state="in_sync") == 100


def test_a_cycle_that_broke_off_early_takes_nothing_back(metrics):
    metrics.observe(wanted(), full())
    metrics.observe(wanted(), report(result="failed"))
    assert value(metrics, "links", connection="news") == 98
    assert value(metrics, "last_success_timestamp_seconds", connection="news") == 1_000_001.5
    assert value(metrics, "cycles_total", connection="news", result="failed") == 1


def test_guard_refusals_are_counted(metrics):
    metrics.observe(wanted(), report(result="refused"))
    assert value(metrics, "guard_refusals_total", connection="news") == 1


def test_the_first_failure_of_a_connection_is_an_increase(metrics):
    metrics.specs([wanted()], (), ())
    assert value(metrics, "cycles_total", connection="news", result="failed") == 0


@pytest.mark.parametrize("code", ["ann@example.org", "Ann Smith", "x" * 100, "0032475123456", "", "tel:4755123456"])
def test_a_code_that_is_no_code_is_other(metrics, code):
    metrics.observe(wanted(), report(failures={code: 1}))
    assert value(metrics, "refused_writes_total", connection="news", code="other") == 1
    assert not code or code not in metrics.expose().decode()


def test_codes_without_end_become_other(metrics):
    for number in range(1000):
        metrics.observe(wanted(), report(failures={f"E{number}": 1}))
    codes = [dict(labels)["code"] for name, labels in samples(metrics) if name == "reconciler_refused_writes_total"]
    assert len(codes) == CODES_AT_MOST + 1
    assert value(metrics, "refused_writes_total", connection="news", code="other") == 1000 - CODES_AT_MOST
    metrics.forget("news")
    metrics.observe(wanted(), report(failures={"E999": 1}))
    assert value(metrics, "refused_writes_total", connection="news", code="E999") == 1


def test_a_removed_connection_leaves_no_series(metrics):
    metrics.specs([wanted(), wanted("sales")], ["news"], ())
    metrics.observe(wanted(), full())
    metrics.observe(wanted("sales"), full("sales"))
    metrics.observe(wanted(), report(result="refused"))
    metrics.forget("news")
    text = metrics.expose().decode()
    assert '"news"' not in text
    assert '"sales"' in text


def test_specs_are_shown_as_they_stand(metrics):
    problems = [Problem("a.yaml", 1, 1, "x"), Problem("a.yaml", 2, 1, "y"), Problem("b.yaml", 1, 1, "z", warning=True)]
    metrics.specs([wanted(), wanted("sales", paused=True)], ["news"], problems)
    assert value(metrics, "connections", state="active") == 1
    assert value(metrics, "connections", state="paused") == 1
    assert value(metrics, "spec_problems", file="a.yaml", severity="error") == 2
    assert value(metrics, "spec_problems", file="b.yaml", severity="warning") == 1
    assert value(metrics, "spec_last_good_in_use", connection="news") == 1
    assert value(metrics, "spec_last_good_in_use", connection="sales") == 0
    metrics.specs([wanted()], (), ())
    assert value(metrics, "spec_problems", file="a.yaml", severity="error") is None
    assert value(metrics, "spec_last_good_in_use", connection="news") == 0


def test_two_daemons_in_one_process_do_not_meet(metrics):
    metrics.observe(wanted(), full())
    assert '"news"' not in Metrics().expose().decode()


def documented() -> dict[str, tuple[str, tuple[str, ...]]]:
    rows = re.findall(r"^\| `(reconciler_\w+)` \| (\w+) \| ([^|]*) \|", DOCS.read_text(), re.MULTILINE)
    return {name: (kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def test_the_docs_and_the_code_name_the_same_metrics(metrics):
    own = [metric for metric in metrics.registry._collector_to_names if hasattr(metric, "_labelnames")]
    coded = {
        metric._name + ("_total" if metric._type == "counter" else ""): (metric._type, tuple(metric._labelnames))
        for metric in own
    }
    assert documented() == coded


def test_names_follow_the_conventions(metrics):
    metrics.observe(wanted(), full())
    for family in text_string_to_metric_families(metrics.expose().decode()):
        assert family.documentation.strip()
        assert re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", family.name)
        assert family.type in {"counter", "gauge", "histogram"}
        assert not any(sample.name.endswith("_created") for sample in family.samples)
        if "duration" in family.name or "timestamp" in family.name:
            assert family.name.endswith("_seconds")


@pytest.mark.real
def test_promtool_finds_nothing_to_say(metrics):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (package prometheus)")
    metrics.specs([wanted()], ["news"], [Problem("a.yaml", 1, 1, "x")])
    metrics.observe(wanted(), full())
    metrics.observe(wanted(), report(result="refused"))
    check = subprocess.run([promtool, "check", "metrics"], input=metrics.expose(), capture_output=True, check=False)
    assert (check.returncode, check.stdout + check.stderr) == (0, b"")
