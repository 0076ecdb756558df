"""The in-memory app keeps the contract, whatever traits it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from reconciler.model.field import Field, FieldType
from reconciler.model.traits import Traits
from reconciler.testing.clock import FakeClock
from reconciler.testing.contract import ConnectorContract, Subject
from reconciler.testing.memory import MemoryConnector
from reconciler.testing.schema import Schema, truncate
from reconciler.testing.world import World

FIELDS = (
    Field("email", FieldType.EMAIL, role="email", required=True, normalise=("lower", "trim")),
    Field("first_name", role="first_name", max_length=40),
    Field("title", normalise=("trim",), max_length=400),
    Field("phone", FieldType.PHONE),
    Field("site", FieldType.URL),
    Field("born", FieldType.DATE),
    Field("joined", FieldType.DATETIME),
    Field("opted_out", FieldType.BOOLEAN),
    Field("visits", FieldType.INTEGER),
    Field("score", FieldType.NUMBER),
    Field("size", FieldType.ENUM, values=("s", "m", "l")),
    Field(
        "status",
        FieldType.ENUM,
        values=("normal", "bounced", "donotcontact"),
        writable_values=("normal", "donotcontact"),
    ),
    Field("tags", FieldType.LIST),
    Field("created", FieldType.DATETIME, writable=False),
    Field("secret", readable=False),
)


@dataclass(frozen=True)
class Setting:
    traits: Traits
    world: Mapping[str, object] = field(default_factory=dict)
    overlap: int = 0
    totals: bool = True


BATCHES = {"create_batch": 10, "update_batch": 7, "delete_batch": 5, "get_batch": 20, "find_batch": 4}
SETTINGS = {
    "plain": Setting(Traits(searchable=("email",), page_size=10)),
    "rich": Setting(
        Traits(delta=True, tombstones=True, versions=True, modified=True, searchable=("email",), page_size=3, **BATCHES)
    ),
    "delta without tombstones": Setting(
        Traits(
            delta=True, modified=True, modified_resolution=60.0, searchable=("email", "phone"), page_size=8, **BATCHES
        ),
        overlap=1,
    ),
    "full with tombstones": Setting(Traits(tombstones=True, searchable=("email",), page_size=5), totals=False),
    "unique": Setting(Traits(searchable=("email",), page_size=7, create_batch=3), {"unique": ("email",)}),
    "upserting": Setting(Traits(searchable=("email",), page_size=7), {"unique": ("email",), "upsert": True}),
}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS.keys())
class TestMemory(ConnectorContract):
    @pytest.fixture
    def subject(self, setting: Setting) -> Subject:
        clock = FakeClock()
        schema = Schema(FIELDS, defaults={"status": "normal"}, normalise={"secret": truncate(3)})
        world = World(schema, clock=clock, **setting.world)

        def opened(fields):
            return MemoryConnector(world, setting.traits, fields, overlap=setting.overlap, totals=setting.totals)

        return Subject(open=opened, fields=FIELDS, hands=world, wait=clock.sleep)
