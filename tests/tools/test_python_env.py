"""Choosing a Python and keeping .venv as the lock files say, with made-up interpreters and pips."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from _setup import python_env
from _setup.console import Progress, SetupError
from _setup.python_env import Environment, Interpreter, choose_interpreter, interpreter_from_probe

pytestmark = pytest.mark.slow

QUIET = Progress(quiet=True)
WHOLE: dict[str, Any] = {
    "version": [3, 11, 2],
    "implementation": "cpython",
    "base": "/usr/bin/python3.11",
    "libpython": "/usr/lib/libpython3.11.so.1.0",
    "headers": True,
    "venv": True,
}


def fake_python(folder: Path, name: str, **changes: object) -> str:
    """A made-up interpreter that answers the probe."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{json.dumps({**WHOLE, **changes})}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_probe_really_runs_here() -> None:
    found = python_env.probe(sys.executable)
    assert found is not None
    assert found.version[:2] == sys.version_info[:2]
    assert Path(found.executable).is_file()
    assert found.libpython == "" or Path(found.libpython).is_file()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        json.dumps({**WHOLE, "version": [3, 10, 9]}),
        json.dumps({**WHOLE, "implementation": "pypy"}),
        json.dumps({name: value for name, value in WHOLE.items() if name != "base"}),
    ],
)
def test_what_will_not_do(text: str) -> None:
    assert interpreter_from_probe(text) is None


def test_what_will_do() -> None:
    found = interpreter_from_probe("a warning\n" + json.dumps(WHOLE))
    assert found == Interpreter("/usr/bin/python3.11", (3, 11, 2), "/usr/lib/libpython3.11.so.1.0", True, True)
    assert found.lacks == []


def test_the_first_whole_one_is_chosen(tmp_path: Path) -> None:
    old = fake_python(tmp_path, "old", version=[3, 9, 1])
    static = fake_python(tmp_path, "static", libpython="", base="/static")
    whole = fake_python(tmp_path, "whole", base="/whole")
    later = fake_python(tmp_path, "later", base="/later")
    assert choose_interpreter(["/nonexistent", old, static, whole, later]).executable == "/whole"


@pytest.mark.parametrize(
    ("changes", "words", "packages"),
    [
        ({"libpython": ""}, "shared library libpython", "libpython3.11"),
        ({"headers": False}, "Python.h", "libpython3.11-dev"),
        ({"venv": False}, "venv and ensurepip", "python3.11-venv"),
        ({"venv": False, "headers": False}, "Python.h .* and the modules", "libpython3.11-dev python3.11-venv"),
    ],
)
def test_what_is_missing_is_named_with_the_command(
    tmp_path: Path, changes: dict[str, object], words: str, packages: str
) -> None:
    with pytest.raises(SetupError, match=words) as caught:
        choose_interpreter([fake_python(tmp_path, "python", **changes)])
    assert str(caught.value).splitlines()[1].endswith("apt-get install " + packages)


def test_no_python_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEXP_PYTHON", raising=False)
    with pytest.raises(SetupError, match=r"No Python 3.11 or newer was found\. (.|\n)*apt-get install python3 "):
        choose_interpreter([])


def test_a_named_python_is_the_only_candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = fake_python(tmp_path, "mine")
    monkeypatch.setenv("SEXP_PYTHON", named)
    assert python_env.candidates() == [named]
    monkeypatch.setenv("SEXP_PYTHON", "/nonexistent/python")
    assert python_env.candidates() == []


# --- the environment ---


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real environment, made once: making one takes seconds, and copies work as well."""
    folder = tmp_path_factory.mktemp("template") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder


@pytest.fixture
def project_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: Path) -> Environment:
    """A project with empty lock files whose environment is a copy of the template, so that nothing is downloaded."""

    def copy(self: Environment, executable: str) -> None:
        if self.folder.exists():
            shutil.rmtree(self.folder)
        shutil.copytree(template, self.folder, symlinks=True)

    monkeypatch.setattr(Environment, "_create", copy)
    return empty_project(tmp_path, monkeypatch)


def empty_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """A project with empty lock files."""
    monkeypatch.delenv("SEXP_PYTHON", raising=False)
    folder = tmp_path / "project"
    (folder / "requirements").mkdir(parents=True)
    for group in python_env.GROUPS:
        (folder / "requirements" / f"{group}.txt").write_text("# nothing\n")
    monkeypatch.setattr(python_env, "candidates", lambda: [sys.executable])
    found = python_env.probe(sys.executable)
    if found is None or found.lacks:
        pytest.skip("this Python lacks " + ", ".join(found.lacks if found else ["all"]))
    return Environment(folder)


def marker(environment: Environment) -> Path:
    """A file that is gone after the environment was made again."""
    return environment.folder / "marker"


def test_an_environment_is_really_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = empty_project(tmp_path, monkeypatch)
    environment.folder.mkdir()
    (environment.folder / "left-over").write_text("of a set-up that was cut short")
    python = environment.ensure(QUIET, ["run"])
    code = "import sys; print(sys.prefix)"
    assert subprocess.check_output([python, "-c", code], text=True).strip() == str(environment.folder)
    assert not (environment.folder / "left-over").exists()


def test_made_once_and_filled_group_by_group(project_copy: Environment) -> None:
    assert project_copy.missing_groups(["run"]) == ["run"]
    python = project_copy.ensure(QUIET, ["run"])
    marker(project_copy).write_text("")
    assert project_copy.missing_groups(["run", "dev"]) == ["dev"]
    assert project_copy.ensure(QUIET, ["run", "dev"]) == python
    (project_copy.project / "requirements/run.txt").write_text("# changed\n")
    assert project_copy.missing_groups(["run", "dev"]) == ["run"]
    project_copy.ensure(QUIET, ["run"])
    assert project_copy.missing_groups(["run", "dev"]) == []
    assert marker(project_copy).exists()


@pytest.mark.parametrize("damage", ["no stamp", "no pip", "no python", "moved", "another python asked for"])
def test_a_half_made_environment_is_repaired(
    project_copy: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: str
) -> None:
    python = project_copy.ensure(QUIET, ["run"])
    marker(project_copy).write_text("")
    kept = damage == "no stamp"
    if damage in ("no stamp", "no pip"):
        project_copy.stamp.unlink()
    if damage == "no pip":
        (package,) = project_copy.folder.glob("lib/python3*/site-packages/pip")
        package.rename(package.with_name("pip-gone"))
    elif damage == "no python":
        python.unlink()
        python.symlink_to("/nonexistent/python")
    elif damage == "moved":
        project_copy.stamp.write_text(
            project_copy.stamp.read_text().replace(str(project_copy.folder), "/elsewhere/.venv")
        )
    elif damage == "another python asked for":
        asked = tmp_path / "asked"
        asked.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        asked.chmod(0o755)
        monkeypatch.setenv("SEXP_PYTHON", str(asked))
        kept = True  # it turns out to be the same one
    assert project_copy.missing_groups(["run"]) == ["run"]
    project_copy.ensure(QUIET, ["run"])
    assert project_copy.missing_groups(["run"]) == []
    assert marker(project_copy).exists() is kept
    subprocess.run([project_copy.python, "-m", "pip", "--version"], check=True, stdout=subprocess.DEVNULL)


def test_a_package_whose_hash_does_not_match_is_refused(project_copy: Environment, tmp_path: Path) -> None:
    wheel = tmp_path / "made_up-1.0-py3-none-any.whl"
    wheel.write_bytes(b"not what was locked")
    lock = project_copy.project / "requirements/run.txt"
    lock.write_text(f"made-up @ file://{wheel} --hash=sha256:{'0' * 64}\n")
    with pytest.raises(SetupError, match=r"DO NOT MATCH|do not match"):
        project_copy.ensure(QUIET, ["run"])
    assert project_copy.missing_groups(["run"]) == ["run"]


def test_every_lock_line_has_a_hash_and_names_no_host(project: Path) -> None:
    for group in python_env.GROUPS:
        text = (project / "requirements" / f"{group}.txt").read_text()
        assert "://" not in text and str(project) not in text
        entries = [
            entry for entry in text.replace("\\\n", " ").splitlines() if entry.strip() and entry.strip()[0] != "#"
        ]
        assert entries and all("==" in entry and "--hash=sha256:" in entry for entry in entries)
        wanted = (project / "requirements" / f"{group}.in").read_text().splitlines()
        locked = {entry.split()[0].lower() for entry in entries}
        assert {line.lower() for line in wanted if "==" in line} <= locked


def test_a_version_names_a_python(monkeypatch: pytest.MonkeyPatch) -> None:
    here = "{}.{}".format(*sys.version_info[:2])
    assert (
        python_env.is_version(here) and not python_env.is_version("/usr/bin/python3") and not python_env.is_version("3")
    )
    monkeypatch.setenv("SEXP_PYTHON", here)
    found = python_env.asked_interpreter()
    assert "{}.{}".format(*found.version[:2]) == here and not found.lacks


def test_a_version_that_is_not_there_is_said_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEXP_PYTHON", "3.99")
    with pytest.raises(
        SetupError, match=r"No Python 3\.99 .*\n.*apt-get install python3\.99 (?s:.*)pyenv install 3\.99"
    ):
        python_env.asked_interpreter()
