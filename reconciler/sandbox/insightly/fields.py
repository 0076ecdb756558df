"""What the two objects of an Insightly instance hold, and how their values are spelled on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

_STAMP = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Shape:
    """One object: its columns and which of them are special. ``empty`` are forms of nothing that are not null."""

    name: str
    singular: str
    key: str
    email: str
    texts: tuple[str, ...]
    read_only: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    users: tuple[str, ...] = ("OWNER_USER_ID",)
    empty: Mapping[str, object] = field(default_factory=dict)
    required: str = ""

    @property
    def writable(self) -> tuple[str, ...]:
        """Plain columns that a body may set."""
        return (*self.texts, *self.numbers, *self.dates, *self.users, "EMAIL_OPTED_OUT")


@dataclass(frozen=True, slots=True)
class Custom:
    """A custom field of the account."""

    name: str
    kind: str = "TEXT"
    options: tuple[str, ...] = ()
    editable: bool = True
    visible: bool = True


_ACTIVITY = ("LAST_ACTIVITY_DATE_UTC", "NEXT_ACTIVITY_DATE_UTC")

CONTACT = Shape(
    "Contacts",
    "CONTACT",
    "CONTACT_ID",
    "EMAIL_ADDRESS",
    texts=(
        *("SALUTATION", "FIRST_NAME", "LAST_NAME", "BACKGROUND", "SOCIAL_LINKEDIN", "SOCIAL_FACEBOOK", "TITLE"),
        *("SOCIAL_TWITTER", "PHONE", "PHONE_HOME", "PHONE_MOBILE", "PHONE_OTHER", "PHONE_ASSISTANT", "PHONE_FAX"),
        *("EMAIL_ADDRESS", "ASSISTANT_NAME"),
        *("ADDRESS_MAIL_STREET", "ADDRESS_MAIL_CITY", "ADDRESS_MAIL_STATE", "ADDRESS_MAIL_POSTCODE"),
        *("ADDRESS_MAIL_COUNTRY", "ADDRESS_OTHER_STREET", "ADDRESS_OTHER_CITY", "ADDRESS_OTHER_STATE"),
        *("ADDRESS_OTHER_POSTCODE", "ADDRESS_OTHER_COUNTRY"),
    ),
    read_only=("IMAGE_URL", *_ACTIVITY),
    numbers=("ORGANISATION_ID",),
    dates=("DATE_OF_BIRTH",),
    required="FIRST_NAME",
)
LEAD = Shape(
    "Leads",
    "LEAD",
    "LEAD_ID",
    "EMAIL",
    texts=(
        *("SALUTATION", "FIRST_NAME", "LAST_NAME", "TITLE", "EMAIL", "FAX", "INDUSTRY", "LEAD_DESCRIPTION", "MOBILE"),
        *("PHONE", "WEBSITE", "ADDRESS_STREET", "ADDRESS_CITY", "ADDRESS_STATE", "ADDRESS_POSTCODE"),
        *("ADDRESS_COUNTRY", "ORGANISATION_NAME"),
    ),
    read_only=(
        *("CONVERTED_CONTACT_ID", "CONVERTED_DATE_UTC", "CONVERTED_OPPORTUNITY_ID", "CONVERTED_ORGANISATION_ID"),
        *("IMAGE_URL", "LINKED_EMAIL_ADDRESS", *_ACTIVITY),
    ),
    numbers=("LEAD_SOURCE_ID", "LEAD_STATUS_ID", "LEAD_RATING", "EMPLOYEE_COUNT"),
    users=("OWNER_USER_ID", "RESPONSIBLE_USER_ID"),
    empty={"EMAIL": "", "EMPLOYEE_COUNT": 0},
    required="LAST_NAME",
)
SHAPES = {"Contact": CONTACT, "Lead": LEAD}


def stamp(moment: float) -> str:
    """Epoch seconds as bodies show them: UTC, without saying so."""
    return f"{datetime.fromtimestamp(int(moment), UTC):{_STAMP}}"


def body_stamp(text: object) -> str | None:
    """A date of a body, or None where it is written in any other way."""
    try:
        return f"{datetime.strptime(str(text), _STAMP).replace(tzinfo=UTC):{_STAMP}}"
    except ValueError:
        return None


def query_stamp(text: str) -> float | None:
    """A moment of a query in epoch seconds, or None where it is no ISO 8601 with its letters."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).timestamp() if "T" in text else None
    except ValueError:
        return None


def to_wire(kind: str, value: object) -> object:
    """What a person enters (dates in ISO 8601, several choices as a list) as it is stored."""
    if isinstance(value, list | tuple):
        return ";".join(map(str, value))
    if kind in {"DATE", "DATETIME"} and value:
        moment = datetime.fromisoformat(str(value))
        return f"{moment.astimezone(UTC) if moment.tzinfo else moment:{_STAMP}}"
    return value


def from_wire(kind: str, value: object) -> object:
    """What is stored as a person sees it."""
    if kind == "MULTISELECT":
        return tuple(str(value).split(";"))
    if kind == "DATE":
        return str(value)[:10]
    if kind == "DATETIME":
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC).isoformat()
    return value
