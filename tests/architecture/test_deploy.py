"""The manifests parse, and say the same as the Dockerfile about user, port, folders and the one writer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from reconciler.spec.load import load_folder
from tests.architecture.sources import ROOT, ours, short

if TYPE_CHECKING:
    from pathlib import Path

MANIFESTS = [path for path in ours(ROOT / "deploy") if path.suffix == ".yaml"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def documents(name: str) -> list[dict[str, Any]]:
    return list(YAML(typ="safe").load_all((ROOT / "deploy" / name).read_text()))


def deployment() -> dict[str, Any]:
    (found,) = [one for one in documents("kubernetes/reconciler.yaml") if one["kind"] == "Deployment"]
    return found["spec"]


@pytest.mark.parametrize("path", MANIFESTS, ids=short)
def test_a_manifest_parses(path: Path) -> None:
    found = list(YAML(typ="safe").load_all(path.read_text()))
    assert all(isinstance(one, dict) for one in found)


def test_the_cluster_runs_one_writer_as_the_user_of_the_image() -> None:
    spec = deployment()
    user = re.search(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)
    assert user is not None
    security = spec["template"]["spec"]["securityContext"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")
    assert (security["runAsUser"], security["runAsGroup"]) == (int(user[1]), int(user[2]))
    assert security["runAsNonRoot"] is True


def test_the_cluster_mounts_what_the_image_expects() -> None:
    (container,) = deployment()["template"]["spec"]["containers"]
    mounts = {one["mountPath"]: one.get("readOnly", False) for one in container["volumeMounts"]}
    assert mounts["/etc/reconciler/connections.d"] is True
    assert mounts["/var/lib/reconciler"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert [port["containerPort"] for port in container["ports"]] == [
        int(port) for port in re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    ]


def test_volumes_and_mounts_belong_together() -> None:
    pod = deployment()["template"]["spec"]
    mounted = {one["name"] for container in pod["containers"] for one in container["volumeMounts"]}
    assert mounted == {one["name"] for one in pod["volumes"]}


def test_the_monitor_finds_the_service() -> None:
    (service,) = [one for one in documents("kubernetes/reconciler.yaml") if one["kind"] == "Service"]
    (monitor,) = documents("kubernetes/servicemonitor.yaml")
    wanted = monitor["spec"]["selector"]["matchLabels"]
    assert wanted.items() <= service["metadata"]["labels"].items()
    assert {one["port"] for one in monitor["spec"]["endpoints"]} <= {one["name"] for one in service["spec"]["ports"]}


def test_compose_locks_the_daemon_down() -> None:
    (compose,) = documents("compose.yaml")
    service = compose["services"]["reconciler"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert set(compose["volumes"]) == {"specs", "state"}


def test_the_specs_in_the_manifests_load(tmp_path: Path) -> None:
    (config,) = [one for one in documents("kubernetes/reconciler.yaml") if one["kind"] == "ConfigMap"]
    for name, text in config["data"].items():
        (tmp_path / name).write_text(text)
    loaded = load_folder(tmp_path)
    assert (loaded.problems, list(loaded.accounts)) == ((), ["icontact-main"])
