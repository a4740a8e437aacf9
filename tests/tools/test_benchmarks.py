"""The benchmarks' own judgement: that all ways mean the same, and that blame falls on the right events."""

from __future__ import annotations

import copy
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "tools" / "benchmarks"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Imports a benchmark's module. Their folder leaves the path after each test: other tests have an `engine` too."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


def run_expression(tmp_path: Path, *arguments: str, **environment: str) -> tuple[dict[str, Any], str]:
    """The numbers that the benchmark of one condition writes, and what it prints."""
    file = tmp_path / "numbers.json"
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "expression.py"), "--json", str(file), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(file.read_text())
    return found, done.stdout


def test_a_way_that_means_something_else_is_named(load: Callable[[str], Any]) -> None:
    expression = load("expression")
    found: dict[str, Any] = {"truths": expression.Condition().truths()}
    assert expression.disagreements(found) == []
    wrong = copy.deepcopy(found)
    # What a sum of 64 bits makes of the last state.
    wrong["truths"]["code object through eval"][-1] = True
    assert [text.split(":")[0] for text in expression.disagreements(wrong)] == ["code object through eval"]


def test_without_an_engine_the_condition_is_measured_in_python_alone(tmp_path: Path) -> None:
    numbers, printed = run_expression(tmp_path, SEXP_CACHE=str(tmp_path / "none"), GODOT="", PATH="/nonexistent")
    assert set(numbers) == {"python"} and "Godot's own ways are left out: no engine is set up" in printed
    assert all(each > 0 for each in numbers["python"]["microseconds"].values())


def test_the_condition_beside_the_engines_own_ways(load: Callable[[str], Any], tmp_path: Path) -> None:
    expression = load("expression")
    engine, missing = expression.find_engine()
    if engine is None:
        pytest.skip(missing)
    numbers, _ = run_expression(tmp_path, "--rounds", "2000")
    taken = numbers["godot"]["microseconds"]
    assert {"generated code", "GDScript: Expression, parsed once", "GDScript: typed function, Array[int]"} <= set(taken)
    assert numbers["godot"]["truths"].keys() == taken.keys() and all(each > 0 for each in taken.values())
    assert taken["generated code"] < taken["GDScript: our generated code, through the binding"]
