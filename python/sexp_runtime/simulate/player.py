"""The player's actions in a simulated mission: keys, targets, orders, scans, calls for help, jumps by autopilot."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions_motion import place_of
from sexp_runtime.operators.actions_supply import ENERGY_WORDS
from sexp_runtime.operators.actions_targets import named_ships
from sexp_runtime.rules.reinforcements import available_reinforcements, call_reinforcement
from sexp_runtime.simulate.driver import Driver
from sexp_runtime.simulate.interests import open_first
from sexp_runtime.simulate.pilot import distance, hostile
from sexp_runtime.world.ships import ORIGIN, Ship, ShipStatus, Vector

if TYPE_CHECKING:
    from sexp_runtime.world.world import World

#: Microseconds between two acts of a kind: minimum and random addition.
KEY_US: Final = (2e6, 3e6)
TARGET_US: Final = (2e6, 6e6)
ORDER_US: Final = (15e6, 45e6)
TRAVEL_US: Final = (10e6, 20e6)
SCAN_US: Final = (1e6, 0.5e6)
CALL_US: Final = (40e6, 40e6)
TAG_US: Final = (20e6, 60e6)
FIRE_US: Final = (0.5e6, 3e6)
ENERGY_US: Final = (15e6, 30e6)
DOCK_US: Final = (20e6, 20e6)
#: Probability that the player presses a key that an event waits for, not any key that formulas read.
ATTENTION: Final = 0.6
#: Mission microseconds before which the player presses no key, and none that ends the mission.
FIRST_KEY: Final = 8_000_000
LAST_KEY: Final = 300_000_000
#: Microseconds after which the player abandons a destination.
PATIENCE: Final = 90_000_000
#: Probability that the player's destination is a place in formulas, not an arbitrary one.
CURIOSITY: Final = 0.7
#: Probability that the player attacks such a ship when choosing an action.
AGGRESSION: Final = 0.5
#: Duration of a cargo scan in microseconds, and its range in metres.
SCAN_TIME: Final = 4_000_000
SCAN_RANGE: Final = 500.0
#: Metres around the player that must be free of enemies for the autopilot, and metres before the goal where it ends.
QUIET: Final = 5000.0
SHORT: Final = 800.0
#: Metres from a destination at which the player has arrived.
ARRIVED: Final = 60.0


class PlayerHabits:
    """Random but seeded acts of the player; made once per scenario, then driven by its timer queue."""

    def __init__(self, scenario: Driver) -> None:
        self.scenario = scenario
        self.draw = scenario.random.random
        #: What the mission's formulas are about.
        self.interests = scenario.interests
        self._gave_up_at = 0
        self._scan_since: dict[str, int] = {}
        for span, act in (
            (KEY_US, self._press_key),
            (TARGET_US, self._change_target),
            (ORDER_US, self._give_order),
            (TRAVEL_US, self._travel),
            (SCAN_US, self._scan),
            (CALL_US, self._call_reinforcement),
            (TAG_US, self._tag),
            (FIRE_US, self._fire),
            (ENERGY_US, self._shift_energy),
            (DOCK_US, self._have_docked),
        ):
            self._repeat(span, act)

    @property
    def world(self) -> World:
        """The world being driven."""
        return self.scenario.world

    def _repeat(self, span: tuple[float, float], act: Callable[[], None]) -> None:
        def again() -> None:
            act()
            self.scenario.after(self.scenario.spread(span), again)

        self.scenario.after(self.scenario.spread(span), again)

    def _pick(self, count: int) -> int:
        return int(self.draw() * count)

    def _player(self) -> Ship | None:
        ship = self.world.ships.get(self.world.player.ship)
        return ship if ship is not None and ship.status is ShipStatus.PRESENT else None

    def _others(self) -> list[Ship]:
        mine = self.world.player.ship
        pilots = self.scenario.pilots.values()
        return [pilot.ship for pilot in pilots if pilot.ship.status is ShipStatus.PRESENT and pilot.ship.key != mine]

    # Acts

    def _press_key(self) -> None:
        """Press a key, mostly one that an event waits for now; one that ends the mission only late."""
        world, now = self.world, self.world.clock.us
        keys = [key for key in self.interests.keys if now >= LAST_KEY or not key.ends]
        if not keys or now < FIRST_KEY or self._player() is None:
            return
        if self.draw() < ATTENTION:
            keys = list(open_first(keys, world))
        world.press_key(keys[self._pick(len(keys))].texts[0])

    def _change_target(self) -> None:
        world = self.world
        others = self._others()
        if self._player() is None or not others:
            return
        target = others[self._pick(len(others))]
        if target.key != world.player.target:
            world.set_player("target_fix", world.clock.fix)
            world.set_player("target", target.key)
            world.set_player("subsystem", "")
        parts = list(target.subsystems)
        if parts and self.draw() < 0.3:
            world.set_player("subsystem_fix", world.clock.fix)
            world.set_player("subsystem", parts[self._pick(len(parts))])
        locked = self.draw() < 0.3
        if locked != world.player.locked:
            world.set_player("lock_fix", world.clock.fix)
            world.set_player("locked", locked)

    def _give_order(self) -> None:
        player = self._player()
        if player is None:
            return
        orders = open_first(self.interests.orders, self.world)
        if orders:
            to, what, target = orders[self._pick(len(orders))].texts
            self.world.give_order(to, what, target, player.key)
            return
        friends = [ship for ship in self._others() if ship.team.lower() == player.team.lower()]
        if friends:
            friend = friends[self._pick(len(friends))]
            self.world.give_order(friend.key, "Cover me", "", player.key)

    def _call_reinforcement(self) -> None:
        available = available_reinforcements(self.world)
        if available and self._player() is not None:
            call_reinforcement(self.world, available[self._pick(len(available))].name)

    def _tag(self) -> None:
        player = self._player()
        if player is None:
            return
        enemies = [ship for ship in self._others() if hostile(player.team.lower(), ship.team.lower())]
        if enemies:
            self.world.tag(enemies[self._pick(len(enemies))])

    def _scan(self) -> None:
        """Make cargo known after the player has been near it for long enough."""
        player = self._player()
        if player is None:
            return
        now = self.world.clock.us
        for ship in self._others():
            if (
                ship.cargo_known
                or not self._has_hold(ship)
                or distance(ship.position, player.position) > SCAN_RANGE + ship.radius
            ):
                self._scan_since.pop(ship.key, None)
                continue
            if now - self._scan_since.setdefault(ship.key, now) >= SCAN_TIME:
                self.world.reveal_cargo(ship)
                for key, part in ship.subsystems.items():
                    if part.cargo or key in self.interests.cargo_parts:
                        self.world.reveal_subsystem_cargo(ship, part)

    def _has_hold(self, ship: Ship) -> bool:
        """Whether a ship's cargo can be scanned; for fighters, only if a flag allows it."""
        return "scannable" in ship.flags or not self.world.class_table.get(ship.class_name).small

    def _sight(self) -> Vector | None:
        """Return the place of something that formulas wait for or read, or of a navigation point, or None."""
        player = self._player()
        if player is None or self.draw() >= CURIOSITY:
            return None
        wishes = self.interests.sights
        names = [wish.texts[0] for wish in wishes if wish.is_open(self.world)]
        known = self._known_places(names, player)
        if not known:
            navs = [point.name for point in self.world.navigation.points if point is not None]
            known = self._known_places([*(wish.texts[0] for wish in wishes), *navs], player)
        return known[self._pick(len(known))] if known else None

    def _known_places(self, names: Iterable[str], player: Ship) -> list[Vector]:
        """Return where the named ships, waypoints and navigation points are, without those at the player's place."""
        navs = {point.name.lower(): point for point in self.world.navigation.points if point is not None}
        found = []
        for name in names:
            point = navs.get(name.lower())
            place = place_of(self.world, name) if point is None else self.world.navigation.place(point)
            if place is not None and not _is_there(place, player):
                found.append(place)
        return found

    def _quarry(self, player: Ship) -> tuple[Ship | None, str]:
        """Return a ship from formulas to attack, of another side and not protected, with the subsystem to shoot at."""
        prey = open_first(self.interests.prey, self.world)
        if not prey or self.draw() >= AGGRESSION:
            return None, ""
        found = [
            (ship, wish.texts[1] if len(wish.texts) > 1 else "")
            for wish in prey
            for ship in named_ships(self.world, wish.texts[0])
            if ship.team.lower() != player.team.lower() and not {"protect-ship", "invulnerable"} & ship.flags
        ]
        return found[self._pick(len(found))] if found else (None, "")

    def _have_docked(self) -> None:
        """Send a ship to dock with another that formulas name together, or undock such a pair."""
        docks = open_first(self.interests.docks, self.world)
        if not docks:
            return
        first, second = (self.world.ship(name) for name in docks[self._pick(len(docks))].texts[:2])
        if first is None or second is None or self.world.player.ship in (first.key, second.key):
            return
        if second.key in first.docked:
            self.world.undock(first, second)
        elif not hostile(first.team.lower(), second.team.lower()):
            mover, partner = (first, second) if first.max_speed >= second.max_speed else (second, first)
            pilot = self.scenario.pilots.get(mover.key)
            if pilot is not None and not mover.docked:
                pilot.berth = partner

    def _places(self) -> list[Vector]:
        """Return possible destinations of the player: points of paths, jump nodes, and ships not yet scanned."""
        world = self.world
        places = [point for points in world.waypoints.values() for point in points]
        places.extend(world.jump_nodes.values())
        places.extend(ship.position for ship in self._others() if not ship.cargo_known or ship.max_speed == 0.0)
        return places

    def _travel(self) -> None:
        """Choose a destination when there is no ship to fight; far places by autopilot, with the player's wing."""
        player = self._player()
        pilot = self.scenario.pilots.get(self.world.player.ship)
        if player is None or pilot is None:
            return
        now = self.world.clock.us
        goal = pilot.destination
        if pilot.quarry is not None and now < self._gave_up_at:
            goal = pilot.quarry.position if pilot.quarry.status is ShipStatus.PRESENT else None
        if goal is None or now >= self._gave_up_at or (pilot.quarry is None and _is_there(goal, player)):
            pilot.quarry, pilot.part = self._quarry(player)
            goal = pilot.quarry.position if pilot.quarry is not None else self._sight()
            places = self._places() if goal is None else []
            if places:
                goal = places[self._pick(len(places))]
            pilot.destination = goal
            self._gave_up_at = now + PATIENCE
        if goal is None:
            return
        away = distance(goal, player.position)
        team = player.team.lower()
        quiet = all(
            distance(ship.position, player.position) > QUIET
            for ship in self._others()
            if hostile(team, ship.team.lower())
        )
        if quiet and away > QUIET and player.velocity != ORIGIN:
            self._jump(player, self._travellers(player), goal, 1.0 - SHORT / away)

    def _travellers(self, player: Ship) -> Iterable[Ship]:
        wing = self.world.wings.get(player.wing) if player.wing is not None else None
        return self.world.wing_members(wing) if wing is not None else (player,)

    def _jump(self, player: Ship, ships: Iterable[Ship], goal: Vector, share: float) -> None:
        x, y, z = player.position
        shift = ((goal[0] - x) * share, (goal[1] - y) * share, (goal[2] - z) * share)
        for ship in ships:
            if ship.status is ShipStatus.PRESENT and not ship.docked and not ship.departing:
                x, y, z = ship.position
                self.world.move_ship(ship, (x + shift[0], y + shift[1], z + shift[2]), jump=True)

    # Values that only a game knows and formulas can read

    def _fire(self) -> None:
        """Record the times of the player's shots."""
        player = self._player()
        if player is not None and self.draw() < 0.6:
            reader = "primary-fired-since" if self.draw() < 0.8 else "secondary-fired-since"
            moment = self.world.clock.us // 1000
            self.world.set_game(reader, (player.name, self._pick(2)), moment)

    def _shift_energy(self) -> None:
        """Shift energy between engines, shields and weapons, and use some of the stored energy."""
        player = self._player()
        if player is None:
            return
        first = self._pick(13)
        second = self._pick(13 - first)
        for words, value in zip(ENERGY_WORDS, (first, second, 12 - first - second), strict=True):
            for word in words:
                self.world.set_game("get-ets-value", (word, player.name), value)
        self.world.set_game("afterburner-energy-pct", (player.name,), self._pick(101))
        self.world.set_game("weapon-energy-pct", (player.name,), 30 + self._pick(71))


def _is_there(goal: Vector, ship: Ship) -> bool:
    return distance(goal, ship.position) < ARRIVED
