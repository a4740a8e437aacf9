"""Sweeps: play a mission with many seeds, and compare the runs. A run depends on mission, seed and settings only.

A `Task` holds everything that a run needs, as data that any process on any machine can play. `play_one` plays it,
`summary` describes many runs, and `compare` finds how two versions of a mission differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import log2
from pathlib import Path
from shlex import quote
from statistics import median
from time import perf_counter
from typing import Any, Final

from sexp_runtime import __version__
from sexp_runtime.mission.source import MAX_BYTES, read_regular
from sexp_runtime.monitor.histogram import Histogram
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.operators.own_tables import read_table, tables_beside
from sexp_runtime.session import MissionSession

#: The part of a run's result that depends on the machine and not on the mission.
COST: Final = "frame_us"
#: Maximum number of runs that a summary lists as odd.
ODD_RUNS: Final = 5
#: Share of the runs below which an outcome of an event is named as a reason why a run is odd.
RARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Task:
    """A mission with everything that its runs depend on, except the seed.

    name: the mission's file name. content: of the file. tables: (file name, text) of the tables of operators near it.
    seconds, fps: mission time of a run, and frames a second of it. dialect: "auto", "fso" or "wcs".
    """

    name: str
    content: bytes
    tables: tuple[tuple[str, str], ...] = ()
    seconds: int = 300
    fps: int = 60
    dialect: str = "auto"

    @property
    def settings(self) -> dict[str, Any]:
        """What must be equal for runs to be comparable: version, digest of the mission, length, frame rate, dialect."""
        whole = hashlib.sha256(self.content)
        for name, text in self.tables:
            whole.update(f"\n{name}\n{text}".encode("utf-8", "replace"))
        return {
            "mission": self.name, "digest": whole.hexdigest()[:16], "version": __version__, "seconds": self.seconds,
            "fps": self.fps, "dialect": self.dialect,
        }  # fmt: skip


def make_task(path: Path, *, seconds: int = 300, fps: int = 60, dialect: str = "auto") -> Task:
    """Read a mission and the tables near it. Raises OSError, or ValueError for a file that holds no mission."""
    content = read_regular(path, MAX_BYTES)
    tables = tuple((file.name, file.read_bytes().decode("utf-8", "replace")) for file in tables_beside(path))
    task = Task(path.name, content, tables, seconds, fps, dialect)
    _load(task, 1).close()
    return task


def _load(task: Task, seed: int, *, scenario: bool = False) -> MissionSession:
    operators: OwnOperators | None = None
    if task.tables:
        operators = OwnOperators()
        for name, text in task.tables:
            read_table(operators, text, name)
    return MissionSession.load(
        task.content, file=task.name, seed=seed, scenario=scenario, dialect=task.dialect, monitor=Mode.OFF,
        operators=operators,
    )  # fmt: skip


def play_one(task: Task, seed: int) -> dict[str, Any]:
    """Play a simulated battle with one seed, and return what happened as data for JSON.

    `events` has the time in seconds at which each event first came true, None if it did not; `goals` [time of
    completion or None, whether failed]; `evaluations` is how many formulas were evaluated. All this is the same in any
    process; only `frame_us` (median, p99 and maximum of a frame in microseconds, the simulator included) is not.
    """
    with _load(task, seed, scenario=True) as session:
        events: dict[int, float] = {}
        goals: dict[str, float] = {}

        def came_true(_: str, index: int) -> None:
            events.setdefault(index, session.mission_time)

        def changed(name: str, status: str) -> None:
            if status == "complete":
                goals.setdefault(name.lower(), session.mission_time)

        session.on_event_satisfied.append(came_true)
        session.on_goal_changed.append(changed)
        costs = Histogram()
        began = perf_counter()
        for _ in session.play(task.seconds * task.fps, task.fps):
            now = perf_counter()
            costs.record((now - began) * 1e9)
            began = perf_counter()
        world = session.world
        return {
            "seed": seed,
            "ended": world.mission_over,
            "seconds": session.mission_time,
            "evaluations": session.counters()["evaluations"],
            "events": [events.get(one.index) for one in world.events],
            "goals": [
                [goals.get(one.key) if one.status == "complete" else None, one.status == "failed"]
                for one in world.goals
            ],
            COST: [
                round(costs.quantile(0.5) / 1e3, 1),
                round(costs.quantile(0.99) / 1e3, 1),
                round(costs.largest / 1e3),
            ],
        }


@dataclass(slots=True)
class Sweep:
    """The runs of one mission: its `settings`, the names of its events and goals, and the runs in order of seeds."""

    settings: dict[str, Any]
    events: list[str]
    goals: list[str]
    runs: list[dict[str, Any]]

    @classmethod
    def of(cls, task: Task, runs: Sequence[dict[str, Any]]) -> Sweep:
        """Return the sweep of runs of a task, in any order."""
        with _load(task, 1) as session:
            events, goals = ([one.name for one in rows] for rows in (session.world.events, session.world.goals))
        return cls(task.settings, events, goals, sorted(runs, key=lambda run: int(run["seed"])))

    def as_dict(self) -> dict[str, Any]:
        """Return it as data for JSON, with its summary; `from_dict` reads it."""
        return {**asdict(self), "summary": summary(self)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Sweep:
        """Return the sweep that `as_dict` gave; ValueError for other data."""
        try:
            return cls(dict(data["settings"]), list(data["events"]), list(data["goals"]), list(data["runs"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"these are no runs of a sweep: {error} is missing") from error

    def replay_command(self, seed: int) -> str:
        """Return the command that plays a run again."""
        chosen = self.settings
        extra = "" if chosen["dialect"] == "auto" else f" --dialect {chosen['dialect']}"
        fps = "" if chosen["fps"] == 60 else f" --fps {chosen['fps']}"
        return f"sexp run {quote(str(chosen['mission']))} --seed {seed} --seconds {chosen['seconds']}{fps}{extra}"


def merge(parts: Sequence[Sweep]) -> list[Sweep]:
    """Join the parts of sweeps, as of shards: one sweep for each mission and settings.

    A seed that two parts have must have the same result in both, its frame cost aside; ValueError otherwise.
    """
    whole: dict[tuple[Any, ...], Sweep] = {}
    for part in parts:
        key = tuple(sorted((name, str(value)) for name, value in part.settings.items()))
        found = whole.setdefault(key, Sweep(part.settings, part.events, part.goals, []))
        known = {run["seed"]: run for run in found.runs}
        for run in part.runs:
            twin = known.get(run["seed"])
            if twin is None:
                known[run["seed"]] = run
            elif result_of(twin) != result_of(run):
                raise ValueError(f"{part.settings['mission']}: seed {run['seed']} has two different results")
        found.runs = [known[seed] for seed in sorted(known)]
    return list(whole.values())


def result_of(run: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a run's result that mission and seed determine: all except its frame cost."""
    return {name: value for name, value in run.items() if name != COST}


def summary(sweep: Sweep) -> dict[str, Any]:
    """Return the numbers over all runs.

    Rows of events and goals have `name`, `share` (of the runs in which it came true, 0 to 1) and, if above 0, the
    first times `min`, `median` and `max` in seconds with the seeds of the extremes; goals also `failed_share`. `never`
    names what never came true. `frame_us` has, for median, p99 and maximum of a run's frames, the least, median and
    most of all runs. `worst` are the seeds of the slowest run by p99, of the run with the most failed goals and of
    that with the fewest events; `odd` the runs whose events differ most from the others', with the reasons.
    """
    runs = sweep.runs
    events = [_row(name, [(run["events"][at], run["seed"]) for run in runs]) for at, name in enumerate(sweep.events)]
    goals = []
    for at, name in enumerate(sweep.goals):
        row = _row(name, [(run["goals"][at][0], run["seed"]) for run in runs])
        row["failed_share"] = sum(run["goals"][at][1] for run in runs) / len(runs)
        goals.append(row)
    costs = list(zip(*(run[COST] for run in runs), strict=True))
    return {
        "runs": len(runs),
        "ended_share": sum(run["ended"] for run in runs) / len(runs),
        "events": events,
        "goals": goals,
        "never": [row["name"] for row in (*events, *goals) if not row["share"]],
        "frame_us": {
            name: [min(values), median(values), max(values)]
            for name, values in zip(("median", "p99", "max"), costs, strict=True)
        },
        "worst": {
            "slowest": max(runs, key=lambda run: float(run[COST][1]))["seed"],
            "most failed goals": max(runs, key=lambda run: sum(failed for _, failed in run["goals"]))["seed"],
            "fewest events": min(runs, key=lambda run: sum(first is not None for first in run["events"]))["seed"],
        },
        "odd": _odd(sweep, [row["share"] for row in events]),
    }


def _row(name: str, firsts: Sequence[tuple[float | None, int]]) -> dict[str, Any]:
    times = sorted((first, seed) for first, seed in firsts if first is not None)
    row: dict[str, Any] = {"name": name, "share": len(times) / len(firsts)}
    if times:
        row |= {
            "min": times[0][0], "median": median(time for time, _ in times), "max": times[-1][0],
            "min_seed": times[0][1], "max_seed": times[-1][1],
        }  # fmt: skip
    return row


def _odd(sweep: Sweep, shares: Sequence[float]) -> list[dict[str, Any]]:
    """Return the runs with the least likely outcomes of events, the oddest first; none if all runs are alike.

    `bits` is the sum of -log2 of the share of runs with the same outcome, over all events.
    """
    scored = []
    for run in sweep.runs:
        likely = [
            share if first is not None else 1.0 - share for first, share in zip(run["events"], shares, strict=True)
        ]
        bits = sum(-log2(chance) for chance in likely)
        reasons = [
            f"{name} {'came true' if first is not None else 'did not come true'}"
            for name, first, chance in zip(sweep.events, run["events"], likely, strict=True)
            if chance <= RARE
        ]
        if reasons:
            scored.append({"seed": run["seed"], "bits": round(bits, 2), "reasons": reasons})
    scored.sort(key=lambda row: (-float(str(row["bits"])), int(str(row["seed"]))))
    return scored[:ODD_RUNS]


def compare(old: Sweep, new: Sweep) -> list[dict[str, Any]]:
    """Return what differs between two versions of a mission, for the seeds that both have; ValueError if none.

    A row for each event and goal that differs: `kind`, `name`, `old` and `new` share (None where a version lacks it),
    `old_median` and `new_median` of the first time in seconds, `seeds` with another outcome and how many, `differ`.
    Events and goals are matched by name; of equal names the first counts.
    """
    both = sorted({run["seed"] for run in old.runs} & {run["seed"] for run in new.runs})
    if not both:
        raise ValueError("the two sweeps have no seed in common")
    rows = []
    for kind in ("events", "goals"):
        before, after = _firsts(old, kind, both), _firsts(new, kind, both)
        for name in dict.fromkeys((*before, *after)):
            row = _difference(kind.removesuffix("s"), name, before.get(name), after.get(name), both)
            if row is not None:
                rows.append(row)
    return rows


def _firsts(sweep: Sweep, kind: str, seeds: Sequence[int]) -> dict[str, list[float | None]]:
    by_seed = {run["seed"]: run for run in sweep.runs}
    found: dict[str, list[float | None]] = {}
    for at, name in enumerate(sweep.events if kind == "events" else sweep.goals):
        values = [by_seed[seed][kind][at] for seed in seeds]
        found.setdefault(name, values if kind == "events" else [value[0] for value in values])
    return found


def _difference(
    kind: str, name: str, old: list[float | None] | None, new: list[float | None] | None, seeds: Sequence[int]
) -> dict[str, Any] | None:
    if old == new:
        return None
    nothing: list[float | None] = [None] * len(seeds)
    differ = [
        seed
        for seed, before, after in zip(seeds, old or nothing, new or nothing, strict=True)
        if (before is None) is not (after is None)
    ]
    return {
        "kind": kind,
        "name": name,
        "old": _share(old),
        "new": _share(new),
        "old_median": _median(old),
        "new_median": _median(new),
        "differ": len(differ),
        "seeds": differ[:ODD_RUNS],
    }


def _share(firsts: list[float | None] | None) -> float | None:
    return None if firsts is None else sum(first is not None for first in firsts) / len(firsts)


def _median(firsts: list[float | None] | None) -> float | None:
    times = [first for first in firsts or () if first is not None]
    return median(times) if times else None
