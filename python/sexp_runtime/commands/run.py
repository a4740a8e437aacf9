"""`run`: play missions with the seeded simulator, without a game, and report results and cost."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sexp_runtime.analysis.moments import event_row
from sexp_runtime.breaks import SYNTAX, Breaks
from sexp_runtime.commands.options import finite_number
from sexp_runtime.commands.output import write_json
from sexp_runtime.commands.progress import track, track_some
from sexp_runtime.commands.tables import tree_lines, wrapped
from sexp_runtime.engines import ENGINES
from sexp_runtime.rules.cue import CueKind
from sexp_runtime.session import MissionSession
from sexp_runtime.world.mission_state import EventState

#: Mission seconds played when neither --seconds nor --frames says how long.
DEFAULT_SECONDS = 60.0
#: Events listed in the readable summary, unless --all is given.
LISTED = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("missions", nargs="+", metavar="MISSION", type=Path, help="mission file (.fs2)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--frames", type=int, metavar="N", help="frames to play")
    length.add_argument(
        "--seconds",
        type=finite_number,
        metavar="S",
        help=f"mission time to play in seconds (default: {DEFAULT_SECONDS:g})",
    )
    parser.add_argument(
        "--fps", type=finite_number, default=60.0, help="frames per second of mission time (default: 60)"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the battle and of random operators (default: 1)")
    parser.add_argument("--engine", choices=ENGINES, default="cached", help="what evaluates (default: cached)")
    parser.add_argument("--dialect", choices=("auto", "fso", "wcs"), default="auto", help="dialect (default: auto)")
    parser.add_argument("--verify", type=int, default=0, metavar="N", help="check one in N cached answers")
    parser.add_argument(
        "--break",
        dest="breaks",
        action="append",
        default=[],
        metavar="BREAK",
        help=f"stop at {SYNTAX}; an action stops before the frame that would run it, all else after its frame",
    )
    parser.add_argument("--all", action="store_true", help=f"list all events, not only {LISTED}")
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON to FILE, - for standard output")


def run(args: argparse.Namespace) -> int:
    """Play the missions; 0 if all went well, 1 if an operator raised or a cached answer was wrong, 2 if unreadable."""
    if args.fps <= 0:
        print("sexp run: --fps must be positive", file=sys.stderr)
        return 2
    frames = args.frames
    if frames is None:
        frames = round((DEFAULT_SECONDS if args.seconds is None else args.seconds) * args.fps)
    results: list[dict[str, Any]] = []
    code = 0
    for path in track(args.missions, "playing"):
        try:
            result = play(
                path, frames=frames, fps=args.fps, seed=args.seed, engine=args.engine, dialect=args.dialect,
                verify_every=args.verify, progress=len(args.missions) == 1, breaks=args.breaks,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            print(f"sexp run: {path}: {error}", file=sys.stderr)
            code = 2
            continue
        results.append(result)
        if result["errors"] or result["stale_results"]:
            code = max(code, 1)
        if args.json != "-":
            print_summary(result, whole=args.all)
    if args.json:
        write_json(args.json, results[0] if len(args.missions) == 1 and results else results)
    return code


def play(
    path: str | Path,
    *,
    frames: int,
    fps: float = 60.0,
    seed: int = 1,
    engine: str = "cached",
    dialect: str = "auto",
    verify_every: int = 0,
    progress: bool = False,
    breaks: Sequence[str] = (),
) -> dict[str, Any]:
    """Play one mission for a maximum number of frames and return its results, as JSON-able data.

    The mission's end stops it earlier. Frame times are microseconds spent on cues, events and goals, without the
    simulator's own. `progress` draws a bar on a terminal. The first of the `breaks` to be hit ends the run: `stopped`
    has the reasons, and `why` the formula of an event that did as a tree. Raises OSError or ValueError as
    MissionSession.load, BreakError for a break that cannot be set.
    """
    rehearsed = any(text.split()[:1] == ["action"] for text in breaks)
    with TemporaryDirectory(prefix="sexp-run-") if rehearsed else nullcontext() as folder:
        session = MissionSession.load(
            path,
            engine=engine,
            seed=seed,
            scenario=True,
            dialect=dialect,
            verify_every=verify_every,
            freeze_gc=True,
            record_to=None if folder is None else Path(folder) / "run.rec",
        )
        try:
            return _played(session, frames, fps, breaks, Path(path).stem if progress else "")
        finally:
            session.close()


def _played(session: MissionSession, frames: int, fps: float, breaks: Sequence[str], label: str) -> dict[str, Any]:
    actions: Counter[str] = Counter()
    session.on_action.append(lambda operator, arguments: actions.update((operator,)))
    watched = Breaks(session)
    for text in breaks:
        watched.add(text)
    stopped: list[str] = []
    made = _frames(session, frames, fps, watched, stopped)
    for _ in track_some(made, frames, label) if label else made:
        pass
    result = summary(session, actions, session.counters()["frames"])
    if breaks:
        result["stopped"] = stopped
        result["why"] = [line for event in session.world.events if _stopped_by(event, stopped)
                         for line in tree_lines(session.explain_tree("event", event.index), indent=4)]  # fmt: skip
    watched.close()
    return result


def _frames(session: MissionSession, frames: int, fps: float, watched: Breaks, stopped: list[str]) -> Iterator[int]:
    """Make frames as `session.play` does until a break is hit; its reasons go to `stopped`."""
    start = session.world.clock.us
    for number in range(1, frames + 1):
        step_us = start + round(number * 1_000_000 / fps) - session.world.clock.us
        stopped += watched.before(step_us)
        if stopped:
            return
        session.step_us(step_us)
        yield number
        if len(watched):
            stopped += watched.check()
        if stopped or session.world.mission_over:
            return


def _stopped_by(event: EventState, reasons: Sequence[str]) -> bool:
    named = (f'event "{event.name}" ', f'[event "{event.name}"]')
    return any(reason.startswith(named[0]) or reason.endswith(named[1]) for reason in reasons)


def summary(session: MissionSession, actions: Counter[str], played: int) -> dict[str, Any]:
    """Return the results of a session so far, as JSON-able data."""
    world = session.world
    statistics = session.statistics()
    events = [event_row(event) for event in world.events]
    waves = [cue for cue in session.cues.cues if cue.kind in (CueKind.SHIP_ARRIVAL, CueKind.WING_ARRIVAL)]
    return {
        "mission": session.mission_name,
        "file": Path(session.mission.file).name,
        "dialect": session.mission.dialect.value,
        "engine": session.engine,
        "seed": session.settings.seed,
        "frames": played,
        "seconds": session.mission_time,
        "ended": world.mission_over,
        "events": events,
        "events_fired": sum(row["count"] > 0 for row in events),
        "events_failed": sum(row["outcome"] == "failed" for row in events),
        "goals": [{"name": goal.name, "status": goal.status, "invalid": goal.invalid} for goal in world.goals],
        "ships": dict(sorted(Counter(ship.status.value for ship in world.ships.values()).items())),
        "cues": {"arrivals": len(waves), "departures": len(session.cues.cues) - len(waves)},
        "log": dict(sorted(Counter(entry.kind for entry in world.log.entries).items())),
        "actions": dict(sorted(actions.items())),
        "variables": {name: world.variables.text(index) for index, name in enumerate(world.variables.names) if name},
        "requests": statistics["requests"],
        "evaluations": statistics["evaluations"],
        "hit_rate": statistics["hit_rate"],
        "errors": statistics["errors"],
        "stale_results": statistics["stale_results"],
        "frame_time_us": statistics["frame_time_us"],
        "digest": session.digest(),
        "warnings": session.context.warning_count,
        "first_warnings": session.context.warnings[:20],
    }


def print_summary(result: dict[str, Any], *, whole: bool = False) -> None:
    """Print what happened in a readable way."""
    ended = ", the mission ended" if result["ended"] else ""
    head = (
        f"{result['mission']} ({result['file']}, {result['dialect']}): {result['seconds']:.1f} s in"
        f" {result['frames']} frames, {result['engine']} engine, seed {result['seed']}{ended}"
    )
    print("\n".join(wrapped("", head)))
    for reason in result.get("stopped", ()):
        print("\n".join(wrapped("  ", f"stopped  {reason}")))
    for line in result.get("why", ()):
        print(f"    {line}")
    rows = result["events"]
    counted = Counter(row["outcome"] for row in rows)
    words = [f"{counted[word]} {word}" for word in ("satisfied", "failed", "repeating", "open") if counted[word]]
    print(f"  events   {len(rows)}: {', '.join(words) or 'none'}")
    known = sorted((row for row in rows if row["first_time"] is not None), key=lambda row: row["first_time"])
    for row in known if whole else known[:LISTED]:
        often = f" x{row['count']}" if row["count"] > 1 else ""
        print(f"    {row['first_time']:9.3f} s  {row['outcome']:<9}  {row['name']}{often}")
    if len(known) > LISTED and not whole:
        print(f"    ... and {len(known) - LISTED} more; --all lists them")
    for goal in result["goals"]:
        print(f"  goal     {goal['status']:<10} {goal['name']}{' (invalid)' if goal['invalid'] else ''}")
    print("  ships    " + ", ".join(f"{count} {status}" for status, count in result["ships"].items()))
    times = result["frame_time_us"]
    print(
        f"  cost     {result['evaluations']:,} evaluations for {result['requests']:,} requests"
        f" (hit rate {100 * result['hit_rate']:.1f} %)\n"
        f"  frame    median {times['median']:.1f} us, p99 {times['p99']:.1f} us, max {times['max']:.1f} us"
    )
    for word in ("errors", "stale_results", "warnings"):
        if result[word]:
            first = f"; first: {result['first_warnings'][0]}" if result["first_warnings"] else ""
            print(f"  {word.replace('_', ' ')}: {result[word]}{first}")
