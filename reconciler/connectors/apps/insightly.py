"""Insightly: contacts and leads of one instance, with the API key of one user.

There are no batches and no tombstones: writes are single calls within ten a second and the plan's daily allowance, and
deletes show only in a complete read. Listings tell no version, so each update reads the record first and writes with
``If-Match``. A lead that was converted is gone.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from reconciler.connectors.insightly.api import LONGEST_PAGE, Collection
from reconciler.connectors.insightly.kinds import KINDS
from reconciler.connectors.insightly.names import Choices, Organisations
from reconciler.connectors.insightly.pod import SHARED_HOST, KeyAuth, pod_of
from reconciler.connectors.insightly.records import InsightlyRecords, Scope
from reconciler.spec.catalogue import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.connectors.base import Opening
    from reconciler.connectors.http import Http
    from reconciler.connectors.insightly.names import Names


class Credentials(BaseModel):
    """``auth`` of an account: the API key, and the pod that stands beside it (User Settings > API)."""

    model_config = ConfigDict(extra="forbid")

    api_key: SecretStr
    pod: Annotated[str, AfterValidator(pod_of)] | None = None


class Options(BaseModel):
    """``options`` of an account. ``create_organisations`` makes those that a contact names and nobody made yet;
    ``overlap_seconds`` is how far a delta reads back before the last one began."""

    model_config = ConfigDict(extra="forbid")

    page_size: int = Field(default=LONGEST_PAGE, ge=2, le=LONGEST_PAGE)
    overlap_seconds: int = Field(default=300, ge=0)
    create_organisations: bool = False


class Insightly:
    """The app. Without a pod, the vendor's shared host finds the instance by its key."""

    name = "insightly"
    base_url: str | None = f"https://{SHARED_HOST}/v3.1"
    credentials: type[BaseModel] = Credentials
    options: type[BaseModel] = Options
    catalogue = load_catalogue(files(__package__) / "insightly.yaml")

    def authenticate(self, credentials: BaseModel, base_url: str) -> KeyAuth:
        """The key, sent to its pod; raises ``Denied`` where ``base_url`` names another one."""
        known = Credentials.model_validate(credentials.model_dump())
        return KeyAuth(self.name, base_url, known.api_key.get_secret_value(), known.pod)

    def open(self, opening: Opening) -> InsightlyRecords:
        """Contacts or leads."""
        options = Options.model_validate(dict(opening.options))
        kind = KINDS[opening.entity]
        scope = Scope(
            kind=kind,
            standard=self.catalogue.entities[opening.entity],
            collection=Collection.over(opening.http, kind.collection, kind.key),
            names=_names(opening.http, opening.entity, create=options.create_organisations),
            page_size=options.page_size,
            overlap=timedelta(seconds=options.overlap_seconds),
        )
        return InsightlyRecords(opening, scope)


def _names(http: Http, entity: str, *, create: bool) -> Mapping[str, Names]:
    """What finds the names behind the ids of an entity, by the field that shows them."""
    if entity == "contacts":
        organisations = Collection.over(http, "Organisations", "ORGANISATION_ID")
        return {"ORGANISATION_NAME": Organisations(organisations, create=create)}
    return {
        "LEAD_STATUS": Choices(http, "/LeadStatuses", "LEAD_STATUS"),
        "LEAD_SOURCE": Choices(http, "/LeadSources", "LEAD_SOURCE"),
    }


APP = Insightly()
