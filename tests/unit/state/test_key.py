from __future__ import annotations

import base64

import pytest

from reconciler.errors import KeyMismatch, StateError
from reconciler.state.key import VARIABLE, from_environment
from reconciler.state.store import open_store

KEY = bytes(range(32))


def opened(path, key=None, **environ):
    store = open_store(str(path), key, environ=environ)
    store.close()
    return store.key


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.sqlite"


@pytest.mark.parametrize("text", [KEY.hex(), KEY.hex().upper(), base64.b64encode(KEY).decode(), f" {KEY.hex()}\n"])
def test_the_environment_gives_the_key_as_hex_or_base64(text):
    assert from_environment({VARIABLE: text}) == KEY


@pytest.mark.parametrize("text", ["secret!", "00" * 15, base64.b64encode(bytes(15)).decode()])
def test_what_is_no_key_is_said_without_repeating_it(text):
    with pytest.raises(StateError, match="at least 16 bytes") as raised:
        from_environment({VARIABLE: text})
    assert text not in str(raised.value)


def test_the_first_day_makes_a_key_that_only_its_owner_reads(path):
    key = opened(path)
    file = path.with_name("state.sqlite.key")
    assert bytes.fromhex(file.read_text()) == key
    assert len(key) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(found.name for found in path.parent.iterdir()) == ["state.sqlite", "state.sqlite.key"]


def test_the_same_key_is_found_again(path):
    assert opened(path) == opened(path)


def test_two_states_have_two_keys(path, tmp_path):
    assert opened(path) != opened(tmp_path / "other.sqlite")


def test_a_key_from_the_environment_makes_no_file(path):
    assert opened(path, **{VARIABLE: KEY.hex()}) == KEY
    assert not path.with_name("state.sqlite.key").exists()


def test_the_environment_goes_before_the_file(path):
    opened(path)
    with pytest.raises(KeyMismatch):
        opened(path, **{VARIABLE: KEY.hex()})


def test_another_key_is_refused_with_advice(path):
    opened(path, KEY)
    with pytest.raises(KeyMismatch, match=VARIABLE) as raised:
        opened(path, bytes(32))
    assert KEY.hex() not in str(raised.value)
    assert opened(path, KEY) == KEY


def test_a_lost_key_is_not_replaced_in_silence(path):
    opened(path)
    file = path.with_name("state.sqlite.key")
    file.unlink()
    with pytest.raises(KeyMismatch, match="missing"):
        opened(path)
    assert not file.exists()


def test_the_state_does_not_hold_its_key(path):
    opened(path, KEY)
    content = path.read_bytes()
    assert KEY not in content
    assert KEY.hex().encode() not in content
