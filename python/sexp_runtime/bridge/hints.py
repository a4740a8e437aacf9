"""Hints that a game passes with an expression: read from a dictionary, applied, or refused with a reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.cache.contract import ExpressionHints

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession
    from sexp_runtime.world.world import World

NAMES: Final = ("cacheable", "time_to_live", "calls_per_second", "speed_bounds")
#: Most different refusals that are reported; each is reported once.
MOST_TOLD: Final = 256


class HintError(ValueError):
    """Invalid hints: an unknown name, or a value of the wrong kind."""


def read_hints(given: Mapping[str, Any]) -> ExpressionHints:
    """Return the hints of a dictionary with any of the keys in NAMES; raises HintError.

    cacheable: bool. time_to_live: seconds of mission time, above 0. calls_per_second: 0 or more. speed_bounds: a
    dictionary of object names and their highest speeds in metres a second, 0 or more.
    """
    for name in given:
        if name not in NAMES:
            raise HintError(f"there is no hint {name!r}, only {', '.join(NAMES)}")
    cacheable = given.get("cacheable")
    if cacheable is not None and not isinstance(cacheable, bool):
        raise HintError(f"the hint cacheable is true or false, not {cacheable!r}")
    time_to_live = given.get("time_to_live")
    if time_to_live is not None and _number("time_to_live", time_to_live) <= 0:
        raise HintError("the hint time_to_live is in seconds and more than 0")
    bounds = given.get("speed_bounds") or {}
    if not isinstance(bounds, Mapping):
        raise HintError("the hint speed_bounds is a dictionary of object names and metres a second")
    return ExpressionHints(
        cacheable=cacheable,
        time_to_live=None if time_to_live is None else float(time_to_live),
        calls_per_second=_number("calls_per_second", given.get("calls_per_second") or 0.0),
        speed_bounds=tuple(sorted((str(name), _number("speed_bounds", speed)) for name, speed in bounds.items())),
    )


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise HintError(f"the hint {name} is a number of 0 or more, not {value!r}")
    return float(value)


class HintedEvaluation:
    """Evaluates with hints; calls `warn(text)` once for each refused hint."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._told: set[str] = set()

    def evaluate(self, session: MissionSession, text: str, given: Mapping[str, Any]) -> int:
        """Return the expression's value; raises HintError for invalid hints, SexpError for bad text."""
        hints = read_hints(given)
        for reason in refused_bounds(session.world, hints):
            self._refuse(text, reason)
        refusals = session.cache.refusals
        value = session.evaluate(text, hints=hints)
        if hints.cacheable and session.cache.refusals > refusals:
            self._refuse(text, session.cache.last_refusal)
        return value

    def _refuse(self, text: str, reason: str) -> None:
        line = f"evaluate {text}: {reason}"
        if line not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(line)
            self._warn(line)


def refused_bounds(world: World, hints: ExpressionHints) -> list[str]:
    """Return why speed bounds among the hints are refused: no such object, or it already has a bound."""
    reasons = []
    for name, speed in hints.speed_bounds:
        ship = world.ship(name)
        if ship is None:
            reasons.append(f"the speed bound of {name!r} is refused: there is no such object")
        elif ship.speed_bound is not None and ship.speed_bound != speed:
            reasons.append(f"the speed bound of {name!r} is refused: its top speed is {ship.speed_bound:g} m/s")
    return reasons
