"""Pythons of Debian's newer suites: adapted to another place, found again, and one really fetched and used."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from _setup import debian_python, python_env
from _setup.console import Progress
from _setup.state import identity, write_stamp

QUIET = Progress(quiet=True)


def no_patchelf() -> Path:
    raise AssertionError("nothing had to be fetched")


def test_the_library_names_its_new_place(tmp_path: Path) -> None:
    tree, final = tmp_path / "tree", tmp_path / "final"
    library = tree / "usr" / "lib" / "python3.13"
    headers = tree / "usr" / "include"
    for folder in (library, headers / "python3.13", headers / "x86_64-linux-gnu" / "python3.13", tree / "etc"):
        folder.mkdir(parents=True)
    data = library / "_sysconfigdata__linux.py"
    data.write_text("build_time_vars = {'LIBDIR': '/usr/lib', 'CC': 'gcc', 'CFLAGS': '-I/usr/x', 'X': '/usrx'}\n")
    (headers / "python3.13" / "pyconfig.h").write_text("#include <x86_64-linux-gnu/python3.13/pyconfig.h>\n")
    (headers / "x86_64-linux-gnu" / "python3.13" / "pyconfig.h").write_text("#define REAL\n")
    (tree / "etc" / "custom.py").write_text("x = 1\n")
    (library / "custom.py").symlink_to("/etc/custom.py")
    (library / "gone.py").symlink_to("/etc/gone.py")
    debian_python.adapt(tree, final, "3.13")
    assert data.read_text() == (
        f"build_time_vars = {{'LIBDIR': '{final}/usr/lib', 'CC': 'gcc', 'CFLAGS': '-I/usr/x', 'X': '/usrx'}}\n"
    )
    assert (headers / "python3.13" / "pyconfig.h").read_text() == "#define REAL\n"
    assert (library / "custom.py").read_text() == "x = 1\n" and not (library / "custom.py").is_symlink()
    assert not (library / "gone.py").is_symlink()


def test_what_was_fetched_once_is_found_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEXP_CACHE", str(tmp_path))
    assert debian_python.find("3.13") is None
    program = tmp_path / "python3.13"
    program.write_text("a program")
    stamp = {"form": debian_python.FORM, "cache": str(tmp_path), "executable": str(program)}
    write_stamp(tmp_path / "python-3.13.json", {**stamp, "identity": identity(program)})
    assert debian_python.fetch("3.13", no_patchelf, QUIET) == program
    program.unlink()
    assert debian_python.find("3.13") is None


@pytest.mark.slow
def test_a_fetched_python_has_what_the_project_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an installed one: shared library, headers, environments with pip, ssl, and the C library of its own."""
    monkeypatch.setattr(python_env, "candidates_of", lambda version: [])
    found = python_env.interpreter_of("3.13")
    assert found.version[:2] == (3, 13) and found.lacks == []
    assert Path(found.libpython).is_relative_to(Path(found.executable).parents[1])
    subprocess.run([found.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    code = "import pip, ssl, ctypes, sqlite3, sys; print(sys.prefix, sys.base_prefix)"
    python = str(tmp_path / "env" / "bin" / "python")
    said = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said == [str(tmp_path / "env"), str(Path(found.executable).parents[1])]
