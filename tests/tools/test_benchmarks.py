"""The benchmarks' own judgement: that all ways mean the same, and that blame falls on the right events."""

from __future__ import annotations

import copy
import gc
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).resolve().parents[2] / "tools" / "benchmarks"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Imports a benchmark's module. Their folder leaves the path after each test: other tests have an `engine` too."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


def run_expression(tmp_path: Path, *arguments: str, **environment: str) -> tuple[dict[str, Any], str]:
    """The numbers that the benchmark of one condition writes, and what it prints."""
    file = tmp_path / "numbers.json"
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "expression.py"), "--json", str(file), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(file.read_text())
    return found, done.stdout


def test_a_way_that_means_something_else_is_named(load: Callable[[str], Any]) -> None:
    expression = load("expression")
    found: dict[str, Any] = {"truths": expression.Condition().truths()}
    assert expression.disagreements(found) == []
    wrong = copy.deepcopy(found)
    # What a sum of 64 bits makes of the last state.
    wrong["truths"]["code object through eval"][-1] = True
    assert [text.split(":")[0] for text in expression.disagreements(wrong)] == ["code object through eval"]


def test_without_an_engine_the_condition_is_measured_in_python_alone(tmp_path: Path) -> None:
    numbers, printed = run_expression(tmp_path, SEXP_CACHE=str(tmp_path / "none"), GODOT="", PATH="/nonexistent")
    assert set(numbers) == {"python"} and "Godot's own ways are left out: no engine is set up" in printed
    assert all(each > 0 for each in numbers["python"]["microseconds"].values())


def test_the_condition_beside_the_engines_own_ways(load: Callable[[str], Any], tmp_path: Path) -> None:
    expression = load("expression")
    engine, missing = expression.find_engine()
    if engine is None:
        pytest.skip(missing)
    numbers, _ = run_expression(tmp_path, "--rounds", "2000")
    taken = numbers["godot"]["microseconds"]
    assert {
        "program of the kernel",
        "GDScript: Expression, parsed once",
        "GDScript: typed function, Array[int]",
    } <= set(taken)
    assert numbers["godot"]["truths"].keys() == taken.keys() and all(each > 0 for each in taken.values())
    assert taken["program of the kernel"] < taken["GDScript: our program, through the binding"]


# --- whom the benchmark of missions blames -------------------------------------------------------------------------

STUTTERS = """#Mission Info
$Name: Stutters
#Sexp_variables
$Variables:
(
0 "Tick" "0" "number"
1 "Drawn" "0" "number"
)
#Objects
#Wings
#Events
$Formula: ( every-time ( true ) ( modify-variable @Tick[0] ( + @Tick[0] 1 ) ) )
+Name: Acts
$Formula: ( when-argument ( random-multiple-of "1" "2" ) ( = ( string-to-int "<argument>" ) 3 ) ( do-nothing ) )
+Name: Draws
$Formula: ( when ( > @Tick[0] 100000 ) ( do-nothing ) )
+Name: Reads
$Formula: ( when ( > ( mission-time ) 100000 ) ( do-nothing ) )
+Name: Looks at the clock
$Formula: ( when ( = @Drawn[0] 1 ) ( do-nothing ) )
+Name: Costs nothing
#Goals
#End
"""


@pytest.fixture
def stutters(tmp_path: Path) -> Path:
    """A mission in which each event but the last costs something, each for another reason."""
    path = tmp_path / "stutters.fs2"
    path.write_text(STUTTERS)
    return path


def test_each_event_is_blamed_for_what_it_does(load: Callable[[str], Any], stutters: Path) -> None:
    blame = load("_blame")
    watch = blame.Watch(stutters, 1, slow=range(60, 90), interesting=(0, 100))
    watch.run(120, 16_667)
    said = {
        watch.session.owner_of(*key): (cost.evaluations, blame.what_it_does(watch.root(*key), cost))
        for key, cost in watch.costs.items()
    }
    assert said == {
        'event "Acts"': (120, "every-time action, ran in 120: modify-variable"),
        'event "Draws"': (120, "random draw below arguments in 120: random-multiple-of"),
        'event "Reads"': (120, "changed fact: variable Tick (120)"),
        'event "Looks at the clock"': (2, "the clock: mission-time"),
    }
    slow = {watch.session.owner_of(*key): cost.evaluations for key, cost in watch.slow_costs.items()}
    assert slow == {'event "Acts"': 30, 'event "Draws"': 30, 'event "Reads"': 30}
    assert sorted(name for name, _ in watch.frames[100].evaluations) == sorted(slow)
    assert watch.frames[0].causes == {"first evaluation": 2, "fact": 1} and watch.frames[100].causes["fact"] == 1


def test_a_mission_is_reported_with_its_misses_and_worst_frames(load: Callable[[str], Any], stutters: Path) -> None:
    missions, blame = load("_missions"), load("_blame")
    played = missions.play(stutters, 3.0, 60, 1)
    assert played["frames"] == 180 and 2 * 180 < played["evaluations"] < played["requests"]
    assert played["misses"]["evaluations_share"] == played["evaluations"] / played["requests"]
    worst = played["worst"]
    assert worst["us"] == played["worst_us"] >= played["worst_later"]["us"] and played["worst_later"]["at"] > 1
    assert worst["us"] == pytest.approx(worst["cues_us"] + worst["events_us"]) and worst["naive_us"] > 0
    played["blame"] = blame.blame(stutters, 60, 1, played)
    assert played["blame"]["equal"] and json.dumps(played)
    assert not blame.blame(stutters, 60, 2, {**played, "requests": played["requests"] + 1})["equal"]
    rows = {row["formula"]: row for row in played["blame"]["throughout"]}
    each = sum(rows[name]["mean_us"] * rows[name]["evaluations"] for name in ('event "Acts"', 'event "Draws"')) / 180
    assert played["blame"]["must_run_us"] == pytest.approx(each)
    assert sum(played["blame"]["worst"]["causes"].values()) == worst["evaluations"]
    told = "\n".join(blame.lines(played))
    assert told.startswith("stutters, 180 frames, misses evaluations_share 0.")
    assert 'all frames: event "Draws": 180 evaluations' in told and "worst frame: " in told


def test_frames_after_the_end_of_a_mission_do_not_count(load: Callable[[str], Any], stutters: Path) -> None:
    ending = "$Formula: ( when ( has-time-elapsed 1 ) ( end-mission ) )\n+Name: Ends\n#Goals"
    stutters.write_text(STUTTERS.replace("#Goals", ending))
    played = load("_missions").play(stutters, 3.0, 60, 1)
    assert played["ended"] and 59 <= played["frames"] <= 62


def test_worst_frames_are_judged_by_the_quickest_play(load: Callable[[str], Any], stutters: Path) -> None:
    missions = load("_missions")

    def play(hindered: int) -> Any:
        session = missions.MissionSession.load(
            stutters, engine="cached", seed=1, scenario=True, monitor=missions.Mode.OFF
        )
        times = missions.FrameTimes(session)

        def hinder(name: str, arguments: tuple[Any, ...]) -> None:
            if session.manager.counters.frames == hindered:
                until = time.thread_time() + 0.05
                while time.thread_time() < until:
                    pass

        session.on_action.append(hinder)
        for _ in range(70):
            session.step_us(16_667)
        times.close()
        session.close()
        return times

    once = play(40)
    assert missions.worst_frame([once]).number == 39 and missions.worst_frame([once]).us >= 50_000
    assert missions.worst_frame([once], after=0.9).number != 39
    again = play(50)
    worst = missions.worst_frame([once, again])
    assert again.us[49] >= 50_000 > 10_000 > worst.us
    assert worst.us == min(once.us[worst.number], again.us[worst.number])
    assert worst.us == max(map(min, once.us, again.us))


def test_a_battle_is_played_again_while_a_frame_is_above_the_aim(
    load: Callable[[str], Any], stutters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missions = load("_missions")
    monkeypatch.setitem(missions.AIMS, "worst_ms", 1000.0)
    assert missions.play(stutters, 1.0, 60, 1)["plays"] == 2
    monkeypatch.setitem(missions.AIMS, "worst_ms", 0.0)
    played = missions.play(stutters, 1.0, 60, 1)
    assert played["plays"] == missions.MOST_PLAYS and played["misses"]["worst_ms"] == played["worst_us"] / 1000 > 0


def test_a_run_of_the_garbage_collector_is_seen_in_its_frame(load: Callable[[str], Any], stutters: Path) -> None:
    missions = load("_missions")
    session = missions.MissionSession.load(stutters, engine="cached", seed=1, scenario=True, monitor=missions.Mode.OFF)
    times = missions.FrameTimes(session)
    kept: list[list[int]] = []

    def collect(name: str, arguments: tuple[Any, ...]) -> None:
        if session.manager.counters.frames == 70:
            kept.extend([number] for number in range(20_000))
            gc.collect()

    session.on_action.append(collect)
    enabled = gc.isenabled()
    gc.disable()
    try:
        for _ in range(80):
            gc.collect()  # outside of frames: not theirs
            session.step_us(16_667)
    finally:
        times.close()
        session.close()
        if enabled:
            gc.enable()
    worst = missions.worst_frame([times], after=1.0)
    assert worst.number == 69 and worst.gc_rounds == [2]
    assert 0 < worst.gc_us <= worst.events_us
    assert times._collected not in gc.callbacks


def test_where_everything_changes_both_engines_evaluate_everything(load: Callable[[str], Any]) -> None:
    busy = load("_busy")
    numbers = busy.busy(3, rounds=2, frames=2)  # raises where one of them has not
    kinds = {name.split(", ")[0] for name in numbers}
    assert kinds == set(busy.KINDS) and len(numbers) == 2 * len(busy.FORMULAS | busy.FORMS) + 2 * len(busy.FORMULAS)
    assert all(set(each) == {"cached_us", "naive_us"} for each in numbers.values())


# --- the rows beside the original -----------------------------------------------------------------------------------


def run_original(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "original.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_row_is_measured_beside_the_original(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    done = run_original("--only", "idle1000,M01", "--rounds", "1", "--missions", str(tmp_path), "--json", str(file))
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(file.read_text())
    assert row["name"] == "idle1000" and row["share"] == pytest.approx(row["units"] / row["whole"])
    assert "M01        left out" in done.stdout


def test_an_unknown_row_is_refused() -> None:
    done = run_original("--only", "idle1000,none")
    assert done.returncode == 2 and "there is no row none" in done.stderr
