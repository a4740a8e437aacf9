"""The autoload, tracking and the overlay in a real engine; the checks stand in cases/*.gd."""

from __future__ import annotations

from pathlib import Path

import pytest

from sexp_runtime.analysis.replay import Replay
from support.campaigns import CAMPAIGN, MISSION
from support.godot.game import run, run_case

pytestmark = pytest.mark.engine


def test_the_autoload_from_typed_gdscript() -> None:
    run_case("api", allowed=("no mission is loaded; call load_mission first", "at: push_", "GDScript backtrace"))


def test_signals_drive_invalidation_and_evaluations_are_counted() -> None:
    result = run_case("tracking")
    assert result["left"] == ["Ship 3 destroyed", "Ship 0 destroyed", "Ship 1 departed"]


def test_motion_is_read_only_where_formulas_want_it() -> None:
    run_case("motion", allowed=("a new one is made", "at: push_", "GDScript backtrace"))


def test_mistakes_are_reported_and_do_not_stop_the_game() -> None:
    allowed = ("SEXP", "USER ERROR", "USER WARNING", "at: push_", "GDScript backtrace")
    result = run_case("mistakes", allowed=allowed)
    assert result["frames_after"] > 0


SENTENCES = """explain: no mission is loaded; call load_mission first
set_variable: no mission is loaded; call load_mission first
report: no mission is loaded; call load_mission first
reload_mission: no mission is loaded; call load_mission first
track: no mission is loaded; call load_mission first
save_state: no mission is loaded; call load_mission first
did you mean 'limit'
did you mean 'Hello'
did you mean 'Fuel'
did you mean 'get-fov'
did you mean 'docked'
did you mean 'Alpha 1'
track 'Alhpa 2': the mission has no object of that name; a new one is made
a frame is 0 to 3600 seconds long
did you mean 'seed'
the mission was not loaded as savable
these bytes are not a saved mission"""


def test_the_errors_of_the_first_ten_minutes_are_clear_sentences() -> None:
    done = run("res://tests/engine/addon/run_case.tscn", "--", "--case=first_minutes")
    assert "CASE OK" in done.output, done.output
    missing = [sentence for sentence in SENTENCES.splitlines() if sentence not in done.output]
    assert not missing, (missing, done.output)
    assert "tools/sexp" not in done.output and "Traceback" not in done.output


def test_the_overlay_opens_with_its_key_and_shows_numbers() -> None:
    run_case("overlay")


def test_a_frame_in_which_nothing_changes_costs_microseconds() -> None:
    result = run_case("cost")
    assert result["one_hull_us"] < 500


def test_the_report_budgets_and_hints_from_gdscript() -> None:
    allowed = ("SEXP: evaluate", "budget is", "at: push_", "GDScript backtrace", "USER WARNING", "USER ERROR")
    run_case("report", allowed=allowed)


def test_a_break_stops_before_an_action_runs(tmp_path: Path) -> None:
    allowed = ("SEXP: add_break", "SEXP: Alpha 1", "at: push_", "GDScript backtrace", "USER ERROR")
    run_case("breaks", allowed=allowed, env={"XDG_DATA_HOME": str(tmp_path)})


def test_a_hint_is_applied_and_the_run_saved_as_one_file(tmp_path: Path) -> None:
    allowed = ("SEXP: apply_hint", "SEXP: save_recording", "at: push_", "GDScript backtrace")
    result = run_case("hints", allowed=allowed, env={"XDG_DATA_HOME": str(tmp_path)})
    assert result["frames_meanwhile"] >= 3  # the trial runs elsewhere: the game goes on
    replay = Replay(result["recording"])
    assert list(replay.run())[-1] > 60 * 28
    assert (replay.damage, replay.mismatches) == ("", [])
    assert replay.session.get_variable("Fired") == 1


def test_a_mission_belongs_to_its_scene() -> None:
    allowed = (
        "SEXP: load_mission",
        "SEXP: E205",
        "SEXP: track",
        "Object Name is empty",
        "at: push_",
        "GDScript backtrace",
    )
    run_case("mission_node", allowed=allowed, fixed_fps=60)


def test_missions_are_resources_that_keep_their_bytes() -> None:
    run_case("mission_file")


def test_long_frames_are_made_in_steps() -> None:
    allowed = ("a frame was longer than 32 steps of 0.25 s", "at: push_", "GDScript backtrace")
    run_case("steps", allowed=allowed, fixed_fps=60)


def test_a_mission_is_saved_and_restored() -> None:
    run_case(
        "save",
        allowed=(
            "SEXP: restore_state: these bytes are not a saved mission",
            "SEXP: track 'Newcomer'",
            "at: push_",
            "GDScript backtrace",
        ),
    )


def test_a_changed_file_is_taken_into_the_running_mission() -> None:
    run_case(
        "reload", allowed=("SEXP: reload_mission", "cannot be read: File not found", "at: push_", "GDScript backtrace")
    )


def test_operators_of_the_games_own() -> None:
    run_case("operators", allowed=("SEXP: register_operator", "SEXP: ", "at: push_", "GDScript backtrace"))


def test_settings_of_wrong_types_and_sizes_count_as_their_defaults() -> None:
    allowed = ("the option seed cannot be -5", "is used", "USER ERROR", "USER WARNING", "at: push_")
    run_case("settings", allowed=(*allowed, "GDScript backtrace"))


def test_a_campaign_file_is_played(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "lane.fc2").write_text(CAMPAIGN, encoding="utf-8")
    for name in ("leg1", "side", "leg2", "../outside"):
        (folder / f"{name}.fs2").write_text(MISSION, encoding="utf-8")
    (folder / "out.fc2").write_text("$Name: Out\n$Type: single\n$Mission: ../outside.fs2\n#End\n", encoding="utf-8")
    allowed = (
        "no campaign is open",
        "outside.fs2",
        "SEXP: finish",
        "USER ERROR",
        "USER WARNING",
        "at: push_",
        "GDScript backtrace",
    )
    run_case("campaign", allowed=allowed, env={"XDG_DATA_HOME": str(tmp_path), "SEXP_CAMPAIGN": str(folder)})


def test_the_patrol_demo_is_played_saved_and_loaded() -> None:
    run_case("patrol", fixed_fps=60)


def test_errors_of_a_mission_point_to_its_own_file_and_line(tmp_path: Path) -> None:
    mission = Path(__file__).parent / "scene" / "patrol.fs2"
    text = mission.read_text(encoding="utf-8")
    line = text[: text.index("( has-time-elapsed 1 )")].count("\n") + 1
    wrong = tmp_path / "wrong.fs2"
    wrong.write_text(text.replace("( has-time-elapsed 1 )", "( has-time-elapsed )"), encoding="utf-8")
    done = run("--fixed-fps", "60", "--", f"--mission={wrong}", "--seconds=1", "--quit-at-end")
    assert f"({wrong}:{line})" in done.output, done.output[-3000:]
    assert "SEXP: E302" in done.output and 'event "Late"' in done.output
