from __future__ import annotations

import pytest
from sqlalchemy import select

from reconciler.state import contacts, journal, lease, links
from reconciler.state.statement import SIZES, Lookup, Statement
from reconciler.state.store import SET_META, memory_store
from reconciler.state.tables import meta


def statements(module) -> dict[str, Statement]:
    """Every statement of a module, lookups in their usual size."""
    found = {}
    for name, value in vars(module).items():
        for key, one in (value if isinstance(value, dict) else {"": value}).items():
            if isinstance(one, Lookup):
                found[f"{name} {key}"] = one._sized(SIZES[1])
            elif isinstance(one, Statement):
                found[f"{name} {key}"] = one
    return found


ALL = {
    f"{module.__name__} {name}": one
    for module in (contacts, journal, lease, links)
    for name, one in statements(module).items()
}


@pytest.fixture
def db():
    store = memory_store()
    with store._database.read() as connection:
        yield connection
    store.close()


@pytest.mark.parametrize("name", ALL)
def test_no_statement_walks_through_a_whole_table(db, name):
    """What changed is what a cycle costs, so everything is found by an index."""
    sql, names, _ = ALL[name]._text(db.dialect)
    plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (None,) * len(names)).all()
    assert [step[3] for step in plan if step[3].startswith("SCAN")] == []


@pytest.mark.parametrize("number", [0, 1, 2, 8, 9, 64, 65, 512, 513, 1100])
def test_a_list_of_any_length_is_looked_up(db, number):
    names = Lookup(lambda names: select(meta.c.name).where(meta.c.name.in_(names)))
    SET_META.many(db, [(str(n), "") for n in range(2000)])
    wanted = [str(n) for n in range(500, 500 + number)]
    assert sorted(name for (name,) in names.rows(db, wanted)) == sorted(wanted)
