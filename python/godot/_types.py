"""Python annotations as the engine's types: used to register methods, properties and signals."""

from __future__ import annotations

import array
import collections.abc
import enum
import sys
import types
import typing
from typing import Any

from . import _api, _core

VARIANT = 64
NIL, BOOL, INT, FLOAT, STRING = 0, 1, 2, 3, 4
OBJECT, CALLABLE, SIGNAL, DICTIONARY, ARRAY, PACKED_BYTES = 24, 25, 26, 27, 28, 29
USAGE_DEFAULT = 6
USAGE_CLASS_IS_ENUM = 65536


class TypeOf(typing.NamedTuple):
    """One annotation in the engine's terms."""

    code: int
    class_name: str = ""
    check: type | None = None  # objects: the Python class they must be instances of


ANY = TypeOf(VARIANT)

_SIMPLE: dict[Any, TypeOf] = {
    bool: TypeOf(BOOL),
    int: TypeOf(INT),
    float: TypeOf(FLOAT),
    str: TypeOf(STRING),
    bytes: TypeOf(PACKED_BYTES),
    bytearray: TypeOf(PACKED_BYTES),
    list: TypeOf(ARRAY),
    tuple: TypeOf(ARRAY),
    collections.abc.Sequence: TypeOf(ARRAY),
    collections.abc.Iterable: TypeOf(ARRAY),
    dict: TypeOf(DICTIONARY),
    collections.abc.Mapping: TypeOf(DICTIONARY),
    collections.abc.Callable: TypeOf(CALLABLE),
    _core.Callable: TypeOf(CALLABLE),
    _core.Signal: TypeOf(SIGNAL),
    type(None): TypeOf(NIL),
    None: TypeOf(NIL),
}


def type_of(annotation: Any) -> TypeOf:
    """The engine's type of an annotation; Variant if the engine has no such type."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return type_of(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        parts = [part for part in typing.get_args(annotation) if part is not type(None)]
        if len(parts) == 1:
            inner = type_of(parts[0])
            return inner if inner.code == OBJECT else ANY  # an object may be null; other types may not
        return ANY
    if origin is not None:
        annotation = origin
    try:
        simple = _SIMPLE.get(annotation)
    except TypeError:
        return ANY
    if simple is not None:
        return simple
    if isinstance(annotation, type):
        return _type_of_class(annotation)
    name = getattr(annotation, "_godot_class", None)  # a singleton represents its class too
    return TypeOf(OBJECT, name.name, type(annotation)) if name is not None else ANY


def _type_of_class(annotation: type) -> TypeOf:
    info = getattr(annotation, "_godot_class", None)
    if info is not None:
        return TypeOf(OBJECT, info.name, annotation)
    if issubclass(annotation, enum.IntEnum):
        return TypeOf(INT)
    code = _api.header["types"].get(annotation.__name__)
    if code is not None and annotation.__module__ in ("godot", "godot._core", "_core"):
        return TypeOf(code)
    if issubclass(annotation, array.array):
        return ANY
    return ANY


def typed_array(of: Any, items: Any) -> Any:
    """An `Array[of]` for functions of GDScript that require one: `godot.typed_array(int, [1, 2])`.

    `of` is a type as in annotations: int, str, godot.Vector3, an engine class... TypeError where an item does not fit.
    """
    wanted = type_of(of)
    if wanted.code in (VARIANT, NIL):
        raise TypeError(f"an Array cannot have elements of type {of}")
    return _core.make_typed_array(wanted.code, wanted.class_name, items)


def resolve(annotation: Any, owner: Any, scope: Any = None) -> Any:
    """The value of an annotation given as text, read in `owner`'s module and the class `scope`; `object` if unknown."""
    if not isinstance(annotation, str):
        return annotation
    module = sys.modules.get(getattr(owner, "__module__", ""), None)
    names = dict(vars(module)) if module is not None else {}
    try:
        return eval(
            annotation, names, dict(vars(scope)) if scope is not None else {}
        )  # the module's own annotation, read as Python itself would
    except Exception:  # names that exist for type checkers only
        return object


def describe(of: TypeOf, name: str, hint: int = 0, hint_text: str = "", usage: int = USAGE_DEFAULT) -> tuple[Any, ...]:
    """The description of an argument or property in the form that `_core` requires."""
    return of.code, name, of.class_name, hint, hint_text, usage
