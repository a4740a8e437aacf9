"""One condition of 15 nodes over four variables, in every form in which Python can evaluate it."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / "python"), str(Path(__file__).resolve().parent)]

from _synthetic import NAMES, parse  # noqa: E402

from sexp_runtime.compiler.formula import compile_formula, make_programs  # noqa: E402
from sexp_runtime.operators.context import EvaluationContext  # noqa: E402
from sexp_runtime.operators.evaluator import SexpEvaluator  # noqa: E402
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode  # noqa: E402
from sexp_runtime.values import wrap32  # noqa: E402
from sexp_runtime.world.world import World  # noqa: E402

#: 15 operators and atoms.
TEXT = "( and ( >= @v0[0] 0 ) ( < @v1[0] 100 ) ( or ( > @v2[0] 500 ) ( > ( + @v2[0] @v3[0] ) 1 ) ) )"
PYTHON = "v[0] >= 0 and v[1] < 100 and (v[2] > 500 or wrap(v[2] + v[3]) > 1)"
#: Values of the variables for which the ways are compared. With the first, which is measured, no part can be left out;
#: the last two tell whether a sum is one of 32 bits.
STATES = (
    (1, 1, 1, 1),
    (-1, 1, 1, 1),
    (0, 100, 1, 1),
    (0, 99, 501, 0),
    (0, 99, 500, -499),
    (0, 0, -(2**31), -1),
    (0, 0, 500, 2**31 - 1),
)
PROGRAM = "program of the kernel"
INTERPRETER = "interpreter"


class Condition:
    """The condition over one world; `ways` has a function and how often to call it in a round, by name."""

    def __init__(self) -> None:
        world = World(None)
        self._variables = world.variables
        for name in NAMES:
            world.variables.declare(name, 1)
        context = EvaluationContext(world)
        expression = parse(TEXT)
        self._formula = compile_formula(expression, context, programs=make_programs(context, world.facts))
        evaluator = SexpEvaluator(context)
        node = evaluator.build(expression)
        numbers = world.variables.numbers
        code = compile(PYTHON, "condition", "eval")
        names = {"v": numbers, "wrap": wrap32}
        self.ways: dict[str, tuple[Callable[[], Any], int]] = {
            PROGRAM: (self._formula.evaluate, 50_000),
            "code object through eval": (lambda: eval(code, names), 20_000),
            "closure tree": (_closures(expression.root, numbers), 20_000),
            INTERPRETER: (lambda: evaluator.evaluate(node), 2_000),
        }

    def write(self, state: tuple[int, ...]) -> None:
        """Give the condition's variables these values."""
        for index, value in enumerate(state):
            self._variables.set_number(index, value)

    def truths(self) -> dict[str, list[bool]]:
        """Return the result of each way in each of STATES; the first state is set afterwards."""
        found: dict[str, list[bool]] = {name: [] for name in self.ways}
        for state in (*STATES, STATES[0]):
            self.write(state)
            for name, (work, _) in self.ways.items():
                found[name].append(bool(work()))
        return {name: said[: len(STATES)] for name, said in found.items()}

    def turn(self) -> dict[str, float]:
        """Return the CPU microseconds of a call in each way: one pass each, the empty loop taken off."""
        return {name: _loop_us(work, calls) for name, (work, calls) in self.ways.items()}


def medians(turns: list[dict[str, float]]) -> dict[str, float]:
    """Return the median of several turns for each way."""
    return {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}


def _loop_us(work: Callable[[], object], calls: int) -> float:
    start = time.thread_time_ns()
    for _ in range(calls):
        work()
    spent = time.thread_time_ns() - start
    start = time.thread_time_ns()
    for _ in range(calls):
        pass
    return (spent - (time.thread_time_ns() - start)) / calls / 1000


def _closures(node: SyntaxNode, numbers: list[int]) -> Callable[[], Any]:
    """Return the closure tree of a condition, one closure a node."""
    if node.kind is not NodeKind.LIST:
        index = node.variable
        if index is not None:
            return lambda: numbers[index]
        value = int(node.text)
        return lambda: value
    parts = [_closures(child, numbers) for child in node.arguments]
    name = node.operator
    if name == "and":
        return lambda: all(part() for part in parts)
    if name == "or":
        return lambda: any(part() for part in parts)
    one, two = parts
    if name == "+":
        return lambda: wrap32(one() + two())
    if name == ">":
        return lambda: one() > two()
    if name == "<":
        return lambda: one() < two()
    assert name == ">="
    return lambda: one() >= two()
