"""What watching costs: frames of a busy mission with the monitor off, counting, sampling and looking at everything."""

from __future__ import annotations

import argparse
import json
import operator
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "python"))

from sexp_runtime.monitor.performance import BATCH, Mode  # noqa: E402
from sexp_runtime.session import MissionSession  # noqa: E402
from sexp_runtime.simulate.scenario import Scenario  # noqa: E402

DEMO = sorted((PROJECT / "addons" / "sexp_runtime" / "demo").glob("*.fs2"))
STEP_US = 16_667
#: Frames of one turn: a multiple of the batches in which the histogram is kept, so that each turn pays for as many.
TURN = 2 * BATCH
#: Most turns of a round: some 100 seconds of mission time.
TURNS = 6


class Run:
    """A mission as a game plays it: the battle changes the world between the frames, the session makes the frames."""

    def __init__(self, mission: Path, mode: Mode, seed: int) -> None:
        self.session = session = MissionSession.load(mission, seed=seed, monitor=mode, freeze_gc=False)
        self.scenario = Scenario(session.mission, seed)
        session.cues.leave = self.scenario.leave
        session.on_action.append(lambda name, arguments: self.scenario.on_action(session.world, name, arguments))
        self.scenario.begin(session.world)

    def turn(self) -> tuple[float, float]:
        """Make a turn; return processor microseconds a frame of the session and of the battle, each with two clocks."""
        clock, step, battle, world = time.thread_time_ns, self.session.step_us, self.scenario.step, self.session.world
        frames = changes = 0
        for _ in range(TURN):
            first = clock()
            battle(world, STEP_US)
            second = clock()
            step(STEP_US)
            third = clock()
            changes += second - first
            frames += third - second
        return frames / TURN / 1000, changes / TURN / 1000


def clock_us() -> float:
    """Return the microseconds that two looks at the clock add to what is between them."""
    clock = time.thread_time_ns
    found = []
    for _ in range(9):
        between = 0
        for _ in range(TURN):
            first = clock()
            between += clock() - first
        found.append(between / TURN / 1000)
    return statistics.median(found)


def measure(mission: Path, rounds: int) -> dict[str, float]:
    """Return the microseconds of a frame unwatched, and for each mode the median over turns of its ratio to that.

    A round is the mission with another seed, in turns by mode in changing order, so that other load falls on all alike,
    until it is over. A frame is all that the session does in it. `observing_us` is what the changes of the world cost
    more a frame while their causes are sampled.
    """
    names = [mode.value for mode in Mode]
    frames: dict[str, list[float]] = {name: [] for name in names}
    changes: dict[str, list[float]] = {name: [] for name in names}
    clock = clock_us()
    for seed in range(1, rounds + 1):
        runs = {mode.value: Run(mission, mode, seed) for mode in Mode}
        for turn in range(TURNS):
            found = {}
            for place in range(len(names)):
                name = names[(place + turn) % len(names)]
                found[name] = runs[name].turn()
            if turn and any(run.session.world.mission_over for run in runs.values()):
                break
            for name, (spent, changing) in found.items():
                frames[name].append(spent - clock)
                changes[name].append(changing)
        for run in runs.values():
            run.session.close()
    numbers = {"off_us": statistics.median(frames["off"]), "turns": len(frames["off"])}
    for name in names:
        numbers[f"{name}_ratio"] = _middle(frames[name], frames["off"], operator.truediv)
    numbers["sampled_to_counters"] = _middle(frames["sampled"], frames["counters"], operator.truediv)
    numbers["observing_us"] = _middle(changes["sampled"], changes["off"], operator.sub)
    return numbers


def _middle(values: list[float], others: list[float], combine: Callable[[float, float], float]) -> float:
    """Return the median of the values combined with those of the other run in the same turns."""
    return statistics.median(combine(value, other) for value, other in zip(values, others, strict=True))


def measure_recording(mission: Path, frames: int) -> dict[str, float]:
    """Return seconds with and without a recording being written, and its bytes a frame."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "run.rec"
        seconds = {}
        ways: dict[str, dict[str, Any]] = {"plain": {}, "recorded": {"record_to": target}}
        for name, settings in ways.items():
            session = MissionSession.load(mission, seed=1, scenario=True, **settings)
            began = time.process_time()
            for _ in range(frames):
                session.step_us(16_667)
            seconds[name] = time.process_time() - began
            session.close()
        size = target.stat().st_size
    return {
        "plain_us": seconds["plain"] / frames * 1e6, "recorded_us": seconds["recorded"] / frames * 1e6,
        "recording_ratio": seconds["recorded"] / seconds["plain"], "bytes_a_frame": size / frames,
    }  # fmt: skip


def main() -> int:
    """Measure and print a table; --json FILE writes the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("missions", type=Path, nargs="*", default=DEMO, metavar="MISSION", help="default: the demo")
    parser.add_argument("--rounds", type=int, default=5, help="how often the mission is played (default 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers as JSON")
    args = parser.parse_args()
    results: dict[str, Any] = {}
    for mission in args.missions:
        numbers = measure(mission, args.rounds)
        numbers.update(measure_recording(mission, 1200))
        results[mission.name] = numbers
        print(f"{mission.name}: {numbers['off_us']:.2f} us a frame unwatched")
        for mode in ("counters", "sampled", "full"):
            print(f"  {mode:<10} {numbers[mode + '_ratio']:6.3f} times")
        print(
            f"  sampled to counters {numbers['sampled_to_counters']:.3f} times,"
            f" and {numbers['observing_us']:+.2f} us a frame in the world's changes"
        )
        print(
            f"  recording  {numbers['recording_ratio']:6.3f} times a whole frame with the simulator,"
            f" {numbers['bytes_a_frame']:.0f} bytes a frame"
        )
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
