"""The sanitizers of `tools/test --sanitize` are at work: a planted fault ends the process. Skipped without them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif("SEXP_SANITIZE" not in os.environ, reason="for tools/test --sanitize")

PLANTED = r"""
#include <stdlib.h>
static char *volatile row; // volatile: only ASan knows how long it is
int past_the_end(int index) { row = malloc(8); row[0] = 1; return row[index]; }
int overflow(int number) { return number + 2147483647; }
int fine(int number) { return number; }
"""


def call(folder: Path, name: str, argument: int) -> subprocess.CompletedProcess[str]:
    source, library = folder / "planted.c", folder / "planted.so"
    source.write_text(PLANTED)
    command = [str(ROOT / ".tools" / "cc"), "-shared", "-fPIC", "-O2", str(source), "-o", str(library)]
    subprocess.run(command, check=True, env={**os.environ, "LD_PRELOAD": ""})
    program = f"import ctypes; ctypes.CDLL({str(library)!r}).{name}({argument})"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "argument", "told"),
    [("past_the_end", 8, "heap-buffer-overflow"), ("overflow", 1, "signed integer overflow")],
)
def test_a_planted_fault_is_found(tmp_path: Path, name: str, argument: int, told: str) -> None:
    done = call(tmp_path, name, argument)
    assert done.returncode == 66
    assert told in done.stderr


def test_right_code_passes(tmp_path: Path) -> None:
    assert call(tmp_path, "fine", 1).returncode == 0


def test_the_compiled_modules_have_the_sanitizers() -> None:
    from sexp_runtime.loops import native

    path = Path(str(native.__file__))
    assert path.is_relative_to(ROOT)
    assert b"__asan_init" in path.read_bytes()
    core = next((ROOT / "python" / "godot").glob("_core.*.so"))
    assert b"__asan_init" in core.read_bytes()
