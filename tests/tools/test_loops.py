"""Compiling the innermost loops: done once, again when the source changes, and never in the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from _setup import loops
from _setup.console import Progress

from support.compilers import quick_compiler

pytestmark = pytest.mark.slow

PYTHON = Path(sys.executable)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sources of the loops and nothing built."""
    place = tmp_path / "loops"
    place.mkdir()
    for name in ("native.pyx", "build.py", "sources.py"):
        shutil.copy(loops.SCRIPT.with_name(name), place)
    shutil.copytree(loops.KERNEL, tmp_path / "kernel")
    monkeypatch.setattr(loops, "KERNEL", tmp_path / "kernel")
    monkeypatch.setattr(loops, "SCRIPT", place / "build.py")
    monkeypatch.setattr(loops, "STAMP", tmp_path / "setup" / "loops.json")
    monkeypatch.setenv("CC", quick_compiler(tmp_path))
    return place


def modules(folder: Path) -> list[Path]:
    return sorted(folder.glob("native.*.so"))


def test_the_loops_are_compiled_once_and_again_when_they_change(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loops.build_loops(Progress(), PYTHON)
    (module,) = modules(folder)
    assert "compiling the innermost loops: done" in capsys.readouterr().err
    # The module is named for its place in the package, so it is loaded as that.
    code = (
        "import importlib.util as u, sys; s = u.spec_from_file_location('sexp_runtime.loops.native', sys.argv[1]);"
        "m = u.module_from_spec(s); s.loader.exec_module(m); marks = bytearray(2);"
        "m.set_flags({('a',): [(marks, 1, bytearray(1))]}, [('a',), ('b',)]); print(list(marks))"
    )
    environment = {**os.environ, "PYTHONPATH": str(loops.PROJECT / "python")}
    run = subprocess.run(
        [PYTHON, "-c", code, module], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout == "[0, 1]\n"
    built = module.stat().st_mtime_ns
    loops.build_loops(Progress(), PYTHON)
    assert capsys.readouterr().err == "" and module.stat().st_mtime_ns == built
    module.unlink()
    loops.build_loops(Progress(quiet=True), PYTHON)
    assert modules(folder) == [module]


def test_a_missing_compiler_is_reported_once_and_modules_from_other_sources_are_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "native.cpython-old.so").touch()
    monkeypatch.setenv("CC", "no-such-compiler")
    loops.build_loops(Progress(), PYTHON)
    assert "(no-such-compiler is not installed): the runtime uses those in Python" in capsys.readouterr().err
    assert modules(folder) == []
    loops.build_loops(Progress(), PYTHON)
    assert capsys.readouterr().err == ""


def test_a_source_that_cannot_be_compiled_costs_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = folder / "native.pyx"
    source.write_text(source.read_text().replace("memchr(", "no_such_function("))
    loops.build_loops(Progress(), PYTHON)
    said = capsys.readouterr().err.splitlines()
    assert sum("cannot be compiled" in line for line in said) == 1 and len(said) == 3
    assert modules(folder) == []


def test_a_python_without_cython_is_reported(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cython.py").write_text("raise SystemExit('python: No module named cython')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    loops.build_loops(Progress(), PYTHON)
    assert "cannot be compiled (python: No module named cython)" in capsys.readouterr().err


def test_a_failing_compiler_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CC", "false")
    loops.build_loops(Progress(), PYTHON)
    assert "they cannot be compiled (false failed, exit status 1)" in capsys.readouterr().err
