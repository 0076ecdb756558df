from __future__ import annotations

import pytest

from reconciler.model import connection as model
from reconciler.model.connection import All, AnyOf, Condition, Linked, Not
from reconciler.model.field import Field, FieldType
from tests.unit.spec.facts import connection, minimal, problems, resolved


def condition(when: str, side: str = "crm") -> Condition:
    (rule,) = connection(minimal(extra=f"winner: crm\nrules: [{{name: a, from: {side}, when: {when}}}]")).rules
    return rule.when


def brief(found: Condition) -> object:
    match found:
        case model.Test(field, op, operand):
            return (field.name, op, operand)
        case All(parts):
            return ["all", *map(brief, parts)]
        case AnyOf(parts):
            return ["any", *map(brief, parts)]
        case Not(part):
            return ["not", brief(part)]
        case Linked(wanted):
            return ["linked", wanted]


@pytest.mark.parametrize(
    ("when", "meaning"),
    [
        ("{}", ["all"]),
        ("{Title: Boss}", ("Title", "is", "Boss")),
        ("{Title: {is: Boss}}", ("Title", "is", "Boss")),
        ("{Title: Boss, OptOut: false}", ["all", ("Title", "is", "Boss"), ("OptOut", "is", False)]),
        ("{Score: {gt: 3, lt: 9}}", ["all", ("Score", "gt", 3), ("Score", "lt", 9)]),
        ("{Country: {in: [BE, NL]}}", ("Country", "in", ("BE", "NL"))),
        ("{Topics: {contains: Sport}}", ("Topics", "contains", "Sport")),
        ("{Topics: {in: [Sport, Art]}}", ("Topics", "in", ("Sport", "Art"))),
        ("{Title: {starts_with: Dr}}", ("Title", "starts_with", "Dr")),
        ("{Title: {exists: false}}", ("Title", "exists", False)),
        ("{Title: {matches: '^D.*r$'}}", ("Title", "matches", "^D.*r$")),
        ("{Birthdate: {lt: 1990-01-31}}", ("Birthdate", "lt", "1990-01-31")),
        ("{CreatedDate: {gt: 2026-01-31T12:00:00Z}}", ("CreatedDate", "gt", "2026-01-31T12:00:00Z")),
        ("{any: [{Title: a}, {not: {Title: b}}]}", ["any", ("Title", "is", "a"), ["not", ("Title", "is", "b")]]),
        ("{all: [{Title: a}, {linked: true}]}", ["all", ("Title", "is", "a"), ["linked", True]]),
        ("{My_Field__c: 3}", ("My_Field__c", "is", 3)),
        ("{My_Field__c: {in: [a, 2, true]}}", ("My_Field__c", "in", ("a", 2, True))),
    ],
)
def test_filters_mean(when: str, meaning: object) -> None:
    assert brief(condition(when)) == meaning


def test_a_custom_field_is_checked_once_the_account_was_asked() -> None:
    text = minimal(extra="winner: crm\nrules: [{name: a, from: crm, when: {Vip__c: maybe}}]")
    asked = {"small": {"crm": (Field("Vip__c", FieldType.BOOLEAN, custom=True),)}}
    assert resolved(text).problems == ()
    (problem,) = resolved(text, custom=asked).problems
    assert "true or false" in problem.message


@pytest.mark.parametrize(
    "when",
    [
        "{Title: null}",
        "{Topics: Sport}",
        "{Title: [a]}",
        "{Title: {}}",
        "{not: a}",
        "{not: [{Title: a}]}",
        "{all: {Title: a}}",
        "{Score: {contains: a}}",
        "{Title: {exists: 'yes'}}",
        "{Title: {in: []}}",
        "{Title: {in: a}}",
        "{Score: 1.5}",
        "{Score: true}",
        "{CreatedDate: {gt: yesterday}}",
        "{Title: {starts_with: 5}}",
        "{My_Field__c: {is: {a: b}}}",
    ],
)
def test_what_is_no_filter_is_one_finding(when: str) -> None:
    assert len(problems(minimal(extra=f"winner: crm\nrules: [{{name: a, from: crm, when: {when}}}]"))) == 1
