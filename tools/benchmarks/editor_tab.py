"""The cost of the editor's SEXP tab: frames with the tab open and frames with it closed, in turns."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
# Without this script's own folder, whose engine.py would stand before the tests' package of that name.
sys.path = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]
sys.path[:0] = [str(PROJECT / "tests"), str(PROJECT / "python")]

from support.godot.debugger_server import DebuggerServer  # noqa: E402
from support.large_mission import large_mission  # noqa: E402

DEMO = PROJECT / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"
FPS = 60


def measure(engine: str, mission: Path, page: str, turns: int, seconds: float) -> dict[str, float]:
    """Play a mission at 60 frames a second, opening and closing the tab; return microseconds a frame and ratios.

    While the tab is open it shows the tree of an event and a page of the mission.

    `step` is the runtime's own frame (SexpRuntime.step), `game` the whole process with the engine's part of the frame.
    """
    command = [engine, "--headless", "--max-fps", str(FPS), "--path", str(PROJECT)]
    scene = ["res://tests/engine/addon/run_case.tscn"]
    with DebuggerServer() as server:
        process = subprocess.Popen(
            [*command, *server.arguments, *scene, "--", "--case=tab_cost", f"--mission={mission}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            server.wait_for("sexp:ready", timeout=60)
            time.sleep(2.0)
            steps: dict[bool, list[float]] = {False: [], True: []}
            games: dict[bool, list[float]] = {False: [], True: []}
            messages = 0
            for turn in range(-2, 2 * turns + 1):  # the first two warm up
                is_open = turn % 2 == 1
                server.send("sexp:start_session" if is_open else "sexp:stop_session")
                if is_open:
                    server.send("sexp:why", ["event", 2])
                    server.send("sexp:view", [page])
                time.sleep(0.3)  # what opening costs once is not what frames cost
                ask(server, "begin")
                came = len(server.messages)
                time.sleep(seconds)
                _, frames, step_ns, game_ns = ask(server, f"turn {turn}")
                if turn < 0:
                    continue
                steps[is_open].append(step_ns / frames / 1000)
                games[is_open].append(game_ns / frames / 1000)
                if is_open:
                    messages += sum(message.name.startswith("sexp:") for message in server.messages[came:])
            dropped = sum("Too many" in str(message.data) for message in server.named("error"))
        finally:
            process.terminate()
            process.wait(20)
    return {
        "step_closed_us": statistics.median(steps[False]), "step_open_us": statistics.median(steps[True]),
        "step_ratio": ratio(steps), "game_closed_us": statistics.median(games[False]),
        "game_open_us": statistics.median(games[True]), "game_ratio": ratio(games),
        "messages_a_second": messages / (turns * seconds), "dropped": dropped,
    }  # fmt: skip


def ask(server: DebuggerServer, name: str) -> list[Any]:
    """Get the cost of the game's frames since the last request."""
    came = len(server.messages)
    server.send("bench:turn", [name])
    return server.wait_for("bench:turn", after=came).data


def ratio(values: dict[bool, list[float]]) -> float:
    """Return the median ratio of open to closed; each turn is compared with the closed ones before and after it."""
    closed = values[False]
    around = [(before + after) / 2 for before, after in pairwise(closed)]
    return statistics.median(with_tab / without for without, with_tab in zip(around, values[True], strict=True))


def main() -> int:
    """Measure and print a table; --json FILE writes the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=7, help="turns with the tab open, and as many closed (default 7)")
    parser.add_argument("--seconds", type=float, default=2.0, help="seconds of a turn (default 2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers as JSON")
    args = parser.parse_args()
    engine = os.environ.get("GODOT")
    if not engine:
        parser.error("GODOT has to name the engine; tools/bench sets it")
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        missions = {"demo": DEMO}
        for name, counters in (("500 events, 4 act in every frame", 4), ("500 events, 100 act in every frame", 100)):
            missions[name] = Path(folder) / f"{counters}.fs2"
            missions[name].write_text(large_mission(500, counters), encoding="utf-8")
        for name, mission in missions.items():
            page = "objects" if mission is DEMO else "variables"
            numbers = results[name] = measure(engine, mission, page, args.turns, args.seconds)
            print(f"{name}, tree of an event and page {page!r} open")
            for what, title in (("step", "runtime's frame"), ("game", "game's frame")):
                closed, opened = numbers[f"{what}_closed_us"], numbers[f"{what}_open_us"]
                times = numbers[f"{what}_ratio"]
                print(f"  {title:<16} {closed:8.1f} us closed, {opened:8.1f} us open: {times:.3f} times")
            rate, dropped = numbers["messages_a_second"], numbers["dropped"]
            print(f"  {rate:.1f} messages a second, {dropped:.0f} complaints of too many", flush=True)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
