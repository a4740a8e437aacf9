"""The pilot of one simulated ship: its target, its path, and the strength and speed of its class."""

from __future__ import annotations

from math import sqrt
from typing import Final

from sexp_runtime.world.classes import ShipClass
from sexp_runtime.world.orders import Goal
from sexp_runtime.world.ships import Ship, Vector

#: Share of the top speed at which ships cruise: rounding never lifts them over their speed bound.
CRUISE: Final = 0.98
#: Points of damage of one volley, by ship type; types not listed are unarmed.
FIREPOWER: Final = {
    "fighter": 24.0,
    "bomber": 45.0,
    "stealth": 24.0,
    "transport": 6.0,
    "freighter": 6.0,
    "awacs": 10.0,
    "gas miner": 6.0,
    "sentry gun": 10.0,
    "cruiser": 120.0,
    "corvette": 400.0,
    "capital": 1000.0,
    "super cap": 2000.0,
    "drydock": 200.0,
    "knossos device": 0.0,
}
#: Factor of the bombers' damage to ships that are not small.
BOMB_FACTOR: Final = 8.0
#: Seconds from death to the end of the death roll: minimum and random addition, for small ships and others.
SMALL_ROLL: Final = (1.0, 2.0)
LARGE_ROLL: Final = (4.0, 4.0)
#: Flags of ships that do not shoot.
DISARMING: Final = frozenset(("weapons-locked", "is_harmless", "primaries-locked"))


class Pilot:
    """One ship's pilot. Times are microseconds of mission time."""

    __slots__ = (
        "away_until",
        "berth",
        "cap",
        "destination",
        "dying",
        "firepower",
        "goal",
        "leg",
        "part",
        "path",
        "quarry",
        "reach",
        "retarget",
        "ship",
        "small",
        "target",
        "type",
    )

    def __init__(self, ship: Ship, data: ShipClass) -> None:
        self.ship = ship
        self.type = data.type
        self.small = data.small
        self.firepower = FIREPOWER.get(data.type, 0.0)
        self.reach = 900.0 if data.small else 1500.0 + 2.0 * data.radius
        self.goal: Goal | None = None
        self.target: Ship | None = None
        self.quarry: Ship | None = None
        #: The subsystem of the quarry to shoot at, "" for none; and the ship to dock with without an order.
        self.part = ""
        self.berth: Ship | None = None
        self.retarget = 0
        self.away_until = 0
        self.path = ""
        self.leg = 0
        self.cap = 0.0
        self.destination: Vector | None = None
        self.dying = False

    @property
    def speed(self) -> float:
        """The ship's cruising speed in metres a second."""
        top = self.ship.max_speed * CRUISE
        return min(top, self.cap) if self.cap > 0.0 else top


def distance(a: Vector, b: Vector) -> float:
    """Return the distance of two points in metres."""
    x, y, z = a[0] - b[0], a[1] - b[1], a[2] - b[2]
    return sqrt(x * x + y * y + z * z)


def hostile(team: str, other: str) -> bool:
    """Whether ships of two sides shoot at each other."""
    if "traitor" in (team, other):
        return team != other
    return (team, other) in (("friendly", "hostile"), ("hostile", "friendly"))
