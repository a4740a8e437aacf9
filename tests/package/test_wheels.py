"""Wheels and source distribution as a mission author meets them: installed into an empty environment and used."""

from __future__ import annotations

import os
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from _package.command import PYTHONS
from _package.source import tracked_files
from _setup.state import PROJECT

import sexp_runtime
from support.releases import Release, python_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # the first test waits for the release
MISSION = PROJECT / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"
#: Variables that would let the command find more than what is installed.
BARE = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ} | {"PATH": "/usr/bin:/bin"}


def wheel_of(release: Release, version: str) -> Path:
    return release.file(f"*-cp{version.replace('.', '')}-*.whl")


@pytest.mark.parametrize("version", PYTHONS)
def test_a_wheel_installs_and_plays_a_mission(release: Release, version: str, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    python = str(environment / "bin" / "python")
    subprocess.run([python_of(version).executable, "-m", "venv", str(environment)], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", str(wheel_of(release, version))], check=True)
    sexp = str(environment / "bin" / "sexp")

    def run(*command: str) -> str:
        return subprocess.run(command, cwd=tmp_path, env=BARE, capture_output=True, text=True, check=True).stdout

    said = run(sexp, "--version")
    assert said.startswith(f"sexp {sexp_runtime.__version__} (Python {version}.") and said.endswith("compiled loops)\n")
    report = run(sexp, "run", str(MISSION), "--seconds", "20")
    # The whole package of this tree, interpreted by another environment, says the same.
    here = subprocess.run(
        [str(PROJECT / "tools" / "sexp"), "run", str(MISSION), "--seconds", "20"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    def without_times(text: str) -> list[str]:
        return [line.split("frame    median")[0] for line in text.splitlines()]

    assert without_times(report) == without_times(here)
    assert "evaluations for" in report


@pytest.mark.parametrize("version", PYTHONS)
def test_a_wheel_holds_the_runtime_and_nothing_else(release: Release, version: str) -> None:
    wheel = wheel_of(release, version)
    assert "manylinux_2_17_x86_64" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        metadata = archive.read(f"sexp_runtime-{sexp_runtime.__version__}.dist-info/METADATA").decode()
    information = f"sexp_runtime-{sexp_runtime.__version__}.dist-info"
    assert {name.split("/")[0] for name in names} == {"sexp_runtime", information}
    assert not [name for name in names if name.endswith((".c", ".pyx", ".pxi", ".pxd", ".pyc"))]
    assert "License-Expression: MIT" in metadata
    tracked = {
        path.relative_to(PROJECT / "python").as_posix() for path in (PROJECT / "python" / "sexp_runtime").rglob("*.py")
    }
    assert tracked <= set(names)


def test_the_source_distribution_is_the_whole_project(release: Release) -> None:
    listed = tracked_files()
    with tarfile.open(release.file("*.tar.gz")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert set(listed) - names == set()
    made = {name for name in names - set(listed) if ".egg-info/" not in name}
    assert made <= {"PKG-INFO", "setup.cfg"}


def test_everything_is_in_the_checksums(release: Release) -> None:
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    subprocess.run(command, cwd=release.folder, check=True, capture_output=True)
    listed = (release.folder / "SHA256SUMS").read_text().splitlines()
    assert {line.split("  ")[1] for line in listed} == {path.name for path in release.folder.iterdir()} - {"SHA256SUMS"}
