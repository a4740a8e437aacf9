"""A bench for evaluating formulas in a small world built from the facts of a test case."""

from __future__ import annotations

from typing import Any

from sexp_runtime.conformance import STATUS_NAMES, CaseWorld, Parse
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.formula import InterpretedFormula
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.world.world import World

Result = int | str


class Bench:
    """Evaluates formulas; each text has one formula, so statuses last from one evaluation to the next.

    `given` has the keys of a conformance case: variables, containers, ships, wings, log, events, options, time.
    """

    def __init__(self, dialect: Dialect = Dialect.FSO, seed: int | None = None, **given: Any) -> None:
        self.setup = CaseWorld(given, dialect)
        self.world: World = self.setup.world
        if seed is not None:
            self.world.rng.seed(seed)
        self.actions: list[tuple[str, tuple[Any, ...]]] = []
        self.context = EvaluationContext(
            self.world, options=self.setup.options, actions=lambda name, args: self.actions.append((name, args))
        )
        self._parse = Parse(given, dialect)
        self._formulas: dict[str, InterpretedFormula] = {}

    def formula(self, text: str) -> InterpretedFormula:
        """Return the formula of a text, the same one each time."""
        if text not in self._formulas:
            self._formulas[text] = InterpretedFormula(self._parse(text), self.context)
        return self._formulas[text]

    def __call__(self, text: str, **step: Any) -> Result:
        """Evaluate a formula once, after applying new facts; return a status by name, else the value."""
        self.setup.apply(step)
        formula = self.formula(text)
        value = formula.evaluate()
        return STATUS_NAMES.get(formula.status, value)

    def variable(self, name: str) -> str:
        """Return a variable's text."""
        index = self.world.variables.index(name)
        assert index is not None
        return self.world.variables.text(index)

    def container(self, name: str) -> Any:
        """Return what a container holds."""
        container = self.world.containers.get(name)
        assert container is not None
        return container.items if container.kind == "list" else container.pairs
