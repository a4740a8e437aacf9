"""One hot condition of 15 nodes: generated code beside a closure tree, an eval'ed code object and the interpreter."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / "python"), str(Path(__file__).parent)]

from _synthetic import NAMES, parse  # noqa: E402

from sexp_runtime.compiler.formula import compile_formula  # noqa: E402
from sexp_runtime.operators.context import EvaluationContext  # noqa: E402
from sexp_runtime.operators.evaluator import SexpEvaluator  # noqa: E402
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode  # noqa: E402
from sexp_runtime.values import wrap32  # noqa: E402
from sexp_runtime.world.world import World  # noqa: E402

#: 15 operators and atoms; with the values below all of it has to be evaluated.
TEXT = "( and ( >= @v0[0] 0 ) ( < @v1[0] 100 ) ( or ( > @v2[0] 500 ) ( > ( + @v2[0] @v3[0] ) 1 ) ) )"
PYTHON = "v[0] >= 0 and v[1] < 100 and (v[2] > 500 or wrap(v[2] + v[3]) > 1)"
GOAL_US = 0.2


def closures(node: SyntaxNode, numbers: list[int]) -> Callable[[], Any]:
    """Return the closure tree of a condition, one closure a node."""
    if node.kind is not NodeKind.LIST:
        index = node.variable
        if index is not None:
            return lambda: numbers[index]
        value = int(node.text)
        return lambda: value
    parts = [closures(child, numbers) for child in node.arguments]
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


def microseconds(work: Callable[[], object], calls: int = 50_000, rounds: int = 9) -> float:
    """Return the CPU time of one call: the median of several rounds, the empty loop's share included."""
    found = []
    for _ in range(rounds):
        start = time.thread_time_ns()
        for _ in range(calls):
            work()
        found.append((time.thread_time_ns() - start) / calls / 1000)
    return statistics.median(found)


def main() -> int:
    """Measure and print a table; 1 if the ways do not agree on the value."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the numbers to FILE, - for standard output")
    args = parser.parse_args()
    world = World(None)
    for name in NAMES:
        world.variables.declare(name, 1)
    context = EvaluationContext(world)
    expression = parse(TEXT)
    formula = compile_formula(expression, context)
    evaluator = SexpEvaluator(context)
    node = evaluator.build(expression)
    numbers = world.variables.numbers
    code = compile(PYTHON, "condition", "eval")
    names = {"v": numbers, "wrap": wrap32}
    ways: dict[str, tuple[Callable[[], Any], int]] = {
        "generated code": (formula.evaluate, 50_000),
        "code object through eval": (lambda: eval(code, names), 20_000),
        "closure tree": (closures(expression.root, numbers), 20_000),
        "interpreter": (lambda: evaluator.evaluate(node), 2_000),
    }
    values = {name: bool(work()) for name, (work, _) in ways.items()}
    if len(set(values.values())) != 1:
        print(f"the ways disagree: {values}", file=sys.stderr)
        return 1
    results = {name: microseconds(work, calls) for name, (work, calls) in ways.items()}
    out = sys.stderr if args.json == "-" else sys.stdout
    best = results["generated code"]
    for name, taken in results.items():
        print(f"{name:26} {taken:8.3f} us   {taken / best:6.1f} times", file=out)
    print(f"goal for generated code: <= {GOAL_US} us: {'met' if best <= GOAL_US else 'MISSED'}", file=out)
    if args.json == "-":
        print(json.dumps(results))
    elif args.json:
        Path(args.json).write_text(json.dumps(results) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
