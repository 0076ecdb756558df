"""What only an audience knows: its merge fields, and its groups (interests) by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from reconciler.connectors.mailchimp.api import MOST
from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from reconciler.connectors.mailchimp.api import Audience

PARTS = ("addr1", "addr2", "city", "state", "zip", "country")
NEEDED = ("addr1", "city", "state", "zip")
"""The parts without which Mailchimp takes no address."""

MERGED = "merge_fields"

_TYPES = {
    "number": FieldType.NUMBER,
    "phone": FieldType.PHONE,
    "date": FieldType.DATE,
    "url": FieldType.URL,
    "imageurl": FieldType.URL,
    "radio": FieldType.ENUM,
    "dropdown": FieldType.ENUM,
}
"""``text``, ``zip``, ``birthday`` (MM/DD, without a year) and whatever comes one day are texts."""


class Choices(msgspec.Struct):
    """What some types of merge fields say beyond their type."""

    choices: list[str] = []
    phone_format: str = ""
    date_format: str = ""


class MergeField(msgspec.Struct):
    """One merge field. Its ``tag`` is the key under which members hold it."""

    tag: str
    name: str = ""
    type: str = "text"
    required: bool = False
    options: Choices = msgspec.field(default_factory=Choices)

    def fields(self, known: Mapping[str, Field]) -> Iterator[Field]:
        """As the engine knows it: an address is a field for each of its parts. ``known`` tells the roles."""
        for name, part in (
            [(f"{self.tag}.{part}", part) for part in PARTS] if self.type == "address" else [(self.tag, "")]
        ):
            listed = known.get(name)
            yield Field(
                name=name,
                type=_TYPES.get(self.type, FieldType.TEXT),
                role=listed.role if listed else None,
                label=f"{self.name or self.tag} ({part})" if part else self.name or self.tag,
                required=self.required and part in {"", *NEEDED},
                custom=listed is None,
                values=tuple(self.options.choices) if self.type in {"radio", "dropdown"} else (),
            )


class _MergeFields(msgspec.Struct):
    merge_fields: list[MergeField]


class _Category(msgspec.Struct):
    id: str
    title: str


class _Categories(msgspec.Struct):
    categories: list[_Category]


class _Interest(msgspec.Struct):
    id: str
    name: str


class _Interests(msgspec.Struct):
    interests: list[_Interest]


class Interests:
    """The audience's groups by name; where two categories use one name, the category stands behind it."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._ids: dict[str, str] | None = None

    @property
    def ids(self) -> dict[str, str]:
        """Id by name."""
        return self.refresh() if self._ids is None else self._ids

    @property
    def names(self) -> dict[str, str]:
        """Name by id."""
        return {one: name for name, one in self.ids.items()}

    def refresh(self) -> dict[str, str]:
        """Ask anew: people make some while a connection stays open."""
        found = [(category.title, one) for category in self._categories() for one in self._of(category)]
        often = Counter(one.name for _, one in found)
        self._ids = {one.name if often[one.name] == 1 else f"{one.name} ({title})": one.id for title, one in found}
        return self._ids

    def unknown(self, names: Collection[str]) -> list[str]:
        """Those of ``names`` that no group carries."""
        known = self.ids if names else {}
        if not known.keys() >= set(names):
            known = self.refresh()
        return sorted(set(names) - known.keys())

    def _categories(self) -> list[_Category]:
        path = f"{self._audience.path}/interest-categories"
        return self._audience.http.request("GET", path, params={"count": MOST}).json(_Categories).categories

    def _of(self, category: _Category) -> list[_Interest]:
        path = f"{self._audience.path}/interest-categories/{category.id}/interests"
        return self._audience.http.request("GET", path, params={"count": MOST}).json(_Interests).interests


class Schema:
    """The fields of one audience. ``standard`` are the catalogue's. Each part is asked for when it is first needed."""

    def __init__(self, audience: Audience, standard: Mapping[str, Field], *, skip_required: bool) -> None:
        self.standard = standard
        self.interests = Interests(audience)
        self._audience = audience
        self._skip_required = skip_required

    @cached_property
    def merge_fields(self) -> dict[str, MergeField]:
        """By tag. All can be renamed or removed, those that come with every audience too."""
        path = f"{self._audience.path}/merge-fields"
        answer = self._audience.http.request("GET", path, params={"count": MOST}).json(_MergeFields)
        return {one.tag: one for one in answer.merge_fields}

    def known(self, names: Collection[str]) -> Mapping[str, Field]:
        """Fields by name, good for reading these: the audience is asked only where a merge field is among them."""
        return {**self._plain, **self._merged} if any(map(is_merged, names)) else self._plain

    def described(self) -> tuple[Field, ...]:
        """Every field: the catalogue's without the merge fields that are not there, then the audience's own."""
        groups = replace(self.standard["interests"], values=tuple(sorted(self.interests.ids)))
        return tuple({**self._plain, "interests": groups, **self._merged}.values())

    @cached_property
    def _plain(self) -> dict[str, Field]:
        return {name: field for name, field in self.standard.items() if not is_merged(name)}

    @cached_property
    def _merged(self) -> dict[str, Field]:
        found = [field for one in self.merge_fields.values() for field in one.fields(self.standard)]
        return {one.name: replace(one, required=False) if self._skip_required else one for one in found}


def is_merged(name: str) -> bool:
    """Whether a field is a merge field, or a part of one: tags are capitals."""
    return name[:1].isupper() or name[:1].isdigit() or name[:1] == "_"
