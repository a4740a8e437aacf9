"""Wings: their waves and the counters that fate operators read (F45-F47)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sexp_runtime.world.orders import Goal, Order


class Wing:
    """One wing. Fields are changed through World only; any change touches ("wing", key, "state"), or
    ("wing", key, "goals") for its orders.

    `waves` and `size` are the number of waves and the ships in each; `arrived`, `destroyed`, `departed`, `vanished`
    count over all waves, `current` the members now present or dying, `wave` the waves that have arrived. `members`
    holds the keys of the members present or dying, in order of arrival; `ships` the names of the wing's ships in the
    mission file. `entries` holds the ships of the mission file that waves are made from, in file order, as soon as the
    first has arrived (M12.1). `gone` is set when all waves are used, or the wing departs, and no member is left (F47).
    """

    __slots__ = (
        "arrival",
        "arrived",
        "current",
        "definition",
        "departed",
        "departing",
        "departure",
        "destroyed",
        "entries",
        "fact",
        "flags",
        "gone",
        "hotkey",
        "key",
        "members",
        "name",
        "orders",
        "ships",
        "size",
        "special_ship",
        "threshold",
        "vanished",
        "wave",
        "wave_delay_max",
        "wave_delay_min",
        "waves",
    )

    def __init__(self, name: str, *, waves: int = 1, size: int = 0) -> None:
        self.name = name
        self.key = name.lower()
        self.fact = ("wing", self.key, "state")
        self.definition: Any = None
        self.waves = waves
        self.size = size
        self.threshold = 0
        self.special_ship = 0
        self.arrived = 0
        self.destroyed = 0
        self.departed = 0
        self.vanished = 0
        self.current = 0
        self.wave = 0
        self.gone = False
        self.departing = False
        self.members: list[str] = []
        self.ships: list[str] = []
        self.entries: list[Any] = []
        self.flags: set[str] = set()
        self.hotkey = -1
        #: Orders kept for ships yet to arrive (N2.2).
        self.orders: tuple[Order, ...] = ()
        self.arrival: Any = None
        self.departure: Any = None
        #: Seconds between waves, minimum and maximum (F45).
        self.wave_delay_min = 0
        self.wave_delay_max = 0

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The names and arguments of its orders."""
        return tuple(order.goal for order in self.orders)

    def __repr__(self) -> str:
        return f"Wing({self.name!r}, arrived={self.arrived}, current={self.current}, gone={self.gone})"


def older_wave_names(wing_name: str, ships: int) -> dict[str, str]:
    """Return older spellings, in lower case, of the names of a wing's first ships: number before the mark `#`.

    A mission that uses names such as `Ares 1#one` for ships of the wing `Ares#one` may use them for later waves too:
    `Ares 3#one` for `Ares#one 3` (M12.5). Empty for a wing without the mark.
    """
    shown, mark, hidden = wing_name.partition("#")
    if not mark:
        return {}
    return {f"{shown} {number}#{hidden}".lower(): wave_ship_name(wing_name, number) for number in range(1, ships + 1)}


def wave_ship_name(wing_name: str, number: int) -> str:
    """Return the name of the ship that arrives as number `number` (from 1) in a wing of several waves (F45, M12.5)."""
    return f"{wing_name} {number}"
