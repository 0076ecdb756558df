from __future__ import annotations

import pytest

from reconciler.errors import Denied
from reconciler.spec.secrets import Places, Secret, resolve

AUTH = {"user": Secret(env="WHO"), "password": Secret(file="/run/pw")}


def read(path: str) -> str:
    if path == "/run/pw":
        return "s3cret\n"
    if path == "/run/latin":
        return b"\xff".decode()
    raise FileNotFoundError(2, "No such file or directory", path)


def test_variables_and_files_are_read_and_one_line_break_is_dropped() -> None:
    assert resolve("mailapp", AUTH, Places({"WHO": "me"}, read)) == {"user": "me", "password": "s3cret"}


def test_blanks_within_a_secret_stay() -> None:
    assert resolve("mailapp", {"a": Secret(env="A")}, Places({"A": " x y "}, read)) == {"a": " x y "}


@pytest.mark.parametrize(
    ("secret", "environ", "says"),
    [
        (Secret(env="WHO"), {}, "the environment variable WHO, which holds 'user', is not set"),
        (Secret(env="WHO"), {"WHO": " "}, "the environment variable WHO, which holds 'user', is empty"),
        (Secret(file="/gone"), {}, "the file /gone, which holds 'user', cannot be read: No such file or directory"),
        (Secret(file="/run/latin"), {}, "the file /run/latin, which holds 'user', is not text"),
        (Secret(login=True), {}, "'user' of the account 'ACCOUNT' was not given yet: reconciler login ACCOUNT"),
    ],
)
def test_what_is_missing_is_named(secret: Secret, environ: dict, says: str) -> None:
    with pytest.raises(Denied, match=says):
        resolve("mailapp", {"user": secret}, Places(environ, read))


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(Denied) as caught:
        resolve("mailapp", {"a": Secret(env="A"), "b": Secret(file="/gone"), "c": Secret(env="C")}, Places({}, read))
    assert all(f"holds '{key}'" in str(caught.value) for key in "abc")


def test_no_value_is_ever_told() -> None:
    with pytest.raises(Denied) as caught:
        resolve("mailapp", {"a": Secret(env="A"), "b": Secret(env="B")}, Places({"A": "hunter2"}, read))
    assert "hunter2" not in str(caught.value)


def test_what_a_login_left_is_found_under_the_name_it_was_asked_for() -> None:
    places = Places({}, read, {"key": "s3cret"}, "crm")
    assert resolve("mailapp", {"key": Secret(login=True)}, places) == {"key": "s3cret"}
