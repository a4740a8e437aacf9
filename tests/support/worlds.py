"""Worlds for tests: a small mission by hand, evaluation of ad-hoc text, and random changes of what formulas read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hypothesis import strategies as st

from sexp_runtime.mission.symbols import make_symbols
from sexp_runtime.operators.context import EvaluationContext, RuntimeOptions
from sexp_runtime.operators.evaluator import SexpEvaluator
from sexp_runtime.syntax import SexpParser, Symbols
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, Status
from sexp_runtime.world.campaign import FAILED, INCOMPLETE, SATISFIED, Campaign, MissionRecord
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus, Subsystem
from sexp_runtime.world.world import World

#: What formulas return for true and false.
T, F = 1, 0
SPECIAL = (KNOWN_TRUE, KNOWN_FALSE, NAN, NAN_FOREVER, CANT_EVAL)
SHIPS = ("Alpha 1", "Alpha 2", "Beta 1", "Beta 2", "Cruiser", "Tug", "Ghost")
WINGS = ("Alpha", "Beta")
TEAMS = ("Friendly", "Hostile")
CLASSES = ("GTF Ulysses", "GTC Fenris", "SF Basilisk")
SUBSYSTEMS = ("engine", "turret01", "turret02", "sensors", "nosuch")
EVENTS = ("First", "Second")
GOALS = ("Win", "Live")
FLAGS = (
    "protect-ship",
    "no-shields",
    "cargo-known",
    "stealth",
    "friendly-stealth-invisible",
    "invulnerable",
    "hidden-from-sensors",
)
LOG_KINDS = (
    "ship-destroyed", "self-destructed", "ship-arrived", "ship-departed", "wing-destroyed", "wing-arrived",
    "wing-departed", "docked", "undocked", "disabled", "disarmed", "subsystem-destroyed", "waypoints-done",
    "cargo-revealed", "subsystem-cargo-revealed", "goal-satisfied", "goal-failed",
)  # fmt: skip

#: Fields of the player and new values.
PLAYER_CHANGES: tuple[tuple[str, object], ...] = (
    ("target", "cruiser"), ("target", ""), ("target_fix", 65536), ("subsystem", "engine"), ("node", "Node"),
    ("locked", True), ("ship", "tug"), ("ship", ""), ("under_ai", True), ("throttle", 0.5), ("cheating", True),
    ("last_cheat", "www"), ("promoted", True), ("medals", frozenset({"Star"})), ("kills", 4), ("score", 9),
    ("deaths", 1), ("assists", 2), ("class_kills", {"gtf ulysses": 2}),
)  # fmt: skip

Result = int | Status
Change = Callable[[World], None]


def symbols_of(world: World) -> Symbols:
    """Return the symbols of a world's dialect, variables and containers."""
    return make_symbols(
        world.dialect,
        variables=[name for name in world.variables.names if name],
        containers={box.name: box.kind for box in world.containers.by_name.values()},
    )


def evaluate_text(world: World, text: str, options: RuntimeOptions | None = None) -> tuple[Result, EvaluationContext]:
    """Parse and evaluate a formula once, with fresh nodes; a special result as its status, else the value."""
    parsed = SexpParser(symbols_of(world)).parse(text)
    assert parsed.expression is not None, parsed.diagnostics
    context = EvaluationContext(world, options=options)
    evaluator = SexpEvaluator(context)
    node = evaluator.build(parsed.expression)
    value = evaluator.evaluate(node)
    return (node.status if node.status in SPECIAL else value), context


def result_of(world: World, text: str) -> Result:
    """Return what `evaluate_text` returns, without the context."""
    return evaluate_text(world, text)[0]


def small_world(dialect: Dialect = Dialect.FSO) -> World:
    """Return a world with two wings, two single ships and something of every other kind; no ship has arrived."""
    world = World(dialect=dialect)
    for name in SHIPS[:-1]:
        kind = "GTC Fenris" if name == "Cruiser" else "GTF Ulysses"
        ship = world.add_ship(name, class_name=kind, team="Hostile" if name.startswith("Beta") else "Friendly")
        world.class_table.declare(kind)
        world.add_subsystem(ship, "turret01")
        world.add_subsystem(ship, "turret02")
    for name in WINGS:
        members = [ship for ship in SHIPS if ship.startswith(name)]
        wing = world.add_wing(name, waves=2 if name == "Beta" else 1, size=2, ships=members)
        for member in members:
            world.set_ship(world.ships[member.lower()], "wing", wing.key)
    world.set_waypoints("Path", [(0.0, 0.0, 100.0), (100.0, 0.0, 0.0)])
    world.set_player("ship", "alpha 1")
    for name in EVENTS:
        world.add_event(name)
    for name in GOALS:
        world.add_goal(name)
    world.variables.declare("n", 3)
    world.variables.declare("word", "calm")
    if dialect is Dialect.FSO:
        world.containers.declare("Queue", "list", ["a", "b"])
        world.containers.declare("Prices", "map", ["apple", "3"])
    return world


def battle(dialect: Dialect = Dialect.FSO) -> World:
    """Tug and Cruiser present, Alpha 1 dying, Alpha 2 departed, Beta 1 vanished, Beta 2 to come; at 20 seconds."""
    world = small_world(dialect)
    for name in ("Alpha 1", "Alpha 2", "Beta 1", "Cruiser", "Tug"):
        world.arrive(world.ships[name.lower()], initial=True)
    world.move_ship(world.ships["cruiser"], (0.0, 0.0, 1000.0), (3.0, 0.0, -4.9))
    world.clock.advance_to(5_000_000)
    world.depart(world.ships["alpha 2"], "Node")
    world.clock.advance_to(8_500_000)
    world.vanish(world.ships["beta 1"])
    world.destroy(world.ships["alpha 1"], "Cruiser")
    world.clock.advance_to(20_000_000)
    world.set_player("ship", "tug")
    return world


class Touched:
    """Collects the facts that changes touch while it is installed as observer of a world.

    Some changes touch only facts with readers: `listen` reads them.
    """

    def __init__(self, world: World) -> None:
        self.keys: set[FactKey] = set()
        self.world = world
        world.facts.observer = self.keys.add
        self._heard: set[FactKey] = set()
        self._mark = bytearray(1)

    def listen(self, keys: Iterable[FactKey]) -> None:
        """Read these facts from now on."""
        for key in set(keys) - self._heard:
            self._heard.add(key)
            self.world.facts.subscribe(key, self._mark, 0)

    def take(self) -> set[FactKey]:
        """Return what was touched since the last time."""
        keys = self.keys
        self.keys = set()
        self.world.facts.observer = self.keys.add
        return keys


def _on_ship(act: Callable[[World, Ship], object]) -> st.SearchStrategy[Change]:
    def bind(name: str) -> Change:
        def change(world: World) -> None:
            ship = world.ship(name)
            if ship is not None:
                act(world, ship)

        return change

    return st.sampled_from(SHIPS).map(bind)


def _with(
    strategy: st.SearchStrategy[object], act: Callable[[World, Ship, object], object]
) -> st.SearchStrategy[Change]:
    return strategy.flatmap(lambda value: _on_ship(lambda world, ship: act(world, ship, value)))


def _do(act: Callable[..., object], *strategies: st.SearchStrategy[object]) -> st.SearchStrategy[Change]:
    def bind(values: tuple[object, ...]) -> Change:
        def change(world: World) -> None:
            act(world, *values)

        return change

    return st.tuples(*strategies).map(bind)


def _advance(world: World, us: int) -> None:
    world.clock.advance_to(world.clock.us + us)


def _set_event(world: World, name: str, result: int, done: bool, stamp: int | None, has_interval: bool) -> None:
    event = world.event(name)
    assert event is not None
    event.result, event.done, event.has_interval = result, done, has_interval
    event.timestamp = None if stamp is None else world.clock.event_ms - stamp
    world.touch_event(event.index)


def _wing(act: Callable[..., object]) -> Callable[..., None]:
    def run(world: World, name: str, *values: object) -> None:
        wing = world.wing(name)
        assert wing is not None
        act(world, wing, *values)

    return run


def _subsystem(act: Callable[..., object]) -> Callable[..., None]:
    def run(world: World, ship: Ship, value: tuple[str, object]) -> None:
        subsystem = ship.subsystem(value[0])
        if subsystem is not None:
            act(world, ship, subsystem, value[1])

    return run


def _campaign(world: World, goal: str, event: str, skipped: bool, there: bool) -> None:
    record = MissionRecord({"win": goal}, {"first": event}, skipped)
    world.set_campaign(Campaign("c", {"m1": record}) if there else None)


def _dock(world: World, ship: Ship, other: object) -> None:
    target = world.ship(str(other))
    if target is not None:
        if target.key in ship.docked:
            world.undock(ship, target)
        else:
            world.dock(ship, target)


_points = st.sampled_from([(0.0, 0.0, 0.0), (50.0, 0.0, 0.0), (0.0, 0.0, 90.0), (-300.0, 20.0, 5.0)])
_turned = st.sampled_from(
    [(1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0), (0.0, 0, -1.0, 0, 1.0, 0, 1.0, 0, 0.0), (-1.0, 0, 0, 0, 1.0, 0, 0, 0, -1.0)]
)
_words = st.sampled_from(["", "gold", "#ore"])
_bools = st.booleans()
_seconds = st.sampled_from([0, 1_000, 499_999, 1_000_000, 1_100_000, 3_000_001])
_fractions = st.sampled_from([0.0, 1.0, 25.0, 33.4, 99.5, 250.0])
_statuses = st.sampled_from([SATISFIED, FAILED, INCOMPLETE])
_wing_names = st.sampled_from(WINGS)

#: Passing time.
time_steps: st.SearchStrategy[Change] = _do(_advance, _seconds)

#: Changes that a game or a simulation can make, through the world's own methods.
lifecycle_changes: st.SearchStrategy[Change] = st.one_of(
    _do(_advance, _seconds),
    _on_ship(lambda world, ship: world.arrive(ship)),
    _with(_bools, lambda world, ship, on: world.arrive(ship, (5.0, 5.0, 5.0), initial=bool(on))),
    _with(st.sampled_from(["Alpha 1", "Cruiser", ""]), lambda world, ship, killer: world.destroy(ship, str(killer))),
    _on_ship(lambda world, ship: world.finish_death(ship)),
    _with(st.sampled_from(["", "Node"]), lambda world, ship, node: world.depart(ship, str(node))),
    _on_ship(lambda world, ship: world.vanish(ship)),
    _on_ship(lambda world, ship: world.self_destruct(ship)),
    _do(_wing(lambda world, wing, initial: world.arrive_wave(wing, initial=initial)), _wing_names, _bools),
    _do(_wing(lambda world, wing: world.depart_wing(wing)), _wing_names),
    _do(_wing(lambda world, wing, kind: world.cancel_wing(wing, kind)), _wing_names, st.sampled_from(ExitKind)),
    _with(_fractions, lambda world, ship, points: world.damage(ship, float(str(points)), world.ship("Alpha 1"))),
    _with(st.sampled_from(SHIPS), _dock),
)

#: All changes, also those that only tests and tools make.
changes: st.SearchStrategy[Change] = st.one_of(
    lifecycle_changes,
    lifecycle_changes,
    _with(_fractions, lambda world, ship, value: world.set_ship(ship, "hull", value)),
    _with(_fractions, lambda world, ship, value: world.set_ship(ship, "shields", value)),
    _with(st.sampled_from(TEAMS), lambda world, ship, value: world.set_ship(ship, "team", value)),
    _with(st.sampled_from(CLASSES), lambda world, ship, value: world.set_ship(ship, "class_name", value)),
    _with(_words, lambda world, ship, value: world.set_ship(ship, "cargo", value)),
    _with(st.sampled_from(["Captain", "General"]), lambda world, ship, value: world.set_ship(ship, "ai_class", value)),
    _with(_bools, lambda world, ship, value: world.set_ship(ship, "emp", value)),
    _with(st.sampled_from(["", "Heavy"]), lambda world, ship, value: world.set_ship(ship, "armor", value)),
    _with(st.integers(0, 3), lambda world, ship, value: world.set_ship(ship, "collision_group", value)),
    _with(st.integers(-1, 2), lambda world, ship, value: world.set_ship(ship, "hotkey", value)),
    _with(st.sampled_from([40.0, 90.0]), lambda world, ship, value: world.set_ship(ship, "max_speed", value)),
    _with(
        st.sampled_from([(), (("ai-chase", "Tug", 89),), (("ai-warp-out", 1),)]),
        lambda world, ship, value: world.set_ship(ship, "goals", value),
    ),
    _with(
        st.tuples(st.sampled_from(FLAGS), _bools),
        lambda world, ship, value: world.set_flag(ship, *value),  # type: ignore[misc]
    ),
    _with(
        st.tuples(_points, _points, _turned, _bools),
        lambda world, ship, value: world.move_ship(ship, *value),  # type: ignore[misc]
    ),
    _with(
        st.tuples(st.sampled_from(SUBSYSTEMS), _fractions),
        _subsystem(lambda w, s, sub, v: w.damage_subsystem(s, sub, v)),
    ),
    _with(
        st.tuples(st.sampled_from(SUBSYSTEMS), _words),
        _subsystem(lambda world, ship, sub, value: world.set_subsystem(ship, sub, "cargo", value)),
    ),
    _with(
        st.tuples(st.sampled_from(SUBSYSTEMS), st.sampled_from(["", "Heavy"])),
        _subsystem(lambda world, ship, sub, value: world.set_subsystem(ship, sub, "armor", value)),
    ),
    _with(
        st.tuples(st.sampled_from(SUBSYSTEMS), _bools),
        _subsystem(lambda world, ship, sub, value: world.reveal_subsystem_cargo(ship, sub)),
    ),
    _on_ship(lambda world, ship: world.reveal_cargo(ship)),
    _with(_bools, lambda world, ship, on: world.tag(ship, bool(on))),
    _with(
        st.tuples(st.integers(0, 3), st.integers(0, 3)),
        lambda world, ship, value: world.tag_for(ship, *value),  # type: ignore[misc]
    ),
    _with(_fractions, lambda world, ship, value: world.set_ship(ship, "simulated_hull", value)),
    _with(st.sampled_from(["", "Heavy"]), lambda world, ship, value: world.set_ship(ship, "shield_armor", value)),
    _with(st.sampled_from(CLASSES), lambda world, ship, value: world.create_ship(ship.name, str(value))),
    _with(
        st.tuples(st.sampled_from(SUBSYSTEMS), _fractions),
        _subsystem(lambda world, ship, sub, value: world.set_strength(ship, sub, value)),
    ),
    _on_ship(lambda world, ship: world.keep_sums(ship)),
    _with(
        st.sampled_from(SUBSYSTEMS),
        lambda world, ship, name: world.replace_subsystems(ship, {str(name): Subsystem(str(name), 40.0)}),
    ),
    _on_ship(lambda world, ship: world.finish_waypoints(ship, "Path")),
    _with(st.sampled_from(ShipStatus), lambda world, ship, value: world.set_ship(ship, "status", value)),
    _with(st.sampled_from([*ExitKind, None]), lambda world, ship, value: world.set_ship(ship, "exit", value)),
    _do(
        _wing(lambda world, wing, field, value: world.set_wing(wing, **{field: value})),
        _wing_names,
        st.sampled_from(["arrived", "destroyed", "departed", "vanished", "current", "hotkey", "gone"]),
        st.integers(0, 3),
    ),
    _do(
        _wing(lambda world, wing, value: world.set_wing(wing, flags=set(value))),
        _wing_names,
        st.sampled_from([(), ("no-dynamic",)]),
    ),
    _do(
        _wing(lambda world, wing, value: world.set_wing(wing, goals=value)),
        _wing_names,
        st.sampled_from([(), (("ai-chase", "Tug", 89),)]),
    ),
    _do(
        lambda world, kind, name, second: world.log.add(kind, name, second),
        st.sampled_from(LOG_KINDS),
        st.sampled_from((*SHIPS, *WINGS, *GOALS)),
        st.sampled_from(("", "Alpha 1", "Cruiser", "engine", "Path", "Node")),
    ),
    _do(
        lambda world, pair: world.set_player(*pair),
        st.sampled_from(PLAYER_CHANGES),
    ),
    _do(lambda world, key: world.press_key(key), st.sampled_from(["t", "h"])),
    _do(lambda world, key: world.reset_key(key), st.sampled_from(["t", "h"])),
    _do(
        lambda world, to, target: world.give_order(to, "Attack my target", target),
        st.sampled_from(["Alpha 1", "Alpha"]),
        st.sampled_from(["", "Cruiser"]),
    ),
    _do(lambda world: world.forget_orders()),
    _do(lambda world, name: world.set_option("skill level", name), st.integers(0, 4)),
    _do(lambda world, name: world.set_option("language", name), st.sampled_from(["English", "German"])),
    _do(_campaign, _statuses, _statuses, _bools, _bools),
    _do(
        lambda world, points: world.set_waypoints("Path", [points, (1.0, 2.0, 3.0)]),
        _points,
    ),
    _do(
        lambda world, index, text: world.variables.set_text(index, text), st.integers(0, 1), st.sampled_from(["1", "x"])
    ),
    _do(lambda world, text: world.containers.add_items("Queue", [text]), st.sampled_from(["a", "c"])),
    _do(lambda world, text: world.containers.set_pairs("Prices", [(text, "4")]), st.sampled_from(["apple", "pear"])),
    _do(lambda world: world.containers.clear("Queue")),
    _do(
        _set_event,
        st.sampled_from(EVENTS),
        st.integers(0, 1),
        _bools,
        st.sampled_from([None, 0, 500, -700]),
        _bools,
    ),
    _do(lambda world: world.end_mission()),
    _do(lambda world, name: world.create_ship(name, "SF Basilisk", team="Hostile"), st.sampled_from(["Ghost", "Tug"])),
)
