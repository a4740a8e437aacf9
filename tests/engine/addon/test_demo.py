"""The demo: plays to its end headless, the same for the same seed, and writes its numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from support.godot.game import ROOT, Run, run
from support.godot.projects import import_project, make_project
from support.missions import MISSIONS, needs_missions

pytestmark = pytest.mark.engine

MISSION = ROOT / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"


def play(tmp_path: Path, *arguments: str, name: str = "run.json") -> tuple[Run, dict[str, Any]]:
    target = tmp_path / name
    done = run("--fixed-fps", "60", "--", f"--json={target}", "--quit-at-end", *arguments, timeout=180)
    done.assert_clean()
    assert done.status == 0, done.output[-3000:]
    return done, json.loads(target.read_text())


def story(done: Run) -> list[str]:
    return done.lines("[")


def test_the_story_is_told_to_its_end(tmp_path: Path) -> None:
    done, numbers = play(tmp_path)
    assert numbers["mission_ended"] is True
    assert numbers["events"] == 42
    assert numbers["events_satisfied"] >= 30
    assert numbers["frames"] > 3000
    assert 0 < numbers["evaluations"] < numbers["requests"]
    assert numbers["hit_rate"] > 0.9
    times = numbers["frame_time_us"]
    assert 0 < times["median"] <= times["p99"] <= times["max"]
    assert all(math.isfinite(value) for value in times.values())
    assert numbers["memory"]["cache_bytes"] > 0
    assert numbers["memory"]["process_bytes"] > 10_000_000
    text = "\n".join(story(done))
    for part in ("Convoy under way", "Raiders!", "goal", "destroyed", "departed", "arrives  Bellwether"):
        assert part in text
    assert "frame time   median" in done.output


def test_the_same_seed_tells_the_same_story_and_another_seed_another(tmp_path: Path) -> None:
    first, one = play(tmp_path, "--seed=5", "--seconds=60")
    second, two = play(tmp_path, "--seed=5", "--seconds=60")
    other, _three = play(tmp_path, "--seed=6", "--seconds=60")
    assert story(first) == story(second)
    same = ("frames", "evaluations", "requests", "events_satisfied", "actions", "objects_left")
    assert [one[key] for key in same] == [two[key] for key in same]
    assert story(first) != story(other)


def test_another_mission_is_flown_by_the_simulation(tmp_path: Path) -> None:
    done, numbers = play(tmp_path, f"--mission={MISSION}", "--seconds=40")
    assert numbers["frames"] == 2400
    assert numbers["objects_arrived"] >= 8
    assert "Lane open" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--mission=/nowhere/none.fs2"], "cannot be loaded"),
        (["--seconds=soon"], "a number from"),
        (["--colour=red"], "unknown argument"),
    ],
)
def test_bad_arguments_end_with_a_reason(arguments: list[str], said: str) -> None:
    done = run("--fixed-fps", "60", "--", "--quit-at-end", *arguments)
    assert done.status == 1
    assert said in done.output


@pytest.mark.missions
@needs_missions
@pytest.mark.parametrize("name", ["wc-saga/M01-BG-Hermes.fs2", "derelict/dl4-08.fs2"])
def test_a_real_mission_runs_in_the_engine(name: str, tmp_path: Path) -> None:
    _done, numbers = play(tmp_path, f"--mission={MISSIONS / name}", "--seconds=20", "--quiet")
    assert numbers["frames"] == 1200
    assert numbers["events_satisfied"] >= 3
    assert numbers["statistics"]["errors"] == 0
    assert numbers["hit_rate"] > 0.9
    assert numbers["memory"]["cache_bytes"] < 16 << 20


def test_without_the_plugin_the_demo_says_what_to_enable(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    import_project(project)
    done = run("res://addons/sexp_runtime/demo/demo.tscn", project=project)
    assert done.status == 1
    assert "enable SEXP Runtime in Project > Project Settings > Plugins" in done.output
    done.assert_clean()
