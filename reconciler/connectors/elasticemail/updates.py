"""Changes of contacts. The status goes first, then names and custom fields, then lists; each is checked afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from reconciler.connectors.elasticemail.lists import Lists, by_list
from reconciler.connectors.elasticemail.rules import items, opts_out, unchangeable
from reconciler.connectors.elasticemail.service import Service
from reconciler.connectors.elasticemail.values import LISTS, STATUS, Reader, Row, Spelling, custom_values
from reconciler.connectors.outcomes import refused
from reconciler.connectors.parallel import in_parallel
from reconciler.errors import AppError, Rejected
from reconciler.model.outcome import Lost, Refused, Unsent, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.outcome import Outcome, Patch

_GONE = Refused("gone", "the contact is no longer there", stale=True)
_Moved: TypeAlias = "tuple[str, ...] | Refused | Lost"


@dataclass(frozen=True, slots=True)
class Updates:
    """One update call."""

    service: Service
    lists: Lists
    spelling: Spelling
    read: Reader

    def update(self, patches: Sequence[Patch]) -> list[Outcome]:
        """One outcome a patch, in order."""
        results = in_parallel(patches, self._change, self.service.threads)
        changed = [patch for patch, result in zip(patches, results, strict=True) if isinstance(result, dict)]
        moved = self._move([patch for patch in changed if LISTS in patch.values])
        return [self._outcome(result, moved.get(patch.id)) for patch, result in zip(patches, results, strict=True)]

    def _outcome(self, result: Row | Refused | Lost | Unsent, lists: _Moved | None) -> Outcome:
        if not isinstance(result, dict):
            return result
        if isinstance(lists, Refused | Lost):
            return lists
        record = self.read(result, lists)
        return Written(record.id, record)

    def _change(self, patch: Patch) -> Row | Refused:
        """Everything but the lists; the contact as it is afterwards."""
        if why := unchangeable(patch, self.lists):
            return why
        if STATUS in patch.values and (why := self._set_status(patch)):
            return why
        return self._set_fields(patch)

    def _set_status(self, patch: Patch) -> Refused | None:
        """Unsubscribe, if that is what is wanted, judged by what the contact is now."""
        row = self.service.contact(patch.id)
        if row is None:
            return _GONE
        wanted = patch.values[STATUS]
        step = opts_out(str(row.get(STATUS)), wanted)
        if isinstance(step, Refused):
            return step
        if not step:
            return None
        self.service.opt_out(patch.id)
        after = self.service.contact(patch.id) or {}
        return None if after.get(STATUS) == wanted else Refused("status_kept", f"the app kept it {row[STATUS]}", STATUS)

    def _set_fields(self, patch: Patch) -> Row | Refused:
        """Names come back in the answer. Custom fields are looked for in the contact itself: the answer might repeat
        what was sent, and a field that the account does not have vanishes without a word."""
        custom = self.spelling.custom_changes(patch.values)
        stored = self.service.contact(patch.id) if custom else None
        if custom and stored is None:
            return _GONE
        body = self.spelling.patch(patch.values, stored)
        row = self.service.change(patch.id, body) if body else self.service.contact(patch.id)
        if row is not None and custom:
            row = self.service.contact(patch.id)
        return _GONE if row is None else vanished(custom, row) or row

    def _move(self, patches: Sequence[Patch]) -> Mapping[str, _Moved]:
        """From the lists that each was on to the lists that it shall be on; the lists that each is on now."""
        if not patches:
            return {}
        ids = [patch.id for patch in patches]
        new = {patch.id: items(patch.values[LISTS]) for patch in patches}
        try:
            old = self._before(patches)
            left = {one: (old[one] - new[one]).difference(self.lists.unknown(old[one])) for one in ids}
            members = self.lists.move(by_list({one: new[one] - old[one] for one in ids}), by_list(left))
        except Rejected as error:
            return dict.fromkeys(ids, refused(error))
        except AppError as error:  # the rest of the contact is written: look before anything is sent again
            return dict.fromkeys(ids, Lost(str(error)))
        return {one: _placed(one, new[one], old[one], members) for one in ids}

    def _before(self, patches: Sequence[Patch]) -> dict[str, frozenset[str]]:
        known = all(LISTS in patch.old for patch in patches)
        everyone = {} if known else self.lists.everyone()
        return {patch.id: items(patch.old.get(LISTS, everyone.get(patch.id))) for patch in patches}


def vanished(custom: Mapping[str, str], row: Row) -> Refused | None:
    """The refusal for custom fields (by key) that were sent with a value, and of which the contact knows nothing."""
    stored = custom_values(row)
    lost = sorted(key for key, text in custom.items() if text and key not in stored)
    if not lost:
        return None
    words = f"this account has no custom field {', '.join(lost)}: make it in Elastic Email's own pages"
    return Refused("no_such_field", words, lost[0])


def _placed(contact_id: str, new: frozenset[str], old: frozenset[str], members: Mapping[str, frozenset[str]]) -> _Moved:
    """The lists that a contact is on: those that were not touched, and those that were read and have it."""
    now = {name for name in old | new if contact_id in members.get(name, ()) or name in (old & new)}
    if now != new:
        return Refused("list_refused", "the app took the change of lists and did not make it", LISTS)
    return tuple(sorted(now))
