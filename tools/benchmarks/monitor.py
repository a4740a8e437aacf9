"""What watching costs: frames of a busy mission with the monitor off, counting, sampling and looking at everything."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "python"))

from sexp_runtime.monitor.performance import Mode  # noqa: E402
from sexp_runtime.session import MissionSession  # noqa: E402

DEMO = sorted((PROJECT / "addons" / "sexp_runtime" / "demo").glob("*.fs2"))
#: Frames of one turn; the ways of watching take turns, so that other load falls on all alike.
TURN = 300


def frame_seconds(session: MissionSession, frames: int) -> float:
    """Run frames and return the processor seconds of cues and events, with the monitor's own work in them."""
    spent = 0.0
    world, scenario, monitor = session.world, session.scenario, session.monitor
    for _ in range(frames):
        began = time.process_time()
        monitor.begin_frame()
        world.clock.advance_to(world.clock.us + 16_667)
        session.cues.frame()
        spent += time.process_time() - began
        if scenario is not None:
            scenario.step(world, 16_667)
        began = time.process_time()
        session.manager.frame()
        monitor.end_frame()
        spent += time.process_time() - began
    return spent


def measure(mission: Path, turns: int) -> dict[str, float]:
    """Return microseconds a frame by way of watching: the median over turns of ratios to off, times off."""
    ways: dict[str, MissionSession] = {}
    for mode in Mode:
        ways[mode.value] = MissionSession.load(mission, seed=1, scenario=True, monitor=mode)
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, session in ways.items():
            samples[name].append(frame_seconds(session, TURN) / TURN * 1e6)
    base = statistics.median(samples["off"])
    ratios = {
        name: statistics.median(value / off for value, off in zip(values, samples["off"], strict=True))
        for name, values in samples.items()
    }
    return {"off_us": base, **{f"{name}_ratio": ratio for name, ratio in ratios.items()}}


def measure_recording(mission: Path, frames: int) -> dict[str, float]:
    """Return seconds with and without a recording being written, and its bytes a frame."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "run.rec"
        seconds = {}
        for name, settings in (("plain", {}), ("recorded", {"record_to": target})):
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
    parser.add_argument("--turns", type=int, default=7, help=f"turns of {TURN} frames (default 7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers as JSON")
    args = parser.parse_args()
    results: dict[str, Any] = {}
    for mission in args.missions:
        numbers = measure(mission, args.turns)
        numbers.update(measure_recording(mission, TURN * 4))
        results[mission.name] = numbers
        print(f"{mission.name}: {numbers['off_us']:.1f} us a frame unwatched")
        for mode in ("counters", "sampled", "full"):
            print(f"  {mode:<10} {numbers[mode + '_ratio']:6.3f} times")
        print(
            f"  recording  {numbers['recording_ratio']:6.3f} times a whole frame with the simulator,"
            f" {numbers['bytes_a_frame']:.0f} bytes a frame"
        )
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
