"""The frame that a game sees: `SexpRuntime.step` in a headless Godot, with signals, tracked nodes and recordings."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _godot import find_engine, make_project, run

#: The most microseconds of each row.
MUST = {
    "an action without listeners": 0.1,
    "an action with one handler": 0.8,
    "a tracked node that moves": 0.5,
    "a signal that changes a fact with ten readers": 0.6,
}
MISSIONS = ("M04", "M08", "M18", "M28", "bp2-09")
#: The greatest shares of a plain frame.
COUNTERS, RECORDER = 1.15, 1.05


def measure(engine: str, rounds: int) -> dict[str, Any]:
    """Return the microseconds of rows and missions."""
    with tempfile.TemporaryDirectory(prefix="bench-host-") as temporary:
        project, answer = make_project(Path(temporary) / "project", "_host_inside"), Path(temporary) / "answer"
        run(engine, project, "measure", str(answer), str(rounds))
        found: dict[str, Any] = json.loads(answer.read_text())
        return found


def verdict(value: float, must: float | None) -> str:
    """Return whether a limit is kept, in words; nothing without a limit."""
    return "" if must is None else f"   must {must:4.2f}  {'kept' if value <= must else 'MISSED'}"


def main() -> int:
    """Measure and print the tables; the exit status is 0 even if limits are missed, 1 without an engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300, help="frames of each row (default 300)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to FILE")
    options = parser.parse_args()
    engine, missing = find_engine()
    if engine is None:
        print(missing, file=sys.stderr)
        return 1
    found = measure(engine, max(1, options.rounds))
    print("least CPU time of each, in microseconds")
    for name, us in found["rows"].items():
        print(f"  {name:48} {us:8.3f} us{verdict(us, MUST.get(name))}")
    print("median frame of a mission in microseconds; shares of the plain frame")
    for name in MISSIONS:
        taken = found["missions"].get(name)
        if taken is None:
            print(f"  {name:8} left out: its mission is not there (set SEXP_MISSIONS to their folder)")
            continue
        plain = taken["plain"]
        shares = {way: taken[way] / plain for way in ("handler", "counters", "recorded")}
        print(
            f"  {name:8} plain {plain:8.1f} us   handler {shares['handler']:5.2f}"
            f"   counters {shares['counters']:5.2f}{verdict(shares['counters'], COUNTERS)}"
            f"   recorded {shares['recorded']:5.2f}{verdict(shares['recorded'], RECORDER)}"
        )
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
