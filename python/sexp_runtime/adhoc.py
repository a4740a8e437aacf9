"""Ad-hoc expressions: text that game code or a person asks for, evaluated as if it had just been parsed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sexp_runtime.cache.contract import ExpressionHints, Outcome
from sexp_runtime.compiler.formula import CompiledFormula, compile_formula
from sexp_runtime.operators.budget import BudgetError
from sexp_runtime.operators.building import BuildError
from sexp_runtime.operators.context import Action, Candidate, EvaluationContext
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import Trait
from sexp_runtime.syntax.parser import SexpParser
from sexp_runtime.syntax.tree import NodeKind, SexpExpression
from sexp_runtime.values import Status
from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import FactKey

if TYPE_CHECKING:
    from sexp_runtime.syntax.symbols import Symbols
    from sexp_runtime.world.world import World

#: Why an evaluation may not be reused, by the trait that forbids it, gravest first.
_REFUSALS: Final = (
    (Trait.ACTION, "runs an action"),
    (Trait.RANDOM, "draws a random number"),
    (Trait.VOLATILE, "reads what no fact covers"),
    (Trait.STATEFUL, "keeps memory between evaluations"),
)
#: Operators that leave something in the tree that a flush does not take out (D3).
_LEAVES_TRACES: Final = Trait.ACTION | Trait.RANDOM | Trait.STATEFUL


class SexpError(ValueError):
    """Text that is no usable expression; the message has line, column and what was expected."""


class _Notes:
    """Takes down which facts an evaluation turned out to read."""

    __slots__ = ("epoch", "facts")

    def __init__(self) -> None:
        self.epoch = 0
        self.facts: set[FactKey] = set()

    def __call__(self, keys: Iterable[FactKey], /) -> None:
        self.facts.update(keys)

    def begin(self) -> None:
        """Forget what was noted: a new epoch has everything told again."""
        self.epoch += 1
        self.facts.clear()


class AdHocExpression:
    """One prepared expression; `evaluate` starts from scratch each time, so that statuses never carry over.

    That makes it the same whether a result comes from the cache or not, and whether an entry was evicted in between.
    """

    def __init__(self, expression: SexpExpression, context: EvaluationContext, argument: str | None = None) -> None:
        self._expression = expression
        self._context = context
        self._candidate = Candidate(argument) if argument is not None else None
        self._notes = _Notes()
        self._formula = self._compile()
        self._facts = tuple(self._formula.facts)
        traits = Trait.NONE
        for node in self._formula.walk():
            if node.spec is not None:
                traits |= node.spec.traits
        self._refusal = next((reason for trait, reason in _REFUSALS if traits & trait), "")
        self._rebuild = bool(traits & _LEAVES_TRACES)
        self.nbytes = self._formula.nbytes() + _own_bytes(self, expression)

    @property
    def root(self) -> EvalNode:
        """The runtime nodes, with what they remember of the last evaluation."""
        return self._formula.root

    @property
    def status(self) -> Status:
        """The root's status after the last evaluation (B10)."""
        return self._formula.root.status

    def evaluate(self) -> Outcome:
        """Evaluate from scratch; raises SexpError if that takes more steps than the quotas allow."""
        context = self._context
        if self._rebuild:
            self._formula = self._compile()
            self._facts = tuple(self._formula.facts)  # there can be more ships now
        elif not self._formula.quiet:
            self._formula.flush()
        self._notes.begin()
        before = context.effects
        context.due = NEVER
        context.changed_statuses.clear()
        outer, context.candidate = context.candidate, self._candidate
        try:
            value = self._formula.evaluate()
        except BudgetError as error:
            raise SexpError(str(error)) from error
        finally:
            context.candidate = outer
        refusal = self._refusal
        if not refusal and context.effects != before:
            refusal = "has effects"
        facts = (*self._facts, *self._notes.facts) if self._notes.facts else self._facts
        return Outcome(value, facts=facts, due_us=context.due, refusal=refusal)

    def _compile(self) -> CompiledFormula:
        return compile_formula(self._expression, self._context, owner="expression", recorder=self._notes)


def _own_bytes(prepared: AdHocExpression, expression: SexpExpression) -> int:
    """Bytes of a prepared expression beside its formula: the syntax tree, the notes, the object itself."""
    total = sys.getsizeof(prepared) + sys.getsizeof(prepared.__dict__) + sys.getsizeof(expression)
    total += sys.getsizeof(prepared._notes) + sys.getsizeof(prepared._notes.facts) + sys.getsizeof(prepared._facts)
    for node in expression.root.walk():
        total += sys.getsizeof(node)
        if node.children:
            total += sys.getsizeof(node.children)
        elif node.kind is not NodeKind.OPERATOR:  # operators' names are the catalog's own
            total += sys.getsizeof(node.text)
    return total


class AdHocContext:
    """What ad-hoc expressions of one session are evaluated in: its world, with symbols and a context of their own.

    It has its own memory, so that asking never changes what the mission's formulas remember; actions do run, and go
    where the mission's actions go.
    """

    def __init__(self, world: World, symbols: Symbols, context: EvaluationContext, actions: Action | None) -> None:
        self._parser = SexpParser(symbols)
        self.context = EvaluationContext(
            world, dialect=context.dialect, options=context.options, actions=actions, own=context.own
        )  # fmt: skip
        self.context.flush_formula = context.flush_formula

    def parse(self, text: str) -> SexpExpression:
        """Parse the text; raises SexpError with every problem found."""
        result = self._parser.parse(text)
        if result.expression is None or not result.ok:
            problems = "; ".join(str(problem) for problem in result.diagnostics) or "no expression"
            raise SexpError(problems)
        return result.expression

    def prepare(self, text: str, argument: str | None = None, hints: ExpressionHints | None = None) -> AdHocExpression:
        """Parse and compile the text; raises SexpError for text that cannot be evaluated.

        The speed bounds of hints are given to the ships that have none yet.
        """
        if hints is not None:
            world = self.context.world
            for name, metres_a_second in hints.speed_bounds:
                ship = world.ship(name)
                if ship is not None and ship.speed_bound is None:
                    world.set_ship(ship, "speed_bound", float(metres_a_second))
        try:
            return AdHocExpression(self.parse(text), self.context, argument)
        except BuildError as error:
            raise SexpError(str(error)) from error
