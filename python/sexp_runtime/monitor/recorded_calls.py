"""The calls, with their arguments, that a recording holds and may make on the world of its replay.

A recording is untrusted input. This module checks each call before making it. It allows only changes that a tap records
(see `tap`), only plain values and objects of the mission, and only fields that the object has. The recorder makes the
same checks.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.monitor.call_arguments import CallRefusedError, check_field, parameters_of
from sexp_runtime.monitor.tap import OTHER_CHANGES, PART_CHANGES, WORLD_CHANGES, untapped
from sexp_runtime.world.player import Player
from sexp_runtime.world.ships import Ship, Subsystem
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

#: Numbers in the position, velocity and orientation of `move_ship`.
_MOVE_SIZES: Final = (3, 3, 9)


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
    check_call(world, part, method, args, kwargs)
    target = getattr(world, part) if part else world
    getattr(target, method)(*args, **kwargs)


def check_call(world: World, part: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Raise CallRefusedError unless a replay can make a listed call with these arguments."""
    target = getattr(world, part, None) if part else world
    if target is None:
        raise CallRefusedError(f"{part}.{method} cannot be called here")
    kind: Any = type(untapped(target))
    parameters = parameters_of(kind, method)
    given = parameters.given(method, args, kwargs)
    checks = parameters.checks
    for name, value in given.items():
        if name == parameters.others:
            continue
        if not checks[name](value):
            raise CallRefusedError(f"{method}: {name} cannot be {value!r:.60}")
        if isinstance(value, (Ship, Wing)):
            registry: dict[str, Any] = world.ships if isinstance(value, Ship) else world.wings
            if registry.get(value.key) is not value:
                raise CallRefusedError(f"{method}: {value.name} is not in the mission's registry")
        elif isinstance(value, Subsystem) and given["ship"].subsystems.get(value.name.lower()) is not value:
            raise CallRefusedError(f"{method}: {given['ship'].name} has no such subsystem {value.name!r}")
    field = given.get("field")
    if field is not None:
        subject: type = Player if method == "set_player" else Subsystem if "subsystem" in given else Ship
        check_field(method, subject, field, given["value"])
    elif parameters.others:
        owner = Ship if method == "add_ship" else Wing
        for name, value in given.get(parameters.others, {}).items():
            check_field(method, owner, name, value)


def _is_plain_move(args: list[Any], kwargs: dict[str, Any]) -> bool:
    """Whether arguments of `move_ship`, nearly all calls of a recording, need no further check."""
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
