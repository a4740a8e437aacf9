"""One hot condition of 15 nodes: a program beside other ways, in Python alone and inside Godot beside its own."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _condition import INTERPRETER, PROGRAM, STATES, Condition, medians
from _godot import find_engine, make_project, run

GOAL_US = 0.2
TURNS = 9


def in_python() -> dict[str, Any]:
    """The result of each way in each state, and its microseconds in several turns, in this process."""
    condition = Condition()
    return {"truths": condition.truths(), "turns": [condition.turn() for _ in range(TURNS)]}


def in_godot(engine: str, rounds: int) -> dict[str, Any]:
    """The same inside a headless Godot, with the engine's own ways."""
    with tempfile.TemporaryDirectory(prefix="bench-expression-") as temporary:
        project, answer = make_project(Path(temporary) / "project", "_expression_inside"), Path(temporary) / "answer"
        run(engine, project, "measure", str(answer), str(rounds))
        found: dict[str, Any] = json.loads(answer.read_text())
        return found


def disagreements(found: dict[str, Any]) -> list[str]:
    """Return the ways that differ from the interpreter, and in which states."""
    truths: dict[str, list[bool]] = found["truths"]
    right = truths[INTERPRETER]
    assert len(right) == len(STATES) and len(set(right)) == 2  # else nothing would be compared
    return [f"{name}: {said}, the interpreter: {right}" for name, said in truths.items() if said != right]


def main() -> int:
    """Measure and print tables; 1 if the ways do not agree on the condition's value."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100_000, help="calls a pass inside Godot (default 100000)")
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE, - for standard output")
    args = parser.parse_args()
    out = sys.stderr if args.json == "-" else sys.stdout
    parts = {"python": in_python()}
    engine, missing = find_engine()
    if engine is not None:
        parts["godot"] = in_godot(engine, args.rounds)
    for part, found in parts.items():
        wrong = disagreements(found)
        if wrong:
            print(f"{part}: the ways disagree", *wrong, sep="\n", file=sys.stderr)
            return 1
        found["microseconds"] = medians(found.pop("turns"))
    print("CPU time of one call, the empty loop's share taken off; medians of passes by turns", file=out)
    for part, found in parts.items():
        taken = found["microseconds"]
        best = taken[PROGRAM]
        print("in Python alone" if part == "python" else f"in one headless Godot, {found['engine']}", file=out)
        for name, each in sorted(taken.items(), key=lambda item: item[1]):
            print(f"  {name:50} {each:8.3f} us   {each / best:6.1f} times", file=out)
        print(f"  goal for a program: <= {GOAL_US} us: {'met' if best <= GOAL_US else 'MISSED'}", file=out)
    if engine is None:
        print(f"Godot's own ways are left out: {missing}", file=out)
    if args.json == "-":
        print(json.dumps(parts))
    elif args.json:
        Path(args.json).write_text(json.dumps(parts) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
