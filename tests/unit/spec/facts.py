"""Three small apps to check specs against, and a good folder to spoil."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from reconciler.model.traits import Traits
from reconciler.spec.catalogue import load_catalogue
from reconciler.spec.check import AppFacts, Resolution, resolve
from reconciler.spec.load import Loaded, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.errors import Problem
    from reconciler.model.connection import Connection, FieldMapping
    from reconciler.model.field import Field as ModelField

CRM = """
app: crmapp
label: CRM
entities:
  contacts:
    label: Contacts
    custom: "[A-Za-z_]+__c"
    fields:
      - {name: Id, writable: false}
      - {name: FullName, role: full_name, writable: false}
      - {name: FirstName, role: first_name}
      - {name: LastName, role: last_name, required: true, max_length: 80}
      - {name: Email, type: email, role: email}
      - {name: Phone, type: phone, role: phone}
      - {name: Mobile, type: phone, role: mobile}
      - {name: Title, role: title}
      - {name: Country, role: country}
      - {name: Birthdate, type: date, role: birthday}
      - {name: Score, type: integer}
      - {name: Topics, type: list, role: tags}
      - {name: OptOut, type: boolean, role: opt_out, strictness: ["false", "true"]}
      - {name: Rating, type: enum, values: [hot, warm, cold], writable_values: [hot, warm]}
      - {name: Password, readable: false}
      - {name: CreatedDate, type: datetime, writable: false}
  leads:
    label: Leads
    fields:
      - {name: LastName, role: last_name, required: true}
      - {name: Company, role: company, required: true}
      - {name: Email, type: email, role: email}
"""

MAIL = """
app: mailapp
label: Mail
entities:
  contacts:
    label: Contacts
    custom_open: true
    fields:
      - {name: email, type: email, role: email, required: true, normalise: [lower, trim]}
      - {name: firstName, role: first_name}
      - {name: lastName, role: last_name}
      - {name: phone, type: phone, role: phone}
      - {name: country, role: country}
      - {name: tags, type: list, role: tags}
      - {name: lists, type: list, role: lists}
      - {name: score, type: number}
      - name: status
        type: enum
        role: status
        values: [normal, pending, bounced, donotcontact]
        writable_values: [normal, donotcontact]
        strictness: [normal, pending, bounced, donotcontact]
      - {name: createDate, type: datetime, writable: false}
"""

BOOK = """
app: bookapp
label: Book
entities:
  people:
    label: People
    fields:
      - {name: full_name, role: full_name, required: true}
      - {name: email, type: email, role: email}
      - {name: emails, type: list, role: emails}
      - {name: phone, type: phone, role: phone}
      - {name: phones, type: list, role: phones}
      - {name: consent, type: boolean, role: opt_out, strictness: ["false", "true"]}
"""


class Token(BaseModel):
    model_config = ConfigDict(extra="forbid")

    client_id: str
    client_secret: str
    refresh_token: str | None = None


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")

    username: str
    password: str


class NoOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MailOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")

    page_size: int = Field(default=500, ge=1, le=5000)


APPS = {
    "crmapp": AppFacts(
        load_catalogue(CRM), Token, NoOptions, {"contacts": Traits(modified=True)}, "https://crm.example"
    ),
    "mailapp": AppFacts(
        load_catalogue(MAIL), Login, MailOptions, {"contacts": Traits(modified=False)}, "https://m.example"
    ),
    "bookapp": AppFacts(load_catalogue(BOOK), Login, NoOptions, {"people": Traits(modified=True)}),
}

ACCOUNTS = """\
version: 1
kind: account
name: crm-prod
app: crmapp
auth: {client_id: {env: CRM_ID}, client_secret: {file: /run/secrets/crm}}
---
version: 1
kind: account
name: mail-main
app: mailapp
auth: {username: {env: MAIL_USER}, password: {env: MAIL_PASSWORD}}
options: {page_size: 100}
---
version: 1
kind: account
name: book-home
app: bookapp
base_url: https://dav.example/book
auth: {username: {env: DAV_USER}, password: {env: DAV_PASSWORD}}
"""

NEWSLETTER = """\
version: 1
kind: connection
name: newsletter
sync: crm <-> news
every: 5m
sides:
  crm: {app: crmapp, account: crm-prod, entity: contacts}
  news: {app: mailapp, account: mail-main, entity: contacts}
match: [email]
winner: crm
region: BE
rules:
  - name: customers
    from: crm
    when:
      OptOut: false
      Country: {in: [Belgium, Netherlands]}
    then:
      add: {lists: [Customers]}
    on_leave: revert
  - name: opt-outs
    from: news
    when: {status: {in: [bounced, donotcontact]}}
    then:
      create: false
      set: {OptOut: true}
fields:
  defaults: true
  map:
    - crm.Rating -> news.rating
    - {fields: crm.Phone <-> news.phone, via: phone}
limits: {update: 30%, delete: 0}
"""


def loaded(newsletter: str = NEWSLETTER, accounts: str = ACCOUNTS) -> Loaded:
    return Loaded({"accounts.yaml": parse("accounts.yaml", accounts), "news.yaml": parse("news.yaml", newsletter)})


def resolved(
    newsletter: str = NEWSLETTER,
    accounts: str = ACCOUNTS,
    custom: Mapping[str, Mapping[str, tuple[ModelField, ...]]] | None = None,
) -> Resolution:
    return resolve(loaded(newsletter, accounts), APPS, custom)


def problems(newsletter: str) -> tuple[Problem, ...]:
    return resolved(newsletter).problems


def connection(newsletter: str = NEWSLETTER) -> Connection:
    resolution = resolved(newsletter)
    assert resolution.problems == ()
    (found,) = resolution.connections.values()
    return found


def minimal(sync: str = "crm <-> news", left: str = "crm", right: str = "news", extra: str = "winner: crm") -> str:
    """A connection between any two of the apps that says almost nothing."""
    sides = {
        "crm": "{app: crmapp, account: crm-prod, entity: contacts}",
        "leads": "{app: crmapp, account: crm-prod, entity: leads}",
        "news": "{app: mailapp, account: mail-main, entity: contacts}",
        "book": "{app: bookapp, account: book-home, entity: people}",
    }
    return (
        f"version: 1\nkind: connection\nname: small\nsync: {sync}\n"
        f"sides:\n  {left}: {sides[left]}\n  {right}: {sides[right]}\n{extra}\n"
    )


def arrows(mappings: tuple[FieldMapping, ...]) -> list[str]:
    """Mappings in one line each, for reading."""
    return [
        f"{'+'.join(one.name for one in mapping.left)} {mapping.direction.value} "
        f"{'+'.join(one.name for one in mapping.right)} {mapping.policy.value}"
        + (f" via {mapping.via}" if mapping.via else "")
        for mapping in mappings
    ]
