#!/usr/bin/env python3
"""The cost of calls between Godot and Python, compared with GDScript, and the cost of starting Python.

Every figure is the median of several passes in one engine, in CPU time of the thread; the cost of the empty loop is
taken off. Start-up is real time, and CPU time beside it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _godot import make_project, run, set_up_engine

#: The targets, in microseconds.
GOALS_US = {
    "signal -> function, 0 arguments": 1.0,
    "signal -> function, 2 arguments": 1.0,
    "GDScript -> method, int to int": 1.0,
    "GDScript -> method, typed": 1.0,
    "Python -> method, int back": 0.5,
    "Python -> node look-up by path": 1.0,
    "Python -> property read, float": 0.5,
    "idle tick (_process)": 3.0,
}
GOAL_START_SECONDS = 0.2
GOAL_MEMORY_MB = 30.0


def start_up(engine: str, projects: list[Path], work: Path, starts: int) -> list[tuple[float, float, float]]:
    """Per project (seconds, CPU seconds, megabytes): medians over several starts in turn."""
    figures: list[list[tuple[float, float, float]]] = [[] for _ in projects]
    answer = work / "memory"
    for _ in range(starts + 1):
        for place, project in zip(figures, projects, strict=True):
            real, cpu = run(engine, project, "ready", str(answer))
            place.append((real, cpu, int(answer.read_text()) / 1024))
            answer.unlink()
    return [tuple(statistics.median(column) for column in zip(*place[1:], strict=True)) for place in figures]


def measure(engine: str, rounds: int, starts: int) -> dict[str, Any]:
    """All figures: microseconds per thing for Python and GDScript, start-up seconds and megabytes."""
    with tempfile.TemporaryDirectory(prefix="bench-binding-") as temporary:
        work = Path(temporary)
        with_python = make_project(work / "with", "_binding_inside")
        without = make_project(work / "without", None)
        answer = work / "answer.json"
        run(engine, with_python, "measure", str(answer), str(rounds))
        result: dict[str, Any] = json.loads(answer.read_text())
        (with_python / "project.godot").write_text((without / "project.godot").read_text())
        plain, added = start_up(engine, [without, with_python], work, starts)
        for name, index in (("start_s", 0), ("start_cpu_s", 1), ("memory_mb", 2)):
            result[name] = {"with": added[index], "without": plain[index], "added": added[index] - plain[index]}
    return result


def show(result: dict[str, Any]) -> None:
    print(f"{'microseconds, median':<36}{'Python':>10}{'GDScript':>10}{'goal':>8}")
    for name, value in result["python"].items():
        twin, goal = result["gdscript"].get(name), GOALS_US.get(name)
        texts = ("" if twin is None else f"{twin:.3f}", "" if goal is None else f"{goal:g}")
        mark = "" if goal is None else ("  ok" if value <= goal else "  MISSED")
        print(f"{name:<36}{value:>10.3f}{texts[0]:>10}{texts[1]:>8}{mark}")
    for name, text, goal in (
        ("start_s", "start-up, seconds", GOAL_START_SECONDS),
        ("start_cpu_s", "start-up, CPU seconds", GOAL_START_SECONDS),
        ("memory_mb", "memory at ready, MB", GOAL_MEMORY_MB),
    ):
        part = result[name]
        mark = "ok" if part["added"] <= goal else "MISSED"
        print(
            f"{text}: {part['with']:.3f} with, {part['without']:.3f} without Python: {part['added']:+.3f} "
            f"(goal {goal:g})  {mark}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100_000, help="rounds per pass (default 100000)")
    parser.add_argument("--starts", type=int, default=7, help="starts of the engine for the start-up time (default 7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to a file")
    options = parser.parse_args()
    result = measure(set_up_engine(), options.rounds, options.starts)
    show(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
