"""Options and labels: the app stores ids, people see labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.model.record import Value

_APP = "pipedrive"


class Choices:
    """The options of one field: ids (numbers, or texts) by label. ``again`` asks the account for them: somebody may
    make one while the connection is open, and its number must not pass for its name."""

    def __init__(self, name: str, ids: Mapping[str, int | str], again: Callable[[], Mapping[str, int | str]]) -> None:
        self.name = name
        self.ids = ids
        self._again = again
        self._strange: set[object] = set()

    def reads(self, raw: object) -> Value:
        """The labels of some ids, sorted; an id that has none even now stays."""
        told = _listed(raw)
        labels = self._labels(told)
        return tuple(sorted({labels.get(str(each), str(each)) for each in told})) or None

    def read(self, raw: object) -> Value:
        """The label of one id."""
        if raw is None or raw == "":
            return None
        return self._labels([raw]).get(str(raw), str(raw))

    def id_of(self, label: Value) -> int | str:
        """Raises ``Rejected`` for a label that the account does not have."""
        if label not in self.ids:
            self.ids = self._again()
        if isinstance(label, str) and label in self.ids:
            return self.ids[label]
        there = ", ".join(sorted(self.ids)) or "none"
        raise Rejected(_APP, f"{self.name} has no option of this name; there are {there}", code="no_such_option")

    def moved(self, raw: object, new: Value, old: Value) -> list[int | str]:
        """The ids in ``raw`` with the difference between two lists of labels applied. Raises ``Rejected``."""
        told = _listed(raw)
        wanted = [self.id_of(label) for label in (new if isinstance(new, tuple) else ())]
        before = {self.ids.get(label) for label in (old if isinstance(old, tuple) else ())}
        kept = [each for each in told if each in wanted or each not in before]
        return kept + [each for each in wanted if each not in kept]

    def _labels(self, ids: Iterable[object]) -> dict[str, str]:
        """Labels by id; an id that is not known is asked for once."""
        labels = {str(each): label for label, each in self.ids.items()}
        strange = {str(each) for each in ids} - labels.keys() - self._strange
        if not strange:
            return labels
        self.ids = self._again()
        labels = {str(each): label for label, each in self.ids.items()}
        self._strange |= strange - labels.keys()
        return labels


def _listed(raw: object) -> list[int | str]:
    """Ids in a list, or in a text with commas, as version 1 has them."""
    if isinstance(raw, str):
        return [int(each) for each in raw.split(",") if each.isdecimal()]
    return list(raw) if isinstance(raw, list) else []
