"""Whole missions of argument forms, draws and repeated actions: each frame is that of the naive engine."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from sexp_runtime import kernel
from support.equivalence import check_mission
from support.form_missions import form_mission
from support.fuzzing import in_fast

pytestmark = pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")

if kernel.LANGUAGE == "c":
    from sexp_runtime.compiler import program_actions
    from sexp_runtime.compiler.program_forms import FormBuilder


def play(seed: int) -> None:
    engines = (
        ("interpreted", "cached", "pre_evaluated") if seed % 4 else ("interpreted", "cached", "checked", "evicted")
    )
    check_mission(form_mission(seed), engines)


@pytest.mark.parametrize("runs", [1, 3])
def test_every_frame_is_that_of_the_naive_engine(runs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_actions, "RUNS_INTERPRETED", runs)
    for seed in range(in_fast(200)):
        play(seed * 2 + runs // 2)


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("SEXP_FUZZ") != "long", reason="set SEXP_FUZZ=long for 10,000 missions")
def test_every_frame_of_ten_thousand_missions_is_that_of_the_naive_engine() -> None:
    for seed in range(1000, 11_000):
        play(seed)


def test_forms_of_each_kind_are_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this the test above could compare the interpreter with itself."""
    made: Counter[str] = Counter()
    build = FormBuilder.build

    def counted(builder: FormBuilder) -> object:
        result = build(builder)
        plan = builder.plan
        assert plan.provider is not None
        made[plan.provider.name] += 1
        made["one"] += plan.tries_one
        made["bounded"] += plan.is_bounded
        made["nested"] += plan.is_nested
        return result

    monkeypatch.setattr(FormBuilder, "build", counted)
    for seed in range(100):
        check_mission(form_mission(seed), ("cached",))
    kinds = {"any-of", "every-of", "random-multiple-of", "in-sequence", "one", "bounded", "nested"}
    assert {kind for kind in kinds if made[kind] >= 3} == kinds, made
