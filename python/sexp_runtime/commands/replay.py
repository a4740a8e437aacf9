"""`replay`: reproduce a recorded run, show a moment of it, or play on from there as a copy."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from sexp_runtime.analysis.moments import moment_of
from sexp_runtime.analysis.rehearsal import ReplayAhead
from sexp_runtime.analysis.replay import Replay, recorded_length
from sexp_runtime.breaks import SYNTAX, Breaks
from sexp_runtime.commands.options import finite_number, positive_int
from sexp_runtime.commands.output import write_json
from sexp_runtime.commands.progress import track_some
from sexp_runtime.commands.run import print_summary, summary
from sexp_runtime.commands.tables import text_table, tree_lines, wrapped
from sexp_runtime.engines import ENGINES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("recording", type=Path, help="the file that `record` or a game wrote")
    parser.add_argument("--engine", choices=ENGINES, help="the engine (default: the recorded one)")
    parser.add_argument("--diff", action="store_true", help="run both naive and cached and compare each frame")
    parser.add_argument(
        "--at", type=finite_number, metavar="SECONDS",
        help="show the mission at this moment: mission time, or a negative number of seconds before the end",
    )  # fmt: skip
    parser.add_argument(
        "--break", dest="breaks", action="append", default=[], metavar="BREAK",
        help=f"instead of --at: show the mission at the first moment of {SYNTAX}; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--event", action="append", default=[], metavar="NAME",
        help="with --at or --break: show the formula of an event with the value of every part; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--play-on",
        type=finite_number,
        metavar="SECONDS",
        help="with --at or --break: play on from there for so long, as a copy",
    )
    parser.add_argument(
        "--simulated", action="store_true", help="with --play-on: the simulator takes over the ships (else they rest)"
    )
    parser.add_argument("--fps", type=positive_int, default=60, help="with --play-on: frames a second (default 60)")
    parser.add_argument(
        "--record", type=Path, metavar="OUT", help="with --play-on: record the copy, from the beginning of the mission"
    )
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON, - for standard output")


def run(args: argparse.Namespace) -> int:
    """Run the command: 1 if the run was not reproduced or the file is damaged, 2 if it is no recording."""
    wrong = _wrong_use(args)
    if wrong:
        print(f"sexp replay: {wrong}", file=sys.stderr)
        return 2
    try:
        if args.at is not None or args.breaks:
            result = _moment(args)
        else:
            result = _diff(args.recording) if args.diff else _replay(args.recording, args.engine)
    except KeyError as error:
        print(f"sexp replay: {error.args[0]}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if args.json:
        write_json(args.json, result)
    elif "moment" not in result:
        for name, value in result.items():
            print(f"{name}: {value}")
    if args.json != "-" and "moment" in result:
        _show(result)
    return 1 if result["mismatches"] or result["damage"] else 0


def _wrong_use(args: argparse.Namespace) -> str:
    """Return what is wrong with the options together, "" if nothing is."""
    if args.at is not None and args.breaks:
        return "choose a moment with --at or with --break, not with both"
    moment = args.at is not None or bool(args.breaks)
    if not moment and (args.event or args.play_on is not None):
        return "--event and --play-on need --at or --break"
    if moment and args.diff:
        return "--diff compares whole runs; it goes without --at and --break"
    if args.play_on is None and (args.simulated or args.record is not None):
        return "--simulated and --record need --play-on"
    if args.play_on is not None and not 0 < args.play_on <= 86_400:
        return "--play-on needs a number of seconds above 0, at most a day"
    if args.record is not None and args.record.exists() and args.record.samefile(args.recording):
        return "--record needs another file than the recording"
    return ""


def _replay(path: Path, engine: str | None) -> dict[str, Any]:
    replay = Replay(path, engine=engine)
    for _ in replay.run():
        pass
    counters = replay.session.counters()
    result = {
        "engine": replay.session.engine, "frames": replay.frames, "damage": replay.damage,
        "mismatches": len(replay.mismatches), "first_mismatches": replay.mismatches[:10],
        "requests": counters["requests"], "evaluations": counters["evaluations"], "digest": replay.session.digest(),
    }  # fmt: skip
    replay.session.close()
    return result


def _diff(path: Path) -> dict[str, Any]:
    naive, cached = Replay(path, engine="naive"), Replay(path, engine="cached")
    different = []
    while naive.step() and cached.step():
        if naive.session.digest() != cached.session.digest():
            different.append(naive.frames)
    result = {
        "engine": "naive and cached", "frames": naive.frames, "damage": naive.damage,
        "mismatches": len(different), "first_mismatches": different[:10],
        "evaluations_naive": naive.session.counters()["evaluations"],
        "evaluations_cached": cached.session.counters()["evaluations"],
    }  # fmt: skip
    naive.session.close()
    cached.session.close()
    return result


def _moment(args: argparse.Namespace) -> dict[str, Any]:
    """Replay up to the moment; return it, and what followed if the copy plays on. Raises KeyError for a wrong name."""
    frames, seconds = recorded_length(args.recording)
    stopped: list[str] = []
    if args.breaks:
        count, stopped = _first_break(args)
    settings: dict[str, Any] = {} if args.record is None else {"record_to": args.record}
    replay = Replay(args.recording, engine=args.engine, **settings)
    session = replay.session
    try:
        if args.breaks:
            made = replay.run_frames(count)
        else:
            made = replay.run_to(args.at if args.at >= 0 else max(seconds + args.at, 0.0))
        for _ in track_some(made, frames, args.recording.stem):
            pass
        known = {event.name.lower(): event.index for event in session.world.events}
        for name in args.event:
            if name.lower() not in known:
                near = difflib.get_close_matches(name, [event.name for event in session.world.events], 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise KeyError(f"{session.mission_name} has no event {name!r}{hint}")
        result: dict[str, Any] = {
            "recording": args.recording.name, "engine": session.engine, "frames": replay.frames,
            "of_frames": frames, "of_seconds": seconds, "damage": replay.damage, "mismatches": len(replay.mismatches),
            "stopped": stopped, "moment": moment_of(session), "trees": {},
        }  # fmt: skip
        for name in args.event:
            tree = session.explain_tree("event", known[name.lower()])
            result["trees"][name] = {"lines": tree_lines(tree), "tree": tree.as_dict()}
        if args.play_on is not None:
            replay.hand_over(simulated=args.simulated)
            actions: Counter[str] = Counter()
            session.on_action.append(lambda operator, arguments: actions.update((operator,)))
            more = round(args.play_on * args.fps)
            for _ in track_some(session.play(more, args.fps), more, args.recording.stem):
                pass
            result["played_on"] = summary(session, actions, session.counters()["frames"])
            result["recorded"] = "" if args.record is None else str(args.record)
        return result
    finally:
        session.close()


def _first_break(args: argparse.Namespace) -> tuple[int, list[str]]:
    """Replay until a break is hit; return the frames up to there, and why. An action counts before its frame.

    Raises BreakError for a break that cannot be set, and ValueError if none is hit.
    """
    replay = Replay(args.recording, engine=args.engine)
    try:
        breaks = Breaks(replay.session, ReplayAhead(args.recording, args.engine))
        try:
            for text in args.breaks:
                breaks.add(text)
            while replay.next_step_us is not None:
                reasons = breaks.before(replay.next_step_us)
                if not reasons:
                    replay.step()
                    reasons = breaks.check()
                if reasons:
                    return replay.frames, reasons
        finally:
            breaks.close()
        raise ValueError(f"{args.recording}: no break is hit in the {replay.frames:,} frames of the recording")
    finally:
        replay.session.close()


def _show(result: dict[str, Any]) -> None:
    moment = result["moment"]
    head = (
        f"{result['recording']}: {moment['mission']} at {moment['time']:.3f} s of {result['of_seconds']:.3f} s"
        f" (frame {result['frames']:,} of {result['of_frames']:,}, {result['engine']} engine)"
    )
    print("\n".join(wrapped("", head)))
    for reason in result["stopped"]:
        print("\n".join(wrapped("", f"stopped: {reason}")))
    if result["damage"]:
        print(f"damaged: {result['damage']}")
    if result["mismatches"]:
        print(f"not reproduced: {result['mismatches']} check sums differ; was another version used?")
    _show_moment(moment)
    for name, tree in result["trees"].items():
        print(f'event "{name}", > marks what decides')
        print("\n".join(tree["lines"]))
    played = result.get("played_on")
    if played is not None:
        print(f"\nplayed on to {played['seconds']:.3f} s:")
        print_summary(played)
        if result["recorded"]:
            print(f"wrote {result['recorded']}")


def _show_moment(moment: dict[str, Any]) -> None:
    rows = [
        {**row, "time": "" if row["first_time"] is None else f"{row['first_time']:.3f} s", "times": _times(row)}
        for row in moment["events"]
    ]
    columns = [("outcome", "outcome", ""), ("time", "first", ""), ("times", "count", ""), ("name", "event", "")]
    print("\n".join(("events", *text_table(rows, columns))))
    if moment["goals"]:
        print("goals")
        for goal in moment["goals"]:
            print(f"  {goal['status']:<10} {goal['name']}{' (invalid)' if goal['invalid'] else ''}")
    for title, values in (("variables", moment["variables"]), ("containers", moment["containers"])):
        if values:
            print(title)
        for name, value in values.items():
            print("\n".join(wrapped("  ", f"{name} = {_value(value)}")))
    ships = [
        {**ship, "place": "({:.0f}, {:.0f}, {:.0f})".format(*ship["position"])}
        for ship in moment["ships"]
        if ship["status"] != "exited"
    ]
    if ships:
        columns = [("name", "ship", ""), ("status", "status", ""), ("hull", "hull %", ".0f"),
                   ("shields", "shields %", ".0f"), ("place", "position (m)", ""), ("speed", "m/s", ".0f")]  # fmt: skip
        print("\n".join(text_table(ships, columns, indent=0)))
    gone = [ship["name"] for ship in moment["ships"] if ship["status"] == "exited"]
    if gone:
        print("\n".join(wrapped("", f"gone: {', '.join(gone)}")))
    if moment["log"]:
        print("mission log, latest last")
        for entry in moment["log"]:
            print(
                f"  {entry['time']:9.3f} s  {entry['kind']}  {' '.join(filter(None, (entry['name'], entry['second'])))}"
            )


def _times(row: dict[str, Any]) -> str:
    return f"{row['count']}x" if row["count"] else ""


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}"
    return "[" + ", ".join(value) + "]" if isinstance(value, list) else str(value)
