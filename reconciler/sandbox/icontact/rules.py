"""What iContact accepts in a contact that is written, and the words with which it refuses the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.sandbox.icontact.contact import READ_ONLY, STANDARD_FIELDS
from reconciler.sandbox.icontact.world import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.sandbox.icontact.contact import Contact
    from reconciler.sandbox.icontact.world import IContactWorld

WRITABLE_STATUSES = frozenset({"normal", "donotcontact"})
_FINAL_STATUSES = frozenset({"donotcontact", "pending", "invitable"})
_STATE_LENGTH = 10
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")


class Refusal(Exception):
    """One contact that is not accepted, in iContact's prose."""


def ignored_terms(names: Iterable[str]) -> list[str]:
    """The warning about names that were not understood, if there are any."""
    listed = ", ".join(names)
    if not listed:
        return []
    return [
        (
            "The data you received may not be what you expected. This happened because your request contained terms "
            f"which could not be recognized and so were ignored ({listed}).\nYou can do either of the following: "
            "ignore this warning and continue, or make a new request using terms listed in the API documentation."
        )
    ]


def unknown_names(world: IContactWorld, sent: Mapping[str, object]) -> list[str]:
    """Keys that are neither standard nor custom fields of this folder."""
    return [name for name in sent if name not in STANDARD_FIELDS and name not in world.custom_fields]


def accepted(world: IContactWorld, sent: Mapping[str, object], old: Contact | None) -> dict[str, str]:
    """The writable fields of ``sent`` as they will be stored. Raises ``Refusal``."""
    unknown = set(unknown_names(world, sent))
    texts = {name: _text(world, value) for name, value in sent.items() if name not in READ_ONLY and name not in unknown}
    _check_email(world, texts, old)
    _check_status(texts, old)
    _check_state(world, texts)
    return texts


def _text(world: IContactWorld, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return str(value).strip() if world.quirks.trim else str(value)


def _check_email(world: IContactWorld, texts: dict[str, str], old: Contact | None) -> None:
    email = texts.get("email", old.text("email") if old else "")
    if not email:
        raise Refusal("You did not provide an email field, which is required. Please provide an email field")
    if not _EMAIL.fullmatch(email):
        raise Refusal("The email value you provided was not valid. Please provide a valid email")
    owner = world.by_email.get(fold(email))
    if owner is not None and (old is None or owner != old.number):
        raise Refusal("The email value you provided is in use by another contact. Please provide a unique email")
    if "email" in texts and world.quirks.lower_case_email:
        texts["email"] = email.lower()


def _check_status(texts: Mapping[str, str], old: Contact | None) -> None:
    wanted = texts.get("status")
    if wanted is None:
        return
    if wanted not in WRITABLE_STATUSES:
        raise Refusal(
            "The status value you provided was not valid. status can be either donotcontact or normal."
            " Please provide a valid status"
        )
    if old is not None and old.status in _FINAL_STATUSES and wanted != old.status:
        raise Refusal(f"The status of this contact is {old.status} and cannot be changed")


def _check_state(world: IContactWorld, texts: dict[str, str]) -> None:
    if len(texts.get("state", "")) <= _STATE_LENGTH:
        return
    if world.quirks.long_state != "truncate":
        raise Refusal("The state value you provided was not valid. state can be at most 10 characters long")
    texts["state"] = texts["state"][:_STATE_LENGTH]
