"""Every YAML block of the documentation is one that its reader takes."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from reconciler.spec.check import resolve
from reconciler.spec.load import Loaded, parse
from reconciler.wiring import Apps
from tests.docs.pages import PAGES, blocks

if TYPE_CHECKING:
    from pathlib import Path

APPS = Apps()
ACCOUNTS = """
{version: 1, kind: account, name: sf-prod, app: salesforce, auth: {client_id: {env: ID}, refresh_token: {env: TOKEN}}}
---
{version: 1, kind: account, name: icontact-main, app: icontact,
 auth: {app_id: {env: ID}, username: {env: USER}, password: {env: PASSWORD}}}
"""
FRAME = {
    "version": "version: 1\n",
    "kind": "kind: connection\n",
    "name": "name: snippet\n",
    "sync": "sync: crm <-> news\n",
    "winner": "winner: crm\n",
    "sides": (
        "sides:\n  crm: {app: salesforce, account: sf-prod, entity: contacts}\n"
        "  news: {app: icontact, account: icontact-main, entity: contacts}\n"
    ),
}
SPECS = [
    pytest.param(page, text, id=f"{page}-{number}")
    for page in (
        "../README.md",
        "getting-started.md",
        "specs.md",
        *(page for page in PAGES if page.startswith("apps/")),
    )
    for number, text in enumerate(blocks(page, "yaml"))
]
ALERTS = [text for text in blocks("operations.md", "yaml") if "\ngroups:" in text]


def whole(text: str) -> str:
    """A snippet as a document: what it leaves out is put around it."""
    if re.search(r"^kind:", text, re.MULTILINE):
        return text
    if text.startswith("when:"):
        text = "rules:\n  - name: a filter\n    from: crm\n" + "".join(f"    {line}\n" for line in text.splitlines())
    return "".join(line for key, line in FRAME.items() if not re.search(rf"^{key}:", text, re.MULTILINE)) + text


def findings(text: str, page: str = "specs.md") -> list[str]:
    """What ``validate`` says of a snippet beside the accounts that it leaves out; its page may show them elsewhere."""
    snippet = parse("snippet.yaml", whole(text))
    given = {account.spec.name for account in snippet.accounts}
    shown = [block for block in blocks(page, "yaml") if "kind: account" in block and page.startswith("apps/")]
    frame = parse("accounts.yaml", "---\n".join([ACCOUNTS, *shown]))
    rest = {account.spec.name: account for account in frame.accounts if account.spec.name not in given}
    loaded = Loaded(
        {"snippet.yaml": snippet, "accounts.yaml": type(frame)("accounts.yaml", accounts=(*rest.values(),))}
    )
    resolution = resolve(loaded, APPS)
    return [str(one) for one in (*loaded.problems, *resolution.problems)]


@pytest.mark.parametrize(("page", "text"), SPECS)
def test_a_spec_resolves(page: str, text: str) -> None:
    assert findings(text, page) == []


def test_the_check_itself_finds_a_fault() -> None:
    assert len(findings("when: {Emial: nobody@example.org}")) == 1


@pytest.mark.parametrize("page", PAGES)
def test_other_yaml_parses(page: str) -> None:
    for text in blocks(page, "yaml"):
        assert all(isinstance(one, (dict, list)) for one in YAML(typ="safe", pure=True).load_all(text))


def test_there_are_five_alerts_on_metrics_that_exist() -> None:
    (text,) = ALERTS
    (group,) = YAML(typ="safe", pure=True).load(text)["groups"]
    used = {name for rule in group["rules"] for name in re.findall(r"reconciler_\w+", rule["expr"])}
    assert len(group["rules"]) == 5
    assert {name for name in used if f"`{name}`" not in PAGES["metrics.md"]} == set()


@pytest.mark.real
def test_prometheus_takes_the_alerts(tmp_path: Path) -> None:
    file = tmp_path / "reconciler.rules.yaml"
    file.write_text(ALERTS[0])
    said = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
