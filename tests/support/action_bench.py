"""A small world in which one action at a time is run."""

from __future__ import annotations

from typing import Any

from sexp_runtime.mission import make_symbols
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.evaluator import SexpEvaluator
from sexp_runtime.syntax import SexpParser
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.world.ships import Ship, ShipStatus
from sexp_runtime.world.world import World


class Bench:
    """A small world, and a way to run one action in it."""

    def __init__(self, dialect: Dialect = Dialect.FSO) -> None:
        self.world = World(dialect=dialect, seed=7)
        self.acts: list[tuple[str, tuple[Any, ...]]] = []
        self.ctx = EvaluationContext(self.world, actions=lambda name, args: self.acts.append((name, args)))
        self.world.variables.declare("Count", "3", "number")
        self.world.variables.declare("Who", "Red 1", "string")
        for name in ("Red 1", "Red 2", "Blue 1"):
            self.world.add_ship(name, class_name="Box", team="Friendly", status=ShipStatus.PRESENT)
        self.world.add_ship("Late", class_name="Box", team="Friendly")
        self.evaluator = SexpEvaluator(self.ctx)
        self.parser = SexpParser(make_symbols(dialect, self.world.variables.names, {}))

    def run(self, text: str) -> int:
        """Evaluate one formula and return its value."""
        parsed = self.parser.parse(text)
        assert parsed.expression is not None, parsed.diagnostics
        return self.evaluator.evaluate(self.evaluator.build(parsed.expression))

    def ship(self, name: str) -> Ship:
        """Return a ship; it must exist."""
        ship = self.world.ship(name)
        assert ship is not None
        return ship
