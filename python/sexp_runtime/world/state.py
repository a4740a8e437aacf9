"""The state of the world: registries, clock, log, tables, and the setters through which every change goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sexp_runtime.kernel import MersenneTwister, WorldCore
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import DEFAULT_SEED
from sexp_runtime.world.answers import Answers
from sexp_runtime.world.campaign import Campaign
from sexp_runtime.world.classes import ClassTable
from sexp_runtime.world.clock import Clock
from sexp_runtime.world.containers import ContainerStore
from sexp_runtime.world.countdowns import RedAlert, Supernova
from sexp_runtime.world.facts import FactBoard, FactKey, game_fact
from sexp_runtime.world.log import MissionLog
from sexp_runtime.world.mission_state import EventState, GoalState
from sexp_runtime.world.navigation import NAV_POSITION, NEEDS_LINK, Navigation
from sexp_runtime.world.order_upkeep import OrderKeeper
from sexp_runtime.world.orders import Order, matched
from sexp_runtime.world.outcome_log import OutcomeLog
from sexp_runtime.world.player import PLAYER_FACTS, Player, PlayerOrder
from sexp_runtime.world.quotas import Quotas
from sexp_runtime.world.ships import (
    DEATH_ROLL,
    FIELD_FACTS,
    NOT_YET,
    PRESENT,
    ExitKind,
    Matrix,
    Ship,
    ShipStatus,
    Subsystem,
    Vector,
)
from sexp_runtime.world.variables import MAX_VARIABLES, MAX_VARIABLES_WCS, VariableManager
from sexp_runtime.world.waypoints import WaypointPaths
from sexp_runtime.world.wings import Wing

#: A number that a game supplies for an operator, or one of the operator's special words.
GameValue = int
#: The flag of a subsystem whose loss is not logged (M3.21).
VANISHED: Final = "vanished"
#: Statuses of a ship that is in space.
IN_SPACE: Final = (PRESENT, DEATH_ROLL)
#: Maximum number of sides whose ships are cached.
MOST_SIDES: Final = 64


class WorldState(WorldCore):
    """Everything that formulas read.

    Changes go through methods. Each change touches its fact; writing an equal value touches none.
    """

    def __init__(self, dialect: Dialect = Dialect.FSO, seed: int = DEFAULT_SEED, quotas: Quotas | None = None) -> None:
        self.dialect = dialect
        #: Limits on what the mission can make grow.
        self.quotas = quotas = quotas if quotas is not None else Quotas()
        self.facts = FactBoard()
        self.clock = Clock()
        self.facts.use_clock(self.clock)
        self.rng = MersenneTwister(seed)
        self.log = MissionLog(self.facts, self.clock)
        self.variables = VariableManager(self.facts, MAX_VARIABLES_WCS if dialect is Dialect.WCS else MAX_VARIABLES)
        self.containers = ContainerStore(self.facts, self.rng, quotas.container_items)
        self.class_table = ClassTable()
        #: The ship registry by lower-case name, in file order; ships stay in it after they exit.
        self.ships: dict[str, Ship] = {}
        #: The same ships by name exactly as written there, for frequent lookups.
        self.ships_by_name: dict[object, Ship] = {}
        self.wings: dict[str, Wing] = {}
        #: Names of wave ships by their older spelling in lower case (see `older_wave_names`).
        self.spellings: dict[str, str] = {}
        #: Cache of `side_ships` since the roster last changed.
        self._side_ships: dict[str, list[Ship]] = {}
        self.events: list[EventState] = []
        self.goals: list[GoalState] = []
        #: Outcomes of events and goals, for callers that report them.
        self.outcome_log = OutcomeLog()
        self._event_index: dict[str, EventState] = {}
        self._goal_index: dict[str, GoalState] = {}
        self._event_facts: list[FactKey] = []
        self._goal_facts: list[FactKey] = []
        self.waypoints = WaypointPaths()
        #: Positions of jump nodes by lower-case name.
        self.jump_nodes: dict[str, Vector] = {}
        #: The mission's messages by lower-case name, None when they are unknown.
        self.messages: dict[str, Any] | None = None
        self.player = Player()
        #: Orders that the player gave, oldest first.
        self.orders: list[PlayerOrder] = []
        #: Updates the orders of ships.
        self.orders_kept = OrderKeeper(self, self.set_orders)
        self.campaign: Campaign | None = None
        #: Settings that formulas read: "skill level" (0 very easy .. 4 insane), "language" and the game's own.
        self.options: dict[str, Any] = {"skill level": 2, "language": "English"}
        #: Time (fix) of the last use of each key since it was reset, by lower-case key name.
        self.keys: dict[str, int] = {}
        #: Numbers of ships counted, and of those killed, by lower-case ship type (ship-type-destroyed).
        self.type_totals: dict[str, int] = {}
        self.type_kills: dict[str, int] = {}
        #: How many further presses of a key are ignored, all if negative, by lower-case key name (N14.2).
        self.ignored_keys: dict[str, int] = {}
        self.answers = Answers()  # of the game's own operators
        self.navigation = Navigation(self, self._refresh_facts)
        self.supernova = Supernova(self.facts, self.clock)
        self.red_alert = RedAlert(self.clock)
        #: The sides of the mission in lower case; empty when they are unknown (M6.5).
        self.sides: set[str] = set()
        #: The cargo names of the mission, in lower case (M9.1).
        self.cargo_words: set[str] = set()
        #: Weapons that actions have put into banks, by reading operator, ship, turret if any, and bank.
        self.armed: dict[tuple[str | int, ...], str] = {}
        self.mission_over = False
        #: Ships that actions moved in this frame, with the offset in metres; docked ships follow in the next frame.
        self.dragged: list[tuple[Ship, Vector]] = []
        self._game: dict[FactKey, GameValue] = {}

    # Registries

    def ship(self, name: str) -> Ship | None:
        """Return the registry entry of that name, matched case-insensitively, or None."""
        found = self.ships_by_name.get(name)
        if found is not None:
            return found
        key = name.lower()
        found = self.ships.get(key)
        if found is None and key in self.spellings:
            return self.ships.get(self.spellings[key].lower())
        return found

    def wing(self, name: str) -> Wing | None:
        """Return the wing of that name, matched case-insensitively, or None."""
        return self.wings.get(name.lower())

    def event(self, name: str) -> EventState | None:
        """Return the first event of that name, matched case-insensitively (F23), or None."""
        return self._event_index.get(name.lower())

    def goal(self, name: str) -> GoalState | None:
        """Return the first goal of that name, matched case-insensitively, or None."""
        return self._goal_index.get(name.lower())

    def add_ship(
        self,
        name: str,
        *,
        status: ShipStatus = NOT_YET,
        exit: ExitKind | None = None,
        class_name: str = "",
        team: str = "Friendly",
        **fields: Any,
    ) -> Ship:
        """Add a ship to the registry with the class's default vitals, and set the given fields.

        Writes no log entry and counts in no wing: use the life-cycle methods for what happens in play. `hull` and
        `shields` are points; the caller converts percentages. Raises ValueError for a name that is taken.
        """
        if name.lower() in self.ships:
            raise ValueError(f"there is a ship {name!r} already")
        ship = Ship(name, class_name, team)
        ship.take_class(self.class_table.get(class_name))
        ship.status = status
        ship.exit = exit
        for field, value in fields.items():
            setattr(ship, field, value)
        self._refresh_facts(ship)
        self.ships[ship.key] = self.ships_by_name[name] = ship
        self._touch_all(ship)
        self._roster_changed()
        return ship

    def add_wing(self, name: str, *, waves: int = 1, size: int = 0, **fields: Any) -> Wing:
        """Add a wing to the registry and set the given fields.

        Raises ValueError for a taken name, and for a ship's name once formulas read it, because they read it as a ship.
        """
        if name.lower() in self.wings:
            raise ValueError(f"there is a wing {name!r} already")
        if name.lower() in self.ships and ("ship", name.lower(), "status") in self.facts.readers:
            raise ValueError(f"wing {name!r}: formulas already read a ship of that name")
        wing = Wing(name, waves=waves, size=size)
        for field, value in fields.items():
            setattr(wing, field, value)
        self.wings[wing.key] = wing
        self.facts.generation += 1
        self.facts.changed(wing.fact)
        return wing

    def add_event(self, name: str, **fields: Any) -> EventState:
        """Append an event made by hand; `fields` are the keywords of EventState."""
        return self.register_event(EventState(len(self.events), name, **fields))

    def register_event(self, event: EventState) -> EventState:
        """Append an event; its index must be its place in the list."""
        self.events.append(event)
        self._event_facts.append(("event", event.key))
        self._event_index.setdefault(event.key, event)
        self.facts.changed(("event", event.key))
        return event

    def add_goal(self, name: str, **fields: Any) -> GoalState:
        """Append a goal made by hand; `fields` are the keywords of GoalState."""
        return self.register_goal(GoalState(len(self.goals), name, **fields))

    def register_goal(self, goal: GoalState) -> GoalState:
        """Append a goal; its index must be its place in the list."""
        self.goals.append(goal)
        self._goal_facts.append(("goal", goal.key))
        self._goal_index.setdefault(goal.key, goal)
        self.facts.changed(("goal", goal.key))
        return goal

    def touch_event(self, index: int) -> None:
        """Touch the fact of an event whose result, done flag, timestamp, interval or satisfied time changed."""
        self.facts.changed(self._event_facts[index])

    def touch_goal(self, index: int) -> None:
        """Touch the fact of a goal whose status or validity changed."""
        self.facts.changed(self._goal_facts[index])

    def set_goal_status(self, goal: GoalState, status: str) -> bool:
        """Set a goal's status; return whether it changed."""
        if goal.status == status:
            return False
        goal.status = status
        self.outcome_log.goal(goal.index, status)
        self.touch_goal(goal.index)
        return True

    # Ships

    def _touch(self, ship: Ship, *names: str) -> None:
        """Touch facts of a ship and the like-named facts of its wing, of its side and of the player's ship."""
        facts = self.facts
        if facts.observer is None:
            for name in names:
                if name in facts.fields:
                    break
            else:  # the common case: no formula reads any of these facts of any ship
                return
        self._flag([(*subject, name) for name in names for subject in ship.subjects])

    def _touch_all(self, ship: Ship) -> None:
        """Touch every fact of a ship that was just added to, or replaced in, the registry."""
        for subject in ship.subjects:
            self.facts.all_changed(subject[-1])
        if ship.wing is not None:
            self.facts.changed(("wing", ship.wing, "state"))

    def ship_replaced(self, ship: Ship) -> None:
        """Touch every fact of a ship whose data and wing were replaced as a whole."""
        self._refresh_facts(ship)
        self._touch_all(ship)

    def change_ship(self, ship: Ship, field: str, value: Any) -> bool:
        """Set one field of a ship; touch its fact if the value changes, and return whether it does.

        `field` is an attribute of Ship; positions, velocities and orientations go through `move_ship`, the life cycle
        through its own methods.
        """
        if getattr(ship, field) == value:
            return False
        if field in ("position", "velocity", "orientation"):
            self.move_ship(ship, **{"position": ship.position, field: value})
            return True
        if field == "team":
            self._set_team(ship, value)
            return True
        if field == "goals":
            return self.set_orders(ship, matched(value, ship.orders, self.clock.fix))
        setattr(ship, field, value)
        self._touch(ship, FIELD_FACTS.get(field, field))
        if field in ("status", "exit"):
            self._status_changed(ship)
        elif field == "wing":
            self.ship_replaced(ship)
        return True

    def _refresh_facts(self, ship: Ship) -> None:
        """Recompute which facts a change of the ship touches."""
        ship.board = self.facts
        ship.refresh_facts(self.player.ship)

    def _set_team(self, ship: Ship, team: str) -> None:
        self._touch(ship, "position")
        self._touch(ship, "jump")
        ship.team = team
        self._refresh_facts(ship)
        for fact in ("team", "position", "jump"):
            self._touch(ship, fact)
        self._roster_changed()

    def _status_changed(self, ship: Ship) -> None:
        """Touch what depends on which ships are there, after the ship's status changed."""
        self._flag(ship.position_facts)
        self._touch(ship, "jump")
        changed = self.facts.changed
        if ship.wing is not None:
            changed(("wing", ship.wing, "state"))
        self._roster_changed()

    def _roster_changed(self) -> None:
        """Touch the fact of which ships are there on which side."""
        self._side_ships.clear()
        self.facts.generation += 1
        self.orders_kept.needs_update = self.navigation.needs_update = True
        self.facts.changed(("roster",))

    def side_ships(self, side: str) -> Sequence[Ship]:
        """Return the ships of a side, named in lower case, that are present or dying, in the registry's order."""
        found = self._side_ships.get(side)
        if found is None:
            if len(self._side_ships) >= MOST_SIDES:
                self._side_ships.clear()
            found = self._side_ships[side] = [
                ship
                for ship in self.ships.values()
                if (ship.status is PRESENT or ship.status is DEATH_ROLL) and ship.team.lower() == side
            ]
        return found

    def set_flag(self, ship: Ship, flag: str, on: bool = True) -> bool:
        """Set or clear a flag of a ship, named as in mission files, ignoring case; return whether it changed."""
        flag = flag.lower()
        if (flag in ship.flags) is on:
            return False
        if on:
            ship.flags.add(flag)
        else:
            ship.flags.discard(flag)
        if flag == NEEDS_LINK:
            self.navigation.needs_update = True
        self._touch(ship, "flags")
        return True

    def set_subsystem(self, ship: Ship, subsystem: Subsystem, field: str, value: Any) -> bool:
        """Set one field of a subsystem; return whether anything changed."""
        if field == "hull":
            ship.sums = None
        return self.set_subsystems(ship, field, ((subsystem, value),))

    def keep_sums(self, ship: Ship) -> None:
        """Freeze the sums over whole kinds of subsystems until they are renewed (M2.10)."""
        if ship.sums is None:
            ship.sums = {kind: ship.kind_sums(kind) for kind in {part.type for part in ship.subsystems.values()}}

    def set_subsystems(self, ship: Ship, field: str, values: Iterable[tuple[Subsystem, Any]]) -> bool:
        """Set one field of several subsystems of a ship and touch their facts once; return whether anything changed.

        The sums over whole kinds (M2.9) stay as they are; `set_subsystem` and events in play renew them.
        """
        changed: list[str] = []
        for subsystem, value in values:
            if getattr(subsystem, field) != value:
                setattr(subsystem, field, value)
                changed.append(subsystem.fact)
                if field == "hull" and value <= 0.0:
                    self.orders_kept.needs_update = True
        if changed:
            self._touch(ship, *(("subsystem_flags",) if field == "flags" else ("subsystems", *changed)))
        return bool(changed)

    def replace_subsystems(self, ship: Ship, subsystems: dict[str, Subsystem]) -> None:
        """Replace a ship's subsystems, given by lower-case name."""
        facts = {part.fact for part in (*ship.subsystems.values(), *subsystems.values())}
        ship.subsystems = subsystems
        ship.sums = None
        self._touch(ship, "subsystems", "subsystem_flags", *sorted(facts))

    def add_subsystem(self, ship: Ship, name: str, max_hull: float | None = None, kind: str | None = None) -> Subsystem:
        """Add a subsystem to a ship, or return the existing one of that name."""
        found = ship.subsystem(name)
        if found is None:
            found = Subsystem(name, ship.max_hull / 10 if max_hull is None else max_hull, kind)
            ship.subsystems[name.lower()] = found
            self._touch(ship, found.fact, "subsystems")
        return found

    def place_ship(
        self,
        ship: Ship,
        position: Vector,
        velocity: Vector | None = None,
        orientation: Matrix | None = None,
        jump: bool = False,
    ) -> None:
        """Place a ship (metres, metres a second); fast enough to call for every ship every frame.

        Set `jump` when the ship did not fly from the old position to the new one within its speed bound.
        """
        if position is not ship.position and position != ship.position:
            ship.position = position
            self._flag(ship.position_facts)
            if jump:
                self.touch_jump(ship)
        if velocity is not None and velocity != ship.velocity:
            ship.velocity = velocity
            self._flag(ship.velocity_facts)
            if ship.docked:
                for other in self.docked_group(ship):
                    if other is not ship:
                        self._flag(other.velocity_facts)
        if orientation is not None and orientation != ship.orientation:
            ship.orientation = orientation
            self._flag(ship.orientation_facts)

    def touch_jump(self, ship: Ship) -> None:
        """Touch the fact that a ship has not flown to where it is."""
        self._touch(ship, "jump")

    def _flag(self, keys: Sequence[FactKey]) -> None:
        """Touch several facts. Moving ships call this in every frame, so it bypasses `FactBoard.changed`."""
        facts = self.facts
        facts.flag(keys)
        if facts.observer is not None:
            for key in keys:
                facts.observer(key)

    def docked_group(self, ship: Ship) -> list[Ship]:
        """Return the ship and all ships docked to it directly or through others."""
        group = [ship]
        seen = {ship.key}
        for member in group:
            for key in sorted(member.docked):
                other = self.ships.get(key)
                if other is not None and key not in seen:
                    seen.add(key)
                    group.append(other)
        return group

    # Wings

    def set_wing(self, wing: Wing, **fields: Any) -> bool:
        """Set fields of a wing; return whether anything changed."""
        changed = {field for field, value in fields.items() if getattr(wing, field) != value}
        if "goals" in changed:
            self.set_orders(wing, matched(fields["goals"], wing.orders, self.clock.fix))
        others = changed - {"goals"}
        for field in others:
            setattr(wing, field, fields[field])
        if others:
            self.facts.changed(wing.fact)
        return bool(changed)

    def set_orders(self, subject: Ship | Wing, orders: tuple[Order, ...]) -> bool:
        """Set the list of orders of a ship or wing; return whether it changed (N2.3)."""
        if subject.orders == orders:
            return False
        subject.orders = orders
        self.orders_kept.needs_update = True
        if isinstance(subject, Wing):
            self.facts.changed(("wing", subject.key, "goals"))
        else:
            self._touch(subject, "goals")
        return True

    def wing_members(self, wing: Wing) -> list[Ship]:
        """Return the members that are present or dying, in order of arrival."""
        return [self.ships[key] for key in wing.members]

    def wing_leader(self, wing: Wing) -> Ship | None:
        """Return the wing's special ship if it is present, else its first present member, else None."""
        ships = self.ships
        present = [ship for key in wing.members if (ship := ships[key]).status is PRESENT]
        if not present:
            return None
        if 0 <= wing.special_ship < len(wing.ships):
            special = wing.ships[wing.special_ship].lower()
            for ship in present:
                if ship.key == special:
                    return ship
        return present[0]

    # Player, game, options, keys, orders, campaign

    def set_player(self, field: str, value: Any) -> bool:
        """Set one field of the player; touch ("player", field's fact) and return whether anything changed."""
        if getattr(self.player, field) == value:
            return False
        old = self.ships.get(self.player.ship)
        setattr(self.player, field, value)
        self.facts.changed(("player", PLAYER_FACTS.get(field, field)))
        if field == "under_ai":
            self.orders_kept.needs_update = True
        elif field == "ship":
            for ship in (old, self.ships.get(value)):
                if ship is not None:
                    self._refresh_facts(ship)
        return True

    def game(self, op: str, *args: str | int, default: GameValue) -> GameValue:
        """Return the value that the game supplied for an operator with these arguments, else the default."""
        return self._game.get(game_fact(op, args), default)

    def set_game(self, op: str, args: Iterable[str | int], value: GameValue | None) -> bool:
        """Supply a value that only the game knows, or withdraw it with None; return whether anything changed.

        Touches ("game", op), ("game", op, first argument) and so on: a reader may name fewer arguments.
        """
        key = game_fact(op, args)
        if self._game.get(key) == value:
            return False
        if value is None:
            del self._game[key]
        else:
            self._game[key] = value
        for end in range(2, len(key) + 1):
            self.facts.changed(key[:end])
        return True

    def set_option(self, name: str, value: Any) -> bool:
        """Change a setting; touch ("option", name) and return whether anything changed."""
        if self.options.get(name) == value:
            return False
        self.options[name] = value
        self.facts.changed(("option", name))
        return True

    def press_key(self, name: str) -> None:
        """Record that the player used a key or control just now, unless the key is ignored (N14.2)."""
        key = name.lower()
        ignored = self.ignored_keys.get(key, 0)
        if ignored:
            self.ignored_keys[key] = ignored - 1 if ignored > 0 else ignored
            return
        if self.keys.get(key) != self.clock.fix:
            self.keys[key] = self.clock.fix
            self.facts.changed(("key", key))

    def reset_key(self, name: str) -> None:
        """Forget that a key was used, as `key-reset` does."""
        if self.keys.pop(name.lower(), None) is not None:
            self.facts.changed(("key", name.lower()))

    def give_order(self, to: str, what: str, target: str = "", sender: str = "", subsystem: str = "") -> PlayerOrder:
        """Record an order that the player gave now to a ship or wing, optionally about a target."""
        order = PlayerOrder(to.lower(), what.lower(), target.lower(), self.clock.fix, sender.lower(), subsystem.lower())
        self.orders.append(order)
        self.facts.changed(("orders",))
        self.facts.changed(("orders", order.to))
        return order

    def forget_orders(self) -> None:
        """Forget every order that the player gave, as `reset-orders` does."""
        receivers = sorted({order.to for order in self.orders})
        if receivers:
            self.orders.clear()
            self.facts.changed(("orders",))
            for receiver in receivers:
                self.facts.changed(("orders", receiver))

    def set_campaign(self, campaign: Campaign | None) -> None:
        """Set the campaign being played, None for a single mission."""
        self.campaign = campaign
        self.facts.changed(("campaign",))

    def set_waypoints(self, name: str, points: list[Vector]) -> None:
        """Define or change a path of waypoints."""
        if self.waypoints.get(name.lower()) != points:
            self.waypoints[name.lower()] = points
            self.facts.changed(("waypoint", name.lower()))
            self.facts.changed(NAV_POSITION)

    def end_mission(self) -> None:
        """Mark the mission as over (H41, F25); the event manager then decides goals and events."""
        if not self.mission_over:
            self.mission_over = True
            self.facts.changed(("mission",))
