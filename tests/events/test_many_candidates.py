"""A form over many candidates that all move costs no more than it costs the naive engine, counted in calls."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from sexp_runtime import kernel
from sexp_runtime.operators.registry import MEANINGS
from sexp_runtime.session import MissionSession
from support.small_missions import mission, ship

CANDIDATES = 48
FRAMES = 60
NAMES = [f"Hornet {number}" for number in range(CANDIDATES)]
#: A part that all candidates share, and one that each has for itself; both read what moves in every frame.
CONDITION = '( or ( < ( distance "Heron" "Hornet 0" ) 300 ) ( is-facing "<argument>" "Heron" 15 500 ) )'


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the two operators ran since the counter was cleared."""
    found: Counter[str] = Counter()
    monkeypatch.setattr(kernel, "LANGUAGE", "python")  # the kernel evaluates both without a call
    for name in ("distance", "is-facing"):
        meaning = MEANINGS[name]

        def counting(ctx: Any, node: Any, name: str = name, function: Any = meaning.function) -> Any:
            found[name] += 1
            return function(ctx, node)

        monkeypatch.setitem(MEANINGS, name, replace(meaning, function=counting))
    return found


@pytest.mark.parametrize("form", ["when-argument", "every-time-argument"])
def test_each_operator_runs_no_more_often_than_on_the_naive_engine(form: str, calls: Counter[str]) -> None:
    listed = " ".join(f'"{name}"' for name in NAMES)
    formula = f"( {form} ( any-of {listed} ) {CONDITION} ( do-nothing ) )"
    ships = [ship(name, place=f"{1000 + 37 * number}, 0, 500") for number, name in enumerate(NAMES)]
    text = mission([(formula, "busy\n+Repeat Count: -1\n+Interval: 1")], ships=ships)
    counts = {}
    for engine in ("naive", "cached"):
        with closing(MissionSession.load(text, engine=engine, seed=1)) as session:
            calls.clear()
            for frame in range(FRAMES):
                for number, name in enumerate(NAMES):
                    target = session.world.ship(name)
                    assert target is not None
                    session.world.move_ship(target, (1000.0 + 37 * number, float(frame), 500.0))
                session.step_us(16_667)
            counts[engine] = dict(calls)
    for name in ("distance", "is-facing"):
        assert 0 < counts["cached"].get(name, 0) <= 1.1 * counts["naive"][name], counts
