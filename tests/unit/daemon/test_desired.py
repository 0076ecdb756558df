from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.daemon.desired import Action, Kind, merge
from reconciler.daemon.ports import Loaded, Wanted
from reconciler.errors import Problem


def wanted(name: str = "news", **facts) -> Wanted:
    return Wanted(**{"name": name, "digest": "d1", "every": 300.0, "access": "a1", "file": f"{name}.yaml"} | facts)


def problem(file: str, *, warning: bool = False) -> Problem:
    return Problem(file, 1, 1, "unknown key 'syn'", warning=warning)


def kinds(running: Wanted, found: Wanted) -> list[Kind]:
    return [action.kind for action in merge({running.name: running}, Loaded((found,))).actions]


def test_the_first_load_adds_every_good_connection():
    desired = merge({}, Loaded((wanted("a"), wanted("b"))))
    assert desired.actions == (Action(Kind.ADD, wanted("a")), Action(Kind.ADD, wanted("b")))
    assert not desired.kept


def test_the_same_again_is_no_action():
    assert kinds(wanted(), wanted()) == []


def test_moving_a_connection_to_another_file_is_no_action_but_remembers_the_file():
    desired = merge({"news": wanted()}, Loaded((wanted(file="moved.yaml"),)))
    assert desired.actions == ()
    assert desired.connections["news"].file == "moved.yaml"


def test_each_difference_is_named():
    assert kinds(wanted(), wanted(digest="d2")) == [Kind.CHANGE]
    assert kinds(wanted(), wanted(every=60.0)) == [Kind.CHANGE]
    assert kinds(wanted(), wanted(access="a2")) == [Kind.REOPEN]
    assert kinds(wanted(), wanted(paused=True)) == [Kind.PAUSE]
    assert kinds(wanted(paused=True), wanted(digest="d2")) == [Kind.RESUME]


def test_a_connection_that_is_gone_from_a_good_folder_is_removed():
    desired = merge({"news": wanted()}, Loaded())
    assert desired.actions == (Action(Kind.REMOVE, wanted()),)
    assert desired.connections == {}


def test_a_broken_file_keeps_its_connections_as_they_last_were():
    desired = merge({"news": wanted(), "old": wanted("old")}, Loaded(problems=(problem("news.yaml"),)))
    assert desired.kept == {"news"}
    assert desired.connections == {"news": wanted()}
    assert [(a.kind, a.wanted.name) for a in desired.actions] == [(Kind.REMOVE, "old")]


def test_a_warning_breaks_nothing():
    desired = merge({"news": wanted()}, Loaded(problems=(problem("news.yaml", warning=True),)))
    assert desired.kept == frozenset()
    assert desired.connections == {}


def test_a_connection_whose_account_broke_stays_while_its_own_file_speaks_of_it():
    broken_account = Loaded(problems=(problem("accounts.yaml"),), named=frozenset({"news"}))
    assert merge({"news": wanted()}, broken_account).kept == {"news"}
    no_longer_named = Loaded(problems=(problem("accounts.yaml"),))
    assert [a.kind for a in merge({"news": wanted()}, no_longer_named).actions] == [Kind.REMOVE]


def test_a_folder_that_cannot_be_read_removes_nothing():
    desired = merge({"news": wanted()}, Loaded(complete=False))
    assert desired.kept == {"news"}
    assert desired.actions == ()


def test_a_repaired_file_takes_its_new_version():
    kept = merge({"news": wanted()}, Loaded(problems=(problem("news.yaml"),)))
    repaired = merge(kept.connections, Loaded((wanted(digest="d2"),)))
    assert [a.kind for a in repaired.actions] == [Kind.CHANGE]
    assert not repaired.kept


names = st.sampled_from(["a", "b", "c"])
connections = st.builds(
    wanted,
    names,
    digest=st.sampled_from(["d1", "d2"]),
    access=st.sampled_from(["a1", "a2"]),
    paused=st.booleans(),
    file=st.sampled_from(["x.yaml", "y.yaml"]),
)
sets = st.lists(connections, unique_by=lambda one: one.name)


broken_files = st.sets(st.sampled_from(["x.yaml", "y.yaml"]))


@given(running=sets, found=sets, broken=broken_files, named=st.sets(names), complete=st.booleans())
def test_following_the_actions_leads_to_what_is_desired_and_then_to_rest(running, found, broken, named, complete):
    before = {one.name: one for one in running}
    loaded = Loaded(tuple(found), tuple(problem(file) for file in broken), frozenset(named), complete)
    desired = merge(before, loaded)
    state = {name: (one.digest, one.access, one.paused) for name, one in before.items()}
    for action in desired.actions:
        if action.kind is Kind.REMOVE:
            del state[action.wanted.name]
        else:
            state[action.wanted.name] = (action.wanted.digest, action.wanted.access, action.wanted.paused)
    assert state == {name: (one.digest, one.access, one.paused) for name, one in desired.connections.items()}
    assert merge(desired.connections, loaded).actions == ()
    assert {one.name for one in found} <= set(desired.connections)
    if not complete:
        assert set(before) <= set(desired.connections)
