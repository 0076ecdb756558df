"""The suite itself: a connector with one thing wrong is caught, by the part of the contract that it breaks."""

from __future__ import annotations

from dataclasses import replace
from inspect import signature

import pytest

from reconciler.errors import Rejected
from reconciler.model.field import Field, FieldType
from reconciler.model.outcome import Refused, Written
from reconciler.model.traits import Traits
from reconciler.testing.clock import FakeClock
from reconciler.testing.contract import ConnectorContract, Subject
from reconciler.testing.faults import Faulty, denied
from reconciler.testing.memory import MemoryConnector
from reconciler.testing.schema import Schema, lower, trim, truncate
from reconciler.testing.world import World

FIELDS = (
    Field("email", FieldType.EMAIL, role="email", required=True),
    Field("name"),
    Field("note", max_length=100),
    Field("status", FieldType.ENUM, values=("on", "off", "bounced"), writable_values=("on", "off")),
    Field("tags", FieldType.LIST),
)
TRAITS = Traits(
    delta=True,
    tombstones=True,
    versions=True,
    modified=True,
    create_batch=4,
    update_batch=4,
    delete_batch=4,
    get_batch=4,
    find_batch=4,
    page_size=3,
    searchable=("email",),
)


class AnswersWithoutRecord(MemoryConnector):
    def create(self, drafts):
        return [Written(each.id) if isinstance(each, Written) else each for each in super().create(drafts)]


class EchoesWhatWasSent(MemoryConnector):
    """Answers an update with the values sent, not with those kept."""

    def update(self, patches):
        done = super().update(patches)
        return [
            Written(each.id, replace(each.record, values={**each.record.values, **patch.values}))
            if isinstance(each, Written)
            else each
            for each, patch in zip(done, patches, strict=True)
        ]


class ShufflesOutcomes(MemoryConnector):
    def create(self, drafts):
        return list(reversed(super().create(drafts)))


class OneBadItemFailsAll(MemoryConnector):
    def create(self, drafts):
        done = super().create(drafts)
        if any(isinstance(each, Refused) for each in done):
            raise Rejected("broken", "something was wrong with one of them")
        return done


class TellsTheAddress(MemoryConnector):
    def create(self, drafts):
        return [
            replace(each, message=f"cannot create {draft.values}") if isinstance(each, Refused) else each
            for each, draft in zip(super().create(drafts), drafts, strict=True)
        ]


class WipesTheRest(MemoryConnector):
    """A PUT where a PATCH was meant."""

    def update(self, patches):
        names = [name for name in self.world.schema.fields if name not in ("email", "status")]
        full = [replace(each, values={**dict.fromkeys(names), **each.values}, old={}) for each in patches]
        return super().update(full)


class IgnoresClearing(MemoryConnector):
    def update(self, patches):
        kept = [
            replace(each, values={name: value for name, value in each.values.items() if value is not None})
            for each in patches
        ]
        return super().update(kept)


class IgnoresVersions(MemoryConnector):
    def update(self, patches):
        return super().update([replace(each, version=None) for each in patches])


class RefusesTwoDeletes(MemoryConnector):
    def delete(self, ids):
        missing = [each for each in ids if each not in self.world.rows]
        return [Refused("gone", "not found")] if missing else super().delete(ids)


class KeepsWhatItDeletes(MemoryConnector):
    def delete(self, ids):
        return [Written(each) for each in ids]


class ForgetsTheLastPage(MemoryConnector):
    def list(self, since=None):
        pages = list(super().list(since))
        yield from [replace(pages[-2], last=True)] if len(pages) > 1 else pages


class NeverSaysLast(MemoryConnector):
    def list(self, since=None):
        for page in super().list(since):
            yield replace(page, last=False)


class MiscountsTheTotal(MemoryConnector):
    def list(self, since=None):
        for page in super().list(since):
            yield replace(page, total=len(page.records))


class DeltaWithoutDeletes(MemoryConnector):
    def list(self, since=None):
        for page in super().list(since):
            yield replace(page, gone=())


class AcceptsAnyCursor(MemoryConnector):
    def list(self, since=None):
        return super().list(since if since and since.isdecimal() else None)


class DeltaIsDeaf(MemoryConnector):
    def list(self, since=None):
        return super().list(since and str(self.world.position()))


class KeepsCursorsToItself(MemoryConnector):
    """Its cursors mean something only to the object that gave them."""

    def list(self, since=None):
        if since is None:
            self.mine = True
        if since is not None and not hasattr(self, "mine"):
            since = str(self.world.position())
        return super().list(since)


class WelcomesAnybody(MemoryConnector):
    """Opens whatever the credentials are."""


class FindsByPattern(MemoryConnector):
    def find(self, name, values):
        if {"*", "%"} & set(values):
            return self._read(self.world.rows)
        return super().find(name, values)


class FindsTheFirstValueOnly(MemoryConnector):
    def find(self, name, values):
        return super().find(name, values[:1])


class FindsByTheLetter(MemoryConnector):
    def find(self, name, values):
        return [each for each in super().find(name, values) if each.values.get(name, values[0]) in values]


class GetsEveryone(MemoryConnector):
    def get(self, ids):
        return [*super().get(ids), *self._read(self.world.rows)]


class SaysEmptyText(MemoryConnector):
    def _read(self, ids):
        return tuple(
            replace(each, values={name: "" if value is None else value for name, value in each.values.items()})
            for each in super()._read(ids)
        )


class ReadsEverything(MemoryConnector):
    def __init__(self, world, traits, fields):
        super().__init__(world, traits, tuple(world.schema.fields) if fields else fields)


class DescribesOtherTypes(MemoryConnector):
    def describe(self):
        return tuple(replace(each, type=FieldType.TEXT) for each in super().describe())


class NakedTimes(MemoryConnector):
    def _modified(self, at):
        return super()._modified(at).replace(tzinfo=None)


class WidensStatus(MemoryConnector):
    def __init__(self, world, traits, fields):
        super().__init__(world, traits, fields)
        world.schema.fields["status"] = replace(world.schema.fields["status"], writable_values=())


CAUGHT_BY = {
    AnswersWithoutRecord: "a_create_keeps_every_field",
    ShufflesOutcomes: "a_full_batch_is_created_in_order",
    OneBadItemFailsAll: "a_refused_draft_leaves_its_neighbours",
    TellsTheAddress: "a_refused_draft_is_an_outcome",
    WipesTheRest: "only_the_named_fields_change",
    IgnoresClearing: "a_field_can_be_cleared",
    IgnoresVersions: "an_older_version_is_stale",
    RefusesTwoDeletes: "deleting_twice_is_done_twice",
    KeepsWhatItDeletes: "a_deleted_record_is_gone_everywhere",
    ForgetsTheLastPage: "a_listing_over_a_page_border_is_complete",
    NeverSaysLast: "an_empty_account_lists_nothing",
    MiscountsTheTotal: "a_listing_over_a_page_border_is_complete",
    DeltaWithoutDeletes: "a_delete_shows_up",
    AcceptsAnyCursor: "a_bad_cursor_asks_for_a_full_read",
    DeltaIsDeaf: "a_change_shows_up",
    KeepsCursorsToItself: "a_cursor_outlives_its_connector",
    WelcomesAnybody: "wrong_credentials_are_denied",
    FindsByPattern: "nobody_is_found_for_what_nobody_has",
    FindsTheFirstValueOnly: "several_values_find_several_records",
    FindsByTheLetter: "an_address_is_found_however_it_is_written",
    GetsEveryone: "the_gone_are_left_out",
    SaysEmptyText: "values_are_of_their_types",
    ReadsEverything: "a_read_returns_the_wanted_fields_alone",
    DescribesOtherTypes: "the_account_and_the_catalogue_agree",
    NakedTimes: "modified_is_a_moment_that_moves",
    WidensStatus: "a_narrow_field_refuses_the_rest",
}
UNDECLARED = {
    "lower case": ({"email": lower}, "awkward_values_survive"),
    "trimmed and cut": ({"note": (trim, truncate(20))}, "awkward_values_survive"),
    "zeros dropped": ({"name": lambda text: text.lstrip("0")}, "awkward_values_survive_a_create"),
    "growing": ({"note": lambda text: (text + "!")[:100]}, "writing_back_what_was_read_changes_nothing"),
}


def _shut_out(world: World) -> Faulty:
    faulty = Faulty(MemoryConnector(world, TRAITS))
    for method in ("probe", "list"):
        faulty.arm(method, denied(), times=None)
    return faulty


def judge(kind: type[MemoryConnector], part: str, normalise=None) -> None:
    """Run one test of the suite by hand."""
    clock = FakeClock()
    world = World(Schema(FIELDS, normalise=normalise, defaults={"status": "on"}), clock=clock)
    subject = Subject(
        open=lambda names: kind(world, TRAITS, names),
        fields=FIELDS,
        hands=world,
        wait=clock.sleep,
        stranger=lambda: kind(world, TRAITS, ()) if kind is WelcomesAnybody else _shut_out(world),
    )
    test = getattr(ConnectorContract(), f"test_{part}")
    fixtures = {"subject": subject, "connector": subject.open(subject.readable)}
    test(**{name: fixtures[name] for name in signature(test).parameters})


@pytest.mark.parametrize(("kind", "part"), CAUGHT_BY.items(), ids=[kind.__name__ for kind in CAUGHT_BY])
def test_a_broken_connector_is_caught(kind: type[MemoryConnector], part: str) -> None:
    with pytest.raises((AssertionError, ValueError, Rejected, pytest.fail.Exception)):
        judge(kind, part)


def test_an_echo_is_told_from_a_read() -> None:
    with pytest.raises(AssertionError):
        judge(EchoesWhatWasSent, "the_answer_is_what_a_read_says", {"note": lambda text: text.upper()})


@pytest.mark.parametrize(("normalise", "part"), UNDECLARED.values(), ids=UNDECLARED.keys())
def test_a_bending_that_the_catalogue_does_not_tell_is_caught(normalise, part: str) -> None:
    with pytest.raises(AssertionError):
        judge(MemoryConnector, part, normalise)


@pytest.mark.parametrize("part", sorted({*CAUGHT_BY.values(), *(part for _, part in UNDECLARED.values())}))
def test_the_same_part_passes_an_honest_connector(part: str) -> None:
    judge(MemoryConnector, part)
    assert hasattr(ConnectorContract, f"test_{part}")
