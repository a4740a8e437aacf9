"""Life cycles of ships and wings: single rules, and invariants under random histories (F41-F48)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.ships import FIELD_FACTS, ExitKind, Ship, ShipStatus
from sexp_runtime.world.world import World
from support.fuzzing import examples
from support.worlds import SHIPS, Change, Touched, changes, lifecycle_changes, small_world


def _entries(world: World) -> list[tuple[str, str, str]]:
    return [(entry.kind, entry.name, entry.second) for entry in world.log]


def test_arriving_in_play_is_logged_but_not_at_the_start() -> None:
    world = small_world()
    world.clock.advance_to(2_500_000)
    assert world.arrive(world.ships["tug"])
    assert world.arrive(world.ships["cruiser"], initial=True)
    assert not world.arrive(world.ships["tug"])
    assert _entries(world) == [("ship-arrived", "Tug", "")]
    assert world.log.first("ship-arrived", "tug") == 2 * 65536 + 32768


def test_death_is_logged_at_once_and_counted_after_the_roll() -> None:
    world = small_world()
    alpha = world.wings["alpha"]
    first, _ = world.arrive_wave(alpha)
    assert world.destroy(first, "Cruiser")
    assert (first.status, alpha.destroyed, alpha.current) == (ShipStatus.DEATH_ROLL, 0, 2)
    assert _entries(world)[-1] == ("ship-destroyed", "Alpha 1", "Cruiser")
    assert not world.destroy(first) and not world.depart(first)
    assert world.finish_death(first)
    assert (first.status, first.exit, alpha.destroyed, alpha.current) == (
        ShipStatus.EXITED, ExitKind.DESTROYED, 1, 1,
    )  # fmt: skip
    assert world.type_kills == {"fighter": 1}
    assert first.exit_record is not None and first.exit_record.team == "Friendly"


@pytest.mark.parametrize(
    ("ends", "entry"),
    [
        (("destroy", "destroy"), "wing-destroyed"),
        (("self_destruct", "destroy"), "wing-destroyed"),
        (("destroy", "depart"), "wing-departed"),
        (("vanish", "destroy"), "wing-departed"),
        (("vanish", "vanish"), None),
    ],
)
def test_a_wing_is_gone_with_its_last_ship_and_logs_how(ends: tuple[str, str], entry: str | None) -> None:
    world = small_world()
    alpha = world.wings["alpha"]
    for ship, end in zip(world.arrive_wave(alpha), ends, strict=True):
        assert not alpha.gone
        getattr(world, end)(ship)
        world.finish_death(ship)
    assert alpha.gone and alpha.current == 0
    kinds = [kind for kind, _, _ in _entries(world) if kind.startswith("wing-") and kind != "wing-arrived"]
    assert kinds == ([] if entry is None else [entry])


def test_a_departing_wing_sends_no_more_waves_and_an_absent_one_is_cancelled() -> None:
    world = small_world()
    beta = world.wings["beta"]
    world.arrive_wave(beta)
    assert world.depart_wing(beta, "Node")
    assert beta.gone and beta.departed == 2 and world.arrive_wave(beta) == []
    assert ("ship-departed", "Beta 1", "Node") in _entries(world)
    alpha = world.wings["alpha"]
    assert world.depart_wing(alpha)
    assert alpha.gone and alpha.arrived == 0
    assert not any(name == "Alpha" for _, name, _ in _entries(world))


def test_a_lost_carrier_takes_the_missing_ships_with_it() -> None:
    world = small_world()
    beta = world.wings["beta"]
    for ship in world.arrive_wave(beta):
        world.destroy(ship)
        world.finish_death(ship)
    assert world.cancel_wing(beta, ExitKind.DESTROYED)
    assert beta.gone and beta.destroyed == beta.arrived == 4
    assert _entries(world)[-1] == ("wing-destroyed", "Beta", "")


def test_docked_ships_depart_together_and_part_when_one_exits() -> None:
    world = small_world()
    tug, cruiser, alpha = (world.ships[name] for name in ("tug", "cruiser", "alpha 1"))
    for ship in (tug, cruiser, alpha):
        world.arrive(ship, initial=True)
    assert world.dock(tug, cruiser) and world.dock(cruiser, alpha) and not world.dock(tug, cruiser)
    assert {ship.key for ship in world.docked_group(tug)} == {"tug", "cruiser", "alpha 1"}
    world.destroy(alpha)
    world.finish_death(alpha)
    assert cruiser.docked == {"tug"}
    world.depart(tug)
    assert cruiser.status is ShipStatus.EXITED and not cruiser.docked
    assert _entries(world)[:2] == [("docked", "Tug", "Cruiser"), ("docked", "Cruiser", "Alpha 1")]


def test_damage_meets_shields_guardians_and_invulnerability() -> None:
    world = small_world()
    tug, attacker = world.ships["tug"], world.ships["cruiser"]
    world.arrive(tug)
    world.set_ship(tug, "shields", 10.0)
    assert not world.damage(tug, 15.0, attacker)
    assert (tug.shields, tug.hull, tug.damage_by) == (0.0, tug.max_hull - 5.0, {"cruiser": 5.0})
    world.set_flag(tug, "Invulnerable")
    assert not world.damage(tug, 1e9)
    world.set_flag(tug, "invulnerable", False)
    world.set_ship(tug, "guardian", 50)
    assert not world.damage(tug, 1e9)
    assert tug.hull_percent == 50.0
    world.set_ship(tug, "guardian", 0)
    assert world.damage(tug, 1e9, attacker)
    assert _entries(world)[-1] == ("ship-destroyed", "Tug", "Cruiser")


def test_losing_the_last_engine_disables_and_the_last_turret_disarms_big_ships() -> None:
    world = small_world()
    for name in ("cruiser", "tug"):
        ship = world.ships[name]
        world.arrive(ship, initial=True)
        for part in list(ship.subsystems.values()):
            assert world.damage_subsystem(ship, part, 1e9)
            assert not world.damage_subsystem(ship, part, 1e9)
    assert ("disabled", "Cruiser", "") in _entries(world) and ("disarmed", "Cruiser", "") in _entries(world)
    assert ("disabled", "Tug", "") in _entries(world) and ("disarmed", "Tug", "") not in _entries(world)


def test_the_players_kills_are_counted_by_class() -> None:
    world = small_world()
    for name in ("alpha 1", "beta 1"):
        world.arrive(world.ships[name], initial=True)
    world.destroy(world.ships["beta 1"], world.ships["alpha 1"])
    assert (world.player.kills, world.player.class_kills) == (1, {"gtf ulysses": 1})


_same: list[tuple[str, Callable[[World, Ship], object]]] = [
    ("field", lambda world, ship: world.set_ship(ship, "hull", ship.hull)),
    ("team", lambda world, ship: world.set_ship(ship, "team", ship.team)),
    ("flag", lambda world, ship: world.set_flag(ship, "stealth", False)),
    ("place", lambda world, ship: world.move_ship(ship, ship.position, ship.velocity, ship.orientation, jump=True)),
    ("subsystem", lambda world, ship: world.set_subsystem(ship, ship.subsystems["engine"], "cargo", "")),
    ("wing", lambda world, ship: world.set_wing(world.wings["alpha"], current=0)),
    ("player", lambda world, ship: world.set_player("target", "")),
    ("game", lambda world, ship: world.set_game("get-fov", [], None)),
    ("option", lambda world, ship: world.set_option("language", "English")),
    ("key", lambda world, ship: world.reset_key("t")),
    ("variable", lambda world, ship: world.variables.set_number(0, 3)),
    ("waypoints", lambda world, ship: world.set_waypoints("path", list(world.waypoints["path"]))),
    ("late death", lambda world, ship: world.finish_death(ship)),
]


@pytest.mark.parametrize("write", [write for _, write in _same], ids=[name for name, _ in _same])
def test_equal_writes_touch_nothing(write: Callable[[World, Ship], object]) -> None:
    world = small_world()
    touched = Touched(world)
    write(world, world.ships["tug"])
    assert touched.take() == set()


# Random histories

_PLAIN = [
    "status", "exit", "exit_record", "hull", "max_hull", "shields", "max_shields", "team", "class_name", "cargo",
    "cargo_known", "cargo_fix", "tagged", "tag_fix", "position", "velocity", "orientation", "hotkey", "ai_class",
    "armor", "emp", "collision_group", "max_speed", "orders", "speed_bound", "radius",
]  # fmt: skip


def observables(world: World) -> dict[FactKey, object]:
    """Return everything that operators can read of ships, wings, the log and the tables, by the fact it belongs to."""
    found: dict[FactKey, object] = {}
    for ship in world.ships.values():
        values: dict[str, list[object]] = {}
        for field in _PLAIN:
            values.setdefault(FIELD_FACTS.get(field, field), []).append(getattr(ship, field))
        values["flags"] = [frozenset(ship.flags)]
        values["docked"] = [frozenset(ship.docked)]
        values["damage_by"] = [dict(ship.damage_by)]
        values["velocity"].append(max(other.speed for other in world.docked_group(ship)))
        values["subsystems"] = [
            (part.name, part.hull, part.max_hull, part.cargo, part.cargo_known, part.cargo_fix, part.armor)
            for part in ship.subsystems.values()
        ]
        values["subsystem_flags"] = [(part.name, frozenset(part.flags)) for part in ship.subsystems.values()]
        for fact, value in values.items():
            found["ship", ship.key, fact] = value
    for wing in world.wings.values():
        found[wing.fact] = (
            wing.waves, wing.size, wing.arrived, wing.destroyed, wing.departed, wing.vanished, wing.current, wing.gone,
            wing.departing, tuple(wing.members), frozenset(wing.flags), wing.hotkey,
            tuple(ship.status for ship in world.wing_members(wing)),
        )  # fmt: skip
        found["wing", wing.key, "goals"] = wing.orders
        for fact in ("position", "velocity", "orientation", "team", "class"):
            field = {"class": "class_name"}.get(fact, fact)
            found["wing", wing.key, fact] = {ship.key: getattr(ship, field) for ship in world.wing_members(wing)}
    for team in {ship.team.lower() for ship in world.ships.values()}:
        found["team", team, "position"] = {
            ship.key: ship.position
            for ship in world.ships.values()
            if ship.team.lower() == team and ship.status in (ShipStatus.PRESENT, ShipStatus.DEATH_ROLL)
        }
    found["roster",] = [(ship.key, ship.status, ship.team) for ship in world.ships.values()]
    for entry in world.log:
        for name in {entry.name.lower(), entry.second.lower()} - {""}:
            found["log", name] = (*found.get(("log", name), ()), entry)  # type: ignore[misc]
    for kind in {*world.type_totals, *world.type_kills}:
        found["type", kind] = (world.type_totals.get(kind, 0), world.type_kills.get(kind, 0))
    for index, text in enumerate(world.variables.texts[:4]):
        found["var", index] = text
    for box in world.containers.by_name.values():
        found[box.fact] = (list(box.items), dict(box.pairs))
    for field in ("ship", "under_ai", "target", "subsystem", "node", "locked", "throttle", "cheating", "last_cheat"):
        found["player", field] = getattr(world.player, field)
    for key, used in world.keys.items():
        found["key", key] = used
    found["orders",] = tuple(world.orders)
    return found


class WorldMachine(RuleBasedStateMachine):
    """Random histories of a small world."""

    @initialize()
    def start(self) -> None:
        self.world = small_world()
        self.touched = Touched(self.world)
        self.before = observables(self.world)
        self.touched.listen(self.before)
        for kind, _, field in [key for key in self.before if key[0] == "ship"]:  # of ships that are still to come
            self.touched.listen((kind, f"{wing} {number}", field) for wing in ("alpha", "beta") for number in range(9))
            self.touched.listen([(kind, "ghost", field)])

    @rule(change=lifecycle_changes)
    def live(self, change: Change) -> None:
        self._apply(change)

    def _apply(self, change: Change) -> None:
        change(self.world)
        after = observables(self.world)
        keys = self.touched.take()
        new_ships = {fact[1] for fact in after.keys() - self.before.keys() if fact[0] == "ship"}
        assert not new_ships or ("roster",) in keys
        self.touched.listen(fact for fact in after if fact[0] == "ship" and fact[1] in new_ships)
        for fact in self.before.keys() | after.keys():
            if fact[0] == "ship" and fact[1] in new_ships:
                continue  # nothing can have read them before
            if self.before.get(fact) != after.get(fact):
                assert fact in keys, f"{fact} changed from {self.before.get(fact)} to {after.get(fact)} untouched"
        self.before = after

    @invariant()
    def counters_are_the_members(self) -> None:
        for wing in self.world.wings.values():
            members = [ship for ship in self.world.ships.values() if ship.wing == wing.key]
            in_space = [s for s in members if s.status in (ShipStatus.PRESENT, ShipStatus.DEATH_ROLL)]
            assert sorted(wing.members) == sorted(ship.key for ship in in_space)
            assert wing.current == len(in_space)
            assert wing.arrived == wing.current + wing.destroyed + wing.departed + wing.vanished
            assert wing.arrived <= wing.waves * wing.size
            if wing.gone:
                assert wing.current == 0

    @invariant()
    def docking_is_mutual_and_among_those_in_space(self) -> None:
        for ship in self.world.ships.values():
            for key in ship.docked:
                assert ship.key in self.world.ships[key].docked
                assert ship.status is not ShipStatus.EXITED

    @invariant()
    def exits_are_recorded(self) -> None:
        for ship in self.world.ships.values():
            if ship.status is ShipStatus.EXITED:
                assert (ship.exit_record is None) == (ship.exit is ExitKind.VANISHED)
            elif ship.status in (ShipStatus.PRESENT, ShipStatus.NOT_YET):
                assert ship.exit is None and ship.exit_record is None

    @invariant()
    def a_ship_dies_or_departs_once(self) -> None:
        for name in SHIPS:
            ends = [
                kind
                for kind in ("ship-destroyed", "self-destructed", "ship-departed")
                if self.world.log.first(kind, name) is not None
            ]
            assert len(ends) <= 1


class AnyChangeMachine(WorldMachine):
    """Also with changes that only tests and tools make, for which the counters need not fit."""

    @rule(change=changes)
    def alter(self, change: Change) -> None:
        self._apply(change)

    counters_are_the_members = docking_is_mutual_and_among_those_in_space = None  # type: ignore[assignment]
    exits_are_recorded = a_ship_dies_or_departs_once = None  # type: ignore[assignment]


_bounded = settings(max_examples=examples(40), stateful_step_count=30, suppress_health_check=list(HealthCheck))
TestLifeCycles = WorldMachine.TestCase
TestLifeCycles.settings = _bounded
TestAnyChange = AnyChangeMachine.TestCase
TestAnyChange.settings = _bounded
