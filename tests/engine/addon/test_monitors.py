"""The custom monitors as the editor would see them: ids, types and values from the wire of the remote debugger."""

from __future__ import annotations

import math
import os
import subprocess

import pytest

from support.godot.debugger_server import DebuggerServer
from support.godot.game import ROOT, engine, run

pytestmark = pytest.mark.engine

QUANTITY, MEMORY, TIME, PERCENTAGE = 0, 1, 2, 3
#: In the order of registration.
MONITORS = {
    "sexp/cache_hit_rate": PERCENTAGE,
    "sexp/evaluations_per_second": QUANTITY,
    "sexp/invalidations_per_second": QUANTITY,
    "sexp/frame_time_us": QUANTITY,
    "sexp/frame_time_max_us": QUANTITY,
    "sexp/cache_memory": MEMORY,
    "sexp/cached_expressions": QUANTITY,
    "sexp/evictions_per_second": QUANTITY,
}


def test_names_types_and_changing_values_on_the_wire() -> None:
    with DebuggerServer() as server:
        command = [engine(), "--headless", "--path", str(ROOT), *server.arguments, "--", "--seconds=30", "--quiet"]
        game = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ)
        try:
            server.wait_for("performance:profile_names", timeout=240)
            server.let_pass(6)
        finally:
            game.terminate()
            output = game.communicate(timeout=20)[0]
        readings = server.monitors()
        assert server.error is None
    ours = {name: kind for name, kind in readings.types.items() if name.startswith("sexp/")}
    assert list(ours.items()) == list(MONITORS.items()), output[-3000:]
    for name in ours:
        values = readings.values[name]
        assert len(values) >= 6
        assert all(isinstance(value, int | float) and math.isfinite(value) and value >= 0 for value in values), name
    assert all(0.0 <= value <= 1.0 for value in readings.values["sexp/cache_hit_rate"])
    assert readings.values["sexp/cache_hit_rate"][-1] > 0.5
    assert len(set(readings.values["sexp/evaluations_per_second"])) > 1
    assert max(readings.values["sexp/evaluations_per_second"]) > 0
    assert max(readings.values["sexp/invalidations_per_second"]) > 0
    assert max(readings.values["sexp/cache_memory"]) > 1000
    assert max(readings.values["sexp/cached_expressions"]) >= 40
    pairs = zip(readings.values["sexp/frame_time_us"], readings.values["sexp/frame_time_max_us"], strict=True)
    assert all(mean <= largest + 1e-6 for mean, largest in pairs)
    # Registered in one go: the engine sends the names once, not in pieces.
    names = [message.data[0] for message in server.named("performance:profile_names")]
    assert all(sum(name.startswith("sexp/") for name in sent) in (0, 8) for sent in names)


def test_monitors_are_zero_at_first_and_gone_at_the_end() -> None:
    done = run("res://tests/engine/addon/run_case.tscn", "--", "--case=monitors")
    assert "CASE OK" in done.output and done.status == 0, done.output[-4000:]
    done.assert_clean()
    assert done.result["monitors"] == list(MONITORS)
