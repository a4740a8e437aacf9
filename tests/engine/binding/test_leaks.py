"""LeakSanitizer in headless Godot: the binding and the runtime give back what they take with malloc."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from _setup.sanitize import WITHOUT_DEEPBIND

from support.leaks import environment_of, reported

ROOT = Path(__file__).resolve().parents[3]

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="LeakSanitizer is for Linux"),
    pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""), reason="another sanitizer runs"),
]


def test_half_an_hour_leaks_no_more_than_minutes(engine: Path, built: Path, tmp_path: Path) -> None:
    """What Python and the engine keep until the process ends is the same, however long nodes and mission play."""
    source, shim = tmp_path / "shim.c", tmp_path / "shim.so"
    source.write_text(WITHOUT_DEEPBIND)
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", str(source), "-o", str(shim)], check=True)
    environment = environment_of(shim) | {"XDG_DATA_HOME": str(tmp_path)}
    mission, script = "addons/sexp_runtime/demo/lantern_run.fs2", "res://tools/benchmarks/_soak_main.gd"
    lost = []
    for hours in ("0.05", "0.5"):
        readings = tmp_path / hours
        readings.touch()
        command = [str(engine), "--headless", "--fixed-fps", "5", "--path", str(ROOT), "-s", script, "--"]
        done = subprocess.run(
            [*command, str(ROOT / mission), hours, str(readings)],
            env=environment, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        output = done.stdout + done.stderr
        assert "Python is missing" not in output, output[:2000]
        lost.append(sum(int(re.findall(r"in (\d+) object", leak)[0]) for leak in reported(output)))
    assert readings.read_text().count("\n") == 3  # ten, twenty and thirty minutes
    assert lost[0] > 0  # the sanitizer is at work
    assert lost[1] < lost[0] + 2_000  # 8,100 more frames
