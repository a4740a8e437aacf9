"""Programs keep the statuses that the interpreter keeps, whatever their subtrees return from pass to pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from sexp_runtime import kernel
from sexp_runtime.compiler.formula import CompiledFormula, compile_formula, make_programs
from sexp_runtime.operators.building import build
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.evaluator import SexpEvaluator
from sexp_runtime.operators.interpreter import is_settled
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, Raw, Status
from support.fuzzing import in_fast
from support.random_missions import MissionPlan, build_context, build_world, parse

pytestmark = pytest.mark.skipif(kernel.LANGUAGE != "c", reason="the kernel is not compiled")

SPECIAL = (KNOWN_TRUE, KNOWN_FALSE, NAN, NAN_FOREVER, CANT_EVAL)
LEAVES = 4
LEAVES_TOGETHER = [f'"{each}"' for each in range(LEAVES)]


def _number(random: Random, depth: int, names: list[str] = LEAVES_TOGETHER) -> str:
    if depth <= 0 or random.random() < 0.5:
        return f"( hits-left {random.choice(names)} )" if random.random() < 0.75 else str(random.randrange(3))
    parts = " ".join(_number(random, depth - 1, names) for _ in range(random.randint(1, 3)))
    return f"( {random.choice(['+', '-', '*', '/', 'mod', 'min', 'max'])} {parts} )"


def _truth(random: Random, depth: int, names: list[str] = LEAVES_TOGETHER, *, wcs: bool) -> str:
    roll = random.random()
    if depth <= 0 or roll < 0.25:
        return random.choice(["( true )", "( false )"] + [f"( hits-left {name} )" for name in names] * 2)
    if roll < 0.5:
        sign = random.choice(["<", "=", ">"] if wcs else ["<", "=", ">", "!=", "<=", ">="])
        return f"( {sign} {' '.join(_number(random, depth - 1, names) for _ in range(random.choice([2, 2, 3])))} )"
    if roll < 0.65:
        return f"( not {_truth(random, depth - 1, names, wcs=wcs)} )"
    parts = " ".join(_truth(random, depth - 1, names, wcs=wcs) for _ in range(random.randint(1, 3)))
    return f"( {random.choice(['and', 'or', 'and', 'or', 'xor'])} {parts} )"


def _formula(random: Random, *, wcs: bool) -> str:
    condition = _truth(random, 4, wcs=wcs)
    root = random.choice(["when", "every-time", "if-then-else", ""])
    return f"( {root} {condition} ( do-nothing ) )" if root else condition


def _form(random: Random, *, wcs: bool) -> str:
    """Return a form that forgets everything after each pass, with actions that tell what they were given."""
    names = [*LEAVES_TOGETHER, '"<argument>"', '"<argument>"', '"<argument>"']
    candidates = " ".join(random.choices(LEAVES_TOGETHER, k=random.randint(1, 4)))
    head = f"every-time-argument ( {random.choice(['any-of', 'any-of', 'random-multiple-of'])} {candidates} )"
    if random.random() < 0.25:
        head, names = "every-time", LEAVES_TOGETHER
    actions = []
    for _ in range(random.randint(1, 3)):
        number = _number(random, 2, names)
        action = random.choice(
            [
                f"( modify-variable @a[0] {number} )",
                f"( set-object-speed-x {random.choice(names)} {number} )",
                f"( damage-escort-priority-all {number} )",
                f"( self-destruct {random.choice(names)} )",
                '( invalidate-argument "<argument>" )',
            ]
        )
        if random.random() < 0.25:
            action = f"( when {_truth(random, 2, names, wcs=wcs)} {action} )"
        actions.append(action)
    return f"( {head} {_truth(random, 3, names, wcs=wcs)} {' '.join(actions)} )"


class _Script:
    """A formula whose leaves return what a list says."""

    def __init__(self, text: str, dialect: Dialect, raws: list[Raw]) -> None:
        plan = MissionPlan(dialect=dialect)
        self.log: list[object] = []
        self.context: EvaluationContext = build_context(plan, build_world(plan), self.log)
        self.root: EvalNode = build(parse(text), self.context)
        for node in self.root.walk():
            if node.name == "hits-left":
                assert node.spec is not None
                node.spec = replace(
                    node.spec,
                    reads=None,
                    results=frozenset(SPECIAL),
                    function=lambda ctx, n: raws[int(ctx.text(n.args[0]))],
                )
                node.call = node.spec.function


def _check(random: Random, dialect: Dialect, write: Callable[..., str] = _formula) -> CompiledFormula:
    text = write(random, wcs=dialect is Dialect.WCS)
    raws: list[Raw] = [0] * LEAVES
    one, two = _Script(text, dialect, raws), _Script(text, dialect, raws)
    interpreter = SexpEvaluator(one.context)
    formula = compile_formula(two.root, two.context, programs=make_programs(two.context, None))
    history: list[object] = [dialect, text]
    kept: tuple[int, Status | None] | None = None
    for _ in range(12):
        if random.random() < 0.7:
            kept = None
            for leaf in random.sample(range(LEAVES), random.randint(1, LEAVES)):
                raws[leaf] = random.choice([*SPECIAL, 0, 1, 2])
        if random.random() < 0.1:
            kept = None
            interpreter.flush(one.root)
            formula.flush()
            history.append("flush")
        history.append(list(raws))
        value = interpreter.evaluate(one.root)
        expected = value, one.root.status if one.root.status in SPECIAL else None
        if kept is not None:
            assert kept == expected, ("called settled", history)
        two.context.start()
        effects = two.context.effects
        got = formula.evaluate(), formula.status if formula.status in SPECIAL else None
        assert got == expected, history
        assert one.log == two.log, history
        kept = got if is_settled(two.context) and two.context.effects == effects else None
    return formula


@pytest.mark.parametrize("dialect", list(Dialect))
def test_statuses_that_subtrees_come_back_from(dialect: Dialect) -> None:
    programs = sum(_check(Random(seed), dialect).program is not None for seed in range(in_fast(1500)))
    assert programs > in_fast(500)  # else most were left to the interpreter and this shows nothing


@pytest.mark.parametrize("dialect", list(Dialect))
def test_forms_that_forget_what_their_subtrees_come_back_with(dialect: Dialect) -> None:
    for seed in range(in_fast(1500)):
        _check(Random(seed), dialect, _form)
