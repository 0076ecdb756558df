"""Credentials that were given by ``reconciler login``, and tokens between two renewals: sealed, beside the state.

One small file a name, sealed with AES-GCM under a key that is derived from the state's own, replaced whole and
readable by this user alone. A lock file beside each lets one process at a time renew what is in it; the operating
system drops the lock of a process that dies.
"""

from __future__ import annotations

import fcntl
import hmac
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reconciler.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

_NONCE = 12
_PURPOSE = b"reconciler: key of what is kept for accounts"
_decode = msgspec.json.Decoder(dict[str, str]).decode


class Keep(Protocol):
    """Small secrets by name; a name is made of letters, digits, ``-``, ``_`` and ``.``."""

    def get(self, name: str) -> dict[str, str]:
        """What is kept under a name; empty where nothing is. Raises ``StateError`` when it cannot be opened."""
        ...

    def put(self, name: str, values: Mapping[str, str]) -> None:
        """Keep these values instead of what was there."""
        ...

    def alone(self, name: str) -> AbstractContextManager[None]:
        """Only one at a time, over threads and processes."""
        ...


class MemoryKeep:
    """Lives and dies with the object."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> dict[str, str]:
        """What is kept under a name."""
        return dict(self._values.get(name, {}))

    def put(self, name: str, values: Mapping[str, str]) -> None:
        """Keep these values."""
        self._values[name] = dict(values)

    @contextmanager
    def alone(self, _name: str) -> Iterator[None]:
        """One thread at a time, whatever the name."""
        with self._lock:
            yield


class SealedKeep:
    """A folder of sealed files. ``token`` gives that many random bytes."""

    def __init__(self, folder: Path, key: bytes, token: Callable[[int], bytes] = os.urandom) -> None:
        self._folder = folder
        self._cipher = AESGCM(hmac.digest(key, _PURPOSE, "sha256"))
        self._token = token

    def get(self, name: str) -> dict[str, str]:
        """What is kept under a name."""
        path = self._folder / name
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StateError(f"{path} cannot be read: {error.strerror}") from error
        try:
            return _decode(self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode()))
        except (InvalidTag, ValueError, msgspec.MsgspecError):
            raise StateError(f"{path} was sealed with another key, or is damaged: remove it and log in again") from None

    def put(self, name: str, values: Mapping[str, str]) -> None:
        """Keep these values; whoever reads meanwhile finds the old ones or the new ones."""
        nonce = self._token(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, msgspec.json.encode(dict(values)), name.encode())
        draft = self._ready() / f"{name}.{os.getpid()}.{threading.get_ident()}.new"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / name)
        except OSError as error:
            raise StateError(f"{self._folder / name} cannot be written: {error.strerror}") from error

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """One holder at a time: the lock is the open file's, so threads wait for each other as processes do."""
        path = self._ready() / f"{name}.lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StateError(f"{path} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _ready(self) -> Path:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StateError(f"the folder {self._folder} cannot be made: {error.strerror}") from error
        return self._folder
