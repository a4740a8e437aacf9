"""Soak inside a headless Godot: the mission is played by nodes whose signals change its facts (`_soak_main.gd`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _godot import ROOT, find_engine

#: Seconds between two looks at the readings.
LOOK_EVERY = 1.0


def line_of(reading: dict[str, Any]) -> str:
    """Return a reading as a line of the table."""
    return (
        f"{reading['hour']:6.2f} h  resident {reading['resident'] / 1e6:7.1f} MB"
        f"  engine {reading['static'] / 1e6:5.1f} MB  accounted {reading['accounted'] / 1e6:5.2f} MB"
        f"  objects {reading['objects']:,.0f}  nodes {reading['nodes']:,.0f}  ships {reading['ships']}"
        f"  loads {reading['loads']}  evaluations {reading['evaluations']:,.0f}  wall {reading['wall']:.0f} s"
    )


def failures_of(readings: list[dict[str, Any]]) -> list[str]:
    """Return what the counters of the readings show: results that differ, requests that do not add up, lost nodes."""
    failures = []
    for reading in readings:
        if reading["requests"] != reading["hits"] + reading["evaluations"]:
            failures.append(f"requests do not add up at {reading['hour']:.2f} h")
        if reading["stale_results"] or reading["errors"]:
            stale, errors = round(reading["stale_results"]), round(reading["errors"])
            failures.append(f"{stale} stale results, {errors} errors at {reading['hour']:.2f} h")
    if readings and readings[-1]["orphans"] > readings[0]["orphans"]:
        failures.append(f"nodes outside the tree: {readings[0]['orphans']:.0f}, then {readings[-1]['orphans']:.0f}")
    return failures


def play(mission: Path, hours: float, fps: int, minutes: float) -> tuple[list[dict[str, Any]], list[str]]:
    """Play so many hours of mission time, or so many minutes of real time; return the readings and what went wrong.

    The mission cannot end itself: end-mission does nothing. It is loaded anew every hour of mission time.
    """
    engine, missing = find_engine()
    if engine is None:
        sys.exit(missing)
    readings: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="bench-soak-") as folder:
        answer, output, endless = (Path(folder) / name for name in ("readings", "output", mission.name))
        answer.touch()
        endless.write_bytes(mission.read_bytes().replace(b"( end-mission )", b"( do-nothing )"))
        command = [
            engine, "--headless", "--fixed-fps", str(fps), "--path", str(ROOT), "-s", "res://tools/benchmarks/_soak_main.gd",
            "--", str(endless), str(hours), str(answer),
        ]  # fmt: skip
        environment = {**os.environ, "XDG_DATA_HOME": folder}
        with output.open("wb") as sink:
            process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, env=environment)
        end = time.monotonic() + minutes * 60 if minutes else float("inf")
        ended = False
        try:
            while not ended:
                ended = process.poll() is not None
                if not ended:
                    time.sleep(LOOK_EVERY)
                for text in answer.read_text(encoding="utf-8").splitlines()[len(readings) :]:
                    readings.append(json.loads(text))
                    print(line_of(readings[-1]), flush=True)
                if time.monotonic() > end:
                    break
        finally:
            process.kill()
            process.wait()
        failures = failures_of(readings)
        lines = output.read_text(encoding="utf-8", errors="replace").splitlines()
        wrong = [line for line in lines if line.startswith(("ERROR", "SCRIPT ERROR"))]
        failures += sorted(set(wrong))[:20]
        if ended and process.returncode:
            failures.append(f"the engine ended with exit code {process.returncode}: {' '.join(lines[-3:])}")
    return readings, failures
