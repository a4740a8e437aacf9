"""A pilot's decisions: which order to follow, which ship to fight, where to fly; and the effect of a volley."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions_geometry import orientation_along
from sexp_runtime.simulate.driver import Driver
from sexp_runtime.simulate.orders import (
    CHASES,
    EVASIONS,
    FOLLOWS,
    GUARDS,
    HUNTS,
    PATHS,
    RESTS,
)
from sexp_runtime.simulate.pilot import BOMB_FACTOR, DISARMING, Pilot, distance, hostile
from sexp_runtime.world.classes import ENGINES, TURRETS
from sexp_runtime.world.order_upkeep import clears_first
from sexp_runtime.world.orders import Goal, Order, priority, subject
from sexp_runtime.world.ships import ORIGIN, PRESENT, Ship, Subsystem, Vector

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

#: Metres within which a ship without orders attacks enemies, and guards attack enemies of the ship they guard.
ALERT: Final = 4000.0
#: Probability that a volley hits.
HIT_CHANCE: Final = 0.55
#: Probability that a hit also damages a subsystem.
SUBSYSTEM_CHANCE: Final = 0.2
#: Probability that such a hit is on a subsystem that formulas name, if there is one.
NAMED_CHANCE: Final = 0.5
#: Probability that a pilot who looks for an enemy takes one that formulas name.
PREY_CHANCE: Final = 0.3
#: Share of a volley's points that the hull takes while a pilot shoots at a subsystem.
HULL_SHARE: Final = 0.1
#: Share of the hull that the player always keeps: a mission ends without the player.
PLAYER_FLOOR: Final = 0.2
#: Share of the shields that recharges per decision.
SHIELD_RETURN: Final = 0.01
#: Microseconds between two searches for a better target.
RETARGET_US: Final = 6_000_000


class Tactics:
    """Decisions of all pilots of a scenario, half a second apart for each."""

    def __init__(self, scenario: Driver) -> None:
        self.scenario = scenario
        self.random = scenario.random
        prey = scenario.interests.prey
        self._prey = frozenset(wish.texts[0].lower() for wish in prey)
        #: Ships and their subsystems in formulas, in lower case.
        self._named_parts = frozenset(
            (wish.texts[0].lower(), wish.texts[1].lower()) for wish in prey if len(wish.texts) > 1
        )

    @property
    def world(self) -> World:
        """The world being driven."""
        return self.scenario.world

    def think(self, pilot: Pilot) -> None:
        """Decide for one ship that is present."""
        ship = pilot.ship
        if ship.shields < ship.max_shields and "no-shields" not in ship.flags and pilot.small:
            shields = min(ship.max_shields, ship.shields + ship.max_shields * SHIELD_RETURN)
            self.world.set_ship(ship, "shields", shields)
        if ship.docked and self._tug(ship) is not ship:
            self._shoot(pilot)
            return
        if ship.departing:
            self._fly(pilot, ship.orientation[6:9], pilot.speed)
            return
        player = self.world.player
        by_hand = ship.key == player.ship and not player.under_ai
        goal = None if by_hand else self._choose(pilot)
        if pilot.berth is not None and self._berth(pilot, pilot.berth):
            return
        if goal != pilot.goal:
            pilot.goal = goal
            pilot.path, pilot.leg, pilot.target = "", 0, None
        if goal is None:
            self._roam(pilot)
        else:
            self._follow(pilot, goal)
        self._shoot(pilot)

    def _berth(self, pilot: Pilot, partner: Ship) -> bool:
        """Fly to a ship and dock with it; give up and return False if that is no longer possible."""
        if partner.status is not PRESENT or pilot.ship.docked or pilot.ship.departing:
            pilot.berth = None
            return False
        if not self._head_for(pilot, partner.position, 50.0 + partner.radius + pilot.ship.radius):
            pilot.berth = None
            self._join(pilot, partner)
        return True

    def _roam(self, pilot: Pilot) -> None:
        """Act without orders: fight what is near, else attack the quarry, else fly to the destination, else stop."""
        if self._hunt(pilot, ALERT):
            return
        quarry = pilot.quarry
        if quarry is not None and quarry.status is PRESENT and pilot.firepower:
            pilot.target = quarry
            self._attack(pilot, quarry)
        elif not self._head_for(pilot, pilot.destination, 15.0):
            self._fly(pilot, None, 0.0)

    def _tug(self, ship: Ship) -> Ship:
        """Return the ship that flies a docked group: the fastest, of equals the first."""
        group = self.world.docked_group(ship)
        return max(group, key=lambda member: (member.max_speed, member.key))

    # Orders

    def _choose(self, pilot: Pilot) -> Goal | None:
        """Return the order of highest priority that can be followed now; of equal ones the newest."""
        ship = pilot.ship
        best: Goal | None = None
        best_priority = -1
        for goal in ship.goals or self._carried_on(ship):
            if priority(goal) >= best_priority and self._possible(ship, goal):
                best, best_priority = goal, priority(goal)
        return best

    def _carried_on(self, ship: Ship) -> tuple[Goal, ...]:
        """Return the order that a ship without orders still carries out: one that emptied its list (N2.11)."""
        order = ship.order_in_force
        return (order.goal,) if order is not None and clears_first(order.goal) else ()

    def _possible(self, ship: Ship, goal: Goal) -> bool:
        name = str(goal[0])
        if name in CHASES or name in GUARDS or name in FOLLOWS or name == "ai-dock":
            return any(other is not ship for other in self._present(subject(goal)))
        if name in PATHS:
            return bool(self.world.waypoints.get(subject(goal).lower()))
        if name == "ai-undock":
            return bool(ship.docked)
        return not name.startswith("ai-ignore")  # only excludes a target

    def _present(self, name: str) -> list[Ship]:
        """Return the present ship of that name, or the present members of that wing."""
        ship = self.world.ship(name)
        if ship is not None:
            return [ship] if ship.status is PRESENT else []
        wing = self.world.wing(name)
        if wing is None:
            return []
        return [member for member in self.world.wing_members(wing) if member.status is PRESENT]

    def _finish(self, pilot: Pilot, goal: Goal) -> Order | None:
        """Remove a completed order and return it."""
        ship = pilot.ship
        pilot.goal = None
        order = next((order for order in ship.orders if order.goal == goal), None)
        if order is not None:
            kept = list(ship.goals)
            kept.remove(goal)
            self.world.set_ship(ship, "goals", tuple(kept))
        return order

    def _follow(self, pilot: Pilot, goal: Goal) -> None:
        name, about = str(goal[0]), subject(goal)
        if name in CHASES:
            self._chase(pilot, about)
        elif name in HUNTS:
            if not self._hunt(pilot, 1e9):
                self._fly(pilot, None, 0.0)
        elif name in PATHS:
            self._follow_path(pilot, goal)
        elif name in GUARDS:
            charge = self._present(about)
            if charge and not self._hunt(pilot, ALERT / 2, charge[0].position):
                self._head_for(pilot, charge[0].position, 300.0 + charge[0].radius)
        elif name in FOLLOWS:
            leader = self._present(about)
            if leader:
                self._head_for(pilot, leader[0].position, 200.0 + leader[0].radius)
        elif name == "ai-dock":
            self._dock(pilot, goal)
        elif name == "ai-undock":
            for key in sorted(pilot.ship.docked):
                self.world.undock(pilot.ship, self.world.ships[key])
            self._finish(pilot, goal)
        elif name.startswith("ai-warp"):
            self._finish(pilot, goal)
            self.scenario.send_away(pilot.ship)
        elif name in EVASIONS:
            self._wander(pilot)
        elif name in RESTS:
            pilot.target = None
            self._fly(pilot, None, 0.0)
        elif not self._hunt(pilot, ALERT):
            self._fly(pilot, None, 0.0)

    def _follow_path(self, pilot: Pilot, goal: Goal) -> None:
        path = subject(goal)
        points = self.world.waypoints[path.lower()]
        if pilot.path != path:
            pilot.path, pilot.leg = path, 0
        pilot.leg = min(pilot.leg, len(points) - 1)
        if self._head_for(pilot, points[pilot.leg], 60.0 + pilot.ship.radius):
            return
        pilot.leg += 1
        if pilot.leg < len(points):
            self._head_for(pilot, points[pilot.leg], 0.0)
        elif goal[0] == "ai-waypoints":
            pilot.leg = 0
        else:
            order = self._finish(pilot, goal)
            self._log_path(pilot.ship, path, of_wing=order is not None and order.of_wing)
            self._fly(pilot, None, 0.0)

    def _log_path(self, ship: Ship, path: str, *, of_wing: bool) -> None:
        """Log that a ship has flown a path; for its wing if it leads the wing and the order is the wing's (N2.12)."""
        wing = self.world.wings.get(ship.wing) if of_wing and ship.wing is not None else None
        if wing is None:
            self.world.finish_waypoints(ship, path)
        elif self.world.wing_leader(wing) is ship:
            self.world.finish_waypoints(wing, path)

    def _dock(self, pilot: Pilot, goal: Goal) -> None:
        partners = self._present(subject(goal))
        if not partners:
            return
        partner = partners[0]
        if partner.key in pilot.ship.docked:
            self._finish(pilot, goal)
        elif not self._head_for(pilot, partner.position, 50.0 + partner.radius + pilot.ship.radius):
            self._join(pilot, partner)
            self._finish(pilot, goal)

    def _join(self, pilot: Pilot, partner: Ship) -> None:
        """Stop and dock."""
        self._fly(pilot, None, 0.0)
        self.world.dock(pilot.ship, partner)
        for member in self.world.docked_group(pilot.ship):
            self._fly_ship(member, ORIGIN)

    # Enemies

    def _enemy(self, ship: Ship, near: Vector, limit: float) -> Ship | None:
        """Return a ship's nearest enemy that may be shot at, within a limit around a place."""
        team = ship.team.lower()
        ignored = {subject(goal).lower() for goal in ship.goals if str(goal[0]).startswith("ai-ignore")}
        named = bool(self._prey) and self.random.random() < PREY_CHANCE
        best: Ship | None = None
        preferred = False
        reach = within = limit * limit if limit < 1e8 else 1e30
        x, y, z = near
        for other in self.scenario.pilots.values():
            target = other.ship
            if target.status is not PRESENT or not hostile(team, target.team.lower()):
                continue
            dx, dy, dz = target.position[0] - x, target.position[1] - y, target.position[2] - z
            square = dx * dx + dy * dy + dz * dz
            if square >= within or "protect-ship" in target.flags or target.key in ignored:
                continue
            is_preferred = named and (target.key in self._prey or target.wing in self._prey)
            if (is_preferred and not preferred) or (is_preferred is preferred and square < reach):
                best, reach, preferred = target, square, is_preferred
        return best

    def _hunt(self, pilot: Pilot, limit: float, near: Vector | None = None) -> bool:
        """Attack the nearest enemy if there is one and the ship is armed and able."""
        if not pilot.firepower:
            return False
        now = self.world.clock.us
        target = pilot.target
        if target is None or target.status is not PRESENT or now >= pilot.retarget:
            place = pilot.ship.position if near is None else near
            pilot.target = target = self._enemy(pilot.ship, place, limit if pilot.small else min(limit, pilot.reach))
            pilot.retarget = now + RETARGET_US
        if target is None:
            return False
        if not pilot.small:
            return False
        self._attack(pilot, target)
        return True

    def _chase(self, pilot: Pilot, name: str) -> None:
        target = pilot.target
        if target is None or target.status is not PRESENT:
            present = [ship for ship in self._present(name) if ship is not pilot.ship]
            if not present:
                return
            target = pilot.target = present[int(self.random.random() * len(present))]
        self._attack(pilot, target)

    def _attack(self, pilot: Pilot, target: Ship) -> None:
        """Make attack runs on a target: towards it, and away from it when too near."""
        now = self.world.clock.us
        ship = pilot.ship
        if now < pilot.away_until:
            return
        if pilot.small and distance(ship.position, target.position) < 120.0 + target.radius:
            pilot.away_until = now + int(self.scenario.spread((1.5e6, 2e6)))
            self._wander(pilot)
            return
        keep = 0.0 if pilot.small else 0.7 * pilot.reach
        if not self._head_for(pilot, target.position, keep):
            self._fly(pilot, None, 0.0)

    def _wander(self, pilot: Pilot) -> None:
        draw = self.random.random
        direction = (2.0 * draw() - 1.0, 2.0 * draw() - 1.0, 2.0 * draw() - 1.0)
        self._fly(pilot, direction, pilot.speed)

    def _shoot(self, pilot: Pilot) -> None:
        """Fire a volley at the target, or for big ships at a near enemy, if the ship can."""
        ship, target = pilot.ship, pilot.target
        if not pilot.firepower or not DISARMING.isdisjoint(ship.flags):
            return
        if target is None or target.status is not PRESENT:
            if pilot.small:
                return
            target = pilot.target = self._enemy(ship, ship.position, pilot.reach)
            if target is None:
                return
        if distance(ship.position, target.position) > pilot.reach + target.radius:
            if not pilot.small and pilot.goal is None:
                pilot.target = None
            return
        if self.random.random() < HIT_CHANCE:
            self._hit(pilot, target)

    def _hit(self, pilot: Pilot, target: Ship) -> None:
        world, ship = self.world, pilot.ship
        small = world.class_table.get(target.class_name).small
        points = pilot.firepower * (0.5 + self.random.random())
        if small and not pilot.small:
            points = min(points, 80.0)
        elif pilot.type == "bomber" and not small:
            points *= BOMB_FACTOR
        if target.key == world.player.ship:
            floor = target.max_hull * PLAYER_FLOOR
            if target.hull <= floor or target.shields + target.hull - points < floor:
                return
        if target.shields <= 0.0 and target.subsystems and self.random.random() < SUBSYSTEM_CHANCE:
            self._hit_subsystem(pilot, target, points)
        if self._aims_at_part(pilot, target):
            self._hit_subsystem(pilot, target, points)
            points *= HULL_SHARE
        world.damage(target, points, ship)

    def _aims_at_part(self, pilot: Pilot, target: Ship) -> bool:
        """Whether a pilot shoots at a subsystem of the target, by order or because formulas name it."""
        if pilot.goal is not None:
            return str(pilot.goal[0]).startswith(("ai-dis", "ai-destroy"))
        part = target.subsystem(pilot.part) if pilot.part and target is pilot.quarry else None
        return part is not None and part.hull > 0.0

    def _hit_subsystem(self, pilot: Pilot, target: Ship, points: float) -> None:
        """Damage the order's subsystem, or a random one."""
        part = self._wanted_part(pilot, target)
        if part is None or "invulnerable" in target.flags:
            return
        points = min(points, part.hull)
        if points > 0.0:
            self.world.damage_subsystem(target, part, points)

    def _wanted_part(self, pilot: Pilot, target: Ship) -> Subsystem | None:
        parts = list(target.subsystems.values())
        order = str(pilot.goal[0]) if pilot.goal is not None else ""
        if order == "ai-destroy-subsystem" and pilot.goal is not None and len(pilot.goal) > 2:
            named = target.subsystem(str(pilot.goal[2]))
            parts = parts if named is None else [named]
        elif pilot.goal is None and pilot.part and target is pilot.quarry:
            named = target.subsystem(pilot.part)
            parts = parts if named is None else [named]
        elif order.startswith("ai-disable"):
            parts = [part for part in parts if part.type == ENGINES]
        elif order.startswith("ai-disarm"):
            parts = [part for part in parts if part.type == TURRETS]
        alive = [part for part in parts if part.hull > 0.0]
        if self._named_parts and self.random.random() < NAMED_CHANCE:
            alive = [part for part in alive if (target.key, part.name.lower()) in self._named_parts] or alive
        return alive[int(self.random.random() * len(alive))] if alive else None

    # Flying

    def _head_for(self, pilot: Pilot, place: Vector | None, near: float) -> bool:
        """Fly towards a place; False when within `near` metres of it, or when there is no place."""
        if place is None:
            return False
        x, y, z = pilot.ship.position
        if distance(pilot.ship.position, place) <= near + pilot.speed * 0.5:
            return False
        self._fly(pilot, (place[0] - x, place[1] - y, place[2] - z), pilot.speed)
        return True

    def _fly(self, pilot: Pilot, direction: tuple[float, ...] | None, speed: float) -> None:
        """Set course and speed in metres a second; no direction keeps the nose where it is."""
        ship = pilot.ship
        if "immobile" in ship.flags or self._engines_dead(ship):
            direction, speed = None, 0.0
        if direction is None or speed <= 0.0:
            if ship.velocity != ORIGIN:
                self._fly_group(ship, ORIGIN)
            return
        x, y, z = direction
        orientation = orientation_along((x, y, z))
        if orientation is None:
            return
        fx, fy, fz = orientation[6:9]
        self._fly_group(ship, (fx * speed, fy * speed, fz * speed))
        self.world.move_ship(ship, ship.position, orientation=orientation)

    def _engines_dead(self, ship: Ship) -> bool:
        engines = [part for part in ship.subsystems.values() if part.type == ENGINES]
        return bool(engines) and all(part.hull <= 0.0 for part in engines)

    def _fly_group(self, ship: Ship, velocity: Vector) -> None:
        for member in self.world.docked_group(ship) if ship.docked else (ship,):
            self._fly_ship(member, velocity)

    def _fly_ship(self, ship: Ship, velocity: Vector) -> None:
        """Set a ship's velocity; first raise its speed bound to allow this one and the current one."""
        x, y, z = velocity
        sx, sy, sz = ship.velocity
        bound = ship.speed_bound
        needed = ship.max_speed
        while max(x * x + y * y + z * z, sx * sx + sy * sy + sz * sz) > needed * needed * 0.999:
            needed = needed * 2.0 + 1.0
        if bound is None or bound < needed:
            self.world.set_ship(ship, "speed_bound", needed)
        self.world.move_ship(ship, ship.position, velocity=velocity)
