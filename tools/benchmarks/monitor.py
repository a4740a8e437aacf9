"""The cost of the monitor: frames of missions with the monitor off, counting, sampling and fully on.

Besides, what the engine's own counters cost, which production cannot switch off: beside the engine as it is runs one
that is loaded without its counting statements (see _uncounted).
"""

from __future__ import annotations

import argparse
import importlib
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
sys.path[:0] = [str(PROJECT / "python"), str(Path(__file__).parent)]

from _missions import clock_ns  # noqa: E402
from _uncounted import uncounted  # noqa: E402

from sexp_runtime.monitor.performance import BATCH, Mode  # noqa: E402
from sexp_runtime.session import MissionSession  # noqa: E402
from sexp_runtime.simulate.scenario import Scenario  # noqa: E402

DEMO = sorted((PROJECT / "addons" / "sexp_runtime" / "demo").glob("*.fs2"))
STEP_US = 16_667
#: Frames of one turn: a multiple of the batches in which the histogram is kept, so that each turn pays for as many.
TURN = BATCH
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
        self.step = session.step_us

    def only_engine(self) -> Run:
        """Make frames of cues and events alone, without the session's other work."""
        clock, cues, events = self.session.world.clock, self.session.cues.frame, self.session.manager.frame

        def step(microseconds: int) -> None:
            clock.advance_to(clock.us + microseconds)
            cues()
            events()

        self.step = step
        return self

    def turn(self) -> tuple[float, float]:
        """Make a turn; return processor microseconds a frame of the session and of the battle, each with two clocks."""
        clock, step, battle, world = time.thread_time_ns, self.step, self.scenario.step, self.session.world
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


def measure(mission: Path, rounds: int) -> dict[str, float]:
    """Return the microseconds of a frame unwatched, and for each mode the median over turns of its ratio to that.

    A frame is all that the session does in it. `observing_us` is what the changes of the world cost more a frame while
    their causes are sampled.
    """
    names = [mode.value for mode in Mode]
    frames, changes = _by_turns(lambda name, seed: Run(mission, Mode(name), seed), names, rounds)
    numbers = {"off_us": statistics.median(frames["off"]), "turns": len(frames["off"])}
    for name in names:
        numbers[f"{name}_ratio"] = _middle(frames[name], frames["off"], operator.truediv)
    numbers["sampled_to_counters"] = _middle(frames["sampled"], frames["counters"], operator.truediv)
    numbers["observing_us"] = _middle(changes["sampled"], changes["off"], operator.sub)
    return numbers


def measure_counting(mission: Path, rounds: int) -> dict[str, float]:
    """Return the microseconds of a frame of the engine alone, and the ratio of that to the same without counters."""

    def build(name: str, seed: int) -> Run:
        if name == "counted":
            return Run(mission, Mode.OFF, seed).only_engine()
        with uncounted():
            return Run(mission, Mode.OFF, seed).only_engine()

    frames, _changes = _by_turns(build, ["counted", "uncounted"], rounds)
    return {
        "engine_us": statistics.median(frames["counted"]),
        "engine_counters_ratio": _middle(frames["counted"], frames["uncounted"], operator.truediv),
    }


def measure_idle_counting(formulas: int, rounds: int) -> dict[str, float]:
    """Return the same of an idle frame of so many synthetic formulas."""
    managers = {"counted": importlib.import_module("_synthetic").build(formulas, "cached")}
    with uncounted("_synthetic"):
        managers["uncounted"] = importlib.import_module("_synthetic").build(formulas, "cached")
    times: dict[str, list[float]] = {name: [] for name in managers}
    for turn in range(rounds * TURNS):
        for name in sorted(managers, reverse=bool(turn % 2)):
            frame = managers[name].frame
            began = time.thread_time_ns()
            for _ in range(20 * TURN):
                frame()
            times[name].append((time.thread_time_ns() - began) / (20 * TURN) / 1000)
    if managers["counted"].counters.hits < formulas or managers["uncounted"].counters.hits:
        raise RuntimeError("the engines are not one that counts and one that does not")
    return {
        "engine_us": statistics.median(times["counted"]),
        "engine_counters_ratio": _middle(times["counted"], times["uncounted"], operator.truediv),
    }


def _by_turns(
    build: Callable[[str, int], Run], names: list[str], rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return microseconds a frame, of the session and of the world's changes, by name, for each turn of all rounds.

    A round is the mission with another seed, until it is over. All take turns in changing order, so that other load
    falls on them alike; all must come to the same end.
    """
    frames: dict[str, list[float]] = {name: [] for name in names}
    changes: dict[str, list[float]] = {name: [] for name in names}
    clock = clock_ns() / 1000
    for seed in range(1, rounds + 1):
        runs = {name: build(name, seed) for name in names}
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
        if len({run.session.digest() for run in runs.values()}) > 1:
            raise RuntimeError(f"seed {seed}: the runs are not the same")
        for run in runs.values():
            run.session.close()
    return frames, changes


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
            session = MissionSession.load(mission, seed=1, scenario=True, freeze_gc=True, **settings)
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
    parser.add_argument("--rounds", type=int, default=10, help="how often the mission is played (default 10)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers as JSON")
    args = parser.parse_args()
    results: dict[str, Any] = {}
    for mission in args.missions:
        numbers = measure(mission, args.rounds)
        numbers |= measure_counting(mission, args.rounds)
        numbers |= measure_recording(mission, 1200)
        results[mission.name] = numbers
        print(f"{mission.name}: {numbers['off_us']:.2f} us a frame unwatched")
        for mode in ("counters", "sampled", "full"):
            print(f"  {mode:<10} {numbers[mode + '_ratio']:6.3f} times")
        print(
            f"  sampled to counters {numbers['sampled_to_counters']:.3f} times,"
            f" and {numbers['observing_us']:+.2f} us a frame in the world's changes"
        )
        print(
            f"  engine's own counters {numbers['engine_counters_ratio']:.3f} times cues and events without them"
            f" ({numbers['engine_us']:.2f} us with them)"
        )
        print(
            f"  recording  {numbers['recording_ratio']:6.3f} times a whole frame with the simulator,"
            f" {numbers['bytes_a_frame']:.0f} bytes a frame"
        )
    results["idle_1000"] = numbers = measure_idle_counting(1000, args.rounds)
    print(
        f"1,000 idle formulas: engine's own counters {numbers['engine_counters_ratio']:.3f} times a frame without them"
        f" ({numbers['engine_us']:.2f} us with them)"
    )
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
