"""A document of ``kind: connection`` as written; ``reconciler.spec.check`` decides what it means."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from reconciler.spec.amounts import BudgetText, Duration
from reconciler.spec.arrows import SyncText
from reconciler.spec.findings import Unfit
from reconciler.spec.mappings import DriftWord, FieldsSpec, OnClearWord
from reconciler.spec.rules import RuleSpec
from reconciler.spec.strict import Name, Strict


class SideSpec(Strict):
    """What one side points at."""

    app: str = Field(description="The app: salesforce, icontact, carddav…")
    account: str = Field(description="The name of an account document.")
    entity: str = Field(description="The contact type: contacts, leads, people…")


class LimitsSpec(Strict):
    """The change budget: a plan over it waits for a person's word."""

    create: BudgetText | None = None
    update: BudgetText | None = None
    delete: BudgetText | None = None


def _available(raw: object) -> object:
    if raw in ("hold", "archive", "delete"):
        raise Unfit(
            f"'{raw}' is not available in this version", "only 'ignore' is: the twin stays and is remembered as trashed"
        )
    return raw


OnDelete: TypeAlias = Annotated[
    Literal["ignore"], BeforeValidator(_available, json_schema_input_type=Literal["ignore"])
]


def _keys(raw: object) -> object:
    return [raw] if isinstance(raw, (str, dict)) else raw


def _per_side(raw: object) -> object:
    return {"": raw} if isinstance(raw, str) else raw


class ConnectionSpec(Strict):
    """Two sides, what is matched, what is in sync, what flows."""

    version: Literal[1] = Field(description="Version of the spec format.")
    kind: Literal["connection"]
    name: Name = Field(description="How commands, state and metrics call this connection.")
    description: str = Field(default="", description="What it is for.")
    sync: SyncText = Field(description="Direction between the sides: crm <-> news, crm -> news or crm <- news.")
    every: Duration = Field(default=300.0, description="How often to look for changes: 30s, 5m, 1h.")
    paused: bool = Field(default=False, description="True: nothing is read or written.")
    sides: dict[str, SideSpec] = Field(description="The two ends: {name: {app, account, entity}}.")
    match: Annotated[
        list[str | dict[str, str]],
        BeforeValidator(_keys, json_schema_input_type=str | dict[str, str] | list[str | dict[str, str]]),
    ] = Field(default=["email"], min_length=1, description="Match keys in order: a role, a field, or {side: field}.")
    winner: str | None = Field(
        None,
        description="Who wins where both sides differ: a side's name (the left one when left out), newest, non_empty,"
        " strictest or hold.",
    )
    without_key: Literal["skip", "create"] = Field(
        default="skip", description="A contact without a match key: leave it, or create it all the same."
    )
    rules: list[RuleSpec] | None = Field(
        None, description="Which contacts are in sync; left out, all of each sending side are, and are created."
    )
    fields: FieldsSpec = Field(default=FieldsSpec(), description="Which fields are kept in step.")
    on_clear: OnClearWord = Field(default="ignore", description="What a cleared value does to the other side.")
    drift: DriftWord = Field(
        default="correct", description="A foreign change on the receiving side of a one-way field."
    )
    on_delete: Annotated[
        dict[str, OnDelete],
        BeforeValidator(_per_side, json_schema_input_type=OnDelete | dict[str, OnDelete]),
    ] = Field(default={}, description="A contact deleted on one side: only 'ignore' is available in this version.")
    limits: LimitsSpec = Field(default=LimitsSpec(), description="The change budget: {update: 30%, create: 50}.")
    region: str | None = Field(None, description="ISO 3166 country assumed for phone numbers without a country code.")
