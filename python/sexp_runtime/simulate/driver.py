"""What the player's acts and the pilots' decisions need of the scenario that drives the world."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Protocol

from sexp_runtime.simulate.interests import Interests
from sexp_runtime.simulate.pilot import Pilot
from sexp_runtime.world.ships import Ship
from sexp_runtime.world.world import World


class Driver(Protocol):
    """A scenario, as its player and its pilots see it. Times are in microseconds."""

    random: Random
    interests: Interests
    pilots: dict[str, Pilot]

    @property
    def world(self) -> World:
        """The world being driven."""
        ...

    def after(self, us: float, call: Callable[[], object]) -> None:
        """Schedule a call."""
        ...

    def spread(self, span: tuple[float, float]) -> float:
        """Return a random number: the span's first value plus at most its second."""
        ...

    def send_away(self, ship: Ship) -> None:
        """Start a ship's departure, if it can leave."""
        ...
