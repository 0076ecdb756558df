"""Batches of changes to one module: rows, then their tags, then a look at what the organisation made of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.connectors.redaction import is_code, leaves, redact
from reconciler.connectors.zoho.api import SUCCESS, Row, RowResult, TagAction
from reconciler.connectors.zoho.schema import COMPANY, TAGS, write_value
from reconciler.errors import AppError, NoAnswer
from reconciler.model.outcome import Lost, Outcome, Refused, Written
from reconciler.model.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from reconciler.connectors.zoho.api import Module
    from reconciler.connectors.zoho.companies import Companies
    from reconciler.connectors.zoho.schema import Column
    from reconciler.model.outcome import Draft, Patch
    from reconciler.model.record import Value

_ACTIONS: tuple[TagAction, ...] = ("add_tags", "remove_tags")
_LONGEST_TAG = 25
_NO_ACCOUNT = "there is no account of this name: make it, or let the option create_accounts do so"
_GONE = frozenset({"CONVERTED_RECORD", "ID_ALREADY_CONVERTED", "NOT_FOUND", "RECORD_NOT_FOUND"})
_MEANING = {
    "MANDATORY_NOT_FOUND": "the layout of this module requires it: map it, or set it to a constant",
    "DUPLICATE_DATA": "another record has this value, and the field is unique",
    "RECORD_LOCKED": "somebody locked the record",
    "RECORD_IN_BLUEPRINT": "the record is in a blueprint, which alone may change this",
    "NOT_APPROVED": "the record waits for an approval",
}


@dataclass(slots=True)
class _Item:
    """One record on its way: its row, the tags to put on and to take off, and why it cannot go, if it cannot."""

    id: str
    row: Row
    added: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    outcome: Outcome | None = None

    def tags(self, action: TagAction) -> frozenset[str]:
        """The tags that this action is about."""
        return self.added if action == "add_tags" else self.taken


class Writes:
    """``columns`` are the module's fields, ``read_back`` reads records as they are stored."""

    def __init__(
        self,
        module: Module,
        columns: Mapping[str, Column],
        companies: Companies,
        read_back: Callable[[Sequence[str]], Mapping[str, Record]],
    ) -> None:
        self._module = module
        self._columns = columns
        self._companies = companies
        self._read_back = read_back

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """One outcome per draft. Raises what ends the whole batch before anything was written."""
        items = self._items([("", draft.values, {}) for draft in drafts])
        fit = [item for item in items if item.outcome is None]
        try:
            results = self._module.save("POST", [item.row for item in fit]) if fit else []
        except NoAnswer as error:
            return [item.outcome or Lost(str(error)) for item in items]
        for item, result in zip(fit, results, strict=True):
            item.id, item.outcome = result.id, _refused(result, item.row)
        return self._finished(items)

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """One outcome per patch. Raises what ends the whole batch before anything was written."""
        items = self._items([(patch.id, patch.values, patch.old) for patch in patches])
        fit = [item for item in items if item.outcome is None and item.row]
        results = self._module.save("PUT", [{"id": item.id, **item.row} for item in fit]) if fit else []
        for item, result in zip(fit, results, strict=True):
            item.outcome = _refused(result, item.row)
        return self._finished(items)

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """One outcome per id; who is gone already, is."""
        results = self._module.remove(ids)
        refused = {key: why for key, result in zip(ids, results, strict=True) if (why := _refused(result, key))}
        there = self._there([key for key, why in refused.items() if not (isinstance(why, Refused) and why.stale)])
        return [refused[record_id] if record_id in there else Written(record_id) for record_id in ids]

    def _items(self, wanted: Sequence[tuple[str, Mapping[str, Value], Mapping[str, Value]]]) -> list[_Item]:
        lookup = COMPANY in self._columns and self._columns[COMPANY].data_type == "lookup"
        names = {str(values[COMPANY]) for _, values, _ in wanted if lookup and values.get(COMPANY)}
        companies = self._companies.ids(names)
        return [self._item(record_id, values, old, companies) for record_id, values, old in wanted]

    def _item(
        self, record_id: str, values: Mapping[str, Value], old: Mapping[str, Value], companies: Mapping[str, str]
    ) -> _Item:
        item = _Item(record_id, {})
        for name, value in values.items():
            if name == TAGS:
                new, before = _names(value), _names(old.get(TAGS))
                item.added, item.taken = new - before, before - new
            elif name == COMPANY and value:
                item.row[name] = {"id": companies.get(str(value), "")}
            else:
                item.row[name] = self._written(name, value)
        item.outcome = _too_long(item.added) or _nowhere(values.get(COMPANY), companies)
        return item

    def _written(self, name: str, value: Value) -> object:
        return write_value(value, self._columns[name]) if name in self._columns else value

    def _finished(self, items: Sequence[_Item]) -> list[Outcome]:
        self._tag(items)
        done = [item for item in items if item.outcome is None]
        stored = self._stored([item.id for item in done])
        for item in done:
            record = stored.get(item.id) if stored is not None else Record(item.id, {})
            item.outcome = Written(item.id, record) if record else _gone()
        self._doubt(items)
        return [item.outcome or _gone() for item in items]

    def _stored(self, ids: Sequence[str]) -> Mapping[str, Record] | None:
        """What the server made of it. The writes stand even where this fails: None."""
        try:
            return self._read_back(ids) if ids else {}
        except AppError:
            return None

    def _doubt(self, items: Sequence[_Item]) -> None:
        """Why a record that is gone was refused is told in many ways; that it is gone in one."""
        doubtful = [item for item in items if item.id and isinstance(item.outcome, Refused) and not item.outcome.stale]
        there = self._there([item.id for item in doubtful])
        for item in doubtful:
            if item.id not in there:
                item.outcome = _gone()

    def _there(self, ids: Sequence[str]) -> Collection[str]:
        """Those that exist; where that cannot be found out, all."""
        found = self._stored(ids)
        return ids if found is None else found

    def _tag(self, items: Sequence[_Item]) -> None:
        """One call for each set of tags."""
        for action in _ACTIONS:
            groups: dict[frozenset[str], list[_Item]] = defaultdict(list)
            for item in items:
                if item.outcome is None and (names := item.tags(action)):
                    groups[names].append(item)
            for names, group in groups.items():
                self._tag_group(action, names, group)

    def _tag_group(self, action: TagAction, names: frozenset[str], group: Sequence[_Item]) -> None:
        """The records themselves are written: where this fails, they say so one by one."""
        try:
            results = self._module.tag(action, names, [item.id for item in group])
        except AppError as error:
            results = [RowResult("tags_refused", str(error))] * len(group)
        for item, result in zip(group, results, strict=True):
            item.outcome = _refused(result, list(names))


def _names(value: Value) -> frozenset[str]:
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def _gone() -> Refused:
    return Refused("gone", "the record is no longer there", stale=True)


def _too_long(tags: frozenset[str]) -> Refused | None:
    if not any(len(name) > _LONGEST_TAG for name in tags):
        return None
    return Refused("too_long", f"a tag holds {_LONGEST_TAG} characters", TAGS)


def _nowhere(company: Value, companies: Mapping[str, str]) -> Refused | None:
    if not company or str(company) in companies:
        return None
    return Refused("no_such_account", _NO_ACCOUNT, COMPANY)


def _refused(result: RowResult, sent: object) -> Refused | None:
    """Why a row was refused, if it was."""
    if result.code == SUCCESS:
        return None
    detail = result.detail
    name = detail.get("api_name")
    where = str(name) if isinstance(name, str) and is_code(name) else None
    said = redact(_MEANING.get(result.code) or result.message, leaves(sent))
    limit = detail.get("maximum_length")
    twin = detail.get("id") if result.code == "DUPLICATE_DATA" else None
    more = [f"it holds {limit} characters" if limit else "", f"record {twin}" if twin else ""]
    text = "; ".join(filter(None, (f"{where}: {said}" if where else said, *more)))
    code = result.code if is_code(result.code) else "refused"
    return Refused(code, text, where, stale=result.code in _GONE or where == "id")
