"""Every write of a field that changes sets the flags of its readers, and no other flag; the same in C and in Python."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.loops import LANGUAGE
from sexp_runtime.world.ships import PRESENT, Ship
from sexp_runtime.world.world import World

FIELDS = ("status", "hull", "shields", "position", "velocity", "orientation")
VALUES: dict[str, tuple[Any, ...]] = {
    "hull": (50.0, 50, 75.5, 0.0, -1.0),
    "shields": (0.0, 10.0, 10, 99.0),
    "max_hull": (100.0, 120.0),
    "position": ((0.0, 0.0, 0.0), (1.0, 2.0, 3.0), [1.0, 2.0, 3.0], (1, 2, 4)),
    "velocity": ((0.0, 0.0, 0.0), (5.0, 0.0, 0.0)),
    "orientation": ((1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0)),
}


class Readers:
    """One flag for each hot field of each of some subjects."""

    def __init__(self, world: World, subjects: list[tuple[str, ...]]) -> None:
        self.world = world
        self.keys = [(*subject, field) for subject in subjects for field in FIELDS]
        self.flags, self.pending = bytearray(len(self.keys)), bytearray(1)
        for index, key in enumerate(self.keys):
            world.facts.subscribe(key, self.flags, index, self.pending)

    def take(self) -> set[tuple[str, ...]]:
        found = {key for key, flag in zip(self.keys, self.flags, strict=True) if flag}
        assert bool(found) == bool(self.pending[0])
        self.flags[:] = bytes(len(self.flags))
        self.pending[0] = 0
        return found


def world_of_ships() -> tuple[World, list[Ship]]:
    world = World(None)
    ships = [world.add_ship(name, team=team) for name, team in (("Alpha 1", "Friendly"), ("Beta 1", "Hostile"))]
    for ship in ships:
        world.arrive(ship)
    world.set_player("ship", "alpha 1")
    return world, ships


def expected(ship: Ship, field: str) -> set[tuple[str, ...]]:
    word = "hull" if field == "max_hull" else field
    subjects = [("ship", ship.key), ("team", ship.team.lower())]
    if ship.key == "alpha 1":
        subjects.append(("player-ship",))
    return {(*subject, word) for subject in subjects}


SUBJECTS = [("ship", "alpha 1"), ("ship", "beta 1"), ("team", "friendly"), ("team", "hostile"), ("player-ship",)]


@pytest.mark.parametrize("observed", [False, True])
def test_a_write_marks_the_readers_of_what_changed(observed: bool) -> None:
    world, ships = world_of_ships()
    readers = Readers(world, SUBJECTS)
    seen: list[tuple[Any, ...]] = []
    if observed:
        world.facts.observer = seen.append
    rng = random.Random(7)
    for _ in range(2000):
        ship, field = rng.choice(ships), rng.choice(list(VALUES))
        value = rng.choice(VALUES[field])
        before = getattr(ship, field)
        if field in ("position", "velocity", "orientation") and rng.random() < 0.7:
            world.move_ship(ship, **{"position": ship.position, field: value})
        else:
            world.set_ship(ship, field, value)
        same = tuple(before) == tuple(value) if isinstance(value, (tuple, list)) else before == value
        found = readers.take()
        if same and list in (type(value), type(before)):  # whether a list equals a tuple does not matter
            continue
        assert found == (set() if same else expected(ship, field)), (ship, field, before, value)
        assert found <= set(seen) or not observed
        seen.clear()
        now = getattr(ship, field)
        assert tuple(now) == tuple(value) if isinstance(value, (tuple, list)) else now == value


def test_a_ship_that_changes_sides_is_read_as_one_of_its_new_side() -> None:
    world, (alpha, _) = world_of_ships()
    readers = Readers(world, SUBJECTS)
    world.set_ship(alpha, "team", "Hostile")
    readers.take()
    world.set_ship(alpha, "hull", 1.0)
    assert ("team", "hostile", "hull") in readers.take()


def test_who_is_no_row_of_flags_is_told_as_well() -> None:
    class Told:
        def __init__(self) -> None:
            self.count = 0

        def __setitem__(self, index: int, value: int) -> None:
            self.count += 1

    world, (alpha, _) = world_of_ships()
    told: Any = Told()
    world.facts.subscribe(("ship", "alpha 1", "hull"), told, 0)
    index = world.variables.declare("v", 1)
    world.facts.subscribe(("var", index), told, 0)
    world.set_ship(alpha, "hull", 3.0)
    world.variables.set_number(index, 5)
    assert told.count == 2
    world.facts.unsubscribe(("ship", "alpha 1", "hull"), told, 0)
    world.set_ship(alpha, "hull", 4.0)
    assert told.count == 2


def test_edges_that_are_given_up_are_not_marked() -> None:
    world, (alpha, _) = world_of_ships()
    one, two, pending = bytearray(1), bytearray(1), bytearray(1)
    key = ("ship", "alpha 1", "hull")
    world.facts.subscribe(key, one, 0, pending)
    world.facts.subscribe(key, two, 0, pending)
    world.facts.unsubscribe(key, one, 0)
    world.set_ship(alpha, "hull", 3.0)
    assert (one[0], two[0]) == (0, 1)
    world.facts.unsubscribe(key, two, 0)
    two[0] = 0
    world.set_ship(alpha, "hull", 4.0)
    assert two[0] == 0


@pytest.mark.parametrize(
    "values", [(1.0, 2.0), (1.0, 2.0, 3.0, 4.0), ("a", "b", "c")], ids=["two numbers", "four numbers", "texts"]
)
@pytest.mark.skipif(LANGUAGE != "c", reason="the kernel is not compiled here")
def test_what_is_no_vector_is_refused_and_changes_nothing(values: Any) -> None:
    world, (alpha, _) = world_of_ships()
    before = alpha.position
    with pytest.raises((TypeError, ValueError)):
        world.move_ship(alpha, values)
    assert alpha.position == before and alpha.status is PRESENT


def test_numbers_of_variables_keep_to_32_bits() -> None:
    world = World(None)
    index = world.variables.declare("v", 1)
    flags = bytearray(1)
    world.facts.subscribe(("var", index), flags, 0)
    assert world.variables.set_number(index, 2**40)
    assert (world.variables.text(index), world.variables.number(index)) == (str(2**40), 2**31 - 1)
    assert flags[0] == 1
    assert not world.variables.set_number(index, 2**40)


def test_the_twin_passes_the_same_tests() -> None:
    if LANGUAGE != "c":
        pytest.skip("this is the twin")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(Path(__file__))],
        env={**os.environ, "SEXP_LOOPS": "plain"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.skipif(LANGUAGE != "c", reason="the kernel is not compiled here")
def test_a_row_of_flags_cannot_grow_while_edges_point_into_it() -> None:
    world = World(None)
    ship = world.add_ship("Red", team="Hostile")
    flags = bytearray(1)
    world.facts.subscribe(("ship", "red", "status"), flags, 0)
    with pytest.raises(BufferError):
        flags.append(0)
    world.facts.unsubscribe(("ship", "red", "status"), flags, 0)
    flags.append(0)
    world.set_ship(ship, "hull", 5.0)
    assert list(flags) == [0, 0]


def test_a_variable_is_assigned_by_its_name() -> None:
    world = World(None)
    index = world.variables.declare("a", 1)
    flags, pending = bytearray(1), bytearray(1)
    world.facts.subscribe(("var", index), flags, 0, pending)
    assign = world.variables.core.assign
    for refused in [("b", 1), ("a", "2"), ("a", True), ("a", 2**31), ("a", -(2**31) - 1), ("a", 2**70)]:
        assert not assign(*refused)
    assert (world.variables.texts[index], flags[0]) == ("1", 0)
    assert assign("a", 1)  # as before: nothing changes
    assert flags[0] == 0
    for value in (0, 1023, 1024, -1, 2**31 - 1, -(2**31)):
        assert assign("a", value)
        assert (world.variables.texts[index], world.variables.numbers[index]) == (str(value), value)
        assert (flags[0], pending[0]) == (1, 1)
        flags[0] = pending[0] = 0
