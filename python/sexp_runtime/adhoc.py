"""Ad-hoc expressions: texts from game code or a person, evaluated as if they had just been parsed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from sexp_runtime.cache.contract import Evaluation, ExpressionHints
from sexp_runtime.compiler.facts import install, install_actions, scan
from sexp_runtime.compiler.formula import WRAPPER_BYTES, CompiledFormula, compile_formula, tree_bytes
from sexp_runtime.operators import interpreter
from sexp_runtime.operators.budget import BudgetError, is_paying
from sexp_runtime.operators.building import BuildError, build
from sexp_runtime.operators.context import Action, Candidate, EvaluationContext
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.syntax.parser import ParseResult, SexpParser
from sexp_runtime.syntax.tree import NodeKind, SexpExpression, SyntaxNode
from sexp_runtime.values import Status
from sexp_runtime.world.facts import FactKey

if TYPE_CHECKING:
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
#: Number of the evaluation for which an expression is compiled. Compiling takes as long as about fifty walks over the
#: nodes, so it pays only for expressions that are evaluated often.
COMPILED_FROM: Final = 10


#: A runtime node without arguments; a node of the syntax tree.
_NODE_BYTES: Final = tree_bytes(EvalNode(EvalKind.ATOM))
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


class _Interpreted:
    """A formula that walks its runtime nodes and knows its facts; it is ready sooner than a compiled one."""

    __slots__ = ("_context", "_is_paying", "facts", "nodes_bytes", "reads_containers", "root", "traits")

    def __init__(self, expression: SexpExpression, context: EvaluationContext, notes: _Notes) -> None:
        self._context = context
        self.root = build(expression, context)
        found = scan(self.root, context)
        self.facts = tuple(found.facts)
        self._is_paying = is_paying(self.root)
        wrapped = install(found, context, notes) + install_actions(found)
        constants = context.constants
        #: The traits of all operators, as a number; and the bytes of all nodes with the functions made for them.
        self.traits = 0
        self.reads_containers = False
        self.nodes_bytes = wrapped * WRAPPER_BYTES
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            if node.spec is not None:
                self.traits |= node.spec.traits.value
                if node is constants.true or node is constants.false:
                    continue
            elif node.kind is EvalKind.CONTAINER_DATA:
                self.reads_containers = True
            if node.inner is not None:
                waiting.append(node.inner)
            if node.args:
                self.nodes_bytes += tree_bytes(node)
                waiting += node.args
            else:
                self.nodes_bytes += _NODE_BYTES

    def evaluate(self) -> int:
        """Evaluate once (B10-B15)."""
        if self._is_paying:
            self._context.budget.begin(self.root)
        return interpreter.evaluate(self._context, self.root)

    def flush(self) -> None:
        """Forget everything that the nodes remember (D3)."""
        interpreter.flush(self._context, self.root)

    def nbytes(self) -> int:
        """Return the bytes held by nodes, functions made for them, and facts."""
        return sys.getsizeof(self) + self.nodes_bytes + sum(map(sys.getsizeof, self.facts))


class AdHocExpression:
    """One prepared expression; `evaluate` starts from scratch each time, so no statuses carry over.

    Results are therefore the same with and without the cache, and after an eviction. The first evaluations walk the
    nodes; a frequent expression is compiled. An expression that acts, draws or remembers is rebuilt for each evaluation
    and never compiled.

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
        first = _Interpreted(expression, context, self._notes)
        self._formula: _Interpreted | CompiledFormula = first
        self._facts = first.facts
        self._evaluations = 0
        self._refusal = next((reason for trait, reason in _REFUSALS if first.traits & trait), "")
        self._rebuild = bool(first.traits & _LEAVES_TRACES)
        if on_effect is not None and not self._rebuild and not first.reads_containers and not _asks_game(first.root):
            self._on_effect = None  # some reads of a container take an item out (J22)
        self._own_bytes = _own_bytes(self, expression)
        self.nbytes = first.nbytes() + self._own_bytes

    @property
    def root(self) -> EvalNode:
        """The runtime nodes, with what they remember of the last evaluation."""
        return self._formula.root

    @property
    def status(self) -> Status:
        """The root's status after the last evaluation (B10)."""
        return self._formula.root.status

    @property
    def is_compiled(self) -> bool:
        """Whether the expression has been compiled."""
        return isinstance(self._formula, CompiledFormula)

    def evaluate(self) -> Evaluation:
        """Evaluate from scratch; raises SexpError if that takes more steps than the quotas allow."""
        context = self._context
        formula = self._ready()
        if self._on_effect is not None:
            self._on_effect()
        self._notes.begin()
        before = context.start()
        outer, context.candidate = context.candidate, self._candidate
        try:
            value = formula.evaluate()
        except BudgetError as error:
            raise SexpError(str(error)) from error
        finally:
            context.candidate = outer
        refusal = self._refusal
        if not refusal and context.effects != before:
            refusal = "has effects"
        facts = (*self._facts, *self._notes.facts) if self._notes.facts else self._facts
        return Evaluation(value, facts=facts, due_us=context.due, refusal=refusal)

    def _ready(self) -> _Interpreted | CompiledFormula:
        """Return the formula as if it had just been parsed, compiled from evaluation COMPILED_FROM on."""
        self._evaluations += 1
        if self._evaluations == 1:
            return self._formula
        if self._rebuild:
            self._replace(_Interpreted(self._expression, self._context, self._notes))  # there can be more ships
        elif self._evaluations == COMPILED_FROM:
            self._replace(compile_formula(self._expression, self._context, owner="expression", recorder=self._notes))
            self.nbytes = self._formula.nbytes() + self._own_bytes
        elif isinstance(self._formula, _Interpreted) or not self._formula.quiet:
            self._formula.flush()
        return self._formula

    def _replace(self, formula: _Interpreted | CompiledFormula) -> None:
        self._formula = formula
        self._facts = tuple(formula.facts)


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
