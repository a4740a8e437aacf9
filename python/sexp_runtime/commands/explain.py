"""`explain`: play a mission up to a moment, then explain the value of an event, goal or cue and what it waits for."""

from __future__ import annotations

import argparse
import difflib
import sys
from dataclasses import asdict
from pathlib import Path

from sexp_runtime.commands.options import finite_number
from sexp_runtime.commands.output import write_json
from sexp_runtime.commands.tables import fitted, tree_lines
from sexp_runtime.events.explain import FactTimes
from sexp_runtime.events.tree import TreePart
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("mission", metavar="MISSION", type=Path, help="mission file (.fs2)")
    parser.add_argument("name", metavar="EVENT", help="name of the event, or of what --kind says")
    parser.add_argument("--kind", choices=("event", "goal", "cue"), default="event", help="what is named")
    parser.add_argument("--tree", action="store_true", help="show the formula with the value of every part")
    parser.add_argument("--at", type=finite_number, default=10.0, metavar="SECONDS", help="mission time (default: 10)")
    parser.add_argument(
        "--fps", type=finite_number, default=60.0, help="frames per second of mission time (default: 60)"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the battle and of random operators (default: 1)")
    parser.add_argument("--dialect", choices=("auto", "fso", "wcs"), default="auto", help="dialect (default: auto)")
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON to FILE, - for standard output")


def run(args: argparse.Namespace) -> int:
    """Explain; 0 if there is such an event, 1 if not, 2 for wrong use or an unreadable mission."""
    if args.fps <= 0 or args.at < 0:
        print("sexp explain: --fps must be positive and --at not negative", file=sys.stderr)
        return 2
    try:
        session = MissionSession.load(
            args.mission, seed=args.seed, scenario=True, dialect=args.dialect, freeze_gc=False, monitor=Mode.OFF
        )
    except ValueError as error:
        print(f"sexp explain: {args.mission}: {error}", file=sys.stderr)
        return 2
    world = session.world
    times = FactTimes(world)
    step_us = round(1_000_000 / args.fps)
    end_us = round(args.at * 1_000_000)
    while world.clock.us < end_us:
        session.step_us(min(step_us, end_us - world.clock.us))
    try:
        found = session.explain(args.kind, args.name, times)
        tree = _tree(session, args.kind, found.index) if args.tree else None
    except KeyError:
        names = [event.name for event in world.events] if args.kind == "event" else []
        near = difflib.get_close_matches(args.name, names)
        hint = f"; did you mean {', '.join(repr(name) for name in near)}?" if near else ""
        print(f"sexp explain: there is no {args.kind} {args.name!r}{hint}", file=sys.stderr)
        return 1
    finally:
        times.detach()
        session.close()
    if args.json:
        found_data = asdict(found) if tree is None else {**asdict(found), "tree": tree.as_dict()}
        write_json(args.json, {"time": session.mission_time, **found_data})
    if args.json != "-":
        print("\n".join(fitted(f"at {session.mission_time:.3f} s: {found}")))
        if tree is not None:
            print("\n".join(("  formula, > marks what decides:", *tree_lines(tree))))
    return 0


def _tree(session: MissionSession, kind: str, index: int) -> TreePart | None:
    try:
        return session.explain_tree(kind, index)
    except ValueError:
        return None  # no formula: the explanation says so
