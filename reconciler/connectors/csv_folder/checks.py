"""Whether a file can be relied on: every row has its cells and an id of its own. What is not so is named by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.connectors.csv_folder.sheet import APP, Reading, at_lines
from reconciler.errors import Rejected

if TYPE_CHECKING:
    from reconciler.connectors.csv_folder.options import Options


def lacks_ids(reading: Reading, options: Options) -> bool:
    """Whether rows have no id yet, which the options allow to be made. One pass over the file; memory holds a number
    for each row.

    Raises ``Rejected`` for rows that are too short or too long, for ids that come twice, and for missing ones.
    """
    place = reading.header.index(options.key) if options.key in reading.header else None
    seen: set[int] = set()
    ragged, double, without = list[int](), list[int](), list[int]()
    for row in reading.records():
        if len(row.cells) != len(reading.header):
            ragged.append(row.number)
        elif place is None or not row.cells[place]:
            without.append(row.number)
        elif (mark := hash(row.cells[place])) in seen:
            double.append(row.number)
        else:
            seen.add(mark)
    width = f"a row must have {len(reading.header)} cells, as the header has"
    _none_of(ragged, options, "ragged", f"{width}; is a quote or a separator missing?")
    _none_of(double, options, "double_id", f"this '{options.key}' stands in an earlier row")
    if options.make_ids:
        return place is None or bool(without)
    if place is None:
        _no_column(reading, options)
    _none_of(without, options, "no_id", f"the row has no '{options.key}'; give it one, or say make_ids: true")
    return False


def _none_of(numbers: list[int], options: Options, code: str, problem: str) -> None:
    if numbers:
        raise Rejected(APP, f"{options.file}, {at_lines(numbers)}: {problem}", code=code)


def _no_column(reading: Reading, options: Options) -> None:
    there = ", ".join(filter(None, reading.header))
    problem = (
        f"{options.file} has no column '{options.key}' to tell rows apart; it has {there}. "
        "Name another (key: …), or let ids be written into the file (make_ids: true)"
    )
    raise Rejected(APP, problem, code="no_key")
