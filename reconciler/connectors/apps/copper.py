"""Copper: people and leads of one account, read by searches and written ten at a time.

The server makes the parts of a name from the whole one, so the whole one is written. Addresses, numbers, tags and the
postal address are replaced as a whole: a change of a piece starts from what the record holds now. Searches lag behind
writes, and say nothing of who was deleted.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from reconciler.connectors.auth import HeaderAuth
from reconciler.connectors.copper.api import Entity
from reconciler.connectors.copper.hook import CopperWebhook
from reconciler.connectors.copper.records import CopperRecords, Manner
from reconciler.connectors.copper.schema import Schema
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from reconciler.connectors.base import Opening
    from reconciler.connectors.webhook import Webhook


class Credentials(BaseModel):
    """``auth`` of an account: an API key (an administrator's, or records stay hidden), and its owner's address."""

    model_config = ConfigDict(extra="forbid")

    api_key: SecretStr
    user_email: SecretStr
    webhook_secret: SecretStr | None = None


class Options(BaseModel):
    """``options`` of an account. A delta reads ``overlap_seconds`` further back; searches may be ``lag_seconds`` behind
    writes; dates begin in ``time_zone``; ``upsert_leads`` makes a lead by its address, and takes the one that is there.
    """

    model_config = ConfigDict(extra="forbid")

    page_size: int = Field(default=200, ge=1, le=200)
    overlap_seconds: int = Field(default=120, ge=5)
    lag_seconds: int = Field(default=5, ge=0, le=300)
    time_zone: str = "America/Los_Angeles"
    upsert_leads: bool = False

    @field_validator("time_zone")
    @classmethod
    def _exists(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"there is no time zone {name}; write one as Europe/Brussels")
        return name


class Copper:
    """The app."""

    name = "copper"
    base_url: str | None = "https://api.copper.com/developer_api/v1"
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = load_catalogue(files(__package__) / "copper.yaml")
    webhook: Webhook = CopperWebhook()

    def authenticate(self, credentials: BaseModel, base_url: str) -> HeaderAuth:
        """The three headers that every request carries."""
        del base_url
        known = Credentials.model_validate(credentials.model_dump())
        return HeaderAuth(
            {
                "X-PW-AccessToken": known.api_key.get_secret_value(),
                "X-PW-Application": "developer_api",
                "X-PW-UserEmail": known.user_email.get_secret_value(),
            }
        )

    def open(self, opening: Opening) -> CopperRecords:
        """People or leads."""
        options = Options.model_validate(dict(opening.options))
        entity = Entity(opening.http, opening.entity)
        standard = self.catalogue.entities[opening.entity].by_name
        schema = Schema(entity, standard, opening.fields, ZoneInfo(options.time_zone))
        manner = Manner(
            page_size=options.page_size,
            overlap=options.overlap_seconds,
            lag=options.lag_seconds,
            upsert=options.upsert_leads and opening.entity == "leads",
        )
        return CopperRecords(opening, entity, schema, manner)


APP = Copper()
