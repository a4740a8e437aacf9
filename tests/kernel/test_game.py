"""What nodes report, in C and in Python: moves, velocities, jumps, points and the readers' flags are the same."""

from __future__ import annotations

import math
import random
from array import array
from contextlib import closing
from typing import Any

import pytest

from sexp_runtime import kernel
from sexp_runtime.kernel import plain_game
from sexp_runtime.session import MissionSession
from sexp_runtime.world.ships import ShipStatus
from sexp_runtime.world.world import World
from support.acting_missions import mission_of

native = pytest.mark.skipif(kernel.LANGUAGE != "c", reason="there is no compiled kernel")
FACTS = ("position", "velocity", "orientation", "jump", "hull", "shields")


class Side:
    """A world with ships, the flags of readers of all their facts, and what moves and hits them."""

    def __init__(self, module: Any, count: int) -> None:
        self.module = module
        self.world = World()
        self.ships = [self.world.add_ship(f"Ship {number}", team="Friendly") for number in range(count)]
        self.courses = [module.Course(ship) for ship in self.ships]
        self.refused: dict[Any, Any] = {}
        self.others: list[Any] = []
        self.strengths = [
            module.Strength(self.world, ship, "hull", index % 3 == 0) for index, ship in enumerate(self.ships)
        ]
        self.hits = [module.Hits(strength, 1, self.refused, self.taker(strength)).told for strength in self.strengths]
        self.keys = [("ship", ship.key, fact) for ship in self.ships for fact in FACTS]
        self.flags = bytearray(len(self.keys))
        for index, key in enumerate(self.keys):
            self.world.facts.subscribe(key, self.flags, index)

    def taker(self, strength: Any) -> Any:
        """What tracking does with a signal: it checks the value and sets it."""

        def told(*arguments: Any) -> None:
            if len(arguments) < 2 or not isinstance(arguments[1], int | float) or not math.isfinite(arguments[1]):
                self.others.append(arguments)
            elif strength.ship.status is not ShipStatus.EXITED:
                strength.set_left(max(float(arguments[1]), 0.0))

        return told

    def state(self) -> Any:
        fields = [
            (ship.position, ship.velocity, ship.orientation, ship.hull, ship.max_hull, ship.shields)
            for ship in self.ships
        ]
        flags, self.flags[:] = bytes(self.flags), bytes(len(self.flags))
        others = [str(other) for other in self.others]
        return fields, [course.last for course in self.courses], flags, others


def play(seed: int, observed: bool) -> None:
    sides = [Side(plain_game, 6), Side(kernel, 6)]
    for side in sides:
        if observed:
            side.world.facts.observer = lambda key: None
    draw = random.Random(seed)
    velocity_at = [draw.choice((-1, 0, 1)) for _ in range(6)]
    for frame in range(60):
        kinds = bytearray(draw.choice((3, 3, 3, 3, 2, 1, 0)) for _ in range(6))
        numbers = array("d", (draw.choice((0.0, 1.0, draw.uniform(-900, 900))) for _ in range(18)))
        if draw.random() < 0.2:
            numbers[draw.randrange(18)] = draw.choice((math.nan, math.inf, -math.inf, 1e308))
        speed_kinds = bytearray(draw.choice((3, 3, 2, 1)) for _ in range(2))
        speeds = array("d", (draw.choice((0.0, draw.uniform(-60, 60))) for _ in range(6)))
        seconds = draw.choice((0.0, 1 / 60, 0.5))
        bound, which = draw.choice((None, 0.0, 80.0, 5000.0)), draw.randrange(6)
        hits = [(draw.randrange(6), draw.choice((1.5, 60.0, 250.0, -4.0, 7, True, math.nan, "x"))) for _ in range(4)]
        step = draw.random()
        for side in sides:
            side.world.set_ship(side.ships[which], "speed_bound", bound)
            for course, at in zip(side.courses, velocity_at, strict=True):
                course.velocity_at = at
            left = side.module.move_all(side.courses, side.world, kinds, numbers, speed_kinds, speeds, seconds)
            side.others.append(left)
            for index, points in hits:
                side.hits[index]("who", points)
            if step < 0.2:
                side.hits[0]("too few")
            elif step < 0.3:
                side.strengths[which].set_full(draw_full := 40.0 + frame)
                assert side.ships[which].max_hull == draw_full
            elif step < 0.35:
                side.strengths[which].set_left(33.0, True)
            elif step < 0.4:
                side.courses[which].forget()
            elif step < 0.5:
                side.courses[which].move(side.world, (1.0, 2.0, 3.0), None, tuple(map(float, range(9))), seconds)
            elif step < 0.53:
                side.world.move_ship(side.ships[which], (7.0, 8.0, 9.0))
            elif step < 0.55:
                side.ships[which].docked = {"ship 0"} if not side.ships[which].docked else set()
        if step < 0.1:
            for side in sides:
                side.refused[("Ship 0", "hull")] = "x"
        elif step < 0.2:
            for side in sides:
                side.refused.clear()
        assert sides[0].state() == sides[1].state(), (seed, frame)


@native
@pytest.mark.parametrize("observed", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_the_compiled_reports_are_those_of_python(seed: int, observed: bool) -> None:
    play(seed, observed)


@pytest.mark.parametrize("module", [plain_game, pytest.param(kernel, marks=native)])
def test_a_world_that_is_recorded_gets_every_move_and_hit_as_a_call(module: Any) -> None:
    side = Side(module, 1)
    calls: list[Any] = []

    class Tap:
        def move_ship(self, ship: Any, *arguments: Any, jump: bool) -> None:
            ship.position = arguments[0]
            calls.append((ship.name, arguments, jump))

        def set_ship(self, ship: Any, field: str, value: Any) -> None:
            calls.append((ship.name, field, value))

    course = module.Course(side.ships[0])
    for x in (1.0, 1.5):
        module.move_all([course], Tap(), bytearray([3]), array("d", [x, 2.0, 3.0]), bytearray(), array("d"), 0.5)
    strength = module.Strength(Tap(), side.ships[0], "hull", True)
    module.Hits(strength, 0, {}, lambda points: strength.set_left(points)).told(40.0)
    assert calls == [
        ("Ship 0", ((1.0, 2.0, 3.0), None, None), True),
        ("Ship 0", ((1.5, 2.0, 3.0), (1.0, 0.0, 0.0), None), False),
        ("Ship 0", "hull", 40.0),
    ]


@pytest.mark.parametrize("module", [plain_game, pytest.param(kernel, marks=native)])
def test_strength_is_of_hull_or_shields(module: Any) -> None:
    with pytest.raises(ValueError, match="cargo"):
        module.Strength(World(), Side(module, 1).ships[0], "cargo", False)


def watch(engine: str, module: Any, reports: list[list[tuple[float, float]]], first: str = "") -> list[Any]:
    """Return the results of events about a ship with a top speed of 10 m/s, frame by frame.

    `reports` has those of each frame: where along x its node is, and how many seconds after the last frame.
    """
    events = [
        *([first] if first else []),
        '( when ( < ( get-object-x "Beta 1" ) 200 ) ( do-nothing ) )',
        '( when ( < ( distance-center "Alpha 1" "Beta 1" ) 200 ) ( do-nothing ) )',
    ]
    seen = []
    with closing(MissionSession.load(mission_of(events), engine=engine)) as session:
        session.set_variable("v3", 1)
        ship = session.world.ship("Beta 1")
        assert ship is not None
        session.world.set_ship(ship, "speed_bound", 10.0)
        course = module.Course(ship)
        for frame in reports:
            for x, seconds in frame:
                course.move(session.world, (x, 0.0, 0.0), (0.0, 0.0, 0.0), None, seconds)
            session.step_us(16_667)
            seen.append([(event.result, event.count) for event in session.world.events])
    return seen


FRAME = 1 / 60


@pytest.mark.parametrize("module", [plain_game, pytest.param(kernel, marks=native)])
@pytest.mark.parametrize(
    ("reports", "first"),
    [
        ([[(900.0 - 0.9 * frame, FRAME)] for frame in range(900)], ""),
        ([[(900.0, FRAME)]] * 30 + [[(100.0, 0.0), (100.0, FRAME)]] + [[(100.0, FRAME)]] * 20, ""),
        (
            [[(100.0, FRAME)]] * 40,
            '( when ( > @v3[1] 0 ) ( set-object-position "Beta 1" 5000 0 0 ) ( modify-variable @v3[1] 0 ) )',
        ),
    ],
    ids=["a little too fast", "seen between two frames", "moved by the mission, not by the game"],
)
def test_no_move_is_missed(module: Any, reports: list[list[tuple[float, float]]], first: str) -> None:
    naive = watch("naive", module, reports, first)
    assert watch("cached", module, reports, first) == naive
    assert naive[-1][-2][0] == 1
