"""Ships as formulas see them: status, exit record, vitals, place, cargo, subsystems (section H)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import sqrt
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.kernel import ShipCore
from sexp_runtime.world.classes import ShipClass, subsystem_type
from sexp_runtime.world.facts import FactBoard, FactKey

if TYPE_CHECKING:
    from sexp_runtime.world.orders import Goal, Order

Vector = tuple[float, float, float]
#: A 3x3 matrix as nine numbers: right, up and forward vectors of the object in world axes.
Matrix = tuple[float, float, float, float, float, float, float, float, float]

ORIGIN: Final[Vector] = (0.0, 0.0, 0.0)
IDENTITY: Final[Matrix] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


class ShipStatus(Enum):
    """Where a ship is in its life (F47)."""

    NOT_YET = "not-yet"
    PRESENT = "present"
    DEATH_ROLL = "death-roll"
    EXITED = "exited"


# Module-level names of the members: looking a member up in its class takes longer than most uses of it.
NOT_YET: Final = ShipStatus.NOT_YET
PRESENT: Final = ShipStatus.PRESENT
DEATH_ROLL: Final = ShipStatus.DEATH_ROLL
EXITED: Final = ShipStatus.EXITED


class ExitKind(Enum):
    """How a ship left (F47, F48)."""

    DESTROYED = "destroyed"
    DEPARTED = "departed"
    VANISHED = "vanished"
    SELF_DESTRUCTED = "self-destructed"
    STAYED = "present at the end"  #: present when the mission ended (R70)


@dataclass(frozen=True, slots=True)
class ExitRecord:
    """The exit record of a ship that did not vanish (F48); `fix` is the time in 1/65536 seconds."""

    kind: ExitKind
    fix: int
    team: str
    class_name: str
    cargo: str
    cargo_known: bool
    cargo_fix: int
    tagged: bool


class Subsystem:
    """One subsystem: `hull` and `max_hull` in points, `type` one of the original's type names."""

    __slots__ = (
        "ai_class",
        "armor",
        "cargo",
        "cargo_fix",
        "cargo_known",
        "disrupted",
        "fact",
        "flags",
        "guardian",
        "hull",
        "max_hull",
        "name",
        "offset",
        "type",
    )

    def __init__(self, name: str, max_hull: float = 100.0, kind: str | None = None) -> None:
        self.name = name
        #: The last word of the facts about the subsystem.
        self.fact = "subsystem:" + name.lower()
        self.type = subsystem_type(name) if kind is None else kind
        self.max_hull = max_hull
        self.hull = max_hull
        self.cargo = ""
        self.cargo_known = False
        self.cargo_fix = 0
        self.ai_class = ""
        self.armor = ""
        self.disrupted = False
        #: Place on the ship: metres to the right, up and forward of the ship's centre.
        self.offset: Vector = ORIGIN
        self.flags: frozenset[str] = frozenset()
        #: Damage does not bring it below this percentage of the maximum (M3.20).
        self.guardian = 0


#: The fact that a change of a ship's field touches: ("ship", key, <this>). Fields not listed touch a fact of their
#: own name.
FIELD_FACTS: Final[dict[str, str]] = {
    "exit": "status",
    "exit_record": "status",
    "max_hull": "hull",
    "max_shields": "shields",
    "class_name": "class",
    "cargo_fix": "cargo_known",
    "tag_fix": "tagged",
    "tag_ends": "tagged",
    "shield_armor": "armor",
    "wing": "status",
    "orders": "goals",
}


class Ship(ShipCore):
    """One entry of the ship registry, alive or not. Fields are changed through World only.

    `key` is the lower-case name. Hull and shields are points, positions metres, velocities metres a second.
    `speed_bound` is the ship's maximum speed in metres a second until the game sets another, or None when the game
    guarantees none. `cargo_fix` and `tag_fix` say since when (1/65536 seconds) cargo is known and the ship is tagged;
    `tag_fix` None means never. `tag_ends` holds the times (mission microseconds) at which tags of level 1 and 2 end.
    `docked` holds the keys of ships docked directly to this one, `dock_points` this ship's docking point for each of
    them, where it is known.

    A ship that is yet to arrive is its own entry of the mission file. `entry` is set when the entry is a separate
    object: the file's ship from which later waves are also made (M12.1), or, for a created ship, the file's ship of
    that name, which is still to arrive (M11.6). Such entries are ships too, yet to arrive and not in the registry.
    """

    __slots__ = (
        "ai_class",
        "armor",
        "arrival",
        "arrival_allowed",
        "board",
        "cargo",
        "cargo_fix",
        "cargo_known",
        "class_name",
        "collision_group",
        "damage_by",
        "definition",
        "departing",
        "departure",
        "dock_points",
        "emp",
        "entry",
        "exit",
        "exit_record",
        "flags",
        "guardian",
        "hotkey",
        "is_nav_target",
        "key",
        "max_speed",
        "name",
        "order_in_force",
        "orders",
        "orientation_facts",
        "position_facts",
        "shield_armor",
        "simulated_hull",
        "subjects",
        "subsystems",
        "sums",
        "tag_ends",
        "tag_fix",
        "tagged",
        "team",
        "velocity_facts",
        "wing",
    )

    def __init__(self, name: str, class_name: str = "", team: str = "Friendly") -> None:
        self.name = name
        self.key = name.lower()
        self.class_name = class_name
        self.team = team
        self.definition: Any = None
        self.status = ShipStatus.NOT_YET
        self.exit: ExitKind | None = None
        self.exit_record: ExitRecord | None = None
        self.hull = 100.0
        self.max_hull = 100.0
        self.shields = 0.0
        self.max_shields = 0.0
        self.position: Vector = ORIGIN
        self.velocity: Vector = ORIGIN
        self.orientation: Matrix = IDENTITY
        self.max_speed = 60.0
        self.speed_bound: float | None = None
        self.radius = 10.0
        self.cargo = ""
        self.cargo_known = False
        self.cargo_fix = 0
        self.tagged = False
        self.tag_fix: int | None = None
        self.tag_ends = (0, 0)
        self.flags: set[str] = set()
        self.docked: set[str] = set()
        self.dock_points: dict[str, str] = {}
        self.subsystems: dict[str, Subsystem] = {}
        #: Sums of hits and maxima of all subsystems of a kind when they were last computed, by kind; None while
        #: the sums are those of the current values (M2.9, M2.10).
        self.sums: dict[str, tuple[float, float]] | None = None
        self.wing: str | None = None
        self.hotkey = -1
        self.ai_class = ""
        self.armor = ""
        self.shield_armor = ""
        #: Points of the simulated hull, changed only by training and actions; may be below 0 (M3.3).
        self.simulated_hull = 0.0
        self.emp = False
        self.guardian = 0
        self.collision_group = 0
        #: Hull damage in points dealt to this ship, by the attacker's key.
        self.damage_by: dict[str, float] = {}
        #: The ship's orders (N2.3), and the one that it carries out, which stays when the list is emptied.
        self.orders: tuple[Order, ...] = ()
        self.order_in_force: Order | None = None
        self.arrival: Any = None
        self.departure: Any = None
        self.departing = False
        #: False when the arrival cue was known false at load or the carrier is gone (F42, F44).
        self.arrival_allowed = True
        #: Whether a navigation point has this ship as target.
        self.is_nav_target = False
        self.entry: Ship | None = None
        self.subjects: tuple[FactKey, ...] = ()
        self.position_facts: tuple[FactKey, ...] = ()
        self.velocity_facts: tuple[FactKey, ...] = ()
        self.orientation_facts: tuple[FactKey, ...] = ()
        #: The board for facts about this ship, None until a world contains the ship.
        self.board: FactBoard | None = None
        self.refresh_facts()

    def __repr__(self) -> str:
        return f"Ship({self.name!r}, {self.status.value})"

    def refresh_facts(self, player_ship: str = "") -> None:
        """Compute which facts a change of this ship touches: its own, its wing's, its side's, the player ship's."""
        subjects: list[FactKey] = [("ship", self.key), ("team", self.team.lower())]
        if self.wing is not None:
            subjects.append(("wing", self.wing))
        if player_ship == self.key:
            subjects.append(("player-ship",))
        self.is_player = player_ship == self.key
        if self.is_nav_target:
            subjects.append(("nav",))
        self.subjects = tuple(subjects)
        self.position_facts = tuple((*subject, "position") for subject in subjects)
        self.velocity_facts = tuple((*subject, "velocity") for subject in subjects)
        self.orientation_facts = tuple((*subject, "orientation") for subject in subjects)
        if self.board is not None:
            self.watch(self.board, self.subjects)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The names and arguments of its orders."""
        return tuple(order.goal for order in self.orders)

    @property
    def speed(self) -> float:
        """Length of the velocity, metres a second."""
        x, y, z = self.velocity
        return sqrt(x * x + y * y + z * z)

    @property
    def hull_percent(self) -> float:
        """Hull in percent of its maximum, 0 when destroyed."""
        return 100.0 * max(self.hull, 0.0) / self.max_hull if self.max_hull > 0 else 0.0

    def take_class(self, data: ShipClass) -> None:
        """Set the vitals and subsystems of a new ship to those of its class."""
        self.max_hull = self.hull = data.hull
        self.max_shields = self.shields = data.shields
        self.max_speed = data.speed
        self.radius = data.radius
        self.subsystems = {word: Subsystem(word, data.hull / 10) for word in data.subsystems}

    def subsystem(self, name: str) -> Subsystem | None:
        """Return the subsystem of that name, or None; ignores case and one trailing `s` (M2.1)."""
        key = name.lower()
        parts = self.subsystems
        found = parts.get(key)
        if found is None:
            found = parts.get(key[:-1] if key.endswith("s") else key + "s")
        return found

    def kind_sums(self, kind: str) -> tuple[float, float]:
        """Return the last computed sums of hits and maxima of all subsystems of a kind, in points (M2.9)."""
        if self.sums is not None:
            return self.sums.get(kind, (0.0, 0.0))
        parts = [part for part in self.subsystems.values() if part.type == kind]
        return sum(max(part.hull, 0.0) for part in parts), sum(part.max_hull for part in parts)

    def tag_end_us(self) -> int:
        """Return the time (mission microseconds) at which the last running tag ends."""
        return max(self.tag_ends)
