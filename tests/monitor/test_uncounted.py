"""The engine without counters that the benchmark compares with: it does the same, and counts nothing."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from sexp_runtime.monitor.performance import Mode
from sexp_runtime.session import MissionSession

PROJECT = Path(__file__).parents[2]
DEMO = next((PROJECT / "addons" / "sexp_runtime" / "demo").glob("*.fs2"))


@pytest.fixture
def uncounted(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(PROJECT / "tools" / "benchmarks"))
    return importlib.import_module("_uncounted").uncounted


def play() -> MissionSession:
    return MissionSession.load(DEMO, seed=3, scenario=True, monitor=Mode.OFF, freeze_gc=False)


def test_an_engine_without_counters_does_the_same_and_counts_nothing(uncounted: Any) -> None:
    modules = {name: module for name, module in sys.modules.items() if name.startswith("sexp_runtime.")}
    counted = play()
    with uncounted():
        bare = play()
    assert {name: sys.modules[name] for name in modules} == modules
    assert type(bare.manager) is not type(counted.manager)
    for frame in range(1800):
        counted.step_us(33_333)
        bare.step_us(33_333)
        assert counted.digest() == bare.digest(), frame
    assert counted.counters()["hits"] > 0
    assert bare.manager.counters.hits == bare.counters()["evaluations"] == 0
    assert bare.counters()["frames"] == 1800  # which the engine itself has to know
    counted.close()
    bare.close()


def test_an_engine_in_which_no_counting_is_found_is_refused(uncounted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["_uncounted"], "_COUNTS", frozenset())
    with pytest.raises(RuntimeError, match="counting statements"), uncounted():
        pass
    assert sys.modules["sexp_runtime.events.cached"].__loader__.__class__.__name__ == "SourceFileLoader"
