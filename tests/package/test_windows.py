"""The Windows add-on under wine, as far as that goes: there is no Godot for Windows here, so a small host stands in.

Skipped without wine: put it on the PATH, or name a command in SEXP_WINE that runs a program for Windows.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from _package import zig
from _setup.console import Progress
from _setup.environments import cached_environment
from _setup.python_env import asked_interpreter
from _setup.state import PROJECT

from support.releases import Release
from support.zips import BIN, WINDOWS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # the first test waits for the release
MISSION = PROJECT / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"
#: Run on both systems; the last lines that it prints must be equal.
CODE = """
import ctypes, decimal, socket, sys
import msgpack._cmsgpack
from sexp_runtime import MissionSession
from sexp_runtime.loops import LANGUAGE
session = MissionSession.load(sys.argv[-1], scenario=True, seed=1)
for _ in range(1200):
    session.step(1 / 60)
numbers = session.statistics()
print("played", LANGUAGE, numbers["requests"], numbers["evaluations"], sys.platform.replace("win32", "linux"))
"""


@pytest.fixture(scope="module")
def wine() -> list[str]:
    """The command that runs programs for Windows; skips where there is none."""
    command = shlex.split(os.environ.get("SEXP_WINE", "")) or ["wine"]
    if shutil.which(command[0]) is None:
        pytest.skip("no wine here")
    return command


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that stands in for Godot, compiled."""
    program = tmp_path_factory.mktemp("host") / "host.exe"
    python = str(cached_environment(Progress(quiet=True), asked_interpreter(), "package"))
    command = [python, "-m", "ziglang", "cc", "-target", zig.WINDOWS.zig, "-O1", "-Wall", "-Werror"]
    command += [str(Path(__file__).with_name("windows_host.c")), "-o", str(program)]
    zig.run("compiling the host", command, zig.environment(0))
    return program


def of_windows(path: Path) -> str:
    """Return a path as programs under wine see it."""
    return "Z:" + str(path).replace("/", "\\")


def test_the_loader_starts_the_bundled_python_and_a_mission_runs_as_on_linux(
    release: Release, wine: list[str], host: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(release.folder / WINDOWS) as archive:
        archive.extractall(tmp_path)
    shutil.copy(MISSION, tmp_path / "mission.fs2")
    library = tmp_path / BIN / "libpythonscript.windows.x86_64.dll"
    code = f"import sys; sys.argv = [{of_windows(tmp_path / 'mission.fs2')!r}]\n{CODE}"
    done = subprocess.run(
        [*wine, of_windows(host), of_windows(library), code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=240,
        check=False,
    )
    # The host's interface does nothing, so the binding finds that the engine lacks what it needs; it gets that far.
    assert "this engine lacks Object.notification" in done.stdout, done.stdout + done.stderr
    command = [str(PROJECT / ".venv" / "bin" / "python"), "-c", CODE, str(MISSION)]
    here = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(PROJECT / "python")}, capture_output=True, text=True, check=True
    )
    assert here.stdout in done.stdout.replace("\r\n", "\n"), done.stdout + done.stderr
    assert done.returncode == 0
