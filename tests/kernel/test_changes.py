"""The log of a recording's changes: the same bytes in C and in Python, and a replay ends in the same places."""

from __future__ import annotations

import math
from array import array
from types import SimpleNamespace
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime import kernel
from sexp_runtime.kernel import plain, plain_changes, plain_game
from sexp_runtime.monitor.recording import BEFORE, apply_changes
from sexp_runtime.monitor.tap import WorldTap
from sexp_runtime.world.world import World

native = pytest.mark.skipif(kernel.LANGUAGE != "c", reason="there is no compiled kernel")
NAMES = ("Alpha 1", "Äther", "x" * 300)
#: The names of both sides: the log and the tap, courses and hits.
PYTHON = SimpleNamespace(
    ActionCount=plain.ActionCount,
    **{name: getattr(plain_changes, name) for name in ("ChangeLog", "TapCore")},
    **{name: getattr(plain_game, name) for name in ("Course", "Hits", "Strength", "move_all")},
)


class Side:
    """A world whose changes are logged, and what moves and hits its ships."""

    def __init__(self, module: Any) -> None:
        self.world = World()
        self.ships = [self.world.add_ship(name, team="Friendly") for name in NAMES]
        self.count = module.ActionCount()
        self.log = module.ChangeLog(self.count)
        self.module = module
        self.others: list[Any] = []
        self.tap = type("Tap", (module.TapCore, WorldTap), {})(self.world, self)
        self.tap.use_log(self.world, self.world.ships, self.log, self)
        self.courses = [module.Course(ship) for ship in self.ships]
        self.strengths = [module.Strength(self.tap, ship, "hull", True) for ship in self.ships]
        self.hits = [
            module.Hits(strength, 0, {}, lambda points, strength=strength: strength.set_left(max(0.0, points))).told
            for strength in self.strengths
        ]

    def record(self, part: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
        plain = [msgpack.ExtType(1, value.key.encode()) if value in self.ships else value for value in args]
        change: bytes = msgpack.packb([self.log.phase, part, method, plain, kwargs])
        self.log.add(change)
        return change

    def withdraw(self, noted: bytes) -> None:
        self.log.withdraw(noted)

    def places(self) -> Any:
        return [(ship.position, ship.velocity, ship.orientation, ship.hull, ship.shields) for ship in self.ships]


NUMBERS = st.one_of(
    st.sampled_from((0.0, -0.0, 0.1, 1.5, 16777217.0, 1e300, -3.4e38)),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.floats(-1e6, 1e6),
)
VECTORS = st.tuples(NUMBERS, NUMBERS, NUMBERS)
MATRICES = st.tuples(*[NUMBERS] * 9)
WHICH = st.integers(0, len(NAMES) - 1)
STEPS = st.one_of(
    st.tuples(st.just("move"), WHICH, VECTORS, st.none() | VECTORS, st.none() | MATRICES, st.booleans()),
    st.tuples(st.just("coast"), WHICH, st.booleans()),
    st.tuples(st.just("stay"), WHICH, st.none() | VECTORS),
    st.tuples(st.just("set"), WHICH, st.sampled_from(("hull", "shields", "max_hull")), NUMBERS),
    st.tuples(st.just("seen"), WHICH, VECTORS, st.sampled_from((0.0, 0.25, 1 / 60))),
    st.tuples(st.just("hit"), WHICH, NUMBERS),
    st.tuples(st.just("other"), st.text(max_size=300)),
    st.tuples(st.just("frame"), st.sampled_from((0, 16_667, 16_667, 250_000)), st.none() | st.integers(0, 2**32)),
    st.tuples(st.just("frames"), st.integers(1, 40)),
)


def make(side: Side, step: tuple[Any, ...]) -> Any:
    """Make one step of a game; the steps are such that a replay can make them, too."""
    name, *rest = step
    if name == "frame":
        microseconds, digest = rest
        pending = side.log.changes() if digest == 7 else []
        side.log.begin_frame(microseconds)
        side.log.leave_frame()
        usual = digest is None and side.log.end_usual_frame(microseconds)
        return pending, usual or side.log.end_frame(microseconds, digest)
    if name == "other":
        side.tap.press_key(rest[0])
        return None
    ship = side.ships[rest[0]]
    if name == "move":
        side.tap.move_ship(ship, rest[1], rest[2], rest[3], jump=rest[4])
    elif name == "coast":
        seconds = side.log.seconds
        place = tuple(at + by * seconds for at, by in zip(ship.position, ship.velocity, strict=True))
        if not all(map(math.isfinite, place)):
            return None
        way = None
        if rest[1] and seconds:
            way = tuple((to - at) / seconds for to, at in zip(place, ship.position, strict=True))
        if way is None or all(map(math.isfinite, way)):
            side.tap.move_ship(ship, place, velocity=way)
    elif name == "stay":
        side.tap.move_ship(ship, ship.position, velocity=rest[1])
    elif name == "set":
        side.tap.set_ship(ship, rest[1], rest[2])
    elif name == "hit":
        side.hits[rest[0]](rest[1])
    elif name == "seen":
        _, place, seconds = rest
        course = side.courses[rest[0]]
        way = [to - at for to, at in zip(place, course.last or place, strict=True)]
        if seconds and not all(math.isfinite(part / seconds) for part in way):
            return None
        return side.module.move_all(
            [course], side.tap, bytearray([3]), array("d", place), bytearray(), array("d"), seconds
        )
    return None


def each(steps: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the steps, with several frames as single ones, and one frame more."""
    frame = ("frame", 16_667, None)
    found: list[tuple[Any, ...]] = []
    for step in steps:
        found += [frame] * step[1] if step[0] == "frames" else [step]
    return [*found, frame]


def play(steps: list[tuple[Any, ...]], *modules: Any) -> None:
    sides = [Side(module) for module in modules]
    for step in each(steps):
        assert len({repr(make(side, step)) for side in sides}) == 1, step
        if step[0] != "frame":
            continue
        first, *others = [side.log.take_block() if step[2] == 5 else b"" for side in sides]
        assert all(block == first for block in others)
        places = [side.places() for side in sides]
        assert all(repr(place) == repr(places[0]) for place in places)
    blocks = [side.log.take_block() for side in sides]
    assert all(block == blocks[0] for block in blocks)
    assert len({(side.log.frames, side.log.microseconds) for side in sides}) == 1


def replay(steps: list[tuple[Any, ...]], module: Any) -> None:
    """Replay each block, and compare all places after each frame."""
    side, replayed = Side(module), World()
    ships = [replayed.add_ship(name, team="Friendly") for name in NAMES]
    seen = []
    steps = each(steps)
    for number, step in enumerate(steps):
        make(side, step)
        if step[0] != "frame":
            continue
        seen.append(side.places())
        if number % 3 == 0 or number == len(steps) - 1:
            block = side.log.take_block()
            for packed in msgpack.unpackb(block) if block else ():
                microseconds, changes, _digest = msgpack.unpackb(packed)
                assert type(microseconds) is int
                apply_changes(replayed, changes, BEFORE)
                places = [(ship.position, ship.velocity, ship.orientation, ship.hull, ship.shields) for ship in ships]
                assert repr(places) == repr(seen.pop(0))
    assert not seen


@native
@given(steps=st.lists(STEPS, max_size=60))
def test_c_and_python_write_the_same_bytes(steps: list[tuple[Any, ...]]) -> None:
    play(steps, PYTHON, kernel)


@pytest.mark.parametrize("module", [PYTHON, pytest.param(kernel, marks=native)])
@given(steps=st.lists(STEPS, max_size=60))
def test_a_replay_has_every_ship_where_it_was(module: Any, steps: list[tuple[Any, ...]]) -> None:
    replay(steps, module)


@pytest.mark.parametrize("module", [PYTHON, pytest.param(kernel, marks=native)])
def test_moves_that_follow_from_the_last_place_take_a_few_bytes(module: Any) -> None:
    side = Side(module)
    ship = side.ships[0]
    side.tap.move_ship(ship, (0.1, 0.2, 0.3), (1.0, 2.0, 3.7))
    full = len(side.log.changes()[0])
    side.log.end_frame(16_667)
    side.log.begin_frame(16_667)
    side.log.leave_frame()
    x, y, z = ship.position
    seconds = 16_667 / 1e6
    side.tap.move_ship(ship, (x + 1.0 * seconds, y + 2.0 * seconds, z + 3.7 * seconds))
    short = len(side.log.changes()[0])
    assert full - short == 48  # two vectors of doubles


class Refusing(World):
    """A world that accepts no jump."""

    def place_ship(
        self, ship: Any, position: Any, velocity: Any = None, orientation: Any = None, jump: bool = False
    ) -> None:
        raise LookupError("no jumps")


@pytest.mark.parametrize("module", [PYTHON, pytest.param(kernel, marks=native)])
def test_a_move_that_fails_is_taken_back(module: Any) -> None:
    side = Side(module)
    side.tap.move_ship(side.ships[0], (1.0, 2.0, 3.0))
    before = side.log.changes()
    refusing = Refusing()
    refusing.facts.observer = lambda key: None  # so that moves leave C
    ship = refusing.add_ship("Beta 1")
    side.tap.use_log(refusing, refusing.ships, side.log, side)
    with pytest.raises(LookupError):
        side.tap.move_ship(ship, (4.0, 5.0, 6.0), jump=True)
    assert side.log.changes() == before and side.log.count == 1


@pytest.mark.parametrize("module", [PYTHON, pytest.param(kernel, marks=native)])
@pytest.mark.parametrize(
    "arguments",
    [
        ((1.0, 2.0, math.nan),),
        ((1.0, 2.0, 3),),
        ([1.0, 2.0, 3.0],),
        ((1.0, 2.0, 3.0), (0.0, math.inf, 0.0)),
        ((1.0, 2.0, 3.0), None, (1.0,) * 8),
        ((1.0, 2.0, 3.0), None, None, 1),
    ],
)
def test_what_no_record_can_say_is_left_to_the_recorder(module: Any, arguments: tuple[Any, ...]) -> None:
    log = module.ChangeLog()
    ship, stranger = World().add_ship("Alpha 1"), World().add_ship("Alpha 1")
    log.ships = {"alpha 1": ship}
    filled = (*arguments, None, None)[:3] if len(arguments) < 4 else arguments[:3]
    assert not log.move(ship, *filled, arguments[3] if len(arguments) == 4 else False)
    assert not log.move(stranger, (1.0, 2.0, 3.0), None, None, False)
    assert (
        not log.points(stranger, True, 1.0) and not log.points(ship, True, 1) and not log.points(ship, True, math.nan)
    )
    assert log.count == 0
    assert log.points(ship, False, 0.5) and log.count == 1


@pytest.mark.parametrize("module", [PYTHON, pytest.param(kernel, marks=native)])
def test_a_node_that_reports_no_place_in_space_is_refused(module: Any) -> None:
    side = Side(module)

    def refuse(*arguments: Any) -> None:
        raise PermissionError

    side.record = refuse  # type: ignore[method-assign,assignment]
    with pytest.raises(PermissionError):
        side.courses[0].move(side.tap, (0.0, math.inf, 0.0), None, None, 0.5)
    assert side.log.count == 0 and side.ships[0].position == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("module", [PYTHON, pytest.param(kernel, marks=native)])
def test_operators_of_the_game_are_numbered_anew_in_each_frame(module: Any) -> None:
    count = module.ActionCount()
    log = module.ChangeLog(count)
    log.end_frame(16_667, 5)
    for _ in range(2):
        phases = []
        for begin in (log.begin_asking, log.begin_asking):
            begin()
            phases.append(log.phase)
        log.begin_frame(16_667)
        count.value = 3
        for begin in (log.begin_action, log.begin_asking):
            begin()
            phases.append(log.phase)
        log.leave_frame()
        assert log.phase == BEFORE and log.end_usual_frame(16_667)
        count.value = 1
        log.begin_action()
        phases.append(log.phase)
        assert phases == [2**30 + 1, 2**30 + 2, 4, 2**30 + 3, 2**31 + 1]
