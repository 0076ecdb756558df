from __future__ import annotations

import pytest

from reconciler.model.connection import Key
from reconciler.model.link import Link
from reconciler.model.plan import Verb
from reconciler.model.record import Side
from reconciler.pairing import Echoes
from reconciler.state.base import Intent
from reconciler.testing import faults, lies
from tests.unit.bench import DELTA, PHONE, TEL, Bench
from tests.unit.engine.builders import EMAIL, LEFT, MAIL, MAILS, RIGHT, TITLES, mapping, program

HOME = "0470 12 34 56"
BY_MAIL_THEN_PHONE = program(
    [MAILS, TITLES, mapping(PHONE, TEL)], keys=(Key(EMAIL, MAIL), Key(PHONE, TEL)), region="BE"
)


def pairs(bench: Bench) -> set[tuple[str, str]]:
    return {(one.left_id, one.right_id) for one in bench.links() if one.gone is None}


def created(bench: Bench) -> int:
    return sum(one.verb is Verb.CREATE for side in Side for one in bench.worlds[side].writes)


class TestKeysInOrder:
    def test_the_first_key_first_then_the_next(self) -> None:
        bench = Bench(BY_MAIL_THEN_PHONE)
        bench.left.add(Email="a@x.org", Phone=HOME)
        bench.left.add(Email="b@x.org", Phone="0471 00 00 00")
        bench.right.add(mail="A@X.org", tel="0472 00 00 00")
        bench.right.add(tel="+32 471 00 00 00")
        bench.run()
        assert pairs(bench) == {("l1", "r1"), ("l2", "r2")}
        assert created(bench) == 0

    def test_a_shared_phone_is_nobody_in_particular(self) -> None:
        bench = Bench(BY_MAIL_THEN_PHONE)
        bench.left.add(Phone=HOME, Title="who am I")
        bench.right.add(mail="ann@x.org", tel=HOME)
        bench.right.add(mail="bob@x.org", tel=HOME)
        bench.run()
        assert pairs(bench) == set()
        assert bench.state(LEFT, "l1") == bench.state(RIGHT, "r1") == bench.state(RIGHT, "r2") == "ambiguous"
        assert bench.writes() == 0

    def test_two_who_share_a_phone_but_not_an_email_are_two(self) -> None:
        bench = Bench(BY_MAIL_THEN_PHONE)
        bench.left.add(Email="ann@x.org", Phone=HOME)
        bench.right.add(mail="bob@x.org", tel=HOME)
        bench.run()
        assert created(bench) == 2
        assert len(pairs(bench)) == 2

    def test_who_is_paired_by_email_is_not_asked_about_the_phone(self) -> None:
        bench = Bench(BY_MAIL_THEN_PHONE)
        bench.left.add(Email="ann@x.org", Phone=HOME)
        bench.left.add(Email="ann.too@x.org", Phone=HOME)
        bench.right.add(mail="ann@x.org", tel=HOME)
        bench.run()
        assert ("l1", "r1") in pairs(bench)


class TestLinksFirst:
    def test_once_linked_always_linked(self) -> None:
        bench = Bench()
        left, right = bench.person("ann", "CEO")
        bench.run()
        bench.left.edit(left, Email="new@example.org")
        bench.right.edit(right, mail="other@example.org")
        bench.run()
        assert pairs(bench) == {(left, right)}
        assert bench.right.values(right)["mail"] == "new@example.org"
        assert created(bench) == 0

    def test_two_who_swap_their_emails_stay_who_they_are(self) -> None:
        bench = Bench()
        ann, bob = bench.person("ann"), bench.person("bob")
        bench.run()
        bench.left.edit(ann[0], Email="bob@example.org")
        bench.left.edit(bob[0], Email="ann@example.org")
        for _ in range(3):
            bench.run()
        assert pairs(bench) == {ann, bob}
        assert bench.right.values(ann[1])["mail"] == "bob@example.org"
        assert created(bench) == 0

    def test_a_double_of_a_linked_contact_is_ambiguous_until_it_is_not(self) -> None:
        bench = Bench()
        bench.person("ann")
        bench.run()
        double = bench.right.add(mail="ANN@example.org")
        bench.run()
        assert bench.state(RIGHT, double) == "ambiguous"
        assert "crm l1" in bench.known(RIGHT, double).cause
        bench.right.edit(double, mail="anna@example.org")
        bench.run()
        assert bench.state(RIGHT, double) == "in_sync"
        assert created(bench) == 1


class TestDuplicates:
    def test_nothing_is_written_until_one_of_them_goes(self) -> None:
        bench = Bench()
        bench.person("ann")
        double = bench.left.add(Email="ann@example.org", Title="CTO")
        bench.run()
        assert {bench.state(LEFT, "l1"), bench.state(LEFT, double), bench.state(RIGHT, "r1")} == {"ambiguous"}
        assert bench.writes() == 0
        bench.left.delete(double)
        bench.run()
        assert pairs(bench) == {("l1", "r1")}

    def test_two_new_at_once_make_no_double(self) -> None:
        bench = Bench()
        bench.left.add(Email="ann@example.org")
        bench.left.add(Email="ANN@example.org")
        bench.run()
        assert bench.writes() == 0


class TestTheDead:
    def test_the_survivor_is_trashed_and_stays(self) -> None:
        bench = Bench()
        left, right = bench.person("ann")
        bench.run()
        bench.right.delete(right)
        for _ in range(3):
            bench.run()
        assert bench.state(LEFT, left) == "trashed"
        assert (bench.writes(), [one.gone for one in bench.links()]) == (0, [RIGHT])

    def test_a_new_twin_adopts_the_survivor(self) -> None:
        bench = Bench()
        left, right = bench.person("ann", "CEO")
        bench.run()
        bench.right.delete(right)
        bench.run()
        again = bench.right.add(mail="ann@example.org")
        bench.run()
        assert pairs(bench) == {(left, again)}
        assert bench.right.values(again)["job"] == "CEO"

    def test_when_both_are_gone_nothing_is_remembered(self) -> None:
        bench = Bench()
        left, right = bench.person("ann")
        bench.run()
        bench.left.delete(left)
        bench.right.delete(right)
        bench.run()
        assert bench.links() == []
        assert bench.writes() == 0

    def test_without_proof_a_missing_twin_is_waited_for(self) -> None:
        bench = Bench(traits=DELTA)
        bench.people(4)
        bench.run()
        bench.left.edit("l1", Title="CTO")
        bench.faulty[RIGHT].arm("get", lambda _, __: [], times=None)
        bench.run()
        assert bench.state(LEFT, "l1") == "pending"
        assert [one.gone for one in bench.links()] == [None] * 4
        bench.faulty[RIGHT].heal()
        bench.run()
        assert bench.right.values("r1")["job"] == "CTO"


class TestWithoutTrust:
    @pytest.mark.parametrize("side", Side)
    def test_nobody_is_created_or_linked(self, side: Side) -> None:
        bench = Bench()
        bench.people(5)
        bench.left.add(Email="new@example.org")
        bench.faulty[side].arm("list", lies.missing_tail(1))
        bench.run()
        assert (bench.writes(), bench.links()) == (0, [])
        bench.run()
        assert (created(bench), len(bench.links())) == (1, 6)

    def test_linked_pairs_are_updated_all_the_same(self) -> None:
        bench = Bench()
        bench.people(5)
        bench.run()
        bench.left.edit("l1", Title="CTO")
        bench.faulty[RIGHT].arm("list", lies.emptied())
        bench.run()
        assert bench.right.values("r1")["job"] == "CTO"


class TestEchoes:
    LINK = Link("l1", "r1", link_id=7)

    def test_open_intents_say_where_our_hand_may_show(self) -> None:
        update = Intent(RIGHT, Verb.UPDATE, "r1", "l1", {}, link_id=7)
        create = Intent(LEFT, Verb.CREATE, None, "r2", {})
        echoes = Echoes.of([update, create])
        assert echoes.of_link(self.LINK) is RIGHT
        assert echoes.of_new("l9", "r2") is LEFT
        assert echoes.of_new("l2", "r9") is None

    def test_without_intents_there_are_none(self) -> None:
        assert Echoes.of([]).of_link(self.LINK) is None
        assert Echoes().of_link(Link("l1", "r1")) is None

    def test_an_update_that_was_bent_and_never_answered_is_not_an_edit(self) -> None:
        bench = Bench()
        left, right = bench.person("ann", "ceo")
        bench.run()
        bench.left.edit(left, Title="Head of Sales")
        bench.faulty[RIGHT].arm("update", faults.lost_answers())
        bench.run()
        bench.right.edit(right, job="HEAD OF SALES")  # what the app made of it
        bench.run()
        bench.run()
        assert bench.left.values(left)["Title"] == "Head of Sales"


def test_a_quiet_world_is_not_even_looked_at() -> None:
    bench = Bench(traits=DELTA)
    bench.people(6)
    bench.run()
    before = {side: bench.worlds[side].calls.copy() for side in Side}
    bench.run()
    for side in Side:
        asked = bench.worlds[side].calls - before[side]
        assert dict(asked) == {"list": 1}
