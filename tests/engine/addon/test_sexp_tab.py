"""The SEXP tab: what the game says over the real debugger wire, and the tab itself in an editor that a script uses."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.analysis.replay import Replay
from support.godot.debugger_server import DebuggerServer
from support.godot.game import ROOT, engine
from support.godot.projects import import_project, make_project
from support.godot.screens import screen
from support.large_mission import large_mission
from support.planted import MISSION

pytestmark = pytest.mark.engine
#: All that a game says to an editor whose tab is closed.
OPENING = ["sexp:ready", "sexp:playing"]


@contextlib.contextmanager
def game(server: DebuggerServer, *arguments: str, scene: tuple[str, ...] = ("--", "--quiet")) -> Iterator[list[str]]:
    """Run the demo's scene headless at 60 frames a second, connected to the server; gives its output afterwards."""
    command = [engine(), "--headless", "--max-fps", "60", "--path", str(ROOT), *server.arguments, *scene]
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output: list[str] = []
    try:
        server.wait_for("sexp:ready", timeout=40)
        yield output
    finally:
        process.terminate()
        output.append(process.communicate(timeout=20)[0])


def test_the_handshake_and_every_message_on_the_wire(tmp_path: Path) -> None:
    with DebuggerServer() as server, game(server, "--seconds=60"):
        server.let_pass(1)
        assert [message.name for message in server.messages if message.name.startswith("sexp:")] == OPENING
        server.send("sexp:start_session")
        title, engine_name, formulas, total = server.wait_for("sexp:mission").data
        assert (title, engine_name) == ("The Lantern Run", "cached")
        assert total == len(formulas) == 46
        mission_time, rows = server.wait_for("sexp:rows").data
        assert mission_time > 0.0 and sorted(row[0] for row in rows) == list(range(46))
        numbers = server.wait_for("sexp:numbers").data[0]
        assert numbers["frames"] > 0 and 0.0 <= numbers["hit_rate"] <= 1.0 and numbers["mode"] == "sampled"
        server.send("sexp:why", ["event", 2])
        kind, index, text = server.wait_for("sexp:why").data
        assert (kind, index) == ("event", 2) and "waits for" in text
        kind, index, path, rows = server.wait_for("sexp:tree").data
        assert (kind, index) == ("event", 2) and path.endswith("lantern_run.fs2")
        assert rows[0][:3] == [0, "part", "when"] and rows[0][6] and rows[0][7] > 1
        server.send("sexp:view", ["variables"])
        page, total, rows = server.wait_for("sexp:page").data
        assert (page, total, len(rows)) == ("variables", 10, 10)
        came = len(server.messages)
        server.send("sexp:set_variable", ["Losses", "77"])
        assert server.wait_for("sexp:page", after=came).data[2][0][:5] == [0, "variable", "Losses", "number", "77"]
        server.send("sexp:set_variable", ["Losses", "many"])
        assert "expected a whole number" in server.wait_for("sexp:failed", after=came).data[0]
        server.send("sexp:view", ["objects", "Heron 1"])
        node = dict(server.wait_for("sexp:object").data[1])["node"]
        assert node.startswith("/root/Demo")
        server.send("sexp:watch", [["( + @Losses[0] 1 )"]])
        server.send("sexp:view", ["watch"])
        assert server.wait_for("sexp:watched").data == [[["( + @Losses[0] 1 )", 78, "= 78"]]]
        server.send("sexp:search", ["hits-left"])
        text, places = server.wait_for("sexp:found").data
        assert text == "hits-left" and 0 < len(places) < 46
        came = len(server.messages)
        server.send("sexp:view", [""])
        server.wait_for("sexp:numbers", after=came)
        server.let_pass(1)
        names = {message.name for message in server.messages[came:]}
        assert "sexp:numbers" in names and not names & {"sexp:page", "sexp:object", "sexp:watched", "sexp:log"}
        server.send("sexp:add_break", ["( >= ( mission-time ) 4 )"])
        assert server.wait_for("sexp:breaks").data[0][0][1] == "( >= ( mission-time ) 4 )"
        when, reason = server.wait_for("sexp:break_hit").data
        assert 4.0 <= when < 4.1 and reason == "( >= ( mission-time ) 4 ) is true"
        server.send("sexp:clear_breaks")
        server.send("sexp:control", ["step", 0.5])
        stepped = server.wait_for(lambda message: message.name == "sexp:numbers" and message.data[0]["time"] > when)
        assert abs(stepped.data[0]["time"] - when - 0.5) < 0.001  # paused but for this step
        server.send("sexp:control", ["continue", 0.0])
        server.send("sexp:mode", ["full"])
        full = server.wait_for(lambda message: message.name == "sexp:hot" and message.data[2] == "full")
        assert full.data[0]
        came = len(server.messages)
        server.send("sexp:mode", ["everything"])
        assert "everything" in server.wait_for("sexp:failed", after=came).data[0]
        report = tmp_path / "report.json"
        server.send("sexp:save_report", [str(report)])
        server.wait_for(lambda message: message.name == "sexp:done" and "saved" in message.data[0])
        assert json.loads(report.read_text())["version"] == 1
        server.send("sexp:hints")
        hints, found = server.wait_for("sexp:hints").data
        assert len(hints) == found
        server.send("sexp:stop_session")
        server.let_pass(1)
        silent_from = len(server.messages)
        server.let_pass(1)
        assert not [m for m in server.messages[silent_from:] if m.name.startswith("sexp:")]
        assert not server.named("error")
        assert server.error is None


def test_500_events_at_60_frames_a_second_are_never_too_many_messages(tmp_path: Path) -> None:
    mission = tmp_path / "large.fs2"
    mission.write_text(large_mission(500, counters=100))
    with DebuggerServer() as server, game(server, f"--mission={mission}", "--seconds=60") as output:
        server.send("sexp:start_session")
        server.send("sexp:mode", ["full"])
        server.wait_for("sexp:mission")
        start = len(server.messages)
        began = time.monotonic()
        server.let_pass(5)
        ours = [message for message in server.messages[start:] if message.name.startswith("sexp:")]
        seconds = time.monotonic() - began
        shown = {row[0] for message in server.named("sexp:rows") for row in message.data[1]}
        frames = [message.data[0]["frames"] for message in ours if message.name == "sexp:numbers"]
        assert not server.named("error"), server.named("error")[0].data
    assert shown == set(range(501))
    assert 3 <= len(ours) <= 16 * seconds
    assert frames[-1] > frames[0]
    assert max(len(json.dumps(message.data)) for message in ours) < 65_536
    assert "Too many" not in output[0] and "ERROR" not in output[0], output[0][-3000:]


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder for the game of one test; gives the folder of its recordings."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "godot" / "app_userdata" / project_name() / "sexp_recordings"


def project_name() -> str:
    found = re.search(r'config/name="(.*)"', (ROOT / "project.godot").read_text())
    assert found
    return found[1]


def test_a_run_is_saved_from_its_beginning_at_any_moment(tmp_path: Path, own_data: Path) -> None:
    mission, target, later = tmp_path / "small.fs2", tmp_path / "run.rec", tmp_path / "later.rec"
    mission.write_text(large_mission(40))
    scene = ("res://tests/engine/addon/run_case.tscn", "--", "--case=tab_cost")
    with DebuggerServer() as server, game(server, f"--mission={mission}", scene=scene):
        server.let_pass(1)  # it is recorded without a request
        server.send("sexp:start_session")
        played = server.wait_for(lambda message: message.name == "sexp:numbers" and message.data[0]["frames"] > 40)
        numbers = played.data[0]
        assert numbers["recording"] and numbers["recorded_bytes"] > 100
        server.send("sexp:save_recording", [str(target)])
        assert "from the mission's beginning" in server.wait_for("sexp:done").data[0]
        came = len(server.messages)
        server.send("sexp:record", [False])
        assert server.wait_for("sexp:done", after=came).data == ["recording: off"]
        server.send("bench:reload", [])
        server.wait_for("sexp:mission", after=came)
        server.send("sexp:save_recording", [str(later)])
        assert "not recorded" in server.wait_for("sexp:failed", after=came).data[0]
        came = len(server.messages)
        server.send("sexp:record", [True])
        assert "next mission" in server.wait_for("sexp:done", after=came).data[0]
        server.send("bench:reload", [])
        server.wait_for(
            lambda message: (
                message.name == "sexp:numbers" and message.data[0]["recording"] and message.data[0]["frames"] > 40
            ),
            after=came,
        )
        # The game is stopped here, as the editor does: what it recorded is in its folder.
    recorded = Replay(target)
    frames = list(recorded.run())[-1]
    assert frames > 30 and not recorded.mismatches and not recorded.damage
    assert recorded.session.get_variable("v0") == frames
    left = sorted(own_data.iterdir())
    assert [path.suffix for path in left] == [".rec", ".rec"] and not later.exists()
    stopped = Replay(left[-1])
    assert list(stopped.run())[-1] >= 32 and not stopped.mismatches


def test_a_hint_is_proved_and_applied_over_the_wire(tmp_path: Path, own_data: Path) -> None:
    mission, target = tmp_path / "planted.fs2", tmp_path / "run.rec"
    mission.write_text(MISSION)
    scene = ("res://tests/engine/addon/run_case.tscn", "--", "--case=tab_cost")
    owner = 'event "polls the clock"'
    with DebuggerServer() as server, game(server, f"--mission={mission}", scene=scene):
        server.send("sexp:start_session")
        server.send("sexp:mode", ["full"])
        server.wait_for(lambda message: message.name == "sexp:rows" and message.data[0] > 6.0)
        server.send("sexp:hints")
        hints, _total = server.wait_for("sexp:hints").data
        (wanted,) = [hint for hint in hints if hint["owner"] == owner and hint["rewritten"]]
        assert wanted["safe"] and "has-time-elapsed 25" in wanted["rewritten"]
        came = len(server.messages)
        server.send("sexp:apply_hint", [wanted["id"]])
        assert "trying" in server.wait_for("sexp:done", after=came).data[0]
        name, applied, text = server.wait_for("sexp:hint_tried", after=came).data
        assert (name, applied) == (wanted["id"], True), text
        hints, _total = server.wait_for("sexp:hints", after=came).data
        assert owner not in {hint["owner"] for hint in hints}
        # The table shows how the new formula behaves: it waits for one moment.
        came = len(server.messages)
        fresh = server.wait_for(
            lambda message: message.name == "sexp:rows" and any(row[0] == 0 for row in message.data[1]), after=came
        )
        (row,) = [row for row in fresh.data[1] if row[0] == 0]
        assert row[1:4] == ["waits", 0, 0] and row[5] <= 1, row
        server.send("sexp:why", ["event", 0])
        why = server.wait_for("sexp:why", after=came).data[2]
        assert "time alone can change it at 25.000 s" in why, why
        server.send("sexp:apply_hint", [wanted["id"]])
        assert "no hint" in server.wait_for("sexp:failed", after=came).data[0]
        server.wait_for(
            lambda m: m.name == "sexp:rows" and any(row[0] == 0 and row[1] == "true" for row in m.data[1]), timeout=240
        )
        server.send("sexp:save_recording", [str(target)])
        server.wait_for(lambda message: message.name == "sexp:done" and "saved" in message.data[0])
    replay = Replay(target)  # plays the old text, and so checks the new one
    assert list(replay.run())[-1] > 25 * 60 and not replay.mismatches


# --- the tab itself ---------------------------------------------------------------------------------------------------

SETTINGS = """[autoload]

SexpRuntime="*res://addons/sexp_runtime/sexp_runtime.gd"

[editor]

run/main_run_args="--headless --max-fps 60 -- --seconds=100 --quiet"

[editor_plugins]

enabled=PackedStringArray("res://addons/sexp_runtime/plugin.cfg", "res://addons/driver/plugin.cfg")

[python]

modules=PackedStringArray("sexp_runtime.bridge.runtime")

[rendering]

renderer/rendering_method="gl_compatibility"
"""
#: The tab is shown by the script, not by the mission.
HIDDEN = "\n[sexp_runtime]\n\ndebug/show_tab=false\n"
#: What the engine says on a screen without a graphics card, and cannot be otherwise.
SCREEN = ("V-Sync", "VK_KHR_surface", "_initialize_instance", 'Condition "err != OK"', "vulkan", "Vulkan")


def steps_of(output: str) -> dict[str, dict[str, Any]]:
    """What the driver said, by step."""
    said = [json.loads(line[4:]) for line in output.splitlines() if line.startswith("TAB {")]
    return {entry["step"]: entry["facts"] for entry in said}


def drive_editor(
    tmp_path: Path, driver: str = "driver.gd", settings: str = HIDDEN, options: str = ""
) -> dict[str, dict[str, Any]]:
    """Have a script use the tab in an editor whose project is the demo; return what it said, by step."""
    all_settings = SETTINGS.replace("--quiet", f"--quiet {options}") + settings
    project = make_project(tmp_path / "project", all_settings, main_scene="res://addons/sexp_runtime/demo/demo.tscn")
    shutil.copytree(ROOT / "tests" / "engine" / "addon" / "editor", project / "addons" / "driver")
    plugin = project / "addons" / "driver" / "plugin.cfg"
    plugin.write_text(plugin.read_text().replace("driver.gd", driver))
    (project / "stutter.fs2").write_text(MISSION)
    import_project(project)
    with screen("1280x720") as environment:
        for name in ("CONFIG", "DATA", "CACHE"):  # keeps the editor settings of the user who runs the tests
            environment[f"XDG_{name}_HOME"] = str(tmp_path / name.lower())
        environment["SEXP_SHOTS"] = os.environ.get("SEXP_SHOTS", "")
        command = [engine(), "--path", str(project), "--editor", "--resolution", "1280x720", "--position", "0,0"]
        command += ["--audio-driver", "Dummy", "--rendering-driver", "opengl3"]
        try:
            done = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, timeout=300, check=False
            )
        except subprocess.TimeoutExpired as late:
            pytest.fail(f"the editor did not end: {(late.stdout or b'').decode(errors='replace')[-6000:]}")
    output = done.stdout.decode(errors="replace")
    steps = steps_of(output)
    assert "timeout" not in steps and done.returncode == 0, output[-6000:]
    bad = [line for line in output.splitlines() if "SCRIPT ERROR" in line or line.startswith(("ERROR", "WARNING"))]
    assert not [line for line in bad if not any(text in line for text in SCREEN)], output[-6000:]
    return steps


def test_the_tab_in_an_editor_that_plays_the_demo(tmp_path: Path) -> None:
    steps = drive_editor(tmp_path)
    assert "No game" in steps["before"]["status"]
    # Hidden: nothing asked, nothing told.
    assert steps["hidden"] == {"listening": False, "rows": 0}
    shown = steps["shown"]
    assert shown["listening"] and len(shown["rows"]) == 46
    assert shown["from_cache"].endswith("%") and shown["frame"].endswith("us") and int(shown["slots"]) > 10
    assert "The Lantern Run" in shown["status"] and "engine: cached" in shown["status"]
    assert (
        steps["full"]["watching"] == "full, recording" and steps["full"]["hot"] > 3 and steps["full"]["operators"] > 3
    )
    counts = [int(row[5] or 0) for row in steps["sorted"]["rows"]]
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[-1]
    assert 'event "' in steps["why"]["text"] and "waits for" in steps["why"]["text"]
    assert steps["why"]["first"][0] == "when" and steps["why"]["rows"] > 2
    assert steps["line"]["path"].endswith("lantern_run.fs2")
    mission_lines = (ROOT / "addons/sexp_runtime/demo/lantern_run.fs2").read_text().splitlines()
    assert "( when" in mission_lines[steps["line"]["line"] - 1]
    assert "no variable 'Nobody'" in steps["no_break"]["status"]
    assert "the frame took" in steps["break"]["status"] and steps["break"]["button"] == "Continue"
    assert steps["flash"]["most"] > 0
    filtered = steps["filtered"]["rows"]
    assert 0 < len(filtered) < 46 and all(row[1] == "true" for row in filtered)
    assert steps["hints"]["count"] > 0 and "the costliest formula" in steps["hints"]["detail"]
    assert re.search(r"^At: lantern_run\.fs2:\d+:\d+\nPart: \( ", steps["hints"]["detail"], re.MULTILINE)
    report = json.loads(Path(steps["report"]["path"]).read_text())
    assert report["version"] == 1 and report["mode"] == "full"
    assert "bug.rec" in steps["recording"]["status"]
    bug = Replay(steps["recording"]["path"])
    assert list(bug.run())[-1] > 100 and not bug.mismatches and not bug.damage
    assert not steps["after"]["listening"] and "has ended" in steps["after"]["status"]
    assert steps["after"]["rows"] == 46  # to be read afterwards
    assert steps["applying"]["said"].startswith("trying")
    assert 'event "polls the clock": applied; the same results in' in steps["applied"]["said"]
    (row,) = [row for row in steps["applied"]["rows"] if row[0] == "polls the clock"]
    assert row[1] == "waits" and int(row[5] or 0) <= 1, row


def test_the_pages_of_the_mission_in_an_editor_that_plays_the_demo(tmp_path: Path) -> None:
    steps = drive_editor(tmp_path, "panels_driver.gd")
    variables = {row[0]: row[1:] for row in steps["variables"]["rows"]}
    assert len(variables) == 10 and variables["Roster"][0] == "list of string"
    assert variables["Alert"][0] == "string" and variables["Losses"][0] == "number"
    edited = {row[0]: row[2] for row in steps["edited"]["rows"]}
    assert edited["Losses"] == "77" and "@Losses is 77 now" in steps["edited"]["status"]
    assert "@Losses cannot be 'seven': expected a whole number" in steps["refused"]["status"]
    assert {row[0]: row[2] for row in steps["refused"]["rows"]}["Losses"] == "77"
    assert "Nightjar" in steps["item"]["items"] and steps["item"]["items"][-1] == "add..."
    assert len(steps["item"]["items"]) == steps["item"]["count"] + 1
    assert not steps["removed"]["highlighted"]  # its flash has ended with the row
    objects = {row[0]: row[1:] for row in steps["objects"]["rows"]}
    assert len(objects) == 13 and objects["Heron 1"][:3] == ["present", "100.0", "100.0"]
    assert objects["Heron 1"][3]  # the node that is tied to it
    assert not steps["objects"]["scrolls"] and not steps["objects"]["wide"] and steps["objects"]["width"] >= 150
    details = dict(steps["objects"]["details"])
    assert details["status"] == "present" and details["node"].startswith("/root/")
    assert any(name.startswith("- ") for name in details) and details["team"] == "Friendly"
    assert ["0:01.0", "message", "#Command"] in [row[:3] for row in steps["log"]["rows"]]
    assert any(row[1:3] == ["ship-arrived", "Lantern 1"] for row in steps["log"]["rows"])
    assert any(row[1] == "event" and row[3].startswith("came true") for row in steps["log"]["rows"])
    assert ["Deliver the cargo", "primary", "incomplete"] in [row[:3] for row in steps["goals"]["rows"]]
    watched = dict(steps["watch"]["rows"])
    assert watched["( > ( mission-time ) 1 )"].startswith("1") and watched["( rand 1 6 )"] == "(draws at random)"
    assert watched['( hits-left "Nobody" )'].startswith('1:13: error E320 hits-left, argument 1: no ship "Nobody"')
    found = [row[0] for row in steps["found"]["rows"]]
    assert 0 < len(found) < 46 and not any("hits-left" in name for name in found)
    assert steps["found"]["log"] == 0
    past, now = steps["past"], steps["now"]
    assert past["past"] == past["live"] and not past["listening"], past
    assert past["frame"] == past["last"] > 100 and past["note"].startswith("the last 0:")
    assert len(past["live"]["tree"]) > 2
    earlier = steps["earlier"]["past"]
    assert earlier["rows"] != past["past"]["rows"] and earlier["variables"] != past["past"]["variables"]
    assert dict(row[::2] for row in earlier["variables"])["Losses"] == "0"
    assert now["live"] == past["live"] and now["listening"]
    on = steps["played_on"]
    assert on["past"]["variables"] == earlier["variables"] and on["last"] == on["from"] + 3600
    assert f"simulated since frame {on['from']}" in on["note"]
    assert steps["hidden_break"] == {"listening": False, "button": "Pause"}
    assert steps["long"]["texts"][3] == "and 2 more"
    assert [wish[1] for wish in steps["long"]["wishes"]] == [["Long", str(at)] for at in range(3)]
    assert steps["ended"]["frame"] >= past["frame"] and "has ended; shown is" in steps["left"]["status"]


def test_the_tab_is_shown_when_a_mission_starts_and_by_its_button(tmp_path: Path) -> None:
    steps = drive_editor(tmp_path, "shown_driver.gd", settings="")
    assert steps["before"] == {"visible": False}
    assert steps["started"]["visible"] and steps["started"]["rows"] == 46
    assert "lantern_run.fs2 was saved: press Reload Mission" in steps["offered"]["status"]
    assert steps["reloaded"]["rows"] == 47
    assert steps["away"] == {"visible": False}
    assert steps["button"] == {"visible": True, "buttons": 1}


@pytest.mark.skipif("SEXP_SHOTS" not in os.environ, reason="takes pictures only into the folder SEXP_SHOTS")
def test_pictures_of_the_tab_for_the_documentation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SEXP_SHOTS_EVENT is the event that is shown, SEXP_SHOTS_OPTIONS options of the demo, such as --mission=FILE."""
    monkeypatch.setenv("SEXP_SHOTS_EVENT", os.environ.get("SEXP_SHOTS_EVENT", "16"))
    steps = drive_editor(tmp_path, "pictures_driver.gd", options=os.environ.get("SEXP_SHOTS_OPTIONS", ""))
    assert steps["pictures"]["frame"] > 0
