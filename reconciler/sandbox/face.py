"""The HTTP face that the smaller emulators share: who may call, how often, which call it is, how a refusal looks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

import msgspec

from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from reconciler.sandbox.wire import Answer, Call, Route, Router

W = TypeVar("W", bound=World)


class Refusal(Exception):
    """The answer to a request that the app does not do; raise it from anywhere below a handler."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status}")
        self.answer = answer


class Face(ABC, Generic[W]):
    """An ``Api`` over a router. Handlers take the world, the call, and the path's parameters."""

    router: ClassVar[Router]

    def __init__(self, world: W) -> None:
        self.world = world

    def kind(self, call: Call) -> str:
        """What the counters and the fault scripts call this request: the route's kind, or ``unknown``."""
        found = self.router.find(call.method, call.path)
        return found[0].kind if found else "unknown"

    def answer(self, call: Call) -> Answer:
        """Do what a request asks."""
        try:
            found = self.router.find(call.method, call.path)
            self.admit(call, found[0] if found else None)
            if found is None:
                return self.refusal(405 if self.router.knows(call.path) else 404)
            return self.decorate(found[0].handle(self.world, call, **found[1]))
        except Refusal as refusal:
            return self.decorate(refusal.answer)
        except msgspec.DecodeError:
            return self.refusal(400)

    @abstractmethod
    def admit(self, call: Call, route: Route | None) -> None:
        """Check rate limits and credentials. Raises ``Refusal``."""

    @abstractmethod
    def refusal(self, status: int) -> Answer:
        """The app's own wording of 400, 404, 405, 429, 500 and 503."""

    def decorate(self, answer: Answer) -> Answer:
        """Put on what every answer carries (rate headers); nothing, unless an app says so."""
        return answer
