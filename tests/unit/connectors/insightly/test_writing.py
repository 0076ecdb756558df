"""Creates, updates and deletes: one record a call, and no edit lost."""

from __future__ import annotations

import json

import httpx
import pytest

from reconciler.connectors.insightly.api import Held
from reconciler.connectors.insightly.looks import Looks
from reconciler.errors import Denied
from reconciler.model.outcome import Draft, Lost, Patch, Refused, Written
from reconciler.sandbox.insightly.world import InsightlyQuirks
from tests.unit.connectors.insightly.instance import Instance, code, created, fetched, once, seen, stored, updated


class TestGuard:
    def test_an_update_reads_and_writes_only_over_what_it_read(self) -> None:
        app = Instance()
        person = app.add()
        connector = app.connector()
        record = seen(connector, person)
        app.requests.clear()
        assert stored(updated(connector, record, LAST_NAME="New"))["LAST_NAME"] == "New"
        assert app.lines() == [f"GET /Contacts/{person}", "PUT /Contacts"]
        assert json.loads(app.requests[-1].content) == {"CONTACT_ID": int(person), "LAST_NAME": "New"}
        assert app.requests[-1].headers["If-Match"].startswith('W/"')

    def test_an_edit_since_the_plan_is_stale(self) -> None:
        app = Instance()
        connector = app.connector()
        record = seen(connector, app.add())
        app.edit(record.id, LAST_NAME="Theirs")
        outcome = updated(connector, record, LAST_NAME="Ours")
        assert isinstance(outcome, Refused)
        assert outcome.stale
        assert app.read(record.id)["LAST_NAME"] == "Theirs"

    def test_an_edit_between_look_and_write_is_not_lost(self) -> None:
        app = Instance()
        connector = app.connector()
        record = seen(connector, app.add())
        app.before = once(lambda: app.edit(record.id, LAST_NAME="Theirs"), "PUT", "/Contacts")
        outcome = updated(connector, record, LAST_NAME="Ours")
        assert isinstance(outcome, Refused)
        assert outcome.stale
        assert app.read(record.id)["LAST_NAME"] == "Theirs"

    def test_an_edit_of_another_field_in_between_does_not_matter(self) -> None:
        app = Instance()
        connector = app.connector()
        record = seen(connector, app.add())
        app.before = once(lambda: app.edit(record.id, TITLE="Boss"), "PUT", "/Contacts")
        stored(updated(connector, record, LAST_NAME="Ours"))
        assert (app.read(record.id)["LAST_NAME"], app.read(record.id)["TITLE"]) == ("Ours", "Boss")

    def test_a_record_that_never_holds_still_is_left_for_later(self) -> None:
        app = Instance()
        connector = app.connector()
        record = seen(connector, app.add())
        app.before = lambda request: app.edit(record.id, TITLE=len(app.requests)) if request.method == "PUT" else None
        assert code(updated(connector, record, LAST_NAME="Ours")) == "stale"
        assert app.lines().count("PUT /Contacts") == 3

    def test_a_write_whose_answer_got_lost_is_known_again(self) -> None:
        app = Instance()
        connector = app.connector()
        record = seen(connector, app.add())
        app.after = once(lambda: httpx.ReadTimeout("x"), "PUT", "/Contacts")
        assert stored(updated(connector, record, LAST_NAME="Ours"))["LAST_NAME"] == "Ours"

    def test_without_etags_it_still_compares(self) -> None:
        app = Instance(quirks=InsightlyQuirks(etags=False))
        connector = app.connector()
        record = seen(connector, app.add())
        stored(updated(connector, record, LAST_NAME="One"))
        assert "If-Match" not in app.requests[-1].headers
        assert code(updated(connector, record, LAST_NAME="Two")) == "stale"

    def test_a_lead_that_was_converted_cannot_be_changed(self) -> None:
        app = Instance("leads")
        connector = app.connector()
        record = seen(connector, app.add())
        app.world.convert(record.id)
        outcome = updated(connector, record, LAST_NAME="New")
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.stale) == ("converted", True)
        assert "PUT /Leads" not in app.lines()

    def test_one_that_vanished_between_look_and_write_is_gone(self) -> None:
        app = Instance()
        connector = app.connector()
        record = seen(connector, app.add())
        app.before = once(lambda: app.world.delete(record.id), "PUT", "/Contacts")
        assert code(updated(connector, record, LAST_NAME="New")) == "gone"

    def test_a_record_that_was_just_read_is_not_read_once_more(self) -> None:
        app = Instance()
        connector = app.connector()
        record = fetched(connector, app.add())
        stored(updated(connector, record, LAST_NAME="New"))
        assert app.lines() == [f"GET /Contacts/{record.id}", "PUT /Contacts"]

    @pytest.mark.parametrize(("theirs", "stale"), [("LAST_NAME", True), ("TITLE", False)])
    def test_a_look_that_is_out_of_date_is_but_a_detour(self, theirs: str, *, stale: bool) -> None:
        app = Instance()
        connector = app.connector()
        record = fetched(connector, app.add())
        app.edit(record.id, **{theirs: "Theirs"})
        outcome = updated(connector, record, LAST_NAME="Ours")
        assert isinstance(outcome, Refused if stale else Written)
        assert app.read(record.id)[theirs] == "Theirs"
        assert len(app.lines()) == (3 if stale else 4)

    def test_a_look_is_good_for_one_write(self) -> None:
        app = Instance()
        connector = app.connector()
        record = fetched(connector, app.add())
        first = updated(connector, record, LAST_NAME="One")
        stored(updated(connector, first.record, LAST_NAME="Two"))
        assert app.lines()[2:] == [f"GET /Contacts/{record.id}", "PUT /Contacts"]

    def test_only_the_latest_looks_are_remembered(self) -> None:
        looks = Looks()
        for number in range(1001):
            looks.keep(str(number), Held({}, "tag"))
        assert (looks.take("0"), looks.take("1")) == (None, Held({}, "tag"))
        assert looks.keep("1", Held({})) == Held({})
        assert looks.take("1") is None


class TestRefusals:
    @pytest.mark.parametrize(("entity", "needed"), [("contacts", "FIRST_NAME"), ("leads", "LAST_NAME")])
    def test_what_the_app_insists_on_is_its_own_answer(self, entity: str, needed: str) -> None:
        app = Instance(entity, InsightlyQuirks(required_names=True))
        drafts = [Draft(dict.fromkeys(names, "Ann")) for names in (["TITLE"], ["FIRST_NAME", "LAST_NAME"])]
        bad, good = app.connector(needed).create(drafts)
        assert code(bad) == "400"
        assert needed in bad.message
        assert isinstance(good, Written)

    def test_a_full_plan_refuses_the_new_and_lets_the_others_be_changed(self) -> None:
        app = Instance(quirks=InsightlyQuirks(max_records=1))
        connector = app.connector()
        record = fetched(connector, app.add())
        outcomes = connector.create([Draft({"LAST_NAME": name}) for name in ("One", "Two")])
        assert [code(outcome) for outcome in outcomes] == ["record_limit", "record_limit"]
        assert isinstance(updated(connector, record, LAST_NAME="New"), Written)

    def test_a_delete_that_failed_is_refused_unless_it_is_gone(self) -> None:
        app = Instance()
        kept, other = app.add(1), app.add(2)
        app.world.account.undeletable.add(kept)
        outcomes = app.connector().delete([kept, other, other, "nonsense"])
        assert code(outcomes[0]) == "delete_failed"
        assert outcomes[1:] == [Written(other), Written(other), Written("nonsense")]

    def test_what_may_not_be_seen_stays_one_records_matter(self) -> None:
        app = Instance()
        connector = app.connector()
        hidden, plain = (fetched(connector, app.add(number)) for number in (1, 2))
        app.world.account.hidden.add(hidden.id)
        patches = [Patch(each.id, {"LAST_NAME": "New"}, {}) for each in (hidden, plain)]
        first, second = connector.update(patches)
        assert code(first) == "no_access"
        assert isinstance(second, Written)
        assert code(connector.delete([hidden.id])[0]) == "no_access"

    def test_a_create_without_an_answer_is_lost_and_not_repeated(self) -> None:
        app = Instance()
        app.after = once(lambda: httpx.ReadTimeout("x"), "POST", "/Contacts")
        assert isinstance(created(app.connector(), LAST_NAME="Once"), Lost)
        assert len(app.world.ids()) == 1

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DATE_OF_BIRTH", "soon"),
            ("OWNER_USER_ID", "somebody"),
            ("Topics__c", ("a;b",)),
            ("Called__c", "at noon"),
        ],
    )
    def test_what_cannot_be_spelled_is_not_sent(self, name: str, value: object) -> None:
        app = Instance()
        app.world.add_custom_field("Topics__c", "MULTISELECT")
        app.world.add_custom_field("Called__c", "DATETIME")
        connector = app.connector("LAST_NAME", "Topics__c", "Called__c")
        outcome = created(connector, LAST_NAME="x", **{name: value})
        assert (code(outcome), outcome.field) == ("bad_value", name)
        assert "POST /Contacts" not in app.lines()

    def test_a_refusal_repeats_nothing_that_is_personal(self) -> None:
        app = Instance()
        app.before = once(
            lambda: httpx.Response(400, json={"Message": "ann@example.com (Ann Peeters) is not valid"}),
            "POST",
            "/Contacts",
        )
        outcome = created(app.connector(), EMAIL_ADDRESS="ann@example.com", LAST_NAME="Ann Peeters")
        assert not {"ann@example.com", "Peeters"} & set(outcome.message.replace("(", " ").replace(")", " ").split())


def test_a_field_that_is_not_there_is_found_before_anything_is_written() -> None:
    app = Instance()
    with pytest.raises(Denied, match="no field Nothing__c"):
        app.connector("Nothing__c").create([Draft({"LAST_NAME": "x"})])
    assert "POST /Contacts" not in app.lines()
