"""The player's actions in a simulated mission: keys, targets, orders, scans, calls for help, jumps by autopilot."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions_motion import place_of
from sexp_runtime.operators.actions_supply import ENERGY_WORDS
from sexp_runtime.operators.actions_targets import named_ships
from sexp_runtime.rules.cues import available_reinforcements, call_reinforcement
from sexp_runtime.simulate.pilot import distance, hostile
from sexp_runtime.syntax.tree import NodeKind
from sexp_runtime.world.ships import ORIGIN, Ship, ShipStatus, Vector

if TYPE_CHECKING:
    from sexp_runtime.simulate.scenario import Scenario
    from sexp_runtime.world.world import World

#: Microseconds between two acts of a kind: minimum and random addition.
KEY_US: Final = (1.5e6, 4e6)
TARGET_US: Final = (2e6, 6e6)
ORDER_US: Final = (15e6, 45e6)
TRAVEL_US: Final = (10e6, 20e6)
SCAN_US: Final = (1e6, 0.5e6)
CALL_US: Final = (40e6, 40e6)
TAG_US: Final = (20e6, 60e6)
FIRE_US: Final = (0.5e6, 3e6)
ENERGY_US: Final = (15e6, 30e6)
#: Microseconds after which the player abandons a destination.
PATIENCE: Final = 90_000_000
#: Probability that the player's destination is a place in formulas, not an arbitrary one.
CURIOSITY: Final = 0.7
#: Operators about a distance or a cargo: the player flies to these places now and then.
SIGHTS: Final = frozenset(
    (
        "distance",
        "distance-to-center",
        "distance-to-bbox",
        "distance-center-to-subsystem",
        "distance-bbox-to-subsystem",
        "distance-ship-subsystem",
        "is-cargo-known",
        "is-cargo-known-delay",
        "cap-subsys-cargo-known-delay",
    )
)
#: Operators about ships destroyed or crippled: the player attacks these now and then, unless they are friends.
PREY: Final = frozenset(
    (
        "is-destroyed",
        "is-destroyed-delay",
        "was-destroyed-by-delay",
        "destroyed-or-departed-delay",
        "percent-ships-destroyed",
        "is-subsystem-destroyed",
        "is-subsystem-destroyed-delay",
        "is-disabled",
        "is-disabled-delay",
        "is-disarmed",
        "is-disarmed-delay",
        "hits-left",
    )
)
#: Probability that the player attacks such a ship when choosing an action.
AGGRESSION: Final = 0.4
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

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.draw = scenario.random.random
        self.keys: list[str] = []
        self.orders: list[tuple[str, str, str]] = []
        #: Names in formulas about distances or scans, and subsystems in formulas about cargo.
        self.sights: list[str] = []
        self.parts: frozenset[str] = frozenset()
        #: Names of ships and wings in formulas about destruction or damage.
        self.prey: list[str] = []
        self._gave_up_at = 0
        self._learn()
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

    def _learn(self) -> None:
        """Collect the keys, orders, places and scans that the mission's formulas read."""
        mission = self.scenario.mission
        keys: dict[str, None] = {}
        orders: dict[tuple[str, str, str], None] = {}
        sights: dict[str, None] = {}
        parts: set[str] = set()
        prey: dict[str, None] = {}
        for formula in mission.formulas() if mission is not None else ():
            for node in formula.root.walk():
                name = node.operator
                if name is None:
                    continue
                texts = [argument.text for argument in node.arguments if argument.kind is NodeKind.STRING]
                if name == "key-pressed" and texts:
                    keys[texts[0]] = None
                elif name in ("order", "query-orders") and len(texts) > 1:
                    orders[(texts[0], texts[1], texts[2] if len(texts) > 2 else "")] = None
                elif name in PREY:
                    prey.update(dict.fromkeys(texts))
                elif name in SIGHTS:
                    sights.update(dict.fromkeys(texts))
                    if name == "cap-subsys-cargo-known-delay":
                        parts.update(text.lower() for text in texts[1:])
        self.keys = list(keys)
        self.orders = list(orders)
        self.sights = list(sights)
        self.parts = frozenset(parts)
        self.prey = list(prey)

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
        if self.keys and self._player() is not None:
            self.world.press_key(self.keys[self._pick(len(self.keys))])

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
        if self.orders:
            to, what, target = self.orders[self._pick(len(self.orders))]
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
                    if part.cargo or key in self.parts:
                        self.world.reveal_subsystem_cargo(ship, part)

    def _has_hold(self, ship: Ship) -> bool:
        """Whether a ship's cargo can be scanned; for fighters, only if a flag allows it."""
        return "scannable" in ship.flags or not self.world.class_table.get(ship.class_name).small

    def _sight(self) -> Vector | None:
        """Return the place of something that formulas read or of a navigation point, None if there is none now."""
        navs = [point for point in self.world.navigation.points if point is not None]
        count = len(self.sights) + len(navs)
        if not count or self.draw() >= CURIOSITY:
            return None
        picked = self._pick(count)
        if picked < len(self.sights):
            place = place_of(self.world, self.sights[picked])
        else:
            place = self.world.navigation.place(navs[picked - len(self.sights)])
        player = self._player()
        return None if player is None or place == player.position else place

    def _quarry(self, player: Ship) -> Ship | None:
        """Return a ship from formulas to attack, of another side and not protected, if there is one."""
        if not self.prey or self.draw() >= AGGRESSION:
            return None
        found = [
            ship
            for name in self.prey
            for ship in named_ships(self.world, name)
            if ship.team.lower() != player.team.lower() and not {"protect-ship", "invulnerable"} & ship.flags
        ]
        return found[self._pick(len(found))] if found else None

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
        if goal is None or now >= self._gave_up_at or distance(goal, player.position) < ARRIVED:
            pilot.quarry = self._quarry(player)
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
