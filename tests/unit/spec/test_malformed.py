"""One good folder, spoiled in one way at a time: each time one finding, at the right place, with a way out."""

from __future__ import annotations

import pytest

from tests.unit.spec.facts import ACCOUNTS, NEWSLETTER, resolved

ARROWS = "    - crm.Rating -> news.rating\n    - {fields: crm.Phone <-> news.phone, via: phone}"

# kind of mistake: (what is replaced, what by, where the finding points)
CONNECTION = {
    "unknown key": ("every: 5m", "evry: 5m", "evry"),
    "unknown key deep down": ("on_leave: revert", "on_leaf: revert", "on_leaf"),
    "unknown key in then": ("      add:", "      ad:", "ad:"),
    "unknown key in a side": ("entity: contacts}\n  news", "entitty: x, entity: contacts}\n  news", "entitty"),
    "missing key": ("sync: crm <-> news\n", "", "version"),
    "missing key in a rule": ("    from: crm\n", "", "name: customers"),
    "missing name": ("name: newsletter\n", "", "version"),
    "missing kind": ("kind: connection\n", "", "version"),
    "unknown kind": ("kind: connection", "kind: conection", "conection"),
    "missing version": ("version: 1\n", "", "kind"),
    "old version": ("version: 1", "version: 0", "0"),
    "future version": ("version: 1", "version: 7", "7"),
    "version that is none": ("version: 1", "version: one", "one"),
    "name that is none": ("name: newsletter", "name: 'news letter'", "'news letter'"),
    "name that is a number": ("name: newsletter", "name: 2026", "2026"),
    "arrow without a head": ("sync: crm <-> news", "sync: crm - news", "crm - news"),
    "side in sync with itself": ("sync: crm <-> news", "sync: crm <-> crm", "crm <-> crm"),
    "duration in words": ("every: 5m", "every: often", "often"),
    "duration too short": ("every: 5m", "every: 0.1", "0.1"),
    "truth in words": ("create: false", "create: nope", "nope"),
    "duplicate YAML key": ("winner: crm", "winner: crm\nwinner: news", "winner: news"),
    "tab": ("  map:\n", "\tmap:\n", "\tmap"),
    "broken YAML": ("match: [email]", "match: [email", ": crm"),
    "list instead of a mapping": (NEWSLETTER, "- version: 1\n", "- version"),
    "text instead of a mapping": (NEWSLETTER, "newsletter\n", "newsletter"),
    "mapping instead of a list": (ARROWS, "    crm.Rating: news.rating", "crm.Rating"),
    "unknown tag": ("winner: crm", "winner: !python/object crm", "!python/object crm"),
    "key that is a list": ("winner: crm", "[a, b]: crm\nwinner: crm", None),
    "unknown app": ("app: crmapp", "app: crmap", "crmap"),
    "unknown entity": ("entity: contacts}\n  news", "entity: contcts}\n  news", "contcts"),
    "unknown account": ("account: crm-prod", "account: crm-prd", "crm-prd"),
    "account of another app": ("account: crm-prod", "account: mail-main", "mail-main"),
    "side that is not in sync": (
        "match:",
        "  blog: {app: crmapp, account: crm-prod, entity: contacts}\nmatch:",
        "blog",
    ),
    "winner that is no side": ("winner: crm", "winner: cmr", "cmr"),
    "winner by time without times": ("winner: crm", "winner: newest", "newest"),
    "winner that unites": ("winner: crm", "winner: union", "union"),
    "region that is none": ("region: BE", "region: Belgium", "Belgium"),
    "match by an unknown field": ("match: [email]", "match: [emial]", "emial"),
    "match by a role that one side lacks": ("match: [email]", "match: [title]", "title"),
    "match with one side": ("match: [email]", "match: [{crm: Email}]", "{crm: Email"),
    "match with a stranger": ("match: [email]", "match: [{crm: Email, mews: email, news: email}]", "mews"),
    "match by a list": ("match: [email]", "match: [tags]", None),
    "match by nothing": ("match: [email]", "match: []", "[]"),
    "filter on an unknown field": ("OptOut: false", "OptOt: false", "OptOt"),
    "filter on a hidden field": ("OptOut: false", "Password: secret", "Password"),
    "filter with an unknown operator": ("{in: [Belgium", "{inn: [Belgium", "[Belgium"),
    "filter by time of change": ("{in: [Belgium, Netherlands]}", "{changed_within: 7d}", "7d"),
    "filter beyond the values": ("[bounced, donotcontact]", "[bounced, donotcontct]", "[bounced"),
    "filter of the wrong type": ("OptOut: false", "OptOut: 'no'", "'no'"),
    "filter with a number for text": ("OptOut: false", "Title: 1000", "1000"),
    "filter comparing text": ("OptOut: false", "Title: {gt: a}", "a"),
    "filter with a broken pattern": ("OptOut: false", "Title: {matches: '('}", "'('"),
    "filter with a list": ("{in: [Belgium, Netherlands]}", "[Belgium]", "[Belgium]"),
    "filter with a broken date": ("OptOut: false", "Birthdate: {lt: 1990-13-01}", "1990"),
    "filter that is empty": ("OptOut: false", "any: []", "[]"),
    "filter on links in words": ("OptOut: false", "linked: maybe", "maybe"),
    "rule from nowhere": ("from: news", "from: mews", "mews"),
    "two rules of one name": ("name: opt-outs", "name: customers", "customers"),
    "set an unknown field": ("set: {OptOut: true}", "set: {OptOot: true}", "OptOot"),
    "set a read-only field": ("set: {OptOut: true}", "set: {Id: a}", "Id"),
    "set beyond the values": ("set: {OptOut: true}", "set: {Rating: cold}", "cold"),
    "set a list": ("set: {OptOut: true}", "set: {Topics: a}", "Topics"),
    "set what a mapping writes": ("set: {OptOut: true}", "set: {LastName: x}", None),
    "add to what is no list": ("add: {lists: [Customers]}", "add: {firstName: [a]}", "firstName"),
    "map an unknown field": ("crm.Rating ->", "crm.Ratng ->", "crm.Ratng"),
    "map from an unknown side": ("crm.Rating ->", "cmr.Rating ->", "cmr.Rating"),
    "map within one side": ("-> news.rating", "-> crm.Title", "crm.Rating"),
    "map without an arrow": ("crm.Rating -> news.rating", "crm.Rating = news.rating", "crm.Rating"),
    "map without a side": ("crm.Rating -> news.rating", "Rating -> news.rating", "Rating"),
    "map into a read-only field": ("-> news.rating", "-> news.createDate", "crm.Rating"),
    "map from a hidden field": ("crm.Rating -> ", "crm.Password -> ", "crm.Password"),
    "map twice into one field": ("    - {fields", "    - crm.Title -> news.rating\n    - {fields", None),
    "map types that do not convert": ("crm.Rating -> news.rating", "crm.OptOut -> news.score", "crm.OptOut"),
    "unknown transform": ("via: phone", "via: fone", "fone"),
    "transform of the wrong type": ("crm.Rating -> news.rating", "{fields: crm.Score -> news.x, via: email}", "email"),
    "transform of the wrong arity": (
        "crm.Rating -> news.rating",
        "{fields: crm.Title + crm.Id -> news.x, via: phone}",
        "phone",
    ),
    "several fields without transform": (
        "crm.Rating -> news.rating",
        "crm.FirstName + crm.Title -> news.x",
        "crm.FirstName",
    ),
    "whole name from other fields": (
        "crm.Rating -> news.rating",
        "{fields: crm.Id + crm.Title -> news.x, via: full_name}",
        "full_name",
    ),
    "table without its transform": ("via: phone", "via: phone, map: {a: b}", "{fields"),
    "table beyond the values": (
        "crm.Rating -> news.rating",
        "{fields: crm.Rating -> news.status, map: {hot: bounced}}",
        "{hot",
    ),
    "unknown policy": ("via: phone", "via: phone, policy: newst", "newst"),
    "union of texts": ("via: phone", "via: phone, policy: union", "union"),
    "strictness of texts": ("via: phone", "via: phone, policy: strictest", "strictest"),
    "unknown word for clearing": ("via: phone", "via: phone, on_clear: wipe", "wipe"),
    "default to leave out that is none": ("defaults: true", "off: [titel]", "titel"),
    "deleting": ("limits:", "on_delete: delete\nlimits:", "delete"),
    "deleting on a side that is none": ("limits:", "on_delete: {mews: ignore}\nlimits:", "ignore"),
    "limit that is none": ("update: 30%", "update: some", "some"),
    "limit over all": ("update: 30%", "update: 130%", "130%"),
    "limit on an unknown verb": ("update: 30%", "updte: 30%", "updte"),
    "alias bomb": ("winner: crm", "winner: crm\nx: &x [a]\ny: [" + "*x, " * 60 + "a]", "*x"),
    "nested too deep": ("winner: crm", "winner: " + "[" * 60 + "]" * 60, "["),
    "no document": (NEWSLETTER, "# nothing yet\n", None),
    "NUL": ("winner: crm", "winner: c\0m", "\0"),
}

ACCOUNT = {
    "password in the spec": ("{env: MAIL_PASSWORD}", "hunter2", "hunter2"),
    "secret from two places": ("{env: MAIL_PASSWORD}", "{env: A, file: /b}", "{env: A"),
    "secret from nowhere": ("{env: MAIL_PASSWORD}", "{}", "{}"),
    "secret by an unknown way": ("{env: MAIL_PASSWORD}", "{envv: A, env: A}", "envv"),
    "variable that cannot be": ("{env: MAIL_PASSWORD}", "{env: 'A B'}", "'A B'"),
    "unknown credential": ("client_id: {env: CRM_ID}", "client_id: {env: A}, client_idd: {env: CRM_ID}", "client_idd"),
    "missing credential": ("username: {env: MAIL_USER}, ", "", "auth"),
    "unknown option": ("page_size: 100", "page_sise: 100", "page_sise"),
    "option out of range": ("page_size: 100", "page_size: 0", "0"),
    "account of an unknown app": ("name: book-home\napp: bookapp", "name: book-home\napp: bokapp", "bokapp"),
    "address with a password": ("https://dav.example/book", "https://me:secret@dav.example", "https://me"),
    "address missing": ("base_url: https://dav.example/book\n", "", "version"),
    "rate that is none": ("name: book-home\n", "name: book-home\nrate: -1\n", "-1"),
    "two accounts of one name": ("name: book-home", "name: mail-main", "mail-main"),
}


def spoiled(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def test_the_good_folder_is_good() -> None:
    assert resolved().problems == ()


def check(text: str, at: str | None, findings: list) -> str:
    assert len(findings) == 1, [str(finding) for finding in findings]
    found = findings[0]
    assert found.hint
    if at is not None:
        line = text.split("\n")[found.line - 1]
        assert line[found.column - 1 :].startswith(at), (line, found.column)
    return str(found)


@pytest.mark.parametrize("kind", CONNECTION)
def test_a_spoiled_connection_has_one_finding(kind: str, snapshot) -> None:
    old, new, at = CONNECTION[kind]
    text = spoiled(NEWSLETTER, old, new)
    assert check(text, at, list(resolved(text).problems)) == snapshot


@pytest.mark.parametrize("kind", ACCOUNT)
def test_a_spoiled_account_has_one_finding(kind: str, snapshot) -> None:
    old, new, at = ACCOUNT[kind]
    text = spoiled(ACCOUNTS, old, new)
    found = [problem for problem in resolved(accounts=text).problems if problem.file == "accounts.yaml"]
    assert check(text, at, found) == snapshot


def test_no_credential_is_repeated() -> None:
    text = spoiled(ACCOUNTS, "{env: MAIL_PASSWORD}", "hunter2")
    assert "hunter2" not in "\n".join(str(problem) for problem in resolved(accounts=text).problems)


def test_every_finding_is_told_at_once() -> None:
    text = spoiled(spoiled(spoiled(NEWSLETTER, "OptOut: false", "OptOt: false"), "via: phone", "via: fone"), "BE", "XX")
    assert len(resolved(text).problems) == 3
