"""The binding, seen from Python inside a running engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.godot.inside_run import names, results

pytestmark = pytest.mark.engine
MODULES = (
    "check_conversions",
    "check_objects",
    "check_signals",
    "check_many",
    "check_exposed",
    "check_words",
    "check_leaks",
    "check_everything",
)

#: Reads properties that mean nothing outside a running scene, of which the engine complains; it must still end well.
COMPLAINS = ("check_everything",)


@pytest.mark.parametrize(("module", "name"), [(module, name) for module in MODULES for name in names(module)])
def test_check(module: str, name: str, engine: Path, built: Path) -> None:
    found, run = results(module, engine, built)
    assert found.get(name, "did not run") == "", f"{found.get(name)}\n{run.output[-3000:]}"


@pytest.mark.parametrize("module", MODULES)
def test_ends_clean(module: str, engine: Path, built: Path) -> None:
    """No error, leak or crash but for the errors that checks ask for, which say so."""
    _, run = results(module, engine, built)
    assert run.code == 0
    if module in COMPLAINS:
        assert [line for line in run.trouble() if "eaked" in line or "unclaimed" in line or "Crash" in line] == []
        return
    assert run.trouble("asked for", "asked_for", "Traceback (most recent", "Object is locked") == []
