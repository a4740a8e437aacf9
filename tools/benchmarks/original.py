"""The cost of a frame compared with the original's C++ evaluator for the same work, in U.

One U is the time of one fixed Python function over a list of 250 numbers, taken in turns with the frames: a measure
that a slower machine stretches like everything else. The original's numbers were taken in the same way, in the same
unit: its conditions, its writes, its ships standing, most of its actions left out.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / "python"), str(Path(__file__).parent)]

from _missions import quantile  # noqa: E402

from sexp_runtime.monitor.performance import Mode  # noqa: E402
from sexp_runtime.session import MissionSession  # noqa: E402

#: Folder of real missions, which are not part of the project.
MISSIONS = Path(os.environ.get("SEXP_MISSIONS") or PROJECT.parent / "shared" / "missions")
#: Length of a frame in microseconds: of the rows, and of the battles.
ROW_US, BATTLE_US = 16_667, 33_333
SHIPS, FLYING, VARIABLES = 100, 21, 250


@dataclass(frozen=True)
class Limit:
    """The limits of a row.

    `original` is the original's frame in U; `must` and `aim` are the greatest shares of it. For the missions of `heavy`
    the original was not measured: the shares are those of `naive`, the median frame in U in which every formula was
    evaluated, as a Python function (the engine `compiled` at the time when the limits were set).
    """

    original: int | None
    must: float
    aim: float | None = None
    naive: int = 0

    @property
    def whole(self) -> int:
        """What the shares are of, in U."""
        return self.original or self.naive


LIMITS = {
    "idle1000": Limit(3254, 0.01),
    "vars250": Limit(3419, 0.7, 0.3),
    "hull1000": Limit(895, 1.0, 0.5),
    "when100": Limit(627, 1.0, 0.3),
    "every100": Limit(5420, 0.1, 0.05),
    "near100": Limit(577, 0.7, 0.5),
    "pairs100": Limit(102, 2.5, 1.5),
    "acts200": Limit(515, 0.7, 0.4),
    "told200": Limit(515, 2.0, 1.0),
    "M01": Limit(369, 0.5, 0.3),
    "M04": Limit(462, 1.0, 0.3),
    "M08": Limit(664, 0.5, 0.3),
    "M18": Limit(863, 0.5, 0.3),
    "M30": Limit(299, 0.5, 0.3),
    "bp2-03": Limit(None, 0.15, 0.05, 10_110),
    "bp2-09": Limit(None, 0.2, 0.05, 10_990),
    "bp2-21": Limit(None, 0.05, 0.05, 89_670),
    "sp-r1-m5": Limit(None, 0.09, 0.05, 21_960),
}


def fixed(numbers: Sequence[int]) -> int:
    """Evaluate the condition of 15 nodes whose time is one U."""
    return 1 if numbers[0] >= 0 and numbers[1] < 100 and (numbers[2] > 500 or numbers[2] + numbers[3] > 1000) else 0


def unit_ns() -> float:
    """Return the nanoseconds of one U now, the least of three rounds."""
    numbers, work = [1] * VARIABLES, fixed
    least = float("inf")
    for _ in range(3):
        start = time.thread_time_ns()
        for _ in range(2000):
            work(numbers)
        least = min(least, (time.thread_time_ns() - start) / 2000)
    return least


# -- the rows ---------------------------------------------------------------------------------------------------------


def ship_text(number: int) -> str:
    """Return the entry of a ship that is there from the beginning; the first is friendly, all others are hostile."""
    return (
        f"$Name: Ship {number}\n$Class: Fighter\n$Team: {'Hostile' if number else 'Friendly'}\n"
        f"$Location: {1000 * number}, 0, 0\n$Arrival Location: Hyperspace\n$Arrival Cue: ( true )\n"
        "$Departure Location: Hyperspace\n$Departure Cue: ( false )\n"
    )


def mission_text(formulas: Sequence[str], *, ships: int = 1, repeats: bool = False) -> str:
    """Return a mission of these events, each once or in every frame, with `VARIABLES` variables v0, v1, ... of 1."""
    variables = "".join(f'\t{number}\t"v{number}"\t"1"\t"number"\n' for number in range(VARIABLES))
    repeat = "+Repeat Count: -1\n+Interval: 0\n" if repeats else ""
    events = "".join(f"$Formula: {text}\n+Name: e{number}\n{repeat}" for number, text in enumerate(formulas))
    objects = "".join(map(ship_text, range(ships)))
    return (
        f"#Mission Info\n$Version: 24.2\n$Name: rows\n#Sexp_variables\n$Variables:\n(\n{variables})\n"
        f"#Players\n$Starting Shipname: Ship 0\n#Objects\n{objects}#Wings\n#Events\n{events}"
        "#Goals\n#Waypoints\n#Messages\n#End\n"
    )


def of_variables(number: int) -> str:
    """Return an event whose condition of 15 nodes reads four variables and is false while they are below 100."""
    a, b, c, d = (f"@v{(number * 7 + step * 61) % VARIABLES}[1]" for step in range(4))
    condition = f"( and ( >= {a} 0 ) ( < {b} 100 ) ( or ( > {c} 500 ) ( > ( + {c} {d} ) {1000 + number % 50} ) ) )"
    return f"( when {condition} ( do-nothing ) )"


def change_nothing(session: MissionSession, tick: int) -> None:
    """Leave the mission as it is."""


def set_all_variables(session: MissionSession, tick: int) -> None:
    """Give every variable another value, by its name."""
    for number in range(VARIABLES):
        session.set_variable(f"v{number}", tick % 90 + 1)


def hit(session: MissionSession, tick: int, numbers: Sequence[int]) -> None:
    """Give ships another hull of 51 to 90 points of 100."""
    world = session.world
    for number in numbers:
        ship = world.ship(f"Ship {number}")
        assert ship is not None
        world.set_ship(ship, "hull", 51.0 + tick % 40)


def hit_one(session: MissionSession, tick: int) -> None:
    """Hit another ship in every frame."""
    hit(session, tick, (tick % SHIPS,))


def hit_all(session: MissionSession, tick: int) -> None:
    """Hit all ships."""
    hit(session, tick, range(SHIPS))


def fly(session: MissionSession, tick: int) -> None:
    """Move all of a few ships."""
    world = session.world
    for number in range(FLYING):
        ship = world.ship(f"Ship {number}")
        assert ship is not None
        world.move_ship(ship, (1000.0 * number, float(tick), 0.0))


@dataclass(frozen=True)
class Row:
    """One kind of work: the mission, what changes before each frame, and how many frames make a round."""

    formulas: Sequence[str]
    change: Callable[[MissionSession, int], None]
    frames: int
    ships: int = 1
    repeats: bool = False
    is_told: bool = False


_ALL = " ".join(f'"Ship {number}"' for number in range(SHIPS))
_PAIRS = [(one, two) for one in range(FLYING) for two in range(one)][:100]
_ACTING = [f"( every-time ( true ) ( modify-variable @v{n}[1] ( + @v{n}[1] 1 ) ) )" for n in range(200)]


def _of_candidates(form: str) -> list[str]:
    condition = '( < ( hits-left "<argument>" ) {} )'
    return [f"( {form} ( any-of {_ALL} ) {condition.format(50 - n)} ( do-nothing ) )" for n in range(10)]


def _of_distance(one: str, two: str, least: int) -> str:
    return f'( when ( < ( distance "{one}" "{two}" ) {least} ) ( do-nothing ) )'


ROWS = {
    "idle1000": Row([of_variables(n) for n in range(1000)], change_nothing, 300),
    "vars250": Row([of_variables(n) for n in range(1000)], set_all_variables, 6),
    "hull1000": Row(
        [f'( when ( < ( hits-left "Ship {n % SHIPS}" ) {50 - n % 40} ) ( do-nothing ) )' for n in range(1000)],
        hit_all,
        6,
        ships=SHIPS,
    ),
    "when100": Row(_of_candidates("when-argument"), hit_one, 6, ships=SHIPS, repeats=True),
    "every100": Row(_of_candidates("every-time-argument"), hit_one, 6, ships=SHIPS, repeats=True),
    "near100": Row([_of_distance("Ship 0", "<any hostile>", n) for n in range(100)], fly, 20, ships=FLYING),
    "pairs100": Row(
        [_of_distance(f"Ship {one}", f"Ship {two}", n) for n, (one, two) in enumerate(_PAIRS)], fly, 20, ships=FLYING
    ),
    "acts200": Row(_ACTING, change_nothing, 20, repeats=True),
    "told200": Row(_ACTING, change_nothing, 20, repeats=True, is_told=True),
}


def measure_row(row: Row, rounds: int) -> tuple[float, float]:
    """Return the microseconds of a frame with its changes and the nanoseconds of one U, the least of the rounds."""
    text = mission_text(row.formulas, ships=row.ships, repeats=row.repeats)
    with closing(MissionSession.load(text, monitor=Mode.OFF, seed=1)) as session:
        if row.is_told:
            session.on_action.append(lambda name, arguments: None)
        for _ in range(60):
            session.step_us(ROW_US)
        for tick in range(1, 31):
            row.change(session, tick)
            session.step_us(ROW_US)
        least_us = least_unit = float("inf")
        for _ in range(rounds):
            least_unit = min(least_unit, unit_ns())
            start = time.thread_time_ns()
            for _ in range(row.frames):
                tick += 1
                row.change(session, tick)
                session.step_us(ROW_US)
            least_us = min(least_us, (time.thread_time_ns() - start) / 1000 / row.frames)
    return least_us, least_unit


# -- missions -------------------------------------------------------------------------------------------------------


def measure_standing(file: Path, rounds: int) -> tuple[float, float]:
    """Return the median microseconds of a frame of a mission without moving ships, and the nanoseconds of one U.

    The first eleven seconds are left out; 300 frames make a round, and the least of the rounds counts.
    """
    with closing(MissionSession.load(file, monitor=Mode.OFF, seed=1)) as session:
        for _ in range(660):
            session.step_us(ROW_US)
        least_us = least_unit = float("inf")
        for _ in range(rounds):
            least_unit = min(least_unit, unit_ns())
            taken = []
            for _ in range(300):
                start = time.thread_time_ns()
                session.step_us(ROW_US)
                taken.append((time.thread_time_ns() - start) / 1000)
            least_us = min(least_us, statistics.median(taken))
    return least_us, least_unit


class _Apart:
    """A scenario whose time is summed, so that it can be subtracted from the frame's."""

    def __init__(self, scenario: Any) -> None:
        self._scenario = scenario
        self.ns = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scenario, name)

    def step(self, *arguments: Any) -> None:
        start = time.thread_time_ns()
        self._scenario.step(*arguments)
        self.ns += time.thread_time_ns() - start


def play_battle(file: Path, seconds: float) -> tuple[list[float], int]:
    """Return the microseconds of each frame after the first second of a simulated battle, and the bytes held."""
    taken = []
    session = MissionSession.load(file, monitor=Mode.OFF, seed=1, scenario=True, freeze_gc=True)
    with closing(session):
        apart = _Apart(session.scenario)
        session.scenario = apart  # type: ignore[assignment]
        for _ in range(round(seconds * 1e6 / BATTLE_US)):
            before, start = apart.ns, time.thread_time_ns()
            session.step_us(BATTLE_US)
            taken.append((time.thread_time_ns() - start - (apart.ns - before)) / 1000)
        held = sum(session.memory().values())
    return taken[30:], held


# -- the table ------------------------------------------------------------------------------------------------------


@dataclass
class Result:
    """One line of the table; the share is of `whole`, in U."""

    name: str
    us: float
    units: float
    whole: int
    is_naive: bool
    share: float
    must: float
    aim: float | None
    more: dict[str, float]

    @property
    def verdict(self) -> str:
        """The limit that is kept."""
        if self.aim is not None and self.share <= self.aim:
            return "aim"
        return "must" if self.share <= self.must else "MISSED"

    def __str__(self) -> str:
        beside = f"{self.whole:6,} U{'n' if self.is_naive else ' '}"
        aim = f"{self.aim:5.2f}" if self.aim is not None else "     "
        more = "".join(f"  {name} {value:,.0f}" for name, value in self.more.items())
        return (
            f"{self.name:10} {self.us:9.2f} us {self.units:8,.0f} U   {beside:>10} {self.share:7.3f}"
            f"   must {self.must:4.2f} aim {aim}  {self.verdict:6}{more}"
        )


def measure(name: str, missions: Path, rounds: int, seconds: float) -> Result | None:
    """Measure one line of the table; None if its mission is missing."""
    limit, more = LIMITS[name], {}
    if name in ROWS:
        us, unit = measure_row(ROWS[name], rounds)
    elif limit.original is not None:
        file = missions / "wc-saga" / f"{name}-BG-Hermes.fs2"
        if not file.is_file():
            return None
        us, unit = measure_standing(file, rounds)
    else:
        file = missions / "heavy" / f"{name}.fs2"
        if not file.is_file():
            return None
        taken, held = play_battle(file, seconds)
        us, unit = statistics.median(taken), unit_ns()
        more = {"p99": quantile(taken, 0.99), "worst": max(taken), "KB": held / 1000}
    units = us * 1000 / unit
    is_naive = limit.original is None
    return Result(name, us, units, limit.whole, is_naive, units / limit.whole, limit.must, limit.aim, more)


def main() -> int:
    """Measure and print the table; the exit status is 0 even if limits are missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="NAME,...", help="of: " + ", ".join(LIMITS))
    parser.add_argument("--rounds", type=int, default=9, metavar="N", help="rounds of each line (default 9)")
    parser.add_argument("--seconds", type=float, default=20.0, metavar="S", help="length of a battle (default 20)")
    parser.add_argument("--missions", type=Path, default=MISSIONS, metavar="FOLDER", help="folder of real missions")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers as JSON")
    options = parser.parse_args()
    names = [name for name in options.only.split(",") if name] or list(LIMITS)
    unknown = sorted(set(names) - set(LIMITS))
    if unknown:
        parser.error(f"there is no row {', '.join(unknown)}; there are: {', '.join(LIMITS)}")
    results = []
    for name in names:
        result = measure(name, options.missions, max(1, options.rounds), max(2.0, options.seconds))
        if result is None:
            print(f"{name:10} left out: its mission is not in {options.missions}", flush=True)
            continue
        results.append(result)
        print(result, flush=True)
    if options.json:
        rows = [{**asdict(result), "verdict": result.verdict} for result in results]
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
