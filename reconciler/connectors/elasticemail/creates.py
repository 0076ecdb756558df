"""New contacts: who is there already is found out first, because what a POST does to them is not documented; it might
make somebody active again who has opted out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.connectors.elasticemail.lists import Lists, by_list
from reconciler.connectors.elasticemail.rules import OPTED_OUT, items, unfit
from reconciler.connectors.elasticemail.service import Service
from reconciler.connectors.elasticemail.updates import vanished
from reconciler.connectors.elasticemail.values import EMAIL, LISTS, STATUS, Reader, Row, Spelling, canonical
from reconciler.connectors.outcomes import refused
from reconciler.errors import AppError, NoAnswer, Rejected
from reconciler.model.outcome import Lost, Refused, Unsent, Written
from reconciler.model.record import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.outcome import Draft, Outcome

_EXISTS = Refused("exists", "a contact with this address is there already", EMAIL, stale=True)
_MISSING = Refused("refused", "the app took the call and made no contact of this one")


@dataclass(slots=True)
class Creates:
    """One create call."""

    service: Service
    lists: Lists
    spelling: Spelling
    read: Reader
    drafts: dict[str, Mapping[str, Value]] = field(default_factory=dict, init=False)

    def create(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """One outcome a draft, in order."""
        outcomes: dict[int, Outcome] = {}
        places: dict[str, int] = {}
        for place, draft in enumerate(drafts):
            if why := unfit(draft.values, places, self.lists):
                outcomes[place] = why
            else:
                places[canonical(draft.values[EMAIL])] = place
        self.drafts = {email: drafts[place].values for email, place in places.items()}
        there = self.service.contacts(list(places))
        made = self._add([email for email in places if email not in there])
        outcomes |= {place: made.get(email, _EXISTS) for email, place in places.items()}
        return [outcomes[place] for place in range(len(drafts))]

    def _add(self, emails: Sequence[str]) -> dict[str, Outcome]:
        if not emails:
            return {}
        try:
            rows = self.service.add([self.spelling.draft(self.drafts[email]) for email in emails])
        except NoAnswer as error:
            return dict.fromkeys(emails, Lost(str(error)))
        except Rejected as error:
            return self._halved(emails, error)
        except AppError as error:
            return dict.fromkeys(emails, Unsent(error))
        return self._made(emails, rows)

    def _halved(self, emails: Sequence[str], error: Rejected) -> dict[str, Outcome]:
        """The whole call was refused, perhaps for one bad item: halve it until that is found."""
        if len(emails) == 1:
            return {emails[0]: refused(error)}
        half = len(emails) // 2
        return self._add(emails[:half]) | self._add(emails[half:])

    def _made(self, emails: Sequence[str], rows: dict[str, Row]) -> dict[str, Outcome]:
        try:
            rows = self._seen(emails, rows)
        except AppError as error:  # they were sent: look before anything is sent again
            return dict.fromkeys(emails, Lost(str(error)))
        lists = self._joined([email for email in emails if email in rows])
        return {email: self._outcome(rows[email], lists) if email in rows else _MISSING for email in emails}

    def _seen(self, emails: Sequence[str], answered: Mapping[str, Row]) -> dict[str, Row]:
        """The contacts as they are, by address, because an answer carries no index. An answer may repeat what was
        sent, so custom fields are looked for in the contact itself; so is who is missing in the answer."""
        rows = {email: row for email, row in answered.items() if email in self.drafts}
        rows |= self._opted_out(rows)
        return rows | self.service.contacts([one for one in emails if one not in rows or self._custom(one)])

    def _custom(self, email: str) -> dict[str, str]:
        return {key: text for key, text in self.spelling.custom_changes(self.drafts[email]).items() if text}

    def _opted_out(self, rows: Mapping[str, Row]) -> dict[str, Row]:
        """Who shall be unsubscribed and was not made so, once they are."""
        wanted = [email for email in rows if self.drafts[email].get(STATUS) == OPTED_OUT]
        late = [email for email in wanted if rows[email].get(STATUS) != OPTED_OUT]
        for email in late:
            self.service.opt_out(email)
        return self.service.contacts(late)

    def _joined(self, emails: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The lists that each is on now; nobody where they are not known to be as they were wanted."""
        wanted = {email: items(self.drafts[email].get(LISTS)) for email in emails}
        try:
            members = self.lists.move(by_list(wanted), {})
        except AppError:  # the contacts exist: the next cycle sees their lists and goes on from there
            return {email: () for email, names in wanted.items() if not names}
        return {email: tuple(names) for email, names in wanted.items() if all(email in members[name] for name in names)}

    def _outcome(self, row: Row, lists: Mapping[str, tuple[str, ...]]) -> Outcome:
        email = canonical(row[EMAIL])
        if lost := vanished(self._custom(email), row):
            return lost
        return Written(email, self.read(row, lists.get(email)))
