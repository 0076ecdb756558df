"""The whole error tree, named by what happens next.

ReconcilerError
├── SpecError        a person edits a spec; every finding at once, each with its position
├── AppMissing       a person corrects an app's name, or mends the package that brings it
├── GuardRefused     a person approves or changes the limits; nothing was written
├── AppError         something an app said or did not say
│   ├── Retryable    the same request may pass later (``after`` seconds)
│   ├── NoAnswer     a write was sent and not answered: look before repeating it
│   ├── Rejected     the request as a whole was refused and will be again
│   ├── CursorExpired  the delta cursor is too old: read everything
│   └── Denied       credentials or permission: stall until spec or secret changes
├── StateError       the state cannot be trusted or reached: nothing is written without a journal
│   ├── LeaseHeld    another process writes this connection
│   └── KeyMismatch  the fingerprint key is not the one this state was made with
└── Bug              an invariant broke: stop and say so

Messages never hold a credential, an email address or a name of a contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ReconcilerError(Exception):
    """Root of every error that the reconciler raises on purpose.

    ``exit_code`` is what the command line ends with, ``label`` the value of the ``reason`` metric label.
    """

    exit_code = 1
    label = "error"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in a spec: where, what was found, and what to do. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    warning: bool = False

    def __str__(self) -> str:
        kind = "warning" if self.warning else "error"
        hint = f"\n    {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {kind}: {self.message}{hint}"


class SpecError(ReconcilerError):
    """Specs that cannot be used as they are; carries all findings."""

    label = "spec"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class AppMissing(ReconcilerError):
    """A spec names an app that is not there, or whose package does not work."""

    label = "spec"


class GuardRefused(ReconcilerError):
    """A plan went over its change budget; nothing was applied."""

    exit_code = 3
    label = "guard"

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


class AppError(ReconcilerError):
    """An app's answer, or its absence. ``message`` is already free of personal data."""

    label = "app"

    def __init__(self, app: str, message: str, *, code: str = "") -> None:
        super().__init__(f"{app}: {message}")
        self.app = app
        self.code = code


class Retryable(AppError):
    """The same request may pass later; ``after`` is a wait in seconds that the app asked for, if it did."""

    label = "retryable"

    def __init__(self, app: str, message: str, *, code: str = "", after: float | None = None) -> None:
        super().__init__(app, message, code=code)
        self.after = after


class NoAnswer(AppError):
    """A write was sent and its answer never came: it may have happened."""

    label = "no_answer"


class Rejected(AppError):
    """The request as a whole was refused; repeating it would be refused again."""

    label = "rejected"


class CursorExpired(AppError):
    """The app no longer knows the delta cursor; a complete read is needed."""

    label = "cursor_expired"


class Denied(AppError):
    """Credentials or permissions: the account's connections stall until a person acts."""

    label = "denied"


class StateError(ReconcilerError):
    """The state store cannot be reached or trusted."""

    label = "state"


class LeaseHeld(StateError):
    """Another live process holds the writer's lease of a connection."""

    label = "lease"


class KeyMismatch(StateError):
    """The fingerprint key differs from the one the state was made with."""

    label = "key"


class Bug(ReconcilerError):
    """An invariant of the reconciler itself broke."""

    label = "bug"
