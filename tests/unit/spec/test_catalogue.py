from __future__ import annotations

import pytest

from reconciler.errors import SpecError
from reconciler.model.field import Field, FieldType
from reconciler.spec.catalogue import load_catalogue

TEXT = """
app: shop
label: Shop
entities:
  buyers:
    label: Buyers
    custom: "x_.*"
    fields:
      - {name: mail, type: email, role: email, required: true, normalise: [lower]}
      - {name: second, type: email, role: email}
      - {name: state, type: enum, values: [on, off], writable_values: [off], strictness: [on, off]}
"""


def test_entries_become_fields_of_the_model() -> None:
    buyers = load_catalogue(TEXT).entities["buyers"]
    assert buyers.fields[0] == Field("mail", FieldType.EMAIL, role="email", required=True, normalise=("lower",))
    assert buyers.by_name["state"].values == ("on", "off"), "words of old YAML stay words"


def test_the_first_field_of_a_role_carries_it() -> None:
    found = load_catalogue(TEXT).entities["buyers"].with_role("email")
    assert found is not None
    assert found.name == "mail"


@pytest.mark.parametrize(("name", "custom"), [("x_size", True), ("my_x_size", False), ("mail", False)])
def test_custom_names_match_the_whole_pattern(name: str, custom: object) -> None:
    assert load_catalogue(TEXT).entities["buyers"].is_custom(name) is custom


@pytest.mark.parametrize(
    ("old", "new", "line", "hint"),
    [
        ("role: email, required", "rol: email, required", 9, "did you mean 'role'?"),
        ("type: enum", "type: enumm", 11, "did you mean 'enum'?"),
        ("label: Shop\n", "", 2, ""),
    ],
)
def test_a_broken_catalogue_says_where(old: str, new: str, line: int, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_catalogue(TEXT.replace(old, new, 1))
    (problem,) = caught.value.problems
    assert problem.line == line
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(("old", "new"), [('"x_.*"', '"x_("'), ("role: email, required", "role: mail, required")])
def test_patterns_compile_and_roles_exist(old: str, new: str) -> None:
    with pytest.raises(SpecError):
        load_catalogue(TEXT.replace(old, new, 1))


def test_a_catalogue_is_one_document(tmp_path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(f"{TEXT}---\n{TEXT}")
    with pytest.raises(SpecError, match=r"shop\.yaml:1:1: error: one YAML document is expected here, 2 found"):
        load_catalogue(path)
