"""What an in-memory app does to a value on its way in: checks, refusals, and the bending that apps are known for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from reconciler.model.field import Field, FieldType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.record import Value

Normaliser: TypeAlias = Callable[[str], str]
"""What an app does to a text it stores (or to each item of a list)."""

_PYTHON_TYPES: Mapping[FieldType, type | tuple[type, ...]] = {
    FieldType.BOOLEAN: bool,
    FieldType.INTEGER: int,
    FieldType.NUMBER: (int, float),
    FieldType.LIST: tuple,
}


class Refusal(Exception):
    """The app does not take this: ``code`` is its word for why, ``field`` the field it is about."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


def lower(text: str) -> str:
    """Keep in lower case."""
    return text.lower()


def trim(text: str) -> str:
    """Drop white space at both ends."""
    return text.strip()


def truncate(length: int) -> Normaliser:
    """Silently keep the first ``length`` characters."""
    return lambda text: text[:length]


_NAMED: Mapping[str, Normaliser] = {"lower": lower, "trim": trim}


class Schema:
    """The fields of one entity, with what is done to each on save.

    ``normalise`` adds to the catalogue's own ``Field.normalise``; ``defaults`` fill what a create does not say.
    """

    def __init__(
        self,
        fields: Sequence[Field],
        *,
        normalise: Mapping[str, Sequence[Normaliser] | Normaliser] | None = None,
        defaults: Mapping[str, Value] | None = None,
    ) -> None:
        self.fields = {field.name: field for field in fields}
        self.defaults = dict(defaults or {})
        self._normalisers = {field.name: _chain(field, (normalise or {}).get(field.name, ())) for field in fields}

    def bend(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The values as this app would keep them; empty ones are ``None``. Raises :class:`Refusal`."""
        return {name: self._bend_one(name, value) for name, value in values.items()}

    def permit(self, values: Mapping[str, Value]) -> None:
        """Raises :class:`Refusal` for what the API, as opposed to a person in the app, may not write."""
        for name, value in values.items():
            field = self._field(name)
            if not field.writable:
                raise Refusal("read_only", f"{name} cannot be written", name)
            allowed = field.writable_values
            if allowed and value is not None and not set(_items(value)) <= set(allowed):
                raise Refusal("bad_value", f"{name} cannot be set to this by the API", name)

    def require(self, values: Mapping[str, Value], among: Iterable[str] | None = None) -> None:
        """Raises :class:`Refusal` when a required field (of ``among``: those that are touched) has no value."""
        for name in self.fields if among is None else among:
            field = self._field(name)
            if field.required and values.get(name) is None:
                raise Refusal("required", f"{field.name} must have a value", field.name)

    def _field(self, name: str) -> Field:
        if name not in self.fields:
            raise Refusal("unknown_field", f"there is no field {name}", name)
        return self.fields[name]

    def _bend_one(self, name: str, value: Value) -> Value:
        field = self._field(name)
        if value is None:
            return None
        _check_type(field, value)
        for normaliser in self._normalisers[name]:
            value = _apply(normaliser, value)
        if value in ("", ()):
            return None
        _check_content(field, value)
        return value


def _chain(field: Field, extra: Sequence[Normaliser] | Normaliser) -> tuple[Normaliser, ...]:
    named = tuple(_NAMED[name] for name in field.normalise if name in _NAMED)
    return (*named, extra) if callable(extra) else (*named, *extra)


def _apply(normaliser: Normaliser, value: Value) -> Value:
    if isinstance(value, str):
        return normaliser(value)
    if isinstance(value, tuple):
        return tuple(dict.fromkeys(item for item in map(normaliser, value) if item))
    return value


def _items(value: Value) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _check_type(field: Field, value: Value) -> None:
    wanted = _PYTHON_TYPES.get(field.type, str)
    wrong_bool = isinstance(value, bool) and field.type is not FieldType.BOOLEAN
    if wrong_bool or not isinstance(value, wanted):
        raise Refusal("bad_type", f"{field.name} is {field.type}, not {type(value).__name__}", field.name)


def _check_content(field: Field, value: Value) -> None:
    if field.max_length is not None and isinstance(value, str) and len(value) > field.max_length:
        raise Refusal("too_long", f"{field.name} holds at most {field.max_length} characters", field.name)
    if field.values and not set(_items(value)) <= set(field.values):
        raise Refusal("bad_value", f"{field.name} does not know this value", field.name)
