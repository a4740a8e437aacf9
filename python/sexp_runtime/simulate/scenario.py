"""The scenario driver: makes all external changes of a world in a frame, from one seed and the world alone."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.context import ActionValue
from sexp_runtime.rules.cues import can_leave
from sexp_runtime.simulate.interests import Interests
from sexp_runtime.simulate.pilot import LARGE_ROLL, SMALL_ROLL, Pilot, distance
from sexp_runtime.simulate.player import PlayerHabits
from sexp_runtime.simulate.tactics import Tactics
from sexp_runtime.world.ships import DEATH_ROLL, EXITED, NOT_YET, PRESENT, Ship

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.world.world import World

#: Microseconds between two decisions of a pilot: minimum and random addition.
THINK_US = (400_000, 200_000)
#: Microseconds from the start of a departure to its end: minimum and random addition.
LEAVE_US = (4_000_000, 4_000_000)
#: Damage of a beam fired by an action, in points.
BEAM_DAMAGE = 3000.0


class Scenario:
    """Drives one world: call `step` once a frame, after the cues and before the events (F0).

    Same seed, same world, same calls: same changes, on every machine and whichever engine evaluates the formulas. The
    driver draws from its own generator, and uses no arithmetic beyond + - * / and square roots.
    Pass `leave` to the CueManager and call `on_action` for actions. Every change goes through the world passed to the
    call, so that a recorder in front of the world sees all changes; a replay needs nothing else.
    """

    def __init__(self, mission: Mission | None, seed: int = 1) -> None:
        self.mission = mission
        self.seed = seed
        self.random = Random(seed)
        self.pilots: dict[str, Pilot] = {}
        self._world: World | None = None
        #: The timer queue: time in microseconds, a serial number, the function to call.
        self._timers: list[tuple[int, int, Callable[[], object]]] = []
        self._number = 0
        self._roster = bytearray(b"\1")
        self._started = False
        self._flying: list[Ship] = []
        #: What the mission's formulas are about.
        self.interests = Interests.of(mission)
        self._tactics = Tactics(self)

    @property
    def world(self) -> World:
        """The world being driven; raises RuntimeError before `begin`."""
        if self._world is None:
            raise RuntimeError("the scenario has not begun")
        return self._world

    def begin(self, world: World) -> None:
        """Start to drive a world before its first frame, and set the speed bounds of all ships."""
        self._world = world
        world.facts.subscribe(("roster",), self._roster, 0)
        for ship in world.ships.values():
            world.set_ship(ship, "speed_bound", max(ship.max_speed, ship.speed))

    def _start(self) -> None:
        """Start the player's acts, in the first frame."""
        self._started = True
        PlayerHabits(self)

    def after(self, us: float, call: Callable[[], object]) -> None:
        """Schedule a call after a number of microseconds, at the start of a later frame."""
        self._number += 1
        heappush(self._timers, (self.world.clock.us + int(us), self._number, call))

    def spread(self, span: tuple[float, float]) -> float:
        """Return a random number: the span's first value plus at most its second."""
        return span[0] + span[1] * self.random.random()

    # The frame

    def step(self, world: World, dt_us: int) -> None:
        """Make the changes of a frame of `dt_us` microseconds that ends at the world's current time."""
        if self._world is None:
            self.begin(world)
        self._world = world
        if not self._started:
            self._start()
        if self._roster[0]:
            self._roster[0] = 0
            self._call_the_roll(world)
        timers = self._timers
        now = world.clock.us
        while timers and timers[0][0] <= now:
            heappop(timers)[2]()
        seconds = dt_us / 1_000_000
        move = world.move_ship
        for ship in self._flying:
            vx, vy, vz = ship.velocity
            if vx or vy or vz:
                x, y, z = ship.position
                move(ship, (x + vx * seconds, y + vy * seconds, z + vz * seconds))

    def _call_the_roll(self, world: World) -> None:
        """Give new ships a pilot, end death rolls on time, and remove pilots of ships that have left."""
        pilots = self.pilots
        flying = []
        for ship in world.ships.values():
            status = ship.status
            if status is NOT_YET:
                continue
            pilot = pilots.get(ship.key)
            if status is EXITED:
                if pilot is not None:
                    del pilots[ship.key]
                continue
            if pilot is None:
                pilot = pilots[ship.key] = self._new_pilot(world, ship)
            if status is DEATH_ROLL and not pilot.dying:
                pilot.dying = True
                span = SMALL_ROLL if pilot.small else LARGE_ROLL
                self._die_later(ship, self.spread(span) * 1e6)
            flying.append(ship)
        self._flying = flying

    def _die_later(self, ship: Ship, us: float) -> None:
        self.after(us, lambda: self.world.finish_death(ship))

    def _new_pilot(self, world: World, ship: Ship) -> Pilot:
        pilot = Pilot(ship, world.class_table.get(ship.class_name))
        if ship.speed_bound is None:
            world.set_ship(ship, "speed_bound", max(ship.max_speed, ship.speed))
        self.after(self.random.random() * THINK_US[0], lambda: self._think(pilot))
        return pilot

    def _think(self, pilot: Pilot) -> None:
        """Make a pilot decide, now and at intervals while the ship is there."""
        if pilot.ship.status is PRESENT:
            self._tactics.think(pilot)
            self.after(self.spread(THINK_US), lambda: self._think(pilot))

    # Leaving

    def leave(self, ship: Ship) -> None:
        """Make a departing ship leave in a few seconds; for CueManager's `leave`."""
        self.after(self.spread(LEAVE_US), lambda: self._left(ship))

    def send_away(self, ship: Ship) -> None:
        """Start a ship's departure because of an order, if it can leave."""
        if can_leave(ship):
            self.world.set_ship(ship, "departing", True)
            self.leave(ship)

    def _left(self, ship: Ship) -> None:
        world = self.world
        if ship.status is not PRESENT:
            return
        near = [(distance(place, ship.position), name) for name, place in world.jump_nodes.items()]
        best = min(near, default=None)
        world.depart(ship, best[1] if best is not None and best[0] < 1000.0 else "")
        if ship.key == world.player.ship:
            world.end_mission()

    # Actions of the mission

    def on_action(self, world: World, name: str, args: tuple[ActionValue, ...]) -> None:
        """React to an action that does not change the world itself: beams, jumps, speed limits."""
        self._world = world
        react = self._REACTIONS.get(name)
        if react is not None:
            react(self, world, args)

    def _fire_beam(self, world: World, args: tuple[ActionValue, ...]) -> None:
        if len(args) > 2:
            shooter, target = (world.ship(str(args[index])) for index in (0, 2))
            if shooter is not None and target is not None:
                self.after(1_000_000, lambda: self._beam(shooter, target))

    def _force_jump(self, world: World, args: tuple[ActionValue, ...]) -> None:
        player = world.ships.get(world.player.ship)
        if player is not None:
            self.after(self.spread(LEAVE_US), lambda: self._left(player))

    def _tag_for_a_while(self, world: World, args: tuple[ActionValue, ...]) -> None:
        if len(args) > 2 and isinstance(args[2], int):
            tagged = world.ship(str(args[0]))
            if tagged is not None:
                self.after(args[2] * 1e6, lambda: self.world.tag(tagged, False))

    def _cap_speed(self, world: World, args: tuple[ActionValue, ...]) -> None:
        if len(args) > 1 and isinstance(args[1], int):
            pilot = self.pilots.get(str(args[0]).lower())
            if pilot is not None:
                pilot.cap = float(max(args[1], 0))

    def _beam(self, shooter: Ship, target: Ship) -> None:
        if shooter.status is PRESENT and target.key != self.world.player.ship:
            self.world.damage(target, BEAM_DAMAGE, shooter)

    _REACTIONS: Final = {
        "fire-beam": _fire_beam,
        "force-jump": _force_jump,
        "ship-tag": _tag_for_a_while,
        "cap-waypoint-speed": _cap_speed,
    }
    #: The actions to which `on_action` reacts; callers can skip it for all others.
    heeds: Final = frozenset(_REACTIONS)
