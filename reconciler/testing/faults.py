"""A wrapper that makes any connector fail, on demand and always in the same way.

A fault is a function around one call: it may raise instead of going on, raise after going on, or bend the answer.
Arm one for a method, and the next calls of that method meet it::

    faulty = Faulty(connector)
    faulty.arm("create", lost_answers())            # the next create happens, and nobody hears of it
    faulty.arm("list", dropped_page(1), times=2)    # see reconciler.testing.lies
    faulty.before = lambda call: world.edit("1", name="Ada")   # a person works between two calls
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from reconciler.errors import AppError, CursorExpired, Denied, NoAnswer, Retryable
from reconciler.model.outcome import Lost, Outcome, Refused, Unsent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.connectors.base import Account, Connector
    from reconciler.model.field import Field
    from reconciler.model.outcome import Draft, Patch
    from reconciler.model.record import Page, Record

NAME = "faulty"

Items: TypeAlias = Sequence[Any]
"""What a call is about: drafts, patches, ids, values; the cursor of a listing."""
Answer: TypeAlias = Any
"""Whatever the method answers: one fault may stand before any method."""
Proceed: TypeAlias = Callable[[Items], Answer]


class Crash(BaseException):
    """The process dies here: raised by a test's hook, and caught by nothing but the test."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as hooks and faults see it. ``page`` counts from 0 within a listing; ``key`` is the field of a find."""

    method: str
    items: Items = ()
    page: int = 0
    key: str = ""


Fault: TypeAlias = Callable[[Call, Proceed], Answer]
Hook: TypeAlias = Callable[[Call], None]


@dataclass(slots=True)
class _Armed:
    method: str
    fault: Fault
    skip: int
    left: int | None


def _nothing(_call: Call) -> None:
    """The hook that does nothing."""


class Faulty:
    """A connector around a connector. ``before`` and ``after`` are called around every call, and every page."""

    def __init__(self, inner: Connector) -> None:
        self.inner = inner
        self.traits = inner.traits
        self.before: Hook = _nothing
        self.after: Hook = _nothing
        self._armed: list[_Armed] = []

    def arm(self, method: str, fault: Fault, *, skip: int = 0, times: int | None = 1) -> None:
        """Let ``fault`` meet ``times`` calls of ``method`` (``None``: all), after ``skip`` that pass."""
        self._armed.append(_Armed(method, fault, skip, times))

    def heal(self) -> None:
        """Disarm every fault and forget the hooks."""
        self._armed.clear()
        self.before = self.after = _nothing

    @property
    def armed(self) -> int:
        """How many faults still wait for their call."""
        return len(self._armed)

    def probe(self) -> Account:
        """As the inner connector, or as the fault has it."""
        return cast("Account", self._call(Call("probe"), lambda _items: self.inner.probe()))

    def describe(self) -> tuple[Field, ...]:
        """As the inner connector, or as the fault has it."""
        return cast("tuple[Field, ...]", self._call(Call("describe"), lambda _items: self.inner.describe()))

    def list(self, since: str | None = None) -> Iterator[Page]:
        """The inner listing, page by page through the hooks, or what the fault makes of it."""
        call = Call("list", (since,))
        fault = self._due("list")
        pages = fault(call, lambda items: self.inner.list(items[0])) if fault else self.inner.list(since)
        return self._hooked(cast("Iterator[Page]", pages), call)

    def get(self, ids: Sequence[str]) -> Sequence[Record]:
        """As the inner connector, or as the fault has it."""
        return cast("Sequence[Record]", self._call(Call("get", ids), self.inner.get))

    def find(self, name: str, values: Sequence[str]) -> Sequence[Record]:
        """As the inner connector, or as the fault has it."""
        return cast("Sequence[Record]", self._call(Call("find", values, key=name), partial(self.inner.find, name)))

    def create(self, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """As the inner connector, or as the fault has it."""
        return cast("Sequence[Outcome]", self._call(Call("create", drafts), self.inner.create))

    def update(self, patches: Sequence[Patch]) -> Sequence[Outcome]:
        """As the inner connector, or as the fault has it."""
        return cast("Sequence[Outcome]", self._call(Call("update", patches), self.inner.update))

    def delete(self, ids: Sequence[str]) -> Sequence[Outcome]:
        """As the inner connector, or as the fault has it."""
        return cast("Sequence[Outcome]", self._call(Call("delete", ids), self.inner.delete))

    def _call(self, call: Call, proceed: Proceed) -> Answer:
        self.before(call)
        fault = self._due(call.method)
        answer = fault(call, proceed) if fault else proceed(call.items)
        self.after(call)
        return answer

    def _hooked(self, pages: Iterator[Page], call: Call) -> Iterator[Page]:
        number = 0
        while True:
            turn = Call(call.method, call.items, page=number)
            self.before(turn)
            page = next(pages, None)
            self.after(turn)
            if page is None:
                return
            yield page
            number += 1
            if page.last:
                return

    def _due(self, method: str) -> Fault | None:
        for armed in self._armed:
            if armed.method != method:
                continue
            if armed.skip:
                armed.skip -= 1
                continue
            if armed.left is not None:
                armed.left -= 1
                if armed.left == 0:
                    self._armed.remove(armed)
            return armed.fault
        return None


# faults of the request as a whole


def fails(error: AppError | None = None) -> Fault:
    """The call never reaches the app; ``error`` is raised (by default a ``Retryable``)."""
    return lambda _call, _proceed: _throw(error or Retryable(NAME, "out of order before the call", code="503"))


def fails_after(error: AppError | None = None) -> Fault:
    """The call happens, and then ``error`` is raised (by default ``NoAnswer``)."""

    def fault(call: Call, proceed: Proceed) -> Answer:
        proceed(call.items)
        return _throw(error or NoAnswer(NAME, "no answer to what was sent"))

    return fault


def denied() -> Fault:
    """The credentials do not work any more."""
    return fails(Denied(NAME, "the credentials were refused", code="401"))


def cursor_expired() -> Fault:
    """The app forgot where a delta cursor stood; a full listing works."""

    def fault(call: Call, proceed: Proceed) -> Answer:
        if call.items[0] is not None:
            raise CursorExpired(NAME, "the cursor is too old", code="410")
        return proceed(call.items)

    return fault


# faults of single items of a write


def lost_answers() -> Fault:
    """Every item of the write happens; each comes back as :class:`Lost`."""

    def fault(call: Call, proceed: Proceed) -> Answer:
        proceed(call.items)
        return [Lost("sent, and no answer came") for _ in call.items]

    return fault


def breaks_at(position: int, *, happened: bool) -> Fault:
    """The write breaks at one item of the batch: that one is ``Lost`` (and ``happened`` or not), the rest is unsent."""

    def fault(call: Call, proceed: Proceed) -> Answer:
        if position >= len(call.items):
            return proceed(call.items)
        done = proceed(call.items[:position]) if position else []
        if happened:
            proceed(call.items[position : position + 1])
        unsent = [Unsent(Retryable(NAME, "the batch broke", code="503"))] * (len(call.items) - position - 1)
        return [*done, Lost("sent, and no answer came"), *unsent]

    return fault


def refuses(where: Callable[[Any], bool], *, code: str = "refused", stale: bool = False) -> Fault:
    """Items for which ``where`` is true are refused; the others are written. Order stays."""

    def fault(call: Call, proceed: Proceed) -> Answer:
        good = [item for item in call.items if not where(item)]
        answers = iter(proceed(good) if good else ())
        refusal = Refused(code=code, message="the app does not want this one", stale=stale)
        return [refusal if where(item) else next(answers) for item in call.items]

    return fault


def _throw(error: AppError) -> Answer:
    raise error
