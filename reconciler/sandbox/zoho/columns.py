"""The fields of the emulated modules, as the field metadata tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SOURCES = ("Advertisement", "Cold Call", "Employee Referral", "Online Store", "Partner", "Trade Show", "Web Download")
_SALUTATIONS = ("Mr.", "Mrs.", "Ms.", "Dr.", "Prof.")
_STAGES = ("Attempted to Contact", "Contact in Future", "Contacted", "Junk Lead", "Lost Lead", "Not Contacted")
_INDUSTRIES = ("ASP (Application Service Provider)", "Data/Telecom OEM", "ERP (Enterprise Resource Planning)")
_RATINGS = ("Acquired", "Active", "Market Failed", "Project Cancelled", "Shut Down")
_STATES = ("Available", "Draft", "Trash")

JSON_TYPES: Mapping[str, str] = {
    "boolean": "boolean",
    "integer": "integer",
    "double": "double",
    "currency": "double",
    "percent": "double",
    "lookup": "jsonobject",
    "ownerlookup": "jsonobject",
    "multiselectpicklist": "jsonarray",
}
"""By data type; everything else is a string."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a module. ``system`` ones are filled by the app itself, ``demanded`` ones required by the layout."""

    name: str
    kind: str = "text"
    length: int = 0
    label: str = ""
    mandatory: bool = False
    system: bool = False
    picks: tuple[str, ...] = ()
    module: str = ""
    custom: bool = False
    unique: bool = False
    demanded: bool = False

    def described(self, number: int) -> dict[str, object]:
        """As ``/settings/fields`` shows it; the empty choice of a pick list is among its values."""
        picks = ("-None-", *self.picks) if self.picks else ()
        writable = not self.system
        return {
            "id": f"64934900000000{number:05}",
            "api_name": self.name,
            "field_label": self.label or self.name.replace("_", " "),
            "display_label": self.label or self.name.replace("_", " "),
            "data_type": self.kind,
            "json_type": "jsonarray" if self.name == "Tag" else JSON_TYPES.get(self.kind, "string"),
            "length": self.length or 50,
            "system_mandatory": self.mandatory,
            "custom_field": self.custom,
            "read_only": self.system,
            "field_read_only": self.system,
            "visible": True,
            "unique": {"casesensitive": "false"} if self.unique else {},
            "pick_list_values": [
                {"display_value": pick, "actual_value": pick, "id": f"{number}{place:03}", "type": "used"}
                for place, pick in enumerate(picks)
            ],
            "lookup": {"module": {"api_name": self.module, "id": "1"}} if self.module else {},
            "operation_type": {
                "web_create": writable,
                "web_update": writable,
                "api_create": writable,
                "api_update": writable,
            },
        }


def _texts(length: int, names: str, kind: str = "text") -> Iterator[Column]:
    return (Column(name, kind, length) for name in names.split())


def _system() -> Iterator[Column]:
    """What the app fills by itself, in contacts and leads alike."""
    yield Column("id", "bigint", 20, "Record id", system=True)
    yield Column("Tag", "text", system=True)
    yield Column("Full_Name", "text", 120, system=True)
    for name in ("Created_Time", "Modified_Time", "Last_Activity_Time", "Change_Log_Time__s", "Unsubscribed_Time"):
        yield Column(name, "datetime", system=True)
    for name in ("Created_By", "Modified_By"):
        yield Column(name, "ownerlookup", 120, system=True)
    yield Column(
        "Unsubscribed_Mode", "picklist", 120, system=True, picks=("Consent form", "Manual", "Unsubscribe link")
    )
    yield Column("Record_Status__s", "picklist", 120, system=True, picks=_STATES)
    yield Column("Enrich_Status__s", "picklist", 120, system=True, picks=_STATES)
    yield Column("Locked__s", "boolean", system=True)


def _person() -> Iterator[Column]:
    """What contacts and leads have in common."""
    yield from _system()
    yield Column("Last_Name", "text", 80, mandatory=True)
    yield Column("First_Name", "text", 40)
    yield Column("Salutation", "picklist", 120, picks=_SALUTATIONS)
    yield from _texts(100, "Email Secondary_Email", "email")
    yield from _texts(30, "Phone Mobile Fax", "phone")
    yield from _texts(50, "Skype_ID Twitter")
    yield Column("Description", "textarea", 32000)
    yield Column("Lead_Source", "picklist", 120, picks=_SOURCES)
    yield Column("Email_Opt_Out", "boolean")
    yield Column("Owner", "ownerlookup", 120)


def _contact() -> Iterator[Column]:
    yield from _person()
    yield Column("Account_Name", "lookup", 120, module="Accounts")
    yield Column("Vendor_Name", "lookup", 120, module="Vendors")
    yield Column("Reporting_To", "lookup", 120, module="Contacts")
    yield from _texts(30, "Home_Phone Other_Phone Asst_Phone", "phone")
    yield from _texts(100, "Title")
    yield from _texts(50, "Department Assistant")
    yield Column("Date_of_Birth", "date")
    for kind in ("Mailing", "Other"):
        yield from _texts(250, f"{kind}_Street")
        yield from _texts(100, f"{kind}_City {kind}_State {kind}_Country")
        yield from _texts(30, f"{kind}_Zip")


def _lead() -> Iterator[Column]:
    yield from _person()
    yield Column("Company", "text", 200, demanded=True)
    yield from _texts(100, "Designation City State Country")
    yield Column("Street", "text", 250)
    yield Column("Zip_Code", "text", 30)
    yield Column("Website", "website", 255)
    yield Column("Lead_Status", "picklist", 120, picks=_STAGES)
    yield Column("Industry", "picklist", 120, picks=_INDUSTRIES)
    yield Column("Rating", "picklist", 120, picks=_RATINGS)
    yield Column("Annual_Revenue", "currency", 16)
    yield Column("No_of_Employees", "integer", 9)
    yield Column("Converted__s", "boolean", system=True)
    yield Column("Converted_Date_Time", "datetime", system=True)
    for name in ("Account", "Contact", "Deal"):
        yield Column(f"Converted_{name}", "lookup", 120, system=True, module=f"{name}s")


def _account() -> Iterator[Column]:
    yield from _system()
    yield Column("Account_Name", "text", 200, mandatory=True)
    yield Column("Website", "website", 255)
    yield Column("Phone", "phone", 30)
    yield Column("Owner", "ownerlookup", 120)


def standard() -> dict[str, dict[str, Column]]:
    """The fields that every organisation has, by module and API name."""
    made = {"Contacts": _contact(), "Leads": _lead(), "Accounts": _account()}
    return {module: {column.name: column for column in columns} for module, columns in made.items()}
