from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from reconciler.connectors import registry
from reconciler.connectors.registry import app_names, app_traits, load_app
from reconciler.errors import AppMissing


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch):
    """Installs entry points by name and value."""

    def install(**values: str) -> None:
        points = EntryPoints(EntryPoint(name, value, registry.GROUP) for name, value in values.items())
        monkeypatch.setattr(registry, "entry_points", lambda group: points.select(group=group))

    return install


def test_the_built_in_apps_are_found_by_their_files() -> None:
    assert {"icontact", "salesforce", "carddav"} <= set(app_names())


@pytest.mark.parametrize("name", ["icontact", "salesforce"])
def test_an_app_calls_itself_as_it_is_called(name: str) -> None:
    app = load_app(name)
    assert app.name == app.catalogue.app == name


def test_traits_of_every_entity_need_no_network() -> None:
    traits = app_traits(load_app("salesforce"))
    assert set(traits) == {"contacts", "leads"}
    assert all(one.delta and one.tombstones for one in traits.values())


def test_a_misspelt_app_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(AppMissing, match="did you mean 'salesforce'"):
        load_app("salesfroce")


def test_naming_apps_imports_none_of_them(installed) -> None:
    installed(theirs="package_that_is_not_there.app:APP")
    assert "theirs" in app_names()
    assert "package_that_is_not_there" not in sys.modules


def test_an_app_of_another_package_is_loaded_on_use(installed) -> None:
    installed(theirs="reconciler.connectors.apps.icontact:APP")
    assert load_app("theirs") is load_app("icontact")


def test_a_built_in_app_cannot_be_replaced_by_a_package(installed) -> None:
    installed(icontact="reconciler.connectors.apps.salesforce:APP")
    assert load_app("icontact").name == "icontact"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("package_that_is_not_there:APP", "No module named 'package_that_is_not_there'"),
        ("reconciler.connectors.apps.icontact:NOTHING", "has no attribute 'NOTHING'"),
        ("reconciler.errors:ReconcilerError", "lacks name, base_url"),
    ],
)
def test_a_broken_package_is_named(installed, value: str, said: str) -> None:
    installed(theirs=value)
    with pytest.raises(AppMissing, match=said) as caught:
        load_app("theirs")
    assert "theirs" in str(caught.value)
