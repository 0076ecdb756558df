"""The contact properties of an account: HubSpot's own, the account's, and what each accepts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(E-?\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Property:
    """One property. ``options`` are ``(value, label)``."""

    name: str
    label: str = ""
    kind: str = "string"
    field_kind: str = "text"
    options: tuple[tuple[str, str], ...] = field(default=())
    read_only: bool = False
    calculated: bool = False
    unique: bool = False
    own: bool = True
    external: bool = False

    def body(self) -> dict[str, object]:
        """As the API describes it."""
        return {
            "name": self.name,
            "label": self.label or self.name,
            "type": self.kind,
            "fieldType": self.field_kind,
            "groupName": "contactinformation",
            "description": "",
            "options": [
                {"label": label, "value": value, "displayOrder": place, "hidden": False}
                for place, (value, label) in enumerate(self.options)
            ],
            "hasUniqueValue": self.unique,
            "calculated": self.calculated,
            "externalOptions": self.external,
            "hidden": False,
            "hubspotDefined": self.own,
            "formField": not self.read_only,
            "modificationMetadata": {
                "archivable": not self.own,
                "readOnlyDefinition": self.own,
                "readOnlyOptions": self.own,
                "readOnlyValue": self.read_only or self.calculated,
            },
        }

    def fault(self, value: str) -> tuple[str, str] | None:
        """Why a value is not accepted, as ``(code, message)``; an empty one always is."""
        if self.read_only or self.calculated:
            return "READ_ONLY_VALUE", f'"{self.name}" is a read only property; its value cannot be set.'
        if not value:
            return None
        if self.kind == "enumeration":
            return None if self.external else self._option_fault(value)
        code, fits = ("INVALID_EMAIL", _is_email) if self.name == "email" else _CHECKS.get(self.kind, ("", bool))
        what = f"Email address {value} is invalid" if self.name == "email" else f"{value} was not a valid {self.kind}."
        return None if fits(value) else (code, what)

    def _option_fault(self, value: str) -> tuple[str, str] | None:
        allowed = [known for known, _ in self.options]
        wanted = [one for one in value.split(";") if one] if self.field_kind == "checkbox" else [value]
        for one in wanted:
            if one not in allowed:
                return "INVALID_OPTION", f"{one} was not one of the allowed options: {allowed}"
        return None

    def kept(self, value: str) -> str:
        """A value as it is stored and read again: dates are set out anew."""
        if self.kind == "date" and (found := stamp(value)) is not None:
            return datetime.fromtimestamp(found, UTC).date().isoformat()
        if self.kind == "datetime" and (found := stamp(value)) is not None:
            return iso(found)
        return value.strip().lower() if self.name == "email" else value


def stamp(text: str) -> float | None:
    """Epoch seconds of an ISO date or time, or of epoch milliseconds."""
    try:
        if text.lstrip("-").isdecimal() and not _DAY.fullmatch(text):
            return int(text) / 1000
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text.strip()) is not None


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _is_moment(text: str) -> bool:
    return stamp(text) is not None


_CHECKS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "number": ("INVALID_LONG", _is_number),
    "bool": ("INVALID_OPTION", {"true", "false"}.__contains__),
    "date": ("INVALID_DATE", _is_moment),
    "datetime": ("INVALID_DATE", _is_moment),
}


def iso(seconds: float) -> str:
    """``2022-02-17T19:25:27.631Z``; thousandths that are zero are left out."""
    moment = datetime.fromtimestamp(round(seconds, 3), UTC)
    text = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def _options(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, value.replace("_", " ").capitalize()) for value in values)


STAGES = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
_STATUSES = _options(
    "NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "ATTEMPTED_TO_CONTACT", "CONNECTED", "BAD_TIMING"
)
_ROLES = _options(
    "BLOCKER", "BUDGET_HOLDER", "CHAMPION", "DECISION_MAKER", "END_USER", "EXECUTIVE_SPONSOR", "INFLUENCER", "OTHER"
)
_LEGAL = (
    ("Legitimate interest \u2013 prospect/lead", "Legitimate interest - prospect/lead"),
    ("Performance of a contract", "Performance of a contract"),
    ("Not applicable", "Not applicable"),
)
_SIZES = tuple((size, size) for size in ("1-5", "5-25", "25-50", "50-100", "100-500", "500-1000", "1000+"))
_TEXTS = (
    *("email", "firstname", "lastname", "salutation", "phone", "mobilephone", "fax", "company", "jobtitle"),
    *("job_function", "seniority", "website", "address", "city", "state", "zip", "country", "industry"),
    *("annualrevenue", "date_of_birth", "gender", "marital_status", "military_status", "degree", "field_of_study"),
    *("school", "graduation_date", "start_date", "twitterhandle", "linkedinbio", "work_email"),
)
_MOMENTS = ("createdate", "lastmodifieddate", "hs_lastmodifieddate", "hs_lifecyclestage_lead_date")


def standard() -> dict[str, Property]:
    """HubSpot's own properties by name, as many as matter."""
    listed: Iterable[Property] = (
        *(Property(name) for name in _TEXTS),
        *(Property(name, kind="datetime", field_kind="date", read_only=True) for name in _MOMENTS),
        Property("message", field_kind="textarea"),
        Property("closedate", kind="datetime", field_kind="date"),
        Property("hs_object_id", kind="number", field_kind="number", read_only=True, calculated=True),
        Property("associatedcompanyid", kind="number", field_kind="number"),
        Property("hubspot_owner_id", kind="enumeration", field_kind="select", external=True),
        Property("lifecyclestage", "Lifecycle Stage", "enumeration", "radio", STAGES),
        Property("hs_lead_status", "Lead Status", "enumeration", "radio", _STATUSES),
        Property("hs_buying_role", "Buying Role", "enumeration", "checkbox", _ROLES),
        Property("hs_legal_basis", "Legal basis", "enumeration", "checkbox", _LEGAL),
        Property("hs_persona", "Persona", "enumeration", "select", (("persona_1", "Buyer"), ("persona_2", "User"))),
        Property("hs_language", "Language", "enumeration", "select", _options("en", "fr", "nl", "nl-be")),
        Property("hs_timezone", "Time zone", "enumeration", "select", _options("europe_slash_brussels", "utc")),
        Property("numemployees", "Number of Employees", "enumeration", "select", _SIZES),
        Property("hs_email_optout", "Unsubscribed", "bool", "booleancheckbox", read_only=True),
        Property("hs_email_bounce", kind="number", field_kind="number", read_only=True),
        Property("hs_marketable_status", "Marketing", "enumeration", "booleancheckbox",
                 (("true", "Marketing contact"), ("false", "Non-marketing contact")), read_only=True),
        Property("hs_additional_emails", kind="enumeration", field_kind="select", calculated=True),
        Property("hs_all_contact_vids", kind="enumeration", field_kind="select", calculated=True),
        Property("hs_merged_object_ids", kind="enumeration", field_kind="checkbox", read_only=True),
        Property("hs_email_domain", calculated=True),
        Property("hs_calculated_phone_number", calculated=True),
    )  # fmt: skip
    return {each.name: each for each in listed}
