"""Synthetic missions for benchmarks: many conditions of 15 nodes over a table of variables."""

from __future__ import annotations

from types import SimpleNamespace

from sexp_runtime.catalog import OPERATOR_NAMES
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.cached_formulas import compiled
from sexp_runtime.events.formula import interpreted
from sexp_runtime.events.manager import MissionEventManager
from sexp_runtime.events.naive import NaiveEventManager
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.syntax.parser import SexpParser
from sexp_runtime.syntax.symbols import Symbols
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.world.world import World

#: Variables of the synthetic world; formula number i reads four of them.
VARIABLES = 250
NAMES = [f"v{number}" for number in range(VARIABLES)]
_PARSER = SexpParser(Symbols(OPERATOR_NAMES, variables=NAMES))


def parse(text: str) -> SexpExpression:
    """Return the expression of a text over the synthetic variables."""
    found = _PARSER.parse(text).expression
    assert found is not None, text
    return found


def condition(number: int) -> str:
    """Return the text of a condition of 15 nodes, false as long as all its variables are between 0 and 99.

    Counting operators and atoms: and, three comparisons with two atoms each, or with one comparison and a sum of two.
    """
    a, b, c, d = (f"@v{(number * 7 + step * 61) % VARIABLES}[0]" for step in range(4))
    return f"( and ( >= {a} 0 ) ( < {b} 100 ) ( or ( > {c} 500 ) ( > ( + {c} {d} ) {1000 + number % 50} ) ) )"


def build(count: int, engine: str) -> MissionEventManager:
    """Return an event manager of so many events over a fresh world; engine: naive, compiled or cached."""
    world = World(None)
    for name in NAMES:
        world.variables.declare(name, 1)
    for number in range(count):
        event = world.add_event(f"event {number}")
        event.definition = SimpleNamespace(formula=parse(f"( when {condition(number)} ( do-nothing ) )"))
    context = EvaluationContext(world)
    if engine == "cached":
        return CachedEventManager(world, context, mission="synthetic")
    return NaiveEventManager(world, context, interpreted if engine == "naive" else compiled)
