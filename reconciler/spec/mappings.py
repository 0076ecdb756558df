"""Field mappings as written: an arrow, or an arrow with settings."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from reconciler.spec.arrows import ArrowText
from reconciler.spec.findings import Unfit
from reconciler.spec.strict import Constant, Strict

OnClearWord: TypeAlias = Literal["ignore", "propagate", "hold"]
DriftWord: TypeAlias = Literal["correct", "report"]


class MappingSpec(Strict):
    """One arrow and what is special about it. ``table`` belongs to ``via: map`` and reads in the order of writing."""

    fields: ArrowText = Field(description="The arrow: crm.Title -> news.jobtitle")
    via: str | None = Field(None, description="A transform: email, phone, full_name, country_name, country_code, map.")
    table: dict[Constant, Constant] | None = Field(
        None, alias="map", description="For via: map, what each value becomes, read as the arrow is written."
    )
    otherwise: Literal["keep", "error"] | None = Field(
        None,
        alias="else",
        description="For via: map, a value outside the map: keep the other side's, or fail the contact.",
    )
    region: str | None = Field(None, description="For via: phone, the country assumed instead of the connection's.")
    policy: str | None = Field(None, description="A side's name, newest, non_empty, union, strictest or hold.")
    on_clear: OnClearWord | None = Field(None, description="What a cleared value does to the other side.")
    drift: DriftWord | None = Field(
        None, description="For one-way arrows, a foreign change on the receiving side: correct it, or report it."
    )

    @model_validator(mode="after")
    def _options_fit(self) -> MappingSpec:
        transform = self.via or ("map" if self.table is not None else None)
        if transform == "map" and not self.table:
            raise Unfit("'via: map' needs a map", "write map: {value on the left: value on the right}")
        if transform != "map" and (self.table is not None or self.otherwise is not None):
            raise Unfit("'map' and 'else' belong to 'via: map'", "write via: map, or take them away")
        if transform != "phone" and self.region is not None:
            raise Unfit("'region' belongs to 'via: phone'", "write via: phone, or take it away")
        return self

    @property
    def transform(self) -> str | None:
        """The transform's name; a ``map`` alone implies its own."""
        return self.via or ("map" if self.table else None)


def _long_form(raw: object) -> object:
    return {"fields": raw} if isinstance(raw, str) else raw


MappingText: TypeAlias = Annotated[
    MappingSpec, BeforeValidator(_long_form, json_schema_input_type=ArrowText | MappingSpec)
]


class FieldsSpec(Strict):
    """Which fields are kept in step."""

    defaults: bool = Field(default=True, description="Every standard field that both apps understand.")
    map: list[MappingText] = Field(default=[], description="Further arrows; they replace defaults of the same fields.")
    off: list[str] = Field(
        default=[], description="Single defaults to leave out: a role (title) or a field of a side (news.jobtitle)."
    )
