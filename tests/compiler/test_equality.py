"""Compiled formulas mean exactly what the interpreter means, evaluation by evaluation, in all that can be seen."""

from __future__ import annotations

import os
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sexp_runtime.compiler.formula import compile_formula, make_programs
from sexp_runtime.operators.evaluator import SexpEvaluator
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER
from support.fuzzing import examples
from support.random_missions import (
    Formulas,
    MissionPlan,
    apply,
    build_context,
    build_world,
    parse,
    random_frame,
)

SPECIAL = {KNOWN_TRUE, KNOWN_FALSE, NAN, NAN_FOREVER, CANT_EVAL}


class _SlotRecorder:
    """Takes the facts that evaluations report, and drops them."""

    def __init__(self) -> None:
        self.epoch = 0

    def __call__(self, keys: Any) -> None:
        list(keys)


def check_formula(random: Random, *, wcs: bool = False, evaluations: int = 12) -> None:
    """Evaluate a few random formulas side by side in two equal worlds."""
    make = Formulas(random, wcs=wcs)
    plan = MissionPlan(seed=random.randrange(1, 100))
    if wcs:
        plan.dialect = plan.dialect.__class__.WCS
    texts = [make.formula() for _ in range(3)]
    plan.events = []
    sides = []
    for by in ("naive", "interpreted", "programs"):
        world = build_world(plan)
        for name in ("E0", "E1"):
            world.add_event(name)
        log: list[Any] = []
        ctx = build_context(plan, world, log)
        formulas: list[Any] = []
        programs = make_programs(ctx, world.facts) if by == "programs" else None
        for text in texts:
            expression = parse(text, plan.dialect)
            if by != "naive":
                formula = compile_formula(expression, ctx, owner="random", recorder=_SlotRecorder(), programs=programs)
                formulas.append(formula)
            else:
                formulas.append(SexpEvaluator(ctx).build(expression))
        sides.append((world, ctx, formulas, log))
    history: list[Any] = []
    for _ in range(evaluations):
        steps = random_frame(make)
        history.append(steps)
        flush = make.chance(5)
        seen: list[Any] = []
        for world, ctx, formulas, log in sides:
            for step in steps:
                apply(world, step)
            results: list[Any] = []
            for formula in formulas:
                if hasattr(formula, "evaluate"):
                    ctx.start()
                    if flush:
                        formula.flush()
                    value, status = formula.evaluate(), formula.status
                else:
                    if flush:
                        SexpEvaluator(ctx).flush(formula)
                    value, status = SexpEvaluator(ctx).evaluate(formula), formula.status
                results.append((value, value.__class__, status if status in SPECIAL else None))
            seen.append((results, world.variables.texts[:8], list(log), world.rng.between(0, 10**6)))
        assert seen[0] == seen[1] == seen[2], (texts, history)


@settings(max_examples=examples(400), suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.booleans())
def test_compiled_equals_interpreted(random: Random, wcs: bool) -> None:
    check_formula(random, wcs=wcs)


@pytest.mark.timeout(0)
@pytest.mark.skipif(os.environ.get("SEXP_FUZZ") != "long", reason="set SEXP_FUZZ=long for the long run")
def test_compiled_equals_interpreted_long() -> None:
    for seed in range(100_000):
        check_formula(Random(seed), wcs=seed % 4 == 0)
