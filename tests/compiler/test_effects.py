"""Effects that are not repeated: the world is at all times as it would be if they were."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sexp_runtime.compiler.effects import MOST_ENTRIES, Effects
from sexp_runtime.operators.actions import DEPENDS, PERFORMED
from sexp_runtime.operators.actions_flags import SHIP_FLAG_ACTIONS, SWITCHED_FLAG_ACTIONS
from sexp_runtime.operators.context import ActionValue, Effect, EvaluationContext
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.world.ships import NOT_YET, Ship
from sexp_runtime.world.world import World
from support.fuzzing import examples, in_fast
from support.worlds import SHIPS, WINGS, Change, changes, small_world

Values = tuple[ActionValue, ...]

REMEMBERED: dict[str, Effect] = {name: effect for name, effect in PERFORMED.values() if effect in DEPENDS}
_names = st.sampled_from((*SHIPS, *WINGS, "tug", "Path:1", "Path:2", "Path:9", "Nobody"))
_numbers = st.sampled_from((0, 1, -50, 90))
#: Arguments by what an action begins with: a place and numbers, two places, a number and names, names.
_arguments: st.SearchStrategy[Values] = st.one_of(
    st.tuples(_names, _numbers, _numbers, _numbers),
    st.tuples(_names, _numbers, st.sampled_from((0, 1))),
    st.tuples(_names, _names),
    st.tuples(_numbers, _names, _names),
    st.tuples(_names),
)
#: A change of the world, or how often all actions are run.
_steps: st.SearchStrategy[Change | int] = st.one_of(changes, st.sampled_from((1, 1, 2, 3)))


@cache
def _fields(kind: type[Ship]) -> tuple[str, ...]:
    """Return the names of a ship's fields that are compared."""
    hot = ("hull", "max_hull", "shields", "max_shields", "position", "velocity", "orientation", "speed_bound")
    left_out = ("board", "entry", "definition", "sums", "subsystems")  # the sums are compared as they are read
    slots = (name for base in kind.__mro__ for name in getattr(base, "__slots__", ()))
    return tuple(name for name in dict.fromkeys((*slots, *hot)) if name not in left_out)


def _of_ship(ship: Ship) -> list[Any]:
    fields = [getattr(ship, name, ...) for name in _fields(type(ship))]
    parts = [(name, part.hull, part.max_hull) for name, part in ship.subsystems.items()]
    kinds = sorted({str(part.type) for part in ship.subsystems.values()})
    return [fields, parts, [ship.kind_sums(kind) for kind in kinds]]


def _state(world: World) -> list[Any]:
    ships = [_of_ship(ship) for ship in world.ships.values()]
    dragged = [(ship.key, shift) for ship, shift in world.dragged]
    return [ships, world.waypoints, dragged, len(world.log), world.rng.draws, world.player]


class Twin:
    """A world in which the actions repeat their effects, and one in which they need not."""

    def __init__(self, calls: list[tuple[str, Values]], dialect: Dialect = Dialect.FSO) -> None:
        self.contexts = [EvaluationContext(small_world(dialect)) for _ in range(2)]
        self.effects = Effects(self.contexts[1])
        self.runs = 0
        self.calls = [
            [(REMEMBERED[name], values) for name, values in calls],
            [(self.effects.remember(self._counted(REMEMBERED[name])), values) for name, values in calls],
        ]

    def _counted(self, effect: Effect) -> Effect:
        def run(ctx: EvaluationContext, values: Values) -> Any:
            self.runs += 1
            return effect(ctx, values)

        DEPENDS[run] = DEPENDS[effect]
        return run

    def change(self, change: Change) -> None:
        for ctx in self.contexts:
            change(ctx.world)

    def act(self, times: int = 1) -> None:
        """Run all actions in both worlds, some times one after another; the worlds are the same afterwards."""
        for _ in range(times):
            for (one, values), (other, _) in zip(*self.calls, strict=True):
                assert one(self.contexts[0], values) is other(self.contexts[1], values)
        assert self.contexts[0].warning_count == self.contexts[1].warning_count
        assert _state(self.contexts[0].world) == _state(self.contexts[1].world)


@pytest.fixture(autouse=True)
def only_those_of_the_catalog():
    kept = dict(DEPENDS)
    yield
    DEPENDS.clear()
    DEPENDS.update(kept)


@pytest.mark.parametrize("name", sorted(REMEMBERED))
@settings(max_examples=examples(25))
@given(data=st.data())
def test_the_world_is_as_if_every_effect_were_repeated(name: str, data: st.DataObject) -> None:
    calls = data.draw(st.lists(_arguments.map(lambda values: (name, values)), min_size=1, max_size=3))
    twin = Twin(calls, data.draw(st.sampled_from(Dialect)))
    for step in data.draw(st.lists(_steps, max_size=12)):
        if isinstance(step, int):
            for _ in range(step):
                twin.act()
        else:
            twin.change(step)


@settings(max_examples=examples(150))
@given(
    st.lists(st.tuples(st.sampled_from(sorted(REMEMBERED)), _arguments), min_size=2, max_size=6),
    st.lists(_steps, max_size=20),
)
def test_actions_that_undo_each_other_are_all_repeated(calls: list[tuple[str, Values]], steps: list[Any]) -> None:
    twin = Twin(calls)
    for ship in SHIPS[:-1]:
        twin.change(lambda world, ship=ship: world.arrive(world.ships[ship.lower()]))  # type: ignore[misc]
    for step in steps:
        if isinstance(step, int):
            for _ in range(step):
                twin.act()
        else:
            twin.change(step)


def _disturbances() -> list[Change]:
    """Return a change of each field that an effect could have set, as a game would make it, and what gives names up."""
    found: list[Change] = [
        lambda world: world.set_waypoints("Path", [(7.0, 8.0, 9.0), (1.0, 0.0, 0.0)]),
        lambda world: world.add_wing("Gamma", ships=["Tug"]),
    ]
    turned = (0.0, 0.0, -1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0)
    acts: list[Any] = [
        *(lambda world, ship, field=field: world.set_ship(ship, field, 41.5) for field in ("hull", "max_hull")),
        *(lambda world, ship, field=field: world.set_ship(ship, field, 43.5) for field in ("shields", "max_shields")),
        lambda world, ship: world.set_ship(ship, "speed_bound", 20.0),
        lambda world, ship: world.move_ship(ship, (9.0, 9.0, 9.0)),
        lambda world, ship: world.move_ship(ship, ship.position, (3.0, 4.0, 5.0)),
        lambda world, ship: world.move_ship(ship, ship.position, orientation=turned),
        lambda world, ship: world.set_subsystem(ship, ship.subsystem("turret01"), "hull", 2.5),
        lambda world, ship: world.set_subsystem(ship, ship.subsystem("turret02"), "max_hull", 77.0),
        lambda world, ship: world.add_subsystem(ship, "radar"),
        lambda world, ship: world.set_ship(ship, "team", "Unknown"),
        *(
            lambda world, ship, flag=flag: world.set_flag(ship, flag, flag not in ship.flags)
            for flag in sorted({flag for flag, _ in (*SHIP_FLAG_ACTIONS.values(), *SWITCHED_FLAG_ACTIONS.values())})
        ),
        *(
            lambda world, ship, flag=flag: world.set_flag(ship, flag, flag not in ship.flags)
            for flag in ("afterburners-locked", "no-subspace-drive", "immobile", "don't-change-position", "escort")
        ),
        lambda world, ship: world.destroy(ship),
        lambda world, ship: world.create_ship(ship.name, "SF Basilisk"),
    ]
    for act in acts:
        found += [lambda world, act=act, name=name: act(world, world.ships[name]) for name in ("alpha 1", "cruiser")]
    return found


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("name", sorted(REMEMBERED)[:: len(REMEMBERED) // in_fast(len(REMEMBERED))])
def test_whatever_undoes_an_effect_has_it_repeated(name: str, dialect: Dialect) -> None:
    arguments: list[Values] = [
        ("Alpha 1", "Cruiser"), ("Cruiser", "Alpha 1"), ("Alpha", "Cruiser"), (1, "Alpha 1", "Cruiser"),
        ("Alpha 1", 30, 0), ("Alpha 1", 30, 1), ("Alpha", 30, 0), ("Alpha 1", 3, 5, 8), ("Cruiser", "Path:1"),
        ("Path:1", 3, 5, 8), ("Cruiser", "Alpha"), ("Alpha 1", 0), ("Alpha 1", 1),
    ]  # fmt: skip
    for values in arguments:
        twin = Twin([(name, values)], dialect)
        for ship in ("alpha 1", "alpha 2", "cruiser"):
            twin.change(lambda world, ship=ship: world.arrive(world.ships[ship]))  # type: ignore[misc]
            twin.change(lambda world, ship=ship: world.set_ship(world.ships[ship], "speed_bound", 80.0))  # type: ignore[misc]
        for disturb in _disturbances():
            twin.act(3)
            twin.change(disturb)
            twin.act()


@pytest.mark.parametrize("name", sorted(set(REMEMBERED) - {"set-object-position"}))
def test_an_effect_that_changes_nothing_runs_until_that_is_known(name: str) -> None:
    first_is_number = name in ("set-shield-energy", "set-scannable", "ship-hide-name", "set-subspace-drive")
    values: Values = (1, "Cruiser") if first_is_number else ("Cruiser", "Path:1") if "object" in name else ("Cruiser",)
    twin = Twin([(name, values)])
    twin.change(lambda world: world.arrive(world.ships["cruiser"]))
    for _ in range(10):
        twin.act()
    assert twin.runs <= 3


def test_a_waypoint_is_placed_once_and_again_when_it_was_moved() -> None:
    twin = Twin([("set-object-position", ("Path:1", 5, 6, 7))])
    for _ in range(10):
        twin.act()
    assert twin.runs == 2  # the second one, whose facts are watched, changes nothing
    twin.change(lambda world: world.set_waypoints("Path", [(1.0, 1.0, 1.0), (2.0, 2.0, 2.0)]))
    for _ in range(10):
        twin.act()
    assert twin.runs == 4
    assert twin.contexts[1].world.waypoints.point("Path:1") == (5.0, 6.0, 7.0)


def test_an_effect_that_changes_something_each_time_is_run_each_time() -> None:
    twin = Twin([("ship-copy-damage", ("Alpha 1", "Cruiser"))])
    for name in ("alpha 1", "cruiser"):
        twin.change(lambda world, name=name: world.arrive(world.ships[name]))  # type: ignore[misc]
    for hull in range(10):
        twin.change(lambda world, hull=hull: world.set_ship(world.ships["alpha 1"], "hull", 50.0 + hull))  # type: ignore[misc]
        twin.act()
    assert twin.runs == 10


def test_entries_are_bounded_and_edges_given_back() -> None:
    world = small_world()
    ctx = EvaluationContext(world)
    effects = Effects(ctx)
    run = effects.remember(REMEMBERED["ship-invulnerable"])
    before = dict(world.facts.readers)
    for number in range(2 * MOST_ENTRIES):
        for _ in range(3):
            run(ctx, (f"Nobody {number}",))
    for _ in range(3):
        run(ctx, ("Tug",))
    assert effects.nbytes() == 0  # without a ship there is nothing to wait for, and there was no room for the tug
    again = effects.remember(REMEMBERED["ship-invulnerable"])
    for _ in range(3):
        again(ctx, ("Tug",))
    assert effects.nbytes() > 0
    effects.close()
    assert world.facts.readers == before
    assert world.ships["tug"].status is NOT_YET
    world.set_flag(world.ships["tug"], "invulnerable", False)
    again(ctx, ("Tug",))
    assert "invulnerable" in world.ships["tug"].flags
