"""Saved missions: the cost of recording per frame, the size of a save, and the time of restoring."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / "python"), str(PROJECT / "tests")]

from support.fake_nodes import new_host  # noqa: E402

DEMO = PROJECT / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"


def measure(mission: Path, minutes: float) -> None:
    """Play a mission with the simulator, once plain and once recorded; save it and restore it."""
    frames = int(minutes * 3600)
    costs = []
    for savable in (False, True):
        host = new_host([])
        if not host.load(str(mission), "", {"savable": savable, "seed": 2, "scenario": True}):
            raise SystemExit(f"{mission} cannot be loaded")
        began = time.process_time()
        for _frame in range(frames):
            host.step(1 / 60)
        costs.append((time.process_time() - began) / frames * 1e6)
        if savable:
            began = time.process_time()
            saved = host.save_state()
            save_ms = (time.process_time() - began) * 1000
            other = new_host([])
            began = time.process_time()
            if not other.restore_state(saved, {}):
                raise SystemExit("the save cannot be restored")
            restore = time.process_time() - began
            other.close()
        host.close()
    print(
        f"{mission.name}, {minutes:g} min: frame {costs[0]:.1f} us, savable {costs[1]:.1f} us; "
        f"save {len(saved) / 1e6:.1f} MB in {save_ms:.0f} ms; restore {restore:.2f} s"
    )


def main() -> None:
    """Measure the demo mission, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("missions", nargs="*", type=Path, help="mission files; the demo mission if none is named")
    parser.add_argument("--minutes", type=float, default=4.0, help="mission time to play (default: 4)")
    options = parser.parse_args()
    for mission in options.missions or [DEMO]:
        measure(mission, options.minutes)


if __name__ == "__main__":
    main()
