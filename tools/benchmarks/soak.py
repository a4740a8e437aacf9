"""Soak: a day of mission time at 60 frames a second; memory must stay flat, counters must add up, deadlines hold.

With `--godot` inside the engine, where nodes fly, are hit and are replaced; their signals tell the mission.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / "python"), str(Path(__file__).resolve().parent)]

import _soak_godot  # noqa: E402

from sexp_runtime.monitor.performance import Mode  # noqa: E402
from sexp_runtime.session import MissionSession  # noqa: E402

FRAME_US = 16_667
#: Seconds of mission time between two readings, and before the first that counts.
READING = 600
#: Bytes that resident memory may grow by after the first reading; inside Godot after the first fifth of the run.
GROWTH = 2_000_000
#: Distinct ad-hoc texts that are evaluated, more than the cache holds, so that it evicts all day.
TEXTS = 6_000


def largest_mission() -> Path:
    """Return the largest mission at hand: of SEXP_MISSIONS or ../shared/missions, else the demo."""
    folder = Path(os.environ.get("SEXP_MISSIONS", PROJECT.parent / "shared" / "missions"))
    found = sorted(folder.rglob("*.fs2"), key=lambda path: path.stat().st_size)
    demo = PROJECT / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"
    return found[-1] if found else demo


def resident_bytes() -> int:
    """Return the memory of this process that is in RAM, in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def check_deadline(session: MissionSession, second: int, failures: list[str]) -> None:
    """Record each whole second that a cached expression misses by a frame or more."""
    text = f"( has-time-elapsed {second} )"
    expected = int(session.world.clock.seconds >= second)
    if session.evaluate(text) != expected:
        failures.append(f"{text} at {session.mission_time:.6f} s is not {expected}")


def play(mission: Path, args: argparse.Namespace) -> tuple[list[dict[str, Any]], list[str]]:
    """Play the hours in this process, the first minutes with a simulated battle; return readings and failures."""
    session = MissionSession.load(
        mission, seed=1, scenario=True, monitor=Mode.SAMPLED, verify_every=args.verify, cache_entries=4_000,
        freeze_gc=True,
    )  # fmt: skip
    readings: list[dict[str, Any]] = []
    failures: list[str] = []
    frames = round(args.hours * 3600 * 1_000_000 / FRAME_US)
    battle_frames = round(args.battle * 1_000_000 / FRAME_US)
    asked = 0
    began = time.perf_counter()
    next_reading = READING
    for frame in range(frames):
        if frame == battle_frames:
            session.scenario = None  # ships stay where they are: the script alone runs on
        session.step_us(FRAME_US)
        asked = (asked + 7) % TEXTS
        session.evaluate(f"( + ( mission-time ) {asked} )" if asked % 3 else f"( > ( num-ships-in-battle ) {asked} )")
        if frame % 60 == 30:
            second = int(session.mission_time) + 1
            check_deadline(session, second, failures)
        elif frame % 60 in (0, 1, 59):
            check_deadline(session, round(session.mission_time), failures)
        if session.mission_time >= next_reading:
            next_reading += READING
            gc.collect()
            counters = session.counters()
            if counters["requests"] != counters["hits"] + counters["evaluations"]:
                failures.append(f"requests do not add up at {session.mission_time:.0f} s: {counters}")
            session.cache.check_valid()
            readings.append({
                "hour": session.mission_time / 3600, "resident": resident_bytes(),
                "accounted": sum(session.memory().values()), "cache": session.cache.currsize,
                "requests": counters["requests"], "evaluations": counters["evaluations"],
                "errors": counters["errors"], "stale_results": counters["stale_results"],
                "mission_over": session.world.mission_over, "frames": frame + 1, "wall": time.perf_counter() - began,
            })  # fmt: skip
            last = readings[-1]
            print(
                f"{last['hour']:6.2f} h  resident {last['resident'] / 1e6:7.1f} MB  accounted"
                f" {last['accounted'] / 1e6:6.2f} MB  evaluations {last['evaluations']:,}  wall {last['wall']:.0f} s",
                flush=True,
            )
    last = readings[-1] if readings else {"stale_results": 0, "errors": 0}
    if last["stale_results"] or last["errors"]:
        failures.append(f"{last['stale_results']} stale results, {last['errors']} errors")
    session.close()
    return readings, failures


def main() -> int:
    """Run the soak; exit 1 if memory grew, a counter does not add up or a deadline was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mission", type=Path, nargs="?", help="default: the largest mission at hand")
    parser.add_argument("--hours", type=float, default=24.0, help="mission time (default 24)")
    parser.add_argument("--battle", type=float, default=600.0, help="seconds with the simulated battle (default 600)")
    parser.add_argument("--verify", type=int, default=1000, metavar="N", help="check one in N cached answers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the readings as JSON")
    parser.add_argument("--godot", action="store_true", help="inside a headless Godot, with nodes and their signals")
    parser.add_argument("--fps", type=int, default=60, help="frames a second inside Godot (default 60)")
    parser.add_argument("--minutes", type=float, default=0.0, help="most real time inside Godot (default: no limit)")
    args = parser.parse_args()
    mission = args.mission or largest_mission()
    if args.godot:
        readings, failures = _soak_godot.play(mission, args.hours, args.fps, args.minutes)
        first = len(readings) // 5
    else:
        readings, failures = play(mission, args)
        first = 0
    if not readings:
        failures.append("no reading: the mission was played for less than ten minutes of mission time")
        growth = 0
    else:
        growth = readings[-1]["resident"] - readings[first]["resident"]
    if growth > GROWTH:
        failures.append(f"resident memory grew by {growth / 1e6:.1f} MB after the first {first or 1} readings")
    frames = readings[-1]["frames"] if readings else 0
    print(f"{mission.name}: {frames:,.0f} frames, growth {growth / 1e6:+.2f} MB, {len(failures)} failures")
    for failure in failures[:20]:
        print(f"  {failure}")
    if args.json:
        content = {"mission": mission.name, "frames": frames, "readings": readings, "failures": failures[:100]}
        args.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
