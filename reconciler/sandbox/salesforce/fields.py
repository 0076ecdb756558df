"""The fields of Contact and Lead: names, types, lengths and what may be written."""

from __future__ import annotations

from dataclasses import dataclass

_LONGEST_FILTERABLE = 255
_SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.")
_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
_CLEAN = ("Matched", "Different", "Acknowledged", "NotFound", "Inactive", "Pending", "SelectMatch", "Skipped")
_LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")


@dataclass(frozen=True, slots=True)
class Column:
    """One field. ``length`` is in characters, 0 where the type has none; ``default`` is given at creation."""

    name: str
    label: str
    type: str = "string"
    length: int = 0
    create: bool = True
    update: bool = True
    nillable: bool = True
    default: object = None
    values: tuple[str, ...] = ()
    restricted: bool = False
    unique: bool = False
    refers: tuple[str, ...] = ()
    compound: str | None = None

    @property
    def custom(self) -> bool:
        """Made by an administrator of the org."""
        return self.name.endswith("__c")

    @property
    def defaulted(self) -> bool:
        """The app fills it in at creation when nothing is sent."""
        return self.default is not None or self.type == "boolean" or self.name in _SYSTEM_NAMES

    @property
    def required(self) -> bool:
        """Has to be sent at creation."""
        return self.create and not self.nillable and not self.defaulted

    @property
    def id_lookup(self) -> bool:
        """Can name a record in an upsert."""
        return self.unique or self.name in {"Id", "Email"}

    @property
    def filterable(self) -> bool:
        """Can stand in a WHERE clause."""
        return self.length <= _LONGEST_FILTERABLE


_SYSTEM_NAMES = frozenset(
    {"Id", "OwnerId", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp"}
)


def _fixed(name: str, label: str, kind: str = "datetime", length: int = 0, *, nillable: bool = False) -> Column:
    return Column(name, label, kind, length, create=False, update=False, nillable=nillable)


def _address(prefix: str, label: str) -> tuple[Column, ...]:
    """The parts of an address, and the compound that shows them together."""
    whole = f"{prefix}Address"
    return (
        Column(f"{prefix}Street", f"{label} Street", "textarea", 255, compound=whole),
        Column(f"{prefix}City", f"{label} City", length=40, compound=whole),
        Column(f"{prefix}State", f"{label} State/Province", length=80, compound=whole),
        Column(f"{prefix}PostalCode", f"{label} Zip/Postal Code", length=20, compound=whole),
        Column(f"{prefix}Country", f"{label} Country", length=80, compound=whole),
        Column(f"{prefix}Latitude", f"{label} Latitude", "double", compound=whole),
        Column(f"{prefix}Longitude", f"{label} Longitude", "double", compound=whole),
        _fixed(whole, f"{label} Address", "address", nillable=True),
    )


def _head(label: str) -> tuple[Column, ...]:
    return (
        _fixed("Id", f"{label} ID", "id", 18),
        _fixed("IsDeleted", "Deleted", "boolean"),
        Column("MasterRecordId", "Master Record ID", "reference", 18, create=False, update=False, refers=(label,)),
        Column("LastName", "Last Name", length=80, nillable=False, compound="Name"),
        Column("FirstName", "First Name", length=40, compound="Name"),
        Column("Salutation", "Salutation", "picklist", 40, values=_SALUTATIONS, compound="Name"),
        _fixed("Name", "Full Name", "string", 121),
        Column("Title", "Title", length=128),
        Column("Phone", "Business Phone", "phone", 40),
        Column("MobilePhone", "Mobile Phone", "phone", 40),
        Column("Fax", "Business Fax", "phone", 40),
        Column("Email", "Email", "email", 80),
        Column("LeadSource", "Lead Source", "picklist", 40, values=_SOURCES),
        Column("Description", "Description", "textarea", 32000),
    )


def _tail(*, bounces: bool) -> tuple[Column, ...]:
    """What ends both objects; ``bounces``: whether a bounce can be told at creation."""
    return (
        Column("OwnerId", "Owner ID", "reference", 18, nillable=False, refers=("User",)),
        _fixed("CreatedDate", "Created Date"),
        Column("CreatedById", "Created By ID", "reference", 18, create=False, update=False, nillable=False),
        _fixed("LastModifiedDate", "Last Modified Date"),
        Column("LastModifiedById", "Last Modified By ID", "reference", 18, create=False, update=False, nillable=False),
        _fixed("SystemModstamp", "System Modstamp"),
        _fixed("LastActivityDate", "Last Activity", "date", nillable=True),
        Column("EmailBouncedReason", "Email Bounced Reason", length=255, create=bounces),
        Column("EmailBouncedDate", "Email Bounced Date", "datetime", create=bounces),
        Column("HasOptedOutOfEmail", "Email Opt Out", "boolean", nillable=False),
        Column("HasOptedOutOfFax", "Fax Opt Out", "boolean", nillable=False),
        Column("DoNotCall", "Do Not Call", "boolean", nillable=False),
        Column("CleanStatus", "Clean Status", "picklist", 40, values=_CLEAN, restricted=True),
        Column("Accepts_Mailing__c", "Accepts Mailing", "boolean", nillable=False),
        Column("iContact_Status__c", "iContact Status", length=40),
        Column("External_Id__c", "External Id", length=255, unique=True),
    )


CONTACT = (
    *_head("Contact"),
    *_address("Mailing", "Mailing"),
    *_address("Other", "Other"),
    Column("HomePhone", "Home Phone", "phone", 40),
    Column("OtherPhone", "Other Phone", "phone", 40),
    Column("AssistantPhone", "Asst. Phone", "phone", 40),
    Column("AssistantName", "Assistant's Name", length=40),
    Column("Department", "Department", length=80),
    Column("Birthdate", "Birthdate", "date"),
    Column("AccountId", "Account ID", "reference", 18, refers=("Account",)),
    Column("ReportsToId", "Reports To ID", "reference", 18, refers=("Contact",)),
    _fixed("IsEmailBounced", "Is Email Bounced", "boolean"),
    *_tail(bounces=True),
)
LEAD = (
    *_head("Lead"),
    Column("Company", "Company", length=255, nillable=False),
    *_address("", ""),
    Column("Website", "Website", "url", 255),
    Column("Status", "Status", "picklist", 40, nillable=False, default=_LEAD_STATUSES[0], values=_LEAD_STATUSES),
    Column("Industry", "Industry", "picklist", 40, values=("Agriculture", "Banking", "Education", "Retail", "Other")),
    Column("Rating", "Rating", "picklist", 40, values=("Hot", "Warm", "Cold")),
    Column("AnnualRevenue", "Annual Revenue", "currency"),
    Column("NumberOfEmployees", "Employees", "int"),
    Column("IsConverted", "Converted", "boolean", update=False, nillable=False),
    _fixed("ConvertedDate", "Converted Date", "date", nillable=True),
    _fixed("ConvertedAccountId", "Converted Account ID", "reference", 18, nillable=True),
    _fixed("ConvertedContactId", "Converted Contact ID", "reference", 18, nillable=True),
    _fixed("ConvertedOpportunityId", "Converted Opportunity ID", "reference", 18, nillable=True),
    Column("IsUnreadByOwner", "Unread By Owner", "boolean", nillable=False),
    *_tail(bounces=False),
)
