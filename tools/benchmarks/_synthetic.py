"""Synthetic missions for benchmarks: many conditions of 15 nodes over a table of variables, or one distance."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from unittest import mock

from sexp_runtime import loops
from sexp_runtime.catalog import OPERATOR_NAMES
from sexp_runtime.events import passes
from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.formulas import compiling
from sexp_runtime.loops import plain
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.formula import interpreted
from sexp_runtime.rules.manager import MissionEventManager
from sexp_runtime.rules.naive import NaiveEventManager
from sexp_runtime.syntax.parser import SexpParser
from sexp_runtime.syntax.symbols import Symbols
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.world import facts
from sexp_runtime.world.world import World

#: Variables of the synthetic world; formula number i reads four of them.
VARIABLES = 250
#: Ships of the synthetic world in which things move.
MOVING = 20
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


def world_with_variables() -> World:
    """Return a fresh world with all the variables, 1 each."""
    world = World(None)
    for name in NAMES:
        world.variables.declare(name, 1)
    return world


def world_with_ships(world: World) -> World:
    """Return the world with `MOVING` hostile ships and a friendly one in it, none of which has a speed bound."""
    for number in range(MOVING + 1):
        ship = world.add_ship(f"Ship {number}", team="Hostile" if number else "Friendly")
        world.arrive(ship, (1000.0 * number, 0.0, 0.0), initial=True)
    return world


def build(count: int, engine: str) -> MissionEventManager:
    """Return an event manager of so many events over a fresh world; engine: naive, compiled, cached or plain.

    The last is the cached engine with its innermost loops in Python; its frames are for `in_python`.
    """
    world = world_with_variables()
    return _over(world, [condition(number) for number in range(count)], engine)


def build_moving(count: int, engine: str, *, pairs: bool = False) -> MissionEventManager:
    """Return an event manager of so many events that compare one distance, to the nearest of `MOVING` fast ships.

    With `pairs` each event, up to 200 of them, compares the distance of two ships that no other compares.
    """
    world = world_with_ships(World(None))
    ends = [("Ship 0", "<any hostile>")] * count
    if pairs:
        ends = [(f"Ship {a}", f"Ship {b}") for a in range(MOVING + 1) for b in range(a)][:count]
    texts = [f'( < ( distance "{a}" "{b}" ) {number % 100} )' for number, (a, b) in enumerate(ends)]
    return _over(world, texts, engine)


def _over(world: World, conditions: list[str], engine: str) -> MissionEventManager:
    for number, text in enumerate(conditions):
        event = world.add_event(f"event {number}")
        event.definition = SimpleNamespace(formula=parse(f"( when {text} ( do-nothing ) )"))
    context = EvaluationContext(world)
    if engine in ("cached", "plain"):
        with mock.patch.object(passes, "Scan", plain.Scan if engine == "plain" else loops.Scan):
            return CachedEventManager(world, context)
    return NaiveEventManager(world, context, interpreted if engine == "naive" else compiling(context))


def in_python(work: Callable[[], None]) -> Callable[[], None]:
    """Return what does the work with the loop in Python that sets the flags of a fact's readers."""

    def run() -> None:
        facts.set_flags = plain.set_flags
        work()
        facts.set_flags = loops.set_flags

    return run
