"""Rules as written: IF a contact on a side looks like this, THEN it is in sync, and its counterpart gets that."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema

from reconciler.spec.strict import Constant, Strict

When: TypeAlias = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
"""A filter as data; ``reconciler.spec.filters`` gives it its meaning, with the catalogue at hand."""


def _items(raw: object) -> object:
    return [raw] if isinstance(raw, str) else raw


Items: TypeAlias = Annotated[list[str], BeforeValidator(_items, json_schema_input_type=str | list[str])]


class ThenSpec(Strict):
    """What happens to the counterpart of a contact that matches."""

    create: bool = Field(default=True, description="Make the counterpart if there is none.")
    assign: dict[str, Constant] = Field(
        default={}, alias="set", description="Fields of the counterpart that hold these constants."
    )
    add: dict[str, Items] = Field(default={}, description="List fields of the counterpart that contain these items.")
    remove: dict[str, Items] = Field(default={}, description="List fields of the counterpart that lack these items.")


class RuleSpec(Strict):
    """One rule."""

    name: str = Field(min_length=1, max_length=200, description="What the rule is for, in a person's words.")
    source: str = Field(alias="from", description="The side whose contacts this rule looks at.")
    when: When = Field(default={}, description="What such a contact looks like; everything when left out.")
    then: ThenSpec = Field(default=ThenSpec(), description="What happens to its counterpart.")
    on_leave: Literal["keep", "revert"] = Field(
        default="keep", description="When a contact stops matching: keep what the rule did, or take exactly that back."
    )
