"""The key of the fingerprints: from the environment, or a file beside the state, made on the first day.

Fingerprints without their key are useless, and with another key every record looks changed. So the state keeps a check
value (not the key), and a wrong key is an error before anything is compared.
"""

from __future__ import annotations

import binascii
import contextlib
import hmac
import os
from base64 import b64decode
from typing import TYPE_CHECKING

from reconciler.errors import KeyMismatch, StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

VARIABLE = "RECONCILER_STATE_KEY"
SHORTEST = 16
MADE = 32


def check_value(key: bytes) -> str:
    """What the state remembers of its key; the key cannot be found from it."""
    return hmac.digest(key, b"reconciler: check of the state's key", "sha256")[:16].hex()


def from_environment(environ: Mapping[str, str]) -> bytes | None:
    """The key in the environment, if there is one. Raises ``StateError`` when it is not a key."""
    text = environ.get(VARIABLE, "").strip()
    return _decoded(text, f"The variable {VARIABLE}") if text else None


def from_file(path: Path) -> bytes | None:
    """The key in a file, if it exists. Raises ``StateError`` when it cannot be read or is not a key."""
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(
            f"The key file {path} cannot be read: {error.strerror}. Allow this user to read it."
        ) from error
    return _decoded(text, f"The key file {path}")


def make_file(path: Path, token: Callable[[int], bytes]) -> bytes:
    """Make a key and its file (mode 0600), or read the file that another process made first."""
    text = token(MADE).hex()
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return from_file(path) or bytes.fromhex(text)


def must_match(key: bytes, check: str, name: str) -> None:
    """Raises ``KeyMismatch`` when the state was made with another key."""
    if not hmac.compare_digest(check_value(key), check):
        raise KeyMismatch(
            f"The state {name} was made with another fingerprint key. Give it the key it was made with "
            f"({VARIABLE}, or the file {name}.key); if that is lost, move the state file away: a new one is made, and "
            "contacts are linked again by their keys; nothing is deleted."
        )


def missing(name: str) -> KeyMismatch:
    """The state exists, and no key does."""
    return KeyMismatch(
        f"The fingerprint key of the state {name} is missing: neither {VARIABLE} is set nor is there a file "
        f"{name}.key. Put the key back; if it is lost, move the state file away: a new one is made, and contacts are "
        "linked again by their keys; nothing is deleted."
    )


def _decoded(text: str, where: str) -> bytes:
    for decode in (bytes.fromhex, lambda said: b64decode(said, validate=True)):
        with contextlib.suppress(ValueError, binascii.Error):
            key = decode(text)
            if len(key) >= SHORTEST:
                return key
    raise StateError(
        f"{where} is not a key: at least {SHORTEST} bytes are needed, as hex or base64. "
        "Make one with: openssl rand -hex 32"
    )
