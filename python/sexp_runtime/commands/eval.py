"""`eval`: evaluate one expression and print its value and status."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sexp_runtime.commands.options import finite_number
from sexp_runtime.commands.output import write_json
from sexp_runtime.mission import SexpValidator, load_mission
from sexp_runtime.mission.model import Mission
from sexp_runtime.mission.symbols import make_symbols
from sexp_runtime.operators.building import BuildError
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.evaluator import SexpEvaluator
from sexp_runtime.syntax import Diagnostic, SexpParser
from sexp_runtime.syntax.diagnostics import UNKNOWN_OPERATOR
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import DEFAULT_SEED, FALSE, TRUE, UNKNOWN
from sexp_runtime.world.variables import NUMBER, STRING
from sexp_runtime.world.world import World

_ORDINARY = (TRUE, FALSE, UNKNOWN)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("text", help="the expression, such as '( + 1 2 )'; - reads it from standard input")
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a variable: a whole number makes it a number variable, anything else a string (repeatable)",
    )
    parser.add_argument("--mission", type=Path, help="evaluate in the world of this mission at its start")
    parser.add_argument(
        "--time", type=finite_number, default=0.0, metavar="S", help="mission time in seconds (default: 0)"
    )
    parser.add_argument("--evals", type=int, default=1, metavar="N", help="evaluate N times (default: 1)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="seed of the random generator")
    parser.add_argument("--dialect", choices=[str(dialect) for dialect in Dialect], default="fso")
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON to FILE, - for standard output")


def run(args: argparse.Namespace) -> int:
    """Evaluate and print; 0 if it was evaluated, 1 if the text has errors, 2 for wrong use."""
    text = sys.stdin.read() if args.text == "-" else args.text
    dialect = Dialect(args.dialect)
    if args.time < 0 or args.evals < 1:
        print("sexp eval: the time must not be negative and N must be positive", file=sys.stderr)
        return 2
    mission = None
    if args.mission is not None:
        mission = _load(args.mission, dialect)
        if mission is None:
            return 2
    world = World(mission, dialect=dialect, seed=args.seed)
    for assignment in args.var:
        if not _assign(world, assignment):
            return 2
    world.clock.advance_to(round(args.time * 1_000_000))
    containers = {container.name: container.kind for container in world.containers.by_name.values()}
    symbols = make_symbols(dialect=dialect, variables=world.variables.names, containers=containers)
    parsed = SexpParser(symbols).parse(text)
    problems = list(parsed.diagnostics)
    if parsed.expression is not None:
        problems += SexpValidator(mission if mission is not None else symbols).check(parsed.expression)
    if parsed.expression is None or not parsed.ok or any(problem.code in UNKNOWN_OPERATOR for problem in problems):
        _print_problems(problems)
        print("sexp eval: error: the text cannot be evaluated", file=sys.stderr)
        return 1
    context = EvaluationContext(world)
    evaluator = SexpEvaluator(context)
    try:
        root = evaluator.build(parsed.expression)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    actions: list[tuple[str, tuple[Any, ...]]] = []
    context.actions = lambda operator, values: actions.append((operator, values))
    value = 0
    for _ in range(args.evals):
        value = evaluator.evaluate(root)
    status = None if root.status in _ORDINARY else root.status.name
    report = {
        "value": value,
        "status": status,
        "actions": [[operator, *values] for operator, values in actions],
        "variables": world.variables.snapshot(),
        "warnings": [str(problem) for problem in problems] + context.warnings,
    }
    if args.json:
        write_json(args.json, report)
    if args.json == "-":
        return 0
    _print_problems(problems)
    print(value if status is None else f"{value} {status}")
    for operator, values in actions:
        print(f"  action {operator} {' '.join(map(str, values))}".rstrip())
    for warning in context.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return 0


def _load(path: Path, dialect: Dialect) -> Mission | None:
    """Return a mission; print the problem and return None if the file is not a mission."""
    load = load_mission(path, dialect=dialect)
    if not load.is_readable:
        _print_problems(load.diagnostics[:20])
        return None
    return load.mission


def _assign(world: World, assignment: str) -> bool:
    """Set or declare the variable of a NAME=VALUE argument; print a message and return False if it is invalid."""
    name, equals, value = assignment.partition("=")
    if not equals or not name:
        print(f"sexp eval: --var wants NAME=VALUE, not {assignment!r}", file=sys.stderr)
        return False
    index = world.variables.index(name)
    if index is not None:
        world.variables.set_text(index, value)
        return True
    digits = value[1:] if value[:1] in ("+", "-") else value
    try:
        world.variables.declare(name, value, NUMBER if digits.isascii() and digits.isdigit() else STRING)
    except ValueError as error:
        print(f"sexp eval: {error}", file=sys.stderr)
        return False
    return True


def _print_problems(problems: list[Diagnostic]) -> None:
    for problem in problems:
        print(problem, file=sys.stderr)
