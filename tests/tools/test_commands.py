"""The commands as a person meets them: help, arguments, messages; run as real processes where that is cheap."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from _setup import commands
from _setup import project as project_setup
from _setup.console import Progress, SetupError

TOOLS = ("run", "test", "godot", "sexp", "bench")


def call(project: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    full = {**os.environ, **environment}
    return subprocess.run(
        [str(project / command[0]), *command[1:]], env=full, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("tool", ["run", "test", "godot", "bench"])
def test_help_needs_no_set_up_and_says_how_to_call_it(project: Path, tmp_path: Path, tool: str) -> None:
    done = call(project, f"tools/{tool}", "--help", SEXP_CACHE=str(tmp_path / "cache"), GODOT="")
    assert done.returncode == 0 and f"tools/{tool}" in done.stdout and "usage" in done.stdout.lower()
    assert done.stderr == "" and not (tmp_path / "cache").exists()


@pytest.mark.parametrize("tool", TOOLS)
def test_tools_are_executable_and_small(project: Path, tool: str) -> None:
    path = project / "tools" / tool
    assert os.access(path, os.X_OK) and len(path.read_text().splitlines()) < 20


def test_a_missing_python_is_named(project: Path, tmp_path: Path) -> None:
    for name in ("sh", "dirname", "readlink"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    done = call(project, "tools/run", PATH=str(tmp_path))
    assert done.returncode == 2 and "python3 is missing" in done.stderr and "apt-get install python3" in done.stderr


def test_missing_tools_for_unpacking_are_named(project: Path, tmp_path: Path) -> None:
    for name in ("sh", "dirname", "readlink"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    (tmp_path / "python3").symlink_to(os.path.realpath(sys.executable))
    done = call(project, "tools/godot", "--version", PATH=str(tmp_path), SEXP_CACHE=str(tmp_path / "cache"), GODOT="")
    assert done.returncode == 2
    assert "apt-get, dpkg-deb, missing here" in done.stderr and "apt-get install apt dpkg" in done.stderr


def test_all_missing_prerequisites_are_named_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GODOT", "CC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("SEXP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(project_setup, "PROJECT", tmp_path)
    with pytest.raises(SetupError, match=r"Set-up needs apt-get, dpkg-deb, gcc, the C library's headers") as caught:
        project_setup.ensure_all(Progress(quiet=True))
    assert str(caught.value).splitlines()[1].endswith("apt-get install apt dpkg gcc libc6-dev")
    (tmp_path / "gcc").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "gcc").chmod(0o755)
    assert project_setup.missing_for_compiling() == [("the C library's headers", "libc6-dev")]
    assert not (tmp_path / "cache").exists() and not (tmp_path / ".venv").exists()


def test_the_named_engine_is_run_with_the_arguments(project: Path, tmp_path: Path) -> None:
    engine = tmp_path / "engine"
    engine.write_text('#!/bin/sh\n[ "$2" = --version ] && { echo 4.6.7.stable; exit; }\nprintf "<%s>" "$@"\nexit 7\n')
    engine.chmod(0o755)
    cache = str(tmp_path / "cache")
    done = call(project, "tools/godot", "--headless", "--path", "a b", "", GODOT=str(engine), SEXP_CACHE=cache)
    assert (done.returncode, done.stdout) == (7, "<--headless><--path><a b><>")
    assert call(project, "tools/godot", "--where", GODOT=str(engine), SEXP_CACHE=cache).stdout == f"{engine}\n"
    refused = call(project, "tools/godot", "--where", GODOT=str(tmp_path / "nowhere"), SEXP_CACHE=cache)
    assert refused.returncode == 2 and "names no executable file" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "behind"),
    [
        ([], ["--quit-at-end"]),
        (["m.fs2"], ["--mission={cwd}/m.fs2", "--quit-at-end"]),
        (["--seconds", "90.5", "--seed", "-3"], ["--seconds=90.5", "--seed=-3", "--quit-at-end"]),
        (["--frames", "600"], ["--seconds=10", "--quit-at-end"]),
        (["--frames", "600", "--fps", "30"], ["--seconds=20", "--fps=30", "--quit-at-end"]),
        (["--overlay", "--quiet"], ["--overlay", "--quiet", "--quit-at-end"]),
        (["--window", "--screenshot", "a@b.png@2.5"], ["--screenshot={cwd}/a@b.png@2.5"]),
        (["--json", "out.json"], ["--json={cwd}/out.json", "--quit-at-end"]),
        (["--json", "-"], ["--json=-", "--quit-at-end"]),
        (["--window"], []),
    ],
)
def test_what_the_scene_is_told(arguments: list[str], behind: list[str]) -> None:
    options = commands.run_parser().parse_args(arguments)
    command = commands.run_command(options, "/engine", software=True)
    split = command.index("--")
    assert command[0] == "/engine" and ("--headless" in command[:split]) is not options.window
    assert ("opengl3" in command[:split]) is options.window
    assert command[split + 1 :] == [text.format(cwd=os.getcwd()) for text in behind]


@pytest.mark.parametrize("arguments", [["--seconds", "0"], ["--seconds", "nan"], ["--frames", "x"], ["--seed", "1.5"]])
def test_bad_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        commands.run_parser().parse_args(arguments)
    assert caught.value.code == 2 and arguments[0] in capsys.readouterr().err


def test_frames_and_seconds_exclude_each_other() -> None:
    with pytest.raises(SystemExit):
        commands.run_parser().parse_args(["--frames", "3", "--seconds", "1"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.fs2"], "no mission file nowhere.fs2"),
        (["--json", "/nonexistent/x/y.json"], "does not exist"),
        (["--window"], "needs a screen"),
    ],
)
def test_run_refuses_before_any_set_up(project: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    started = time.monotonic()
    done = call(project, "tools/run", *arguments, SEXP_CACHE=str(tmp_path), GODOT="", DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode == 2 and words in done.stderr and time.monotonic() - started < 20


def test_benchmarks_are_listed_and_an_unknown_one_is_refused(project: Path) -> None:
    listed = call(project, "tools/bench")
    assert listed.returncode == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()] == commands.benchmark_names()
    refused = call(project, "tools/bench", "no-such-benchmark")
    assert refused.returncode == 2 and "no benchmark no-such-benchmark" in refused.stderr


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main([]) == commands.main(["destroy"]) == 2
    assert "usage" in capsys.readouterr().err


def test_import_is_requested_again_only_when_a_file_of_the_engines_changed(tmp_path: Path) -> None:
    (tmp_path / "project.godot").write_text("")
    (tmp_path / "a.gd").write_text("extends Node\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "ignored").mkdir()
    (tmp_path / "ignored/.gdignore").write_text("")
    first = project_setup.import_mark(tmp_path, "4.6")
    (tmp_path / "b.py").write_text("")
    (tmp_path / ".hidden/x.gd").write_text("")
    (tmp_path / "ignored/x.gd").write_text("")
    assert project_setup.import_mark(tmp_path, "4.6") == first
    marks = {first, project_setup.import_mark(tmp_path, "4.7")}
    changes: list[Callable[[], object]] = [
        lambda: (tmp_path / "c.tscn").write_text(""),
        lambda: (tmp_path / "a.gd").write_text("extends Node2D\n"),
        lambda: (tmp_path / "a.gd").unlink(),
    ]
    for change in changes:
        change()
        marks.add(project_setup.import_mark(tmp_path, "4.6"))
    assert len(marks) == 5


def test_extensions_are_announced_to_the_engine_before_it_loads_them(tmp_path: Path) -> None:
    (tmp_path / "addons/one").mkdir(parents=True)
    (tmp_path / "addons/one/one.gdextension").write_text("")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden/two.gdextension").write_text("")
    project_setup.list_extensions(tmp_path)
    listed = tmp_path / ".godot/extension_list.cfg"
    assert listed.read_text() == "res://addons/one/one.gdextension\n"
    listed.write_text("res://addons/more.gdextension\nres://addons/one/one.gdextension\n")
    project_setup.list_extensions(tmp_path)
    assert "more" in listed.read_text(), "a list that names them all is the engine's own affair"


def test_progress_of_the_engine_does_not_hide_its_errors() -> None:
    output = "[   0% ] \x1b[90m\x1b[1mreimport\x1b[22m | Started\x1b[39m\x1b[0m\n\x1b[92m[ DONE ]\x1b[39m x\n\x1b[0m\n"
    output += "\x1b[91mERROR: it failed\x1b[0m\n[not progress]\n[  99% ] more\n"
    assert project_setup.without_progress(output) == "ERROR: it failed\n[not progress]"


def test_files_of_the_set_up_name_no_host_and_no_machine(project: Path) -> None:
    """Where packages come from is the machine's own matter."""
    for path in [*(project / "tools").rglob("*"), *(project / "requirements").rglob("*"), project / ".ci/run"]:
        if path.is_file() and not any(part.endswith(("cache__", "_cache")) for part in path.parts):
            text = path.read_text()
            assert not re.search(r"https?://|/wor[k]/|/roo[t]/", text), path


def test_tests_run_in_parallel_by_default_and_fast_leaves_out_slow_ones() -> None:
    assert commands.pytest_arguments(["tests/world"]) == ([*commands.IN_PARALLEL, "tests/world"], "")
    assert commands.pytest_arguments(["-n0", "-x"]) == (["-n0", "-x"], "")
    arguments, fuzz = commands.pytest_arguments(["--fast", "-k", "hull"])
    assert fuzz == "fast" and arguments[-2:] == ["-k", "hull"] and "--fast" not in arguments
    assert "not slow and not engine and not missions" in arguments


def test_continuous_integration_runs_all_tests(project: Path) -> None:
    text = (project / ".ci/run").read_text()
    assert "tools/test" in text and "set -e" in text and os.access(project / ".ci/run", os.X_OK)
