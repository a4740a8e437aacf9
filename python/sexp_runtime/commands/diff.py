"""`diff`: play missions on the naive and the cached engine side by side and compare everything after every frame."""

from __future__ import annotations

import argparse
import random
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sexp_runtime.commands.options import finite_number
from sexp_runtime.commands.output import write_json
from sexp_runtime.commands.progress import track
from sexp_runtime.engines import ENGINES
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.rules.trace import compare, snapshot
from sexp_runtime.session import MissionSession
from sexp_runtime.world.mission_state import Kind

#: Maximum number of differences listed for each mission; a run stops at the first frame with any.
LISTED = 20
#: With --uneven: one frame in this many is long, its maximum seconds, and one frame in this many lasts no time.
LONG_ONE_IN, LONGEST, STILL_ONE_IN = 12, 3.0, 9
#: With --evict, one in this many cached values is dropped in each frame.
EVICT_ONE_IN = 20


@dataclass(slots=True)
class DiffResult:
    """The comparison of one mission. A mismatch is one value that differs, in the first frame with any."""

    mission: str
    seed: int
    frames: int = 0
    mismatches: int = 0
    requests: int = 0
    naive_evaluations: int = 0
    cached_evaluations: int = 0
    evicted: int = 0
    errors: int = 0
    seconds: float = 0.0
    differences: list[dict[str, Any]] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("missions", nargs="+", metavar="MISSION", type=Path, help="mission file (.fs2)")
    parser.add_argument("--frames", type=int, default=3600, metavar="N", help="frames to compare (default: 3600)")
    parser.add_argument(
        "--fps", type=finite_number, default=60.0, help="frames per second of mission time (default: 60)"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the battle and of random operators (default: 1)")
    parser.add_argument("--engine", choices=ENGINES[1:], default="cached", help="what is compared (default: cached)")
    parser.add_argument("--dialect", choices=("auto", "fso", "wcs"), default="auto", help="dialect (default: auto)")
    parser.add_argument("--evict", action="store_true", help="drop cached values at random in every frame")
    parser.add_argument("--uneven", action="store_true", help="frames of 0 to 3 seconds, at random, among the others")
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON to FILE, - for standard output")


def run(args: argparse.Namespace) -> int:
    """Compare the missions; 0 if nothing differs, 1 if anything does, 2 if a mission is unreadable."""
    if args.fps <= 0 or args.frames < 1:
        print("sexp diff: --fps and --frames must be positive", file=sys.stderr)
        return 2
    results: list[DiffResult] = []
    code = 0
    for path in track(args.missions, "comparing"):
        try:
            result = compare_engines(
                path, frames=args.frames, fps=args.fps, seed=args.seed, engine=args.engine, dialect=args.dialect,
                evict=args.evict, uneven=args.uneven,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            print(f"sexp diff: {path}: {error}", file=sys.stderr)
            code = 2
            continue
        results.append(result)
        if result.mismatches:
            code = max(code, 1)
        if args.json != "-":
            _print(result)
    if args.json:
        write_json(args.json, _summary(results))
    return code


def compare_engines(
    mission: str | Path,
    *,
    frames: int,
    fps: float = 60.0,
    seed: int = 1,
    engine: str = "cached",
    dialect: str = "auto",
    evict: bool = False,
    uneven: bool = False,
) -> DiffResult:
    """Play a mission on the naive engine and another one and compare every frame, up to the first difference.

    Raises OSError for a file that cannot be read and ValueError for a file without a mission.
    """
    result = DiffResult(Path(mission).name if isinstance(mission, Path) else "mission", seed)
    started = time.perf_counter()
    sides = []
    for name in ("naive", engine):
        session = MissionSession.load(
            mission, engine=name, seed=seed, scenario=True, dialect=dialect, freeze_gc=False, monitor=Mode.OFF
        )
        actions: list[Any] = []
        session.on_action.append(lambda operator, values, kept=actions: kept.append((operator, values)))  # type: ignore[misc]
        sides.append((session, actions))
    (naive, naive_actions), (other, other_actions) = sides
    usual_us = round(1_000_000 / fps)
    draw = random.Random(seed)
    try:
        for number in range(frames):
            if evict:
                result.evicted += _evict(other, draw)
            step_us = _frame_us(usual_us, draw) if uneven else usual_us
            for session, actions in sides:
                actions.clear()
                session.step_us(step_us)
            result.frames += 1
            differences = compare(
                snapshot(naive.manager, naive_actions, naive.cues),
                snapshot(other.manager, other_actions, other.cues),
                naive.manager,
            )
            if differences:
                result.mismatches += len(differences)
                result.differences += [
                    {"frame": number, "time": naive.mission_time, "what": what, "naive": str(a), engine: str(b),
                     "facts": _facts(other, what)}
                    for what, a, b in differences[:LISTED]
                ]  # fmt: skip
                break
        counted, cached = naive.counters(), other.counters()
        result.requests = counted["requests"]
        result.naive_evaluations = counted["evaluations"]
        result.cached_evaluations = cached["evaluations"]
        result.errors = counted["errors"]
    finally:
        for session, _ in sides:
            session.close()
    result.seconds = time.perf_counter() - started
    return result


def _frame_us(usual_us: int, draw: random.Random) -> int:
    """Return the length of a frame in microseconds: mostly the usual one, sometimes long or zero."""
    if draw.randrange(LONG_ONE_IN) == 0:
        return draw.randrange(round(LONGEST * 1_000_000))
    return 0 if draw.randrange(STILL_ONE_IN) == 0 else usual_us


def _evict(session: MissionSession, draw: random.Random) -> int:
    """Drop cached values at random, as an eviction does: the value goes, its recorded facts stay."""
    dropped = 0
    for row in session.rows.values():
        size = len(row.table)
        for _ in range(size // EVICT_ONE_IN + 1 if size else 0):
            index = draw.randrange(size)
            if row.table.facts[index] is not None and not row.table.dirty.flags[index]:
                row.table.touch(index)
                dropped += 1
    return dropped


def _facts(session: MissionSession, what: str) -> list[str]:
    """Return the facts that the event or goal named in a difference waits for."""
    kind, _, rest = what.partition(" ")
    row = session.rows.get(Kind(kind)) if kind in tuple(Kind) else None
    return [] if row is None else sorted(str(key) for key in row.facts(int(rest.split(" ", 1)[0])))


def _summary(results: list[DiffResult]) -> dict[str, Any]:
    """Return the totals over all missions, with each mission's own numbers."""
    totals = ("frames", "mismatches", "requests", "naive_evaluations", "cached_evaluations", "evicted", "errors")
    summary: dict[str, Any] = {name: sum(getattr(result, name) for result in results) for name in totals}
    summary["missions"] = [asdict(result) for result in results]
    return summary


def _print(result: DiffResult) -> None:
    share = 100.0 * result.cached_evaluations / result.requests if result.requests else 0.0
    print(
        f"{result.mission}: {result.frames} frames, {result.requests} requests, evaluations "
        f"{result.naive_evaluations} naive, {result.cached_evaluations} cached ({share:.2f} %), "
        f"{result.mismatches} mismatches"
    )
    for found in result.differences:
        values = ", ".join(f"{name} {found[name]}" for name in found if name not in ("frame", "time", "what", "facts"))
        print(f"  frame {found['frame']} ({found['time']:.3f} s): {found['what']}: {values}")
        if found["facts"]:
            print("    waits for " + " ".join(found["facts"]))
