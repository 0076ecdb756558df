from __future__ import annotations

import pytest

from reconciler.sandbox.faults import Fault
from tests.unit.sandbox.hubspot.desk import C, Desk, told


def listed(desk: Desk, fault=None, **query: str) -> list[str]:
    return [row["id"] for row in desk.body("GET", C, fault=fault, **query)["results"]]


class TestListing:
    def test_pages_by_ten_and_at_most_a_hundred_by_ascending_id(self, desk: Desk) -> None:
        made = [desk.person(number) for number in range(120)]
        first = desk.body("GET", C)
        assert [row["id"] for row in first["results"]] == made[:10]
        assert first["paging"]["next"]["after"] == made[10]
        assert "total" not in first
        last = desk.body("GET", C, limit="100", after=made[20])
        assert [row["id"] for row in last["results"]] == made[20:]
        assert "paging" not in last
        assert told(desk.ask("GET", C, limit="101")) == (400, "VALIDATION_ERROR")

    def test_a_row_has_what_was_asked_for_and_always_its_stamps(self, desk: Desk) -> None:
        one = desk.person(city="Gent")
        (row,) = desk.body("GET", C, properties="city,phone,no_such")["results"]
        assert set(row) == {"id", "properties", "createdAt", "updatedAt", "archived", "url"}
        assert row["properties"] == {
            "createdate": "2024-01-01T00:00:00Z",
            "hs_object_id": one,
            "lastmodifieddate": "2024-01-01T00:00:00Z",
            "city": "Gent",
            "phone": None,
        }
        (plain,) = desk.body("GET", C)["results"]
        assert set(plain["properties"]) == {
            "createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"
        }  # fmt: skip

    def test_archived_ones_are_listed_apart(self, desk: Desk) -> None:
        one, two = desk.person(1), desk.person(2)
        desk.world.delete(one)
        assert listed(desk) == [two]
        (row,) = desk.body("GET", C, archived="true")["results"]
        assert (row["id"], row["archived"], row["archivedAt"]) == (one, True, "2024-01-01T00:00:00Z")

    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            (Fault.SHORT_PAGE, slice(10, 15)),
            (Fault.EMPTY_LISTING, slice(0, 0)),
            (Fault.REPEATED_PAGE, slice(0, 10)),
            (Fault.STALE_LISTING, slice(10, 20)),
            (None, slice(10, 20)),
        ],
        ids=str,
    )
    def test_lies_when_told_to(self, desk: Desk, fault: Fault | None, expected: slice) -> None:
        made = [desk.person(number) for number in range(45)]
        assert listed(desk, fault, after=made[10]) == made[expected]

    def test_too_many_properties_make_an_address_too_long(self, desk: Desk) -> None:
        assert desk.ask("GET", C, properties="x" * 9000).status == 414


class TestStamps:
    def test_a_new_contact_moves_once_more_by_itself(self, desk: Desk) -> None:
        one = desk.person()
        assert desk.body("GET", f"{C}/{one}")["updatedAt"] == "2024-01-01T00:00:00Z"
        desk.clock.advance(30)
        assert desk.body("GET", f"{C}/{one}")["updatedAt"] == "2024-01-01T00:00:22Z"

    def test_zero_thousandths_are_left_out(self, desk: Desk) -> None:
        desk.clock.advance(0.25)
        assert desk.body("GET", f"{C}/{desk.person()}")["createdAt"] == "2024-01-01T00:00:00.250Z"


class TestGetting:
    def test_by_id_by_address_and_by_a_second_address(self, desk: Desk) -> None:
        one, two = desk.person(1), desk.person(2)
        heir = desk.world.merge(one, two)
        for key in (one, two, heir):
            assert desk.body("GET", f"{C}/{key}")["id"] == heir
        for address in ("P1@example.com", "p2@example.com"):
            row = desk.body("GET", f"{C}/{address}", idProperty="email")
            assert (row["id"], row["properties"]["email"]) == (heir, "p1@example.com")
        assert told(desk.ask("GET", f"{C}/1")) == (404, "")
        assert told(desk.ask("GET", f"{C}/x", idProperty="firstname")) == (400, "VALIDATION_ERROR")

    def test_an_archived_one_only_where_one_asks_for_it(self, desk: Desk) -> None:
        one = desk.person()
        desk.world.delete(one)
        assert desk.ask("GET", f"{C}/{one}").status == 404
        assert desk.body("GET", f"{C}/{one}", archived="true")["archived"] is True


class TestWriting:
    def test_a_create_answers_everything_and_times_as_milliseconds(self, desk: Desk) -> None:
        answer = desk.ask("POST", C, {"properties": {"email": " Ann@Example.com", "phone": "+32 2 555"}})
        row = answer.body
        assert (answer.status, answer.headers["Location"]) == (201, f"{C}/{row['id']}")
        assert row["properties"]["email"] == "ann@example.com"
        assert row["properties"]["lifecyclestage"] == "lead"
        assert row["properties"]["hs_email_domain"] == "example.com"
        assert row["properties"]["hs_calculated_phone_number"] == "+322555"
        assert row["properties"]["hs_lifecyclestage_lead_date"] == "1704067200000"

    @pytest.mark.parametrize(
        ("properties", "code"),
        [
            ({"no_such": "x"}, "PROPERTY_DOESNT_EXIST"),
            ({"createdate": "2024-01-01"}, "READ_ONLY_VALUE"),
            ({"email": "000"}, "INVALID_EMAIL"),
            ({"hs_lead_status": "new"}, "INVALID_OPTION"),
            ({"hs_buying_role": "CHAMPION;BOSS"}, "INVALID_OPTION"),
            ({"associatedcompanyid": "1,000"}, "INVALID_LONG"),
            ({"closedate": "tomorrow"}, "INVALID_DATE"),
            ({"hubspot_owner_id": "1"}, "INVALID_OWNER_ID"),
            ({"phone": "1"}, "MISSING_REQUIRED_PROPERTY"),
        ],
    )
    def test_what_is_not_valid_is_told_twice(self, desk: Desk, properties: dict, code: str) -> None:
        body = desk.body("POST", C, {"properties": properties}, status=400)
        assert (body["category"], body["errors"][0]["code"]) == ("VALIDATION_ERROR", code)
        assert body["message"].startswith('Property values were not valid: [{"isValid":false')
        assert f'"error":"{code}"' in body["message"]

    def test_an_address_belongs_to_one(self, desk: Desk) -> None:
        one, two = desk.person(1), desk.person(2)
        for method, path in (("POST", C), ("PATCH", f"{C}/{two}")):
            answer = desk.ask(method, path, {"properties": {"email": "P1@example.com"}})
            assert told(answer) == (409, "CONFLICT")
            assert answer.body["message"] == f"Contact already exists. Existing ID: {one}"

    def test_an_empty_text_clears_and_is_told_from_never_set(self, desk: Desk) -> None:
        one = desk.person(city="Gent")
        desk.body("PATCH", f"{C}/{one}", {"properties": {"city": "", "zip": ""}})
        told_ = desk.body("GET", f"{C}/{one}", properties="city,zip,state")["properties"]
        assert (told_["city"], told_["zip"], told_["state"]) == ("", None, None)

    def test_the_life_cycle_goes_forward_unless_it_is_cleared(self, desk: Desk) -> None:
        one = desk.person(lifecyclestage="customer")

        def after(stage: str) -> object:
            desk.body("PATCH", f"{C}/{one}", {"properties": {"lifecyclestage": stage}})
            return desk.world.read(one).get("lifecyclestage")

        assert [after(stage) for stage in ("lead", "evangelist", "", "lead")] == [
            "customer",
            "evangelist",
            None,
            "lead",
        ]

    def test_archive_purge_and_merge(self, desk: Desk) -> None:
        one, two, three = (desk.person(number) for number in (1, 2, 3))
        assert desk.ask("DELETE", f"{C}/{one}").status == 204
        assert desk.ask("DELETE", f"{C}/{one}").status == 204
        assert desk.ask("POST", f"{C}/gdpr-delete", {"objectId": "p2@example.com", "idProperty": "email"}).status == 204
        assert [row["id"] for row in desk.body("GET", C, archived="true")["results"]] == [one]
        assert two not in desk.world.ids()
        four = desk.person(4)
        merged = desk.body("POST", f"{C}/merge", {"primaryObjectId": three, "objectIdToMerge": four})
        assert merged["properties"]["hs_additional_emails"] == "p4@example.com"
        assert merged["properties"]["hs_merged_object_ids"] == f"{four};{three}"
        assert merged["properties"]["hs_all_contact_vids"] == f"{merged['id']};{four};{three}"
        assert told(desk.ask("POST", f"{C}/merge", {"primaryObjectId": three, "objectIdToMerge": four}))[0] == 404

    @pytest.mark.parametrize("body", [b"{", [], {"properties": None}])
    def test_what_cannot_be_read_is_refused(self, desk: Desk, body: object) -> None:
        assert desk.ask("POST", C, body).status == 400


def test_a_person_may_do_what_the_api_may_not(desk: Desk) -> None:
    one = desk.person(lifecyclestage="customer", hs_email_optout=True)
    desk.world.edit(one, {"lifecyclestage": "lead", "city": None})
    assert desk.world.read(one)["lifecyclestage"] == "lead"
    assert desk.world.read(one)["hs_email_optout"] == "true"
    with pytest.raises(ValueError, match="another contact"):
        desk.person()
    with pytest.raises(KeyError, match="Nowhere"):
        desk.person(2, lists=("Nowhere",))
    assert desk.world.counts() == {"contacts": 2, "archived": 0, "lists": 0, "companies": 0}
