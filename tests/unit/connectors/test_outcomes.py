from __future__ import annotations

import pytest

from reconciler.connectors.outcomes import one_by_one
from reconciler.errors import Denied, NoAnswer, Rejected, Retryable
from reconciler.model.outcome import Lost, Refused, Unsent, Written


def writer(**errors: Exception):
    def write(item: str) -> Written:
        if item in errors:
            raise errors[item]
        return Written(item)

    return write


def test_what_concerns_one_item_stays_with_it() -> None:
    write = writer(b=Rejected("app", "no", code="BAD"), c=NoAnswer("app", "silence"))
    first, second, third, last = one_by_one("abcd", write)
    assert (first, last) == (Written("a"), Written("d"))
    assert isinstance(second, Refused)
    assert second.code == "BAD"
    assert isinstance(third, Lost)


@pytest.mark.parametrize("error", [Retryable("app", "later"), Denied("app", "no")])
def test_what_ends_the_batch_leaves_the_rest_unsent(error: Exception) -> None:
    assert one_by_one("abc", writer(b=error)) == [Written("a"), Unsent(error), Unsent(error)]
    with pytest.raises(type(error)):
        one_by_one("abc", writer(a=error))
