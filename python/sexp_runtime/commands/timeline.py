"""`timeline`: every evaluation of one event, goal or cue: when, by which cause, what it returned."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sexp_runtime.commands.options import finite_number, positive_int
from sexp_runtime.commands.output import write_json
from sexp_runtime.engines import ENGINES
from sexp_runtime.monitor.performance import Mode, describe_cause
from sexp_runtime.session import MissionSession


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("mission", type=Path, help="the mission file")
    parser.add_argument("name", help="name of an event or goal, or part of a formula's name")
    parser.add_argument("--seconds", type=finite_number, default=120.0, help="mission time to play (default 120)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the battle and of random operators (default 1)")
    parser.add_argument("--fps", type=positive_int, default=60, help="frames a second (default 60)")
    parser.add_argument("--engine", choices=ENGINES, default="cached", help="the engine (default cached)")
    parser.add_argument("--most", type=int, default=200, help="rows to show (default 200)")
    parser.add_argument("--json", metavar="FILE", help="write the rows as JSON, - for standard output")


class Timeline:
    """Replaces the monitor's hooks and keeps the evaluations of the chosen formulas."""

    def __init__(self, session: MissionSession, chosen: set[tuple[str, int]]) -> None:
        self.rows: list[dict[str, Any]] = []
        self._session = session
        self._chosen = chosen
        self._monitor = session.monitor

    def formula(self, kind: str, index: int, nanoseconds: int, value: int, cause: object) -> None:
        """Keep one evaluation and pass it on to the monitor, which finds the fact that caused it."""
        self._monitor.formula(kind, index, nanoseconds, value, cause)
        if (kind, index) in self._chosen:
            row: dict[str, Any] = {
                "time": self._session.mission_time, "formula": self._session.owner_of(kind, index), "value": value,
                "cause": describe_cause(self._monitor.formulas[kind, index].last_cause), "us": nanoseconds / 1000,
            }  # fmt: skip
            if kind == "event":
                event = self._session.world.events[index]
                row["result_before"] = event.result
            self.rows.append(row)


def choose(session: MissionSession, name: str) -> set[tuple[str, int]]:
    """Return kind and index of the formulas of that name, or else of those with the text in their names."""
    owners = {
        **{("event", event.index): event.name for event in session.world.events},
        **{("goal", goal.index): goal.name for goal in session.world.goals},
        **{("cue", cue.index): cue.formula.owner for cue in session.cues.cues},
    }
    wanted = name.lower()
    exact = {key for key, owner in owners.items() if owner.lower() == wanted}
    return exact or {key for key, owner in owners.items() if wanted in owner.lower()}


def run(args: argparse.Namespace) -> int:
    """Run the command: 1 if there is no formula of that name, 2 for a mission that cannot be loaded."""
    try:
        session = MissionSession.load(
            args.mission, engine=args.engine, seed=args.seed, scenario=True, monitor=Mode.SAMPLED, sample_every=1
        )  # fmt: skip
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    chosen = choose(session, args.name)
    if not chosen:
        print(f"sexp timeline: no event, goal or cue has {args.name!r} in its name", file=sys.stderr)
        return 1
    timeline = Timeline(session, chosen)
    session.monitor.hook = timeline
    for _ in session.play(round(args.seconds * args.fps), args.fps):
        pass
    session.close()
    if args.json:
        write_json(args.json, timeline.rows)
    if args.json != "-":
        for row in timeline.rows[: args.most]:
            cost = f"{row['us']:8.1f} us"
            print(f"{row['time']:10.3f} s  {row['value']:>11}  {row['cause']:<36} {cost}  {row['formula']}")
        if len(timeline.rows) > args.most:
            print(f"... and {len(timeline.rows) - args.most:,} more (--most)")
    return 0
