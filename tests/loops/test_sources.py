"""A compiled module made from other sources than those beside it is not used, and a sentence says what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sexp_runtime import loops
from sexp_runtime.loops import sources

PACKAGE = Path(loops.__file__).parents[1]
LOOK = "from sexp_runtime import loops; print(loops.LANGUAGE)"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a copy of the package."""
    return Path(shutil.copytree(PACKAGE, tmp_path / "sexp_runtime", ignore=shutil.ignore_patterns("__pycache__")))


def look(package: Path) -> tuple[str, str]:
    """Return what the loops of a package are written in, and what was said on standard error."""
    run = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=package.parent, capture_output=True, text=True, check=True, timeout=60
    )
    return run.stdout.strip(), run.stderr


def test_the_check_sum_follows_every_source(package: Path) -> None:
    folder = package / "loops"
    before = sources.checksum(folder)
    assert before == sources.checksum() and sources.is_current(before, folder)
    for file in (folder / "native.pyx", *(package / "kernel").glob("*.pxi")):
        text = file.read_text(encoding="utf-8")
        file.write_text(text + "# changed\n", encoding="utf-8")
        assert sources.checksum(folder) != before and not sources.is_current(before, folder)
        file.write_text(text, encoding="utf-8")
    assert sources.is_current(before, folder)


def test_without_sources_or_without_a_check_sum_the_module_is_taken_as_it_is(package: Path) -> None:
    assert sources.is_current("", package / "loops")
    (package / "loops" / "native.pyx").unlink()
    assert sources.checksum(package / "loops") == "" and sources.is_current("0123abcd", package / "loops")


@pytest.mark.skipif(loops.LANGUAGE != "c", reason="nothing is compiled here")
def test_a_module_of_other_sources_is_not_used(package: Path) -> None:
    assert look(package) == ("c", "")
    with (package / "kernel" / "nodes.pxi").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    language, said = look(package)
    assert language == "python"
    assert "was compiled from other sources" in said and "loops/build.py" in said
