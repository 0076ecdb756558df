"""From what a validator found to what a person reads: where, what was found, what is allowed, the nearest spelling."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from reconciler.errors import Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic_core import ErrorDetails

    from reconciler.spec.document import Data, Document, Loc

ModelT = TypeVar("ModelT", bound=BaseModel)

_MANY = 12


class Unfit(ValueError):
    """A value that does not fit where it stands: what is wrong, and what to write instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known spelling that is nearest to ``word``, letter case aside; None when nothing is near.

    ``likeness`` is the least that counts as near (0..1, by difflib's ratio).
    """
    by_folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=likeness)
    return by_folded[near[0]] if near else None


def suggest(word: str, known: Iterable[str]) -> str:
    """A hint: the nearest spelling, or the short list of what is allowed."""
    names = sorted(known)
    if near := nearest(word, names):
        return f"did you mean '{near}'?"
    if not names:
        return ""
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return f"known here: {', '.join(names[:_MANY])}{more}"


def validate(model: type[ModelT], document: Document) -> ModelT:
    """The document as ``model``.

    Raises:
        SpecError: it does not fit; every finding with its position.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise SpecError(translate(model, document, error)) from None


def translate(model: type[BaseModel], document: Document, error: ValidationError, at: Loc = ()) -> list[Problem]:
    """Pydantic's findings in our words. ``at`` is where in the document the validated part stands."""
    details = error.errors(include_url=False, include_input=False)
    return [_problem(model, document, detail, at) for detail in details]


def _problem(model: type[BaseModel], document: Document, detail: ErrorDetails, at: Loc) -> Problem:
    loc = (*at, *detail["loc"])
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    kind = detail["type"]
    if kind == "extra_forbidden":
        hint = suggest(name, _keys(_model_at(model, detail["loc"][:-1])))
        return document.problem(loc, f"unknown key '{name}'", hint, key=True)
    if kind == "missing":
        return document.problem(loc, f"the key '{name}' is missing", _purpose(model, detail["loc"]), key=True)
    return document.problem(loc, *_sentence(detail, name, document.value(loc)))


def _sentence(detail: ErrorDetails, name: str, found: Data) -> tuple[str, str]:
    """Message and hint."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"]), getattr(context["error"], "hint", "")
    if kind in {"literal_error", "enum"}:
        allowed = re.findall("'([^']*)'", str(context["expected"])) or [str(context["expected"])]
        return f"'{name}' cannot be '{found}'", f"{_nearest_first(str(found), allowed)}write {' or '.join(allowed)}"
    if kind in _EXPECTED:
        return f"'{name}' must be {_EXPECTED[kind]}", _HOW[_EXPECTED[kind]]
    return f"'{name}' does not fit", f"{detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _nearest_first(word: str, allowed: list[str]) -> str:
    near = nearest(word, allowed)
    return f"did you mean '{near}'? " if near else ""


_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_HOW = {
    "text": "quote it if it looks like a number or a truth value",
    "true or false": "write true or false, without quotes",
    "a whole number": "write digits only, without quotes",
    "a number": "write it without quotes",
    "a list": "write [a, b], or one '- item' a line",
    "a mapping": "write {key: value}, or one 'key: value' a line",
}


def _keys(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel]:
    """The model that validates what stands at ``loc``."""
    for part in loc:
        for name, info in model.model_fields.items():
            if part == (info.alias or name):
                model = next(_models_in(info.annotation), model)
                break
    return model


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _purpose(model: type[BaseModel], loc: Loc) -> str:
    """What a missing key is for, by its description in the model."""
    owner = _model_at(model, loc[:-1])
    for name, info in owner.model_fields.items():
        if loc[-1] == (info.alias or name):
            return info.description or ""
    return ""
