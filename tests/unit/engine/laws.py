"""The lens laws, as checks on one pair of values. A value on which the lens is not defined is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import assume
from hypothesis.strategies import SearchStrategy

from reconciler.engine.canonical import canonical, empty
from reconciler.engine.transforms import KEEP, Lens, Mirror, Unmappable, Values
from reconciler.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Domain:
    """A lens, its fields, and the values of either side on which it is defined."""

    lens: Lens
    left: tuple[Field, ...]
    right: tuple[Field, ...]
    lefts: SearchStrategy[Values]
    rights: SearchStrategy[Values]


def mirrored(domain: Domain) -> Domain:
    """The same with its sides exchanged."""
    return Domain(Mirror(domain.lens), domain.right, domain.left, domain.rights, domain.lefts)


def get_put(domain: Domain, left: Values, right: Values) -> None:
    """Putting back what was got changes nothing."""
    there = _put(domain.lens.forward, left, right)
    assert _same(domain.left, _put(domain.lens.backward, there, left), left)


def put_get(domain: Domain, left: Values, right: Values) -> None:
    """Getting after a put gives what was put."""
    there = _put(domain.lens.backward, right, left)
    assert _same(domain.right, _put(domain.lens.forward, there, right), right)


def settles(domain: Domain, left: Values, right: Values) -> None:
    """A second put of the same changes nothing: no write leads to another."""
    once = _put(domain.lens.forward, left, right)
    assert _same(domain.right, _put(domain.lens.forward, left, once), once)


def arrives(domain: Domain, left: Values, right: Values) -> None:
    """What is put says the same whatever was there before."""
    over = _put(domain.lens.forward, left, right)
    anew = _put(domain.lens.forward, left, _nothing(right))
    says = [_put(domain.lens.backward, shown, _nothing(left)) for shown in (over, anew)]
    assert _same(domain.left, *says)


def returns(domain: Domain, left: Values, right: Values) -> None:
    """There, back, and there again is there."""
    once = _put(domain.lens.forward, left, _nothing(right))
    again = _put(domain.lens.forward, _put(domain.lens.backward, once, _nothing(left)), _nothing(right))
    assert _same(domain.right, again, once)


def keeps_the_rest(domain: Domain, left: Values, right: Values) -> None:
    """One value put into a list leaves the others there."""
    if isinstance(right[0], tuple) and not isinstance(left[0], tuple) and not empty(left[0]):
        after = _put(domain.lens.forward, left, right)[0]
        assert isinstance(after, tuple)
        assert set(right[0][1:]) <= set(after)


LAWS = (get_put, put_get, settles, arrives, returns, keeps_the_rest)


def obeyed(domain: Domain, left: Values, right: Values) -> None:
    """All laws, in both directions."""
    for law in LAWS:
        law(domain, left, right)
        law(mirrored(domain), right, left)


def _nothing(values: Values) -> Values:
    return tuple(None for _ in values)


def _put(go: Callable[[Values, Values], Values], source: Values, now: Values) -> Values:
    try:
        mapped = go(source, now)
    except Unmappable:
        assume(condition=False)
    return tuple(old if new is KEEP else new for new, old in zip(mapped, now, strict=True))


def _same(fields: tuple[Field, ...], one: Values, other: Values) -> bool:
    """Equal in canonical form."""
    pairs = zip(fields, one, other, strict=True)
    return all(canonical(field, mine) == canonical(field, yours) for field, mine, yours in pairs)
