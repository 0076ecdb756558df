"""Making members: one batch, whose answer is matched by address; who was archived comes back by a call of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from reconciler.connectors.mailchimp.api import ARCHIVED, Audience, MemberError, Problem, Row, address_hash, record_id
from reconciler.connectors.mailchimp.bodies import PERMISSIONS, Bodies, permission_ids, permissions
from reconciler.connectors.mailchimp.cursor import whole_seconds
from reconciler.connectors.mailchimp.rules import fold, items, refusal, unkeyed, unpermitted
from reconciler.connectors.mailchimp.values import read_moment
from reconciler.connectors.outcomes import refused
from reconciler.connectors.parallel import in_parallel
from reconciler.errors import AppError, NoAnswer, Rejected
from reconciler.model.outcome import Lost, Refused, Written
from reconciler.model.record import Record, Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.connectors.mailchimp.api import BatchAnswer
    from reconciler.model.outcome import Draft, Outcome

_EXISTS = "ERROR_CONTACT_EXISTS"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A new member's JSON (what is empty needs not be said), the addresses that it lacks, and what takes further calls:
    its tags and permissions."""

    body: Row
    left_out: list[str]
    tags: frozenset[str]
    permissions: Value


@dataclass(slots=True)
class Creation:
    """One batch of drafts. ``record`` makes a record of a row, for which a listing must have the ``columns``;
    ``new_status`` is for drafts that come without one."""

    audience: Audience
    bodies: Bodies
    record: Callable[[Row], Record]
    columns: str = field(kw_only=True)
    new_status: str = field(kw_only=True)
    skip_required: bool = field(kw_only=True)
    threads: int = field(kw_only=True)

    def __call__(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """One outcome per draft, in order."""
        outcomes: dict[int, Outcome] = {}
        fit: dict[str, int] = {}
        for index, draft in enumerate(drafts):
            email = fold(draft.values.get("email_address"))
            why = unkeyed(email, fit) or refusal(draft.values, self.bodies.schema.interests)
            if why:
                outcomes[index] = why
            else:
                fit[email] = index
        wanted = {email: self._wanted(drafts[index]) for email, index in fit.items()}
        made = self._make({email: one.body for email, one in wanted.items()})
        done = in_parallel(list(fit), lambda email: self._finish(made[email], wanted[email]), self.threads)
        outcomes |= dict(zip(fit.values(), done, strict=True))
        return [outcomes[index] for index in range(len(drafts))]

    def _wanted(self, draft: Draft) -> _Wanted:
        values = {name: value for name, value in draft.values.items() if value is not None}
        body, left_out = self.bodies.body(values, {}, {})
        return _Wanted(
            {"status": self.new_status, **body}, left_out, items(values.get("tags")), values.get(PERMISSIONS)
        )

    def _make(self, rows: Mapping[str, Row]) -> dict[str, Row | Refused | Lost]:
        """What became of each address: the new row, or why there is none."""
        if not rows:
            return {}
        try:
            answer = self.audience.create(list(rows.values()), skip_required=self.skip_required)
        except NoAnswer as error:
            return dict.fromkeys(rows, Lost(str(error)))
        found: dict[str, Row | Refused | Lost] = dict.fromkeys(rows, Lost("the app did not say what became of it"))
        try:
            found |= {fold(row.get("email_address")): row for row in self._identified(answer)}
        except AppError as error:
            found = dict.fromkeys(rows, Lost(f"made, but not seen afterwards: {error}"))
        for wrong in answer.errors:
            email = fold(wrong.email_address)
            found[email] = self._fate(wrong, email, rows.get(email, {}))
        return {email: found[email] for email in rows}

    def _fate(self, wrong: MemberError, email: str, sent: Row) -> Row | Refused | Lost:
        if wrong.error_code != _EXISTS:
            return wrong.problem().refusal(sent)
        try:
            return self._known(address_hash(email), sent)
        except AppError as error:
            return refused(error) if isinstance(error, Rejected) else Lost(str(error))

    def _known(self, name: str, sent: Row) -> Row | Refused | Lost:
        """Somebody has this address. An archived member comes back with PUT, as if they were new; one who is there
        stays as they are, to be found by the next read."""
        there = self.audience.any_member(name)
        if there is None or there.get("status") != ARCHIVED:
            return replace(Problem("Member Exists").refusal(sent), stale=True)
        body = {**sent, "status_if_new": sent["status"]}
        row = self.audience.write("PUT", name, body, skip_required=self.skip_required, again=True)
        return row or Lost("the member went away while it was made")

    def _identified(self, answer: BatchAnswer) -> list[Row]:
        """The new rows with their ``contact_id``: a batch need not tell it, so that the newest members are listed."""
        rows = [*answer.new_members, *answer.updated_members]
        moments = [moment for row in rows if (moment := read_moment(row.get("last_changed")))]
        if not rows or all(row.get("contact_id") for row in rows) or not moments:
            return rows
        since = whole_seconds(min(moments) - timedelta(seconds=1))
        listed: dict[object, Row] = {}
        for page, _, _ in self.audience.pages(fields=self.columns, since_last_changed=since):
            listed |= {row["id"]: row for row in page.members}
            if listed.keys() >= {row["id"] for row in rows}:
                break
        return [listed.get(row["id"]) or self.audience.any_member(str(row["id"])) or row for row in rows]

    def _finish(self, made: Row | Refused | Lost, wanted: _Wanted) -> Outcome:
        """Add what a batch cannot. What fails now, and an address that was left out, is not said to be empty, but not
        said at all, as if it had never been read: so the next cycle fills it in, or tells why that cannot be."""
        if isinstance(made, Refused | Lost):
            return made
        row, untold = made, set(wanted.left_out)
        for name, write in ((PERMISSIONS, self._permitted), ("tags", self._tagged)):
            try:
                done = write(row, wanted)
            except AppError:
                done = None
            if done is None:
                untold.add(name)
            row = done or row
        return self._written(row, untold)

    def _written(self, row: Row, untold: set[str]) -> Outcome:
        try:
            record = self.record(row)
        except AppError as error:
            return Lost(str(error))
        told = {name: value for name, value in record.values.items() if name.partition(".")[0] not in untold}
        return Written(record.id, replace(record, values=told))

    def _permitted(self, row: Row, wanted: _Wanted) -> Row | None:
        """The row with its permissions; None where they are not given."""
        if not wanted.permissions:
            return row
        now = self.audience.member(record_id(row)) or row
        if unpermitted(wanted.permissions, permission_ids(now)):
            return None
        body: Row = {PERMISSIONS: permissions(now, wanted.permissions, None)}
        done = self.audience.write("PATCH", record_id(row), body, skip_required=True, again=True)
        return None if isinstance(done, Refused) else done

    def _tagged(self, row: Row, wanted: _Wanted) -> Row | None:
        """The row with its tags."""
        if not wanted.tags:
            return row
        self.audience.tag(str(row["id"]), dict.fromkeys(sorted(wanted.tags), True))
        return self.audience.member(record_id(row)) or row
