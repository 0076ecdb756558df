"""A card as a contact: all its fields by name, and the one property that vCard requires and people forget, ``FN``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.connectors.carddav.vcard import Card
from reconciler.connectors.carddav.vcard_fields import Birthday, Many, Part, Primary, Tags, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.connectors.carddav.vcard_fields import Property
    from reconciler.model.record import Value

_NAME_PARTS = {"last_name": 0, "first_name": 1, "middle_name": 2, "prefix": 3, "suffix": 4}
_ADDRESS_PARTS = {"street2": 1, "street": 2, "city": 3, "region": 4, "postal_code": 5, "country": 6}

# In writing order: a whole list before the single values that are picked from it.
FIELDS: Mapping[str, Property] = {
    "uid": Text("UID"),
    **{field: Part("N", index, 5) for field, index in _NAME_PARTS.items()},
    "nickname": Text("NICKNAME"),
    "company": Part("ORG", 0, 2),
    "department": Part("ORG", 1, 2),
    "title": Text("TITLE"),
    "role": Text("ROLE"),
    "note": Text("NOTE"),
    "birthday": Birthday(),
    "website": Text("URL", special=""),
    "emails": Many("EMAIL"),
    "email": Primary("EMAIL"),
    "phones": Many("TEL"),
    "phone": Primary("TEL", "phone"),
    "mobile": Primary("TEL", "mobile"),
    "home_phone": Primary("TEL", "home"),
    "fax": Primary("TEL", "fax"),
    **{field: Part("ADR", index, 7) for field, index in _ADDRESS_PARTS.items()},
    "tags": Tags(),
    "full_name": Text("FN"),
}

_WHOLE_NAME = ("prefix", "first_name", "middle_name", "last_name", "suffix")
# How a displayed name is usually made of its parts; the first that fits is kept in step.
_STYLES = (_WHOLE_NAME, ("first_name", "middle_name", "last_name"), ("first_name", "last_name"))
_STAND_INS = ("company", "nickname", "email", "phone", "mobile")
_READ_ONLY = frozenset({"uid"})


def is_group(card: Card) -> bool:
    """Whether the card is a list of contacts (``KIND:group``, or Apple's form of it) and not a contact."""
    marks = card.all("KIND") + card.all("X-ADDRESSBOOKSERVER-KIND")
    return any(line.value.strip().lower() == "group" for line in marks)


def read_fields(card: Card, names: Iterable[str]) -> dict[str, Value]:
    """The named fields; names that are no vCard field are left out."""
    return {name: field.read(card) for name in names if (field := field_of(name))}


def write_fields(card: Card, values: Mapping[str, Value]) -> None:
    """Change the card so that ``read_fields`` answers ``values``. Fields that read so already change nothing.

    Unknown and read-only names are ignored. ``FN`` follows the name parts as long as it was made of them.
    """
    before = _parts(card)
    known = [name for name in FIELDS if name in values and name not in _READ_ONLY]
    custom = [name for name in values if name not in FIELDS]
    for name in known + custom:
        field = field_of(name)
        value = None if values[name] in ("", ()) else values[name]
        if field and field.read(card) != value:
            field.write(card, value)
    if not values.get("full_name"):
        _keep_in_step(card, before)


def new_card(version: str, uid: str, values: Mapping[str, Value]) -> Card:
    """A complete card of these values."""
    card = Card.new(version, f"urn:uuid:{uid}" if version.startswith("4") else uid)
    write_fields(card, values)
    return card


def field_of(name: str) -> Property | None:
    """A field of the table, or any extension property (``X-…``) as text."""
    return FIELDS.get(name) or (Text(name.upper()) if name.upper().startswith("X-") else None)


def _parts(card: Card) -> dict[str, str]:
    return {name: str(FIELDS[name].read(card) or "") for name in _WHOLE_NAME}


def _joined(style: tuple[str, ...], parts: Mapping[str, str]) -> str:
    return " ".join(parts[name] for name in style if parts[name])


def _keep_in_step(card: Card, before: Mapping[str, str]) -> None:
    """Make ``FN`` from the parts as it was made before; where it is missing, from whatever names the contact."""
    full_name, now = FIELDS["full_name"].read(card), _parts(card)
    style = next((style for style in _STYLES if full_name == _joined(style, before)), None)
    if full_name and (style is None or now == before):
        return
    wanted = _joined(style or _WHOLE_NAME, now) or _stand_in(card)
    if wanted:
        FIELDS["full_name"].write(card, wanted)
    elif not card.all("FN"):
        card.add("FN", "")


def _stand_in(card: Card) -> str:
    """What else a contact without a name can be called."""
    said = (FIELDS[name].read(card) for name in _STAND_INS)
    return next((str(value) for value in said if value), "")
