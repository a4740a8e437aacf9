"""The calls, with their arguments, that a recording may make on the world of its replay.

A recording is untrusted input. This module checks each call before making it: only changes that a tap records (see
`tap`), only plain values and objects of the mission, and only fields that the object has.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.mission.source import MAX_BYTES
from sexp_runtime.monitor.tap import OTHER_CHANGES, PART_CHANGES, WORLD_CHANGES, untapped
from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus, Subsystem
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

#: Maximum length of a text and number of items of one argument.
MOST_CHARACTERS: Final = 1 << 20
MOST_ITEMS: Final = 100_000
#: Maximum number of parts of all arguments of one call.
MOST_PARTS: Final = 250_000
#: Numbers in the position, velocity and orientation of `move_ship`.
_MOVE_SIZES: Final = (3, 3, 9)
_INTEGERS: Final = range(-(2**63), 2**63)
#: Required types of parameters by name, for all calls.
_OBJECTS: Final[Mapping[str, tuple[type, ...]]] = {
    "ship": (Ship,),
    "other": (Ship,),
    "wing": (Wing,),
    "subsystem": (Subsystem,),
    "ship_or_wing": (Ship, Wing),
}
_TEXTS: Final = frozenset({"name", "op", "flag", "field", "what", "to", "target", "sender", "path", "source", "text"})
#: Calls that set fields by keyword: the class that has the fields.
_KEYWORD_FIELDS: Final[Mapping[str, type]] = {"add_ship": Ship, "add_wing": Wing, "set_wing": Wing}


class CallRefusedError(ValueError):
    """A recorded call is not allowed, or its arguments do not fit; the text says which."""


def make_call(world: World, part: object, method: object, args: object, kwargs: object) -> None:
    """Make one recorded call; raises CallRefusedError, without any change, if the call is not allowed."""
    if not isinstance(part, str) or not isinstance(method, str):
        raise CallRefusedError("a call has no name")
    listed = WORLD_CHANGES if not part else PART_CHANGES.get(part) or OTHER_CHANGES.get(part, frozenset())
    if method not in listed:
        raise CallRefusedError(f"{part}.{method} may not be called" if part else f"{method} may not be called")
    if not isinstance(args, list) or not isinstance(kwargs, dict) or not all(isinstance(key, str) for key in kwargs):
        raise CallRefusedError(f"{method}: no list of arguments")
    if method == "move_ship" and not part and _is_plain_move(args, kwargs):
        world.move_ship(*args, **kwargs)
        return
    for number, _ in enumerate(_parts([*args, *kwargs.values()], method)):
        if number > MOST_PARTS:
            raise CallRefusedError(f"{method}: more than {MOST_PARTS} values")
    target = getattr(world, part, None) if part else world
    if target is None:
        raise CallRefusedError(f"{part}.{method} cannot be called here")
    kind: Any = type(untapped(target))
    signature = _signature(kind, method)
    given: dict[Any, Any]
    try:
        # A compiled method without a signature checks by itself.
        given = dict(enumerate(args)) if signature is None else signature.bind(target, *args, **kwargs).arguments
    except TypeError as error:
        raise CallRefusedError(f"{method}: {error}") from error
    _check_parameters(world, method, {str(name): value for name, value in given.items()})
    getattr(target, method)(*args, **kwargs)


@cache
def _signature(kind: type, method: str) -> inspect.Signature | None:
    """Return the signature of a class's method, `self` first; None for a compiled method that has none."""
    try:
        return inspect.signature(getattr(kind, method))
    except ValueError:
        return None


def _is_plain_move(args: list[Any], kwargs: dict[str, Any]) -> bool:
    """Whether arguments of `move_ship`, nearly all calls of a recording, are such that they need no further check."""
    if type(args[0] if args else None) is not Ship or not 2 <= len(args) <= 1 + len(_MOVE_SIZES):
        return False
    if kwargs and not (kwargs.keys() == {"jump"} and type(kwargs["jump"]) is bool):
        return False
    for place, vector in enumerate(args[1:]):
        if vector is None and place:
            continue
        if type(vector) is not tuple or len(vector) != _MOVE_SIZES[place]:
            return False
        for number in vector:
            if type(number) is not float or not math.isfinite(number):
                return False
    return True


def _check_parameters(world: World, method: str, given: Mapping[str, Any]) -> None:
    """Check objects, texts and fields by the names of the parameters."""
    for name, value in given.items():
        kinds = _OBJECTS.get(name)
        if kinds is not None and not isinstance(value, kinds):
            raise CallRefusedError(f"{method}: {name} is no {' or '.join(kind.__name__.lower() for kind in kinds)}")
        if name in _TEXTS and not isinstance(value, str):
            raise CallRefusedError(f"{method}: {name} is no text")
    field = given.get("field")
    if field is not None:
        subject = given.get("subsystem") or given.get("ship") or (world.player if method == "set_player" else None)
        _check_field(method, field, subject)
    owner = _KEYWORD_FIELDS.get(method)
    if owner is not None:
        for name in given.get("fields", {}):
            _check_field(method, name, owner if method.startswith("add") else given["wing"])


def _check_field(method: str, name: str, subject: Any) -> None:
    """Check that a field is one of the data of an object, or of a class's slots."""
    known = isinstance(subject, type) or hasattr(subject, name)
    if name[:1] == "_" or not name.isidentifier() or not known or callable(getattr(subject, name, None)):
        raise CallRefusedError(f"{method}: there is no field {name[:40]!r}")


def _parts(values: list[Any], method: str) -> Iterator[None]:
    """Yield once for each value and each of its parts; raise for a value that is not plain or too large."""
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        yield None
        if value is None or isinstance(value, (bool, Ship, Wing, Subsystem, ExitKind, ShipStatus)):
            continue
        if isinstance(value, int):
            fits = value in _INTEGERS
        elif isinstance(value, float):
            fits = math.isfinite(value)
        elif isinstance(value, str):
            fits = len(value) <= MOST_CHARACTERS
        elif isinstance(value, bytes):  # a changed mission file
            fits = method == "take_mission" and len(value) <= MAX_BYTES
        elif isinstance(value, (list, tuple, set, frozenset)):
            fits = len(value) <= MOST_ITEMS
            waiting.extend(value if fits else ())
        elif isinstance(value, dict):
            fits = len(value) <= MOST_ITEMS
            waiting.extend((*value.keys(), *value.values()) if fits else ())
        else:
            fits = False
        if not fits:
            raise CallRefusedError(f"{method}: a value of the kind {type(value).__name__} that may not stand there")
