"""Ad-hoc expressions: texts from game code or a person, evaluated as if they had just been parsed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from sexp_runtime.cache.contract import Evaluation, ExpressionHints
from sexp_runtime.compiler.formula import compile_formula, make_programs
from sexp_runtime.compiler.motion import MOTION_FIELDS
from sexp_runtime.operators.budget import BudgetError
from sexp_runtime.operators.building import BuildError
from sexp_runtime.operators.context import Action, Candidate, EvaluationContext
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.syntax.parser import ParseResult, SexpParser
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode
from sexp_runtime.values import Status
from sexp_runtime.world.facts import FactKey

if TYPE_CHECKING:
    from sexp_runtime.compiler.programs import Programs
    from sexp_runtime.syntax.symbols import Symbols
    from sexp_runtime.world.world import World

#: Reasons why a result must not be reused, by the trait that forbids it (as a number, for speed), gravest first.
_REFUSALS: Final = (
    (Trait.ACTION.value, "runs an action"),
    (Trait.RANDOM.value, "draws a random number"),
    (Trait.VOLATILE.value, "reads something that no fact covers"),
    (Trait.STATEFUL.value, "keeps memory between evaluations"),
)
#: Operators that leave something in the tree that a flush does not remove (D3).
_LEAVES_TRACES: Final = (Trait.ACTION | Trait.RANDOM | Trait.STATEFUL).value
#: Number of the evaluation for which an expression gets a program. Making one takes as long as several walks over the
#: nodes, so it pays only for expressions that are evaluated often.
COMPILED_FROM: Final = 10

#: A node of the syntax tree.
_SYNTAX_BYTES: Final = sys.getsizeof(SyntaxNode(NodeKind.NUMBER))


class SexpError(ValueError):
    """A text that is not a usable expression; the message has line, column and what was expected."""


class _Notes:
    """Records the facts that an evaluation reads."""

    __slots__ = ("epoch", "facts")

    def __init__(self) -> None:
        self.epoch = 0
        self.facts: set[FactKey] = set()

    def __call__(self, keys: Iterable[FactKey], /) -> None:
        self.facts.update(keys)

    def begin(self) -> None:
        """Forget the facts; in a new epoch the formula reports all of them again."""
        self.epoch += 1
        self.facts.clear()


class AdHocExpression:
    """One prepared expression; `evaluate` starts from scratch each time, so no statuses carry over.

    Results are therefore the same with and without the cache, and after an eviction. The first evaluations walk the
    nodes; a frequent expression gets a program if it can have one. An expression that acts, draws or remembers is
    rebuilt for each evaluation and always interpreted.

    `on_effect()` is called before each evaluation that can change anything, or whose result only a game knows: one that
    acts, draws, reads containers or asks operators of the game.
    """

    def __init__(
        self,
        expression: SexpExpression,
        context: EvaluationContext,
        argument: str | None = None,
        on_effect: Callable[[], None] | None = None,
    ) -> None:
        self._expression = expression
        self._context = context
        self._on_effect = on_effect
        self._candidate = Candidate(argument) if argument is not None else None
        self._notes = _Notes()
        self._use(None)
        self._evaluations = 0
        traits, reads_containers = _traits(self._formula.root, context)
        self._refusal = next((reason for trait, reason in _REFUSALS if traits & trait), "")
        self._rebuild = bool(traits & _LEAVES_TRACES)
        if on_effect is not None and not self._rebuild and not reads_containers and not _asks_game(self._formula.root):
            self._on_effect = None  # some reads of a container take an item out (J22)
        self._own_bytes = _own_bytes(self, expression)
        self.nbytes = self._formula.nbytes() + self._own_bytes

    @property
    def root(self) -> EvalNode:
        """The runtime nodes, with what they remember of the last evaluation."""
        return self._formula.root

    @property
    def status(self) -> Status:
        """The root's status after the last evaluation (B10)."""
        return self._formula.status_node.status

    @property
    def is_compiled(self) -> bool:
        """Whether a program evaluates the expression."""
        return self._program is not None

    def evaluate(self) -> Evaluation:
        """Evaluate from scratch; raises SexpError if that takes more steps than the quotas allow."""
        context = self._context
        evaluate = self._ready()
        if self._on_effect is not None:
            self._on_effect()
        self._notes.begin()
        # An operator of the game can evaluate another expression, in the middle of this evaluation.
        outer = context.candidate, context.due
        before = context.start()
        context.candidate = self._candidate
        try:
            value = evaluate()
            due_us = context.due
        except BudgetError as error:
            raise SexpError(str(error)) from error
        finally:
            context.candidate, context.due = outer
        refusal = self._refusal
        if not refusal and context.effects != before:
            refusal = "has effects"
        facts = self._facts
        if self._program is not None and self._program.until:  # until then movement changes nothing
            facts = self._calm_facts
        if self._notes.facts:
            facts = (*facts, *self._notes.facts)
        return Evaluation(value, facts=facts, due_us=due_us, refusal=refusal)

    def _ready(self) -> Callable[[], int]:
        """Return what evaluates the formula as if it had just been parsed, a program from COMPILED_FROM on.

        What can leave something in the nodes is built anew: a flush would not take it out, and there can be more ships
        now.
        """
        self._evaluations += 1
        if self._evaluations > 1:
            if self._rebuild:
                self._use(None)
            elif self._evaluations == COMPILED_FROM:
                programs = make_programs(self._context, None)
                if programs is not None:
                    self._use(programs)
                    self.nbytes = self._formula.nbytes() + programs.nbytes() + self._own_bytes
                else:
                    self._formula.flush()
            elif self._program is not None and self._program.is_simple:
                self._program.forget()  # its nodes remember nothing
            else:
                self._formula.flush()
        return self._formula.evaluate

    def _use(self, programs: Programs | None) -> None:
        """Build the formula, interpreted without `programs`."""
        self._formula = formula = compile_formula(
            self._expression, self._context, owner="expression", recorder=self._notes, programs=programs
        )  # fmt: skip
        self._program = formula.program
        self._facts = self._calm_facts = tuple(formula.facts)
        if self._program is not None:
            self._calm_facts = tuple(fact for fact in self._facts if fact[-1] not in MOTION_FIELDS)


def _traits(root: EvalNode, context: EvaluationContext) -> tuple[int, bool]:
    """Return the traits of all operators of a tree, as a number, and whether it reads containers."""
    constants = context.constants
    traits, reads_containers = 0, False
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.spec is not None:
            traits |= node.spec.traits.value
            if node is constants.true or node is constants.false:
                continue
        elif node.kind is EvalKind.CONTAINER_DATA:
            reads_containers = True
        if node.inner is not None:
            waiting.append(node.inner)
        waiting += node.args
    return traits, reads_containers


def _asks_game(root: EvalNode) -> bool:
    """Whether an expression has operators that are not the catalog's."""
    return any(node.spec is not None and MEANINGS.get(node.spec.name) is not node.spec for node in root.walk())


def _own_bytes(prepared: AdHocExpression, expression: SexpExpression) -> int:
    """Bytes of a prepared expression without its formula: the syntax tree, the notes, the object itself."""
    total = sys.getsizeof(prepared) + sys.getsizeof(prepared.__dict__)
    total += sys.getsizeof(expression) + sys.getsizeof(expression.text)
    total += sys.getsizeof(prepared._notes) + sys.getsizeof(prepared._notes.facts) + sys.getsizeof(prepared._facts)
    waiting = [expression.root]
    while waiting:
        node = waiting.pop()
        total += _SYNTAX_BYTES
        if node.children:
            waiting += node.children
            total += sys.getsizeof(node.children)
        elif node.kind is not NodeKind.OPERATOR:  # operators' names are the catalog's own
            total += sys.getsizeof(node.text)
    return total


class AdHocContext:
    """Evaluates the ad-hoc expressions of one session in its world, with symbols and a context of its own.

    The context has its own memory, so evaluating an expression never changes what the mission's formulas remember.
    Actions run, and are offered to the game like the mission's own.
    """

    def __init__(self, world: World, symbols: Symbols, context: EvaluationContext, actions: Action | None) -> None:
        self._parser = SexpParser(symbols)
        self._parsed: tuple[str, ParseResult] | None = None  # the last parsed text
        #: Called with text and argument before each evaluation that can change anything, when set.
        self.on_effect: Callable[[str, str | None], None] | None = None
        self.context = EvaluationContext(
            world, dialect=context.dialect, options=context.options, actions=actions, own=context.own
        )  # fmt: skip
        self.context.flush_formula = context.flush_formula
        self.context.actions_made = context.actions_made

    def read(self, text: str) -> ParseResult:
        """Parse the text; return its expression and all problems."""
        if self._parsed is None or self._parsed[0] != text:
            self._parsed = text, self._parser.parse(text)
        return self._parsed[1]

    def parse(self, text: str) -> SexpExpression:
        """Parse the text; raises SexpError with every problem found."""
        result = self.read(text)
        if result.expression is None or not result.ok:
            problems = "; ".join(str(problem) for problem in result.diagnostics) or "no expression"
            raise SexpError(problems)
        return result.expression

    def evaluate(self, text: str, argument: str | None = None) -> None:
        """Repeat a game's evaluation of a text from a recording, for its effects; ignore errors that the game got."""
        with contextlib.suppress(SexpError):
            self.prepare(text, argument).evaluate()

    def prepare(self, text: str, argument: str | None = None, hints: ExpressionHints | None = None) -> AdHocExpression:
        """Parse the text and build its nodes; raises SexpError for text that cannot be evaluated.

        Ships without a speed bound get that of the hints.
        """
        if hints is not None:
            world = self.context.world
            for name, metres_a_second in hints.speed_bounds:
                ship = world.ship(name)
                if ship is not None and ship.speed_bound is None:
                    world.set_ship(ship, "speed_bound", float(metres_a_second))
        on_effect = None if self.on_effect is None else partial(self.on_effect, text, argument)
        try:
            return AdHocExpression(self.parse(text), self.context, argument, on_effect)
        except BuildError as error:
            raise SexpError(str(error)) from error
