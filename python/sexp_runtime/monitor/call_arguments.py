"""Checks of the arguments of recorded calls: one for each parameter, by its annotation, and one for each field.

The same checks are made when a call is recorded and when it is replayed, so that a recording holds no call that its
replay refuses.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sexp_runtime.mission.source import MAX_BYTES
from sexp_runtime.world.player import Player
from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus, Subsystem
from sexp_runtime.world.wings import Wing

#: Maximum length of a text and number of items of one argument.
MOST_CHARACTERS: Final = 1 << 20
MOST_ITEMS: Final = 100_000
#: Maximum number of parts of one argument without a type.
MOST_PARTS: Final = 250_000
_INTEGERS: Final = range(-(2**63), 2**63)
_VECTOR_SIZE: Final = 3
_MATRIX_SIZE: Final = 9

#: Whether a value is one of a kind.
Check = Callable[[Any], bool]


class CallRefusedError(ValueError):
    """A call that a recording cannot hold or must not make; the text gives the reason."""


def _is_none(value: Any) -> bool:
    return value is None


def _is_text(value: Any) -> bool:
    return type(value) is str and len(value) <= MOST_CHARACTERS


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and value in _INTEGERS


def _is_number(value: Any) -> bool:
    return math.isfinite(value) if type(value) is float else _is_whole(value)


def _is_list_of(*checks: Check) -> Check:
    """Return a check for lists and tuples whose items pass one of the checks; sets have no order."""

    def check(value: Any) -> bool:
        return (
            type(value) in (list, tuple)
            and len(value) <= MOST_ITEMS
            and all(any(one(item) for one in checks) for item in value)
        )

    return check


def _is_numbers(size: int) -> Check:
    return lambda value: type(value) in (list, tuple) and len(value) == size and all(map(_is_number, value))


def _is_set_of_texts(value: Any) -> bool:
    return isinstance(value, (set, frozenset)) and len(value) <= MOST_ITEMS and all(map(_is_text, value))


def _is_map_to(check: Check) -> Check:
    def is_map(value: Any) -> bool:
        return (
            type(value) is dict
            and len(value) <= MOST_ITEMS
            and all(_is_text(key) and check(item) for key, item in value.items())
        )

    return is_map


def _is_pair_of_texts(value: Any) -> bool:
    return type(value) in (list, tuple) and len(value) == 2 and all(map(_is_text, value))


def _is_goals(value: Any) -> bool:
    """Whether a value is a list of orders: each a name and its arguments."""
    if type(value) not in (list, tuple) or len(value) > MOST_ITEMS:
        return False
    return all(type(goal) is tuple and goal and _is_text(goal[0]) and is_plain(goal) for goal in value)


def is_plain(value: Any) -> bool:
    """Return whether a value holds only None, numbers, texts, lists and maps of a size that a recording can hold."""
    return all(fits and number <= MOST_PARTS for number, fits in enumerate(_parts(value)))


def _parts(value: Any) -> Iterator[bool]:
    """Yield for a value and each of its parts whether it is plain and not too large."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield len(found) <= MOST_ITEMS
            waiting.extend((*found.keys(), *found.values()))
        elif isinstance(found, (list, tuple, set, frozenset)):
            yield len(found) <= MOST_ITEMS
            waiting.extend(found)
        else:
            yield found is None or _is_text(found) or _is_number(found)


def _is_a(*kinds: type) -> Check:
    return lambda value: isinstance(value, kinds)


#: The checks by annotation. `A | B` is A or B unless it is listed.
_BY_ANNOTATION: Final[Mapping[str, Check]] = {
    "None": _is_none, "str": _is_text, "int": _is_whole, "float": _is_number, "bool": _is_a(bool, int), "Any": is_plain,
    "Ship": _is_a(Ship), "Wing": _is_a(Wing), "Subsystem": _is_a(Subsystem),
    "ExitKind": _is_a(ExitKind), "ShipStatus": _is_a(ShipStatus),
    "Vector": _is_numbers(_VECTOR_SIZE), "Matrix": _is_numbers(_MATRIX_SIZE),
    "list[Vector]": _is_list_of(_is_numbers(_VECTOR_SIZE)),
    "Iterable[str]": _is_list_of(_is_text), "Sequence[str]": _is_list_of(_is_text),
    "Iterable[str | int]": _is_list_of(_is_text, _is_whole),
    "tuple[str, str]": _is_pair_of_texts, "Iterable[tuple[str, str]]": _is_list_of(_is_pair_of_texts),
    "dict[str, str]": _is_map_to(_is_text),
    "GameValue": lambda value: _is_number(value) or _is_text(value),
    "Answer": lambda value: value is None or _is_whole(value) or _is_text(value),
    "bytes": lambda value: type(value) is bytes and len(value) <= MAX_BYTES,  # a changed mission file
}  # fmt: skip
#: The annotations of compiled methods, which have none.
_COMPILED: Final[Mapping[str, Mapping[str, str]]] = {
    "move_ship": {
        "ship": "Ship", "position": "Vector", "velocity": "Vector | None", "orientation": "Matrix | None",
        "jump": "bool",
    },
    "set_ship": {"ship": "Ship", "field": "str", "value": "Any"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a method: names and checks of those that can be given by place, and of all by name.

    `others` is the name of the parameter that takes all other keywords, "" if there is none.
    """

    signature: inspect.Signature
    names: tuple[str, ...]
    fewest: int
    checks: Mapping[str, Check]
    others: str

    def given(self, method: str, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments by name; raises CallRefusedError for some that do not fit the parameters."""
        if not kwargs and self.fewest <= len(args) <= len(self.names):
            return dict(zip(self.names, args, strict=False))
        try:
            bound = self.signature.bind(None, *args, **kwargs)
        except TypeError as error:
            raise CallRefusedError(f"{method}: {error}") from error
        return dict(list(bound.arguments.items())[1:])


@cache
def parameters_of(kind: type, method: str) -> Parameters:
    """Return the parameters of a class's method without `self`; raises CallRefusedError if they cannot be checked."""
    try:
        signature = inspect.signature(getattr(kind, method))
    except ValueError as error:
        raise CallRefusedError(f"{method}: its parameters are not known") from error
    found = list(signature.parameters.values())[1:]
    by_place = [one for one in found if one.kind is one.POSITIONAL_OR_KEYWORD]
    checks: dict[str, Check] = {}
    others = ""
    for one in found:
        if one.kind is one.VAR_KEYWORD:
            others = one.name
        elif one.kind is one.VAR_POSITIONAL:
            raise CallRefusedError(f"{method}: its parameters are not known")
        else:
            annotation = _COMPILED.get(method, {}).get(one.name) or str(one.annotation)
            checks[one.name] = _check_of(annotation.strip("'"), method)
    required = [one for one in found if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
    is_simple = all(one in by_place for one in required)
    return Parameters(
        signature,
        tuple(one.name for one in by_place),
        len(required) if is_simple else len(found) + 1,
        checks,
        others,
    )


def _check_of(annotation: str, method: str) -> Check:
    found = _BY_ANNOTATION.get(annotation)
    if found is not None:
        return found
    checks = [_BY_ANNOTATION.get(part) for part in annotation.split(" | ")]
    known = [check for check in checks if check is not None]
    if len(known) < len(checks):
        raise CallRefusedError(f"{method}: there is no check for {annotation}")
    return lambda value: any(check(value) for check in known)


def _scalars(model: Any, *without: str) -> dict[str, Check]:
    """Return checks for the fields of an object that hold one text, number or truth, by what a new object holds."""
    names = {name for kind in type(model).__mro__ for name in getattr(kind, "__slots__", ())} | {"hull", "max_hull"}
    kinds: dict[type, Check] = {str: _is_text, bool: _is_a(bool, int), int: _is_whole, float: _is_number}
    values = {name: getattr(model, name, None) for name in names if name not in without}
    return {name: kinds[type(value)] for name, value in values.items() if type(value) in kinds}


#: The fields that a call may set, by the class of the object, with their checks.
FIELDS: Final[Mapping[type, Mapping[str, Check]]] = {
    Ship: {
        **_scalars(Ship("x"), "name", "key", "is_player"),
        "hull": _is_number, "max_hull": _is_number, "shields": _is_number, "max_shields": _is_number,
        "radius": _is_number,
        "position": _BY_ANNOTATION["Vector"], "velocity": _BY_ANNOTATION["Vector"],
        "orientation": _BY_ANNOTATION["Matrix"],
        "status": _BY_ANNOTATION["ShipStatus"],
        "exit": lambda value: value is None or isinstance(value, ExitKind),
        "speed_bound": lambda value: value is None or _is_number(value),
        "tag_fix": lambda value: value is None or _is_whole(value),
        "tag_ends": lambda value: type(value) is tuple and len(value) == 2 and all(map(_is_whole, value)),
        "wing": lambda value: value is None or _is_text(value),
        "flags": _is_set_of_texts, "docked": _is_set_of_texts,
        "dock_points": _is_map_to(_is_text), "damage_by": _is_map_to(_is_number), "goals": _is_goals,
    },
    Subsystem: {
        **_scalars(Subsystem("x"), "name", "fact"), "offset": _BY_ANNOTATION["Vector"], "flags": _is_set_of_texts,
    },
    Wing: {
        **_scalars(Wing("x"), "name", "key"),
        "ships": _is_list_of(_is_text), "flags": _is_set_of_texts, "goals": _is_goals,
    },
    Player: {
        **_scalars(Player()), "medals": _is_set_of_texts, "class_kills": _is_map_to(_is_whole),
    },
}  # fmt: skip


def check_field(method: str, kind: type, name: str, value: Any) -> None:
    """Raise CallRefusedError for a field that objects of the class do not have, or a value that it cannot hold."""
    check = FIELDS[kind].get(name)
    if check is None:
        raise CallRefusedError(f"{method}: a {kind.__name__.lower()} has no field {name[:40]!r} that can be set")
    if not check(value):
        raise CallRefusedError(f"{method}: {name} cannot be {value!r:.60}")
