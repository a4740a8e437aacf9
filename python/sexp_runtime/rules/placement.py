"""Where ships appear that arrive near, beside or from another ship; plain arithmetic, equal on every machine."""

from __future__ import annotations

from math import sqrt
from random import Random
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.operators.actions_geometry import orientation_along
from sexp_runtime.world.ships import Matrix, Ship, ShipStatus, Vector

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

#: Places beside an anchor: which row of its orientation (right, up, forward) and which way (E5).
SIDES: Final = {
    "in front of ship": (2, 1.0),
    "in back of ship": (2, -1.0),
    "above ship": (1, 1.0),
    "below ship": (1, -1.0),
    "to left of ship": (0, -1.0),
    "to right of ship": (0, 1.0),
}
#: Metres between the ships of a wing that arrives together.
SPACING: Final = 75.0


def unit(x: float, y: float, z: float) -> Vector | None:
    """Return a vector scaled to length 1, None for the zero vector."""
    length = sqrt(x * x + y * y + z * z)
    return None if length < 1e-9 else (x / length, y / length, z / length)


class Placement:
    """Computes places of arrival; its random directions come from its own generator, not from the formulas' one."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._random = Random(seed)

    def direction(self) -> Vector:
        """Return a random direction of length 1."""
        draw = self._random.random
        while True:
            x, y, z = 2.0 * draw() - 1.0, 2.0 * draw() - 1.0, 2.0 * draw() - 1.0
            if 0.01 < x * x + y * y + z * z <= 1.0:
                found = unit(x, y, z)
                assert found is not None
                return found

    def anchor(self, name: str) -> Ship | None:
        """Return the present ship that an anchor names; `<any team>` means the first of that team in the mission."""
        world = self._world
        if name.startswith("<any "):
            team = name[5:].rstrip(">").strip().lower().removesuffix(" player")
            for ship in world.ships.values():
                if ship.status is ShipStatus.PRESENT and ship.team.lower() == team:
                    return ship
            return None
        named = world.ship(name)
        return named if named is not None and named.status is ShipStatus.PRESENT else None

    def place(self, terms: Any) -> tuple[Vector, Matrix] | None:
        """Return place and orientation for arrival terms of a mission file; None for the ship's place in the file."""
        location = terms.location.lower()
        anchor = self.anchor(terms.anchor) if terms.anchor and location != "hyperspace" else None
        if anchor is None:
            return None
        x, y, z = anchor.position
        if location == "docking bay":
            return (x, y, z), anchor.orientation
        side = SIDES.get(location)
        if side is None:
            ux, uy, uz = self.direction()
        else:
            row, sign = side
            rx, ry, rz = anchor.orientation[3 * row : 3 * row + 3]
            ux, uy, uz = sign * rx, sign * ry, sign * rz
        reach = float(terms.distance) if terms.distance > 0 else 100.0 + anchor.radius
        return (x + ux * reach, y + uy * reach, z + uz * reach), orientation_along(
            (-ux, -uy, -uz)
        ) or anchor.orientation

    def form_up(self, ships: list[Ship], position: Vector, orientation: Matrix) -> None:
        """Place a wave that has just arrived side by side."""
        rx, ry, rz = orientation[0:3]
        x, y, z = position
        for number, ship in enumerate(ships):
            shift = SPACING * ((number + 1) // 2) * (1.0 if number % 2 else -1.0)
            self._world.move_ship(
                ship, (x + rx * shift, y + ry * shift, z + rz * shift), orientation=orientation, jump=True
            )
