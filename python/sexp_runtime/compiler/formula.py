"""Compiled formulas: a program of the kernel where a formula can have one, else its nodes, which are interpreted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime import kernel
from sexp_runtime.compiler.facts import install, install_actions, scan
from sexp_runtime.compiler.recorder import FactRecorder
from sexp_runtime.operators import interpreter
from sexp_runtime.operators.budget import is_paying
from sexp_runtime.operators.building import build
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.memory import copy_memory
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.syntax.tree import SexpExpression, SyntaxNode
from sexp_runtime.values import FALSE, TRUE, UNKNOWN, Status
from sexp_runtime.world.facts import FactBoard, FactKey

if TYPE_CHECKING:
    from sexp_runtime.compiler.programs import Programs
    from sexp_runtime.kernel import Program

#: Bytes of a function that one operator node has for itself: closure, cells and what it keeps.
_FUNCTION_BYTES: Final = 430


class CompiledFormula:
    """A formula: its program evaluates it, or the interpreter if it has none; the results are the same.

    `evaluate()` returns the value of one evaluation, `flush()` forgets what the formula remembers (D3). `program` is
    None for a formula that is interpreted. `facts` is a superset of the facts that an evaluation without actions reads,
    except those that are known only during an evaluation: the recorder receives these.
    """

    __slots__ = (
        "_counts_actions", "_ctx", "_functions", "_is_paying", "_root", "_usual", "evaluate", "facts", "owner",
        "program",
    )  # fmt: skip

    def __init__(
        self,
        root: EvalNode,
        ctx: EvaluationContext,
        owner: str = "",
        recorder: FactRecorder | None = None,
        programs: Programs | None = None,
    ) -> None:
        """Compile a tree of nodes.

        With a recorder, find the facts that the formula reads; with `programs`, make a program if possible.
        """
        self.owner = owner
        self._root = root
        self._ctx = ctx
        self._is_paying = is_paying(root)
        self._functions = 0  # operator nodes with a function of their own
        self._counts_actions = False
        self.program: Program | None = None
        self.facts: frozenset[FactKey] = frozenset()
        handled: frozenset[EvalNode] = frozenset()
        made = None
        if programs is not None:
            handled = programs.nest(root)
            made = programs.of_formula(root)
            if made is not None:
                self.program = made.program
                self.facts = made.facts
                handled |= made.handled
        if recorder is not None:
            found = scan(root, ctx, handled)
            self._functions = install(found, ctx, recorder)
            self.facts |= found.facts
            if made is None:
                self._functions += install_actions(found)
                self._counts_actions = True
        self._usual: Callable[[], int] = self._walk
        if self.program is not None:
            assert programs is not None
            self._usual = self.program if programs.keeps_results else partial(_evaluate_anew, self.program)
        self.evaluate = self._usual

    @property
    def root(self) -> EvalNode:
        """The root node, with what the formula remembers in it and below it."""
        if self.program is not None:
            self.program.to_nodes()
        return self._root

    def walk(self) -> Iterator[EvalNode]:
        """Yield all nodes in text order; statuses are in those of `root` only."""
        return self._root.walk()

    @property
    def operator(self) -> str:
        """The name of the root's operator."""
        return self._root.name

    @property
    def status(self) -> Status:
        """The special status of the root after the last evaluation, UNKNOWN for an ordinary result."""
        status = self._root.status
        return UNKNOWN if status is TRUE or status is FALSE else status

    @property
    def status_node(self) -> EvalNode:
        """The node that has the status."""
        return self._root

    @property
    def is_quiet(self) -> bool:
        """Whether an evaluation with value 0 leaves no trace but what its program notes."""
        return self.program is not None and self.program.is_simple

    def interpret(self, every: int) -> None:
        """Interpret one evaluation in `every` from now on, 0 for none that has a program; the results are the same.

        For profilers that look at operators, most of which a program does not call. What it calls of them is hidden
        from the profiler, which would not see the rest.
        """
        if every and not self._counts_actions:
            self._counts_actions = True  # as the program does for itself
            install_actions(scan(self._root, self._ctx))
        walk = self._walk if self.program is None else self._walk_for_program
        if every > 1:
            self.evaluate = _alternating(walk, self.evaluate_unseen, every)
        else:
            self.evaluate = walk if every else self._usual

    def _walk(self) -> int:
        """Interpret the nodes (B10-B15)."""
        if self._is_paying:
            self._ctx.budget.begin(self._root)
        return interpreter.evaluate(self._ctx, self._root)

    def _walk_for_program(self) -> int:
        """Interpret the nodes, with the statuses that the program remembers."""
        assert self.program is not None
        self.program.to_nodes()
        try:
            return self._walk()
        finally:
            self.program.from_nodes()

    def evaluate_unseen(self) -> int:
        """Evaluate as usual, whatever `interpret` said, hidden from profilers that look at operators."""
        ctx = self._ctx
        profiler, ctx.profiler = ctx.profiler, None
        try:
            return self._usual()
        finally:
            ctx.profiler = profiler

    def flush(self) -> None:
        """Forget statuses, caches and clocks, as `reset-event` makes the original do (D3)."""
        interpreter.flush(self._ctx, self._root)
        if self.program is not None:
            self.program.forget()

    def take_memory(self, other: Any) -> None:
        """Take over what another compiled formula of the same text remembers."""
        if isinstance(other, CompiledFormula):
            copy_memory(other.root, self.root)
            if self.program is not None:
                self.program.from_nodes()

    def nbytes(self) -> int:
        """Return the bytes held by tree, program and facts of this formula alone."""
        shared = (self._ctx.constants.true, self._ctx.constants.false)
        total = sys.getsizeof(self) + sys.getsizeof(self.facts) + sys.getsizeof(self.owner)
        if self.program is not None:
            total += self.program.nbytes()
        total += self._functions * _FUNCTION_BYTES + sum(map(sys.getsizeof, self.facts))
        return total + sum(tree_bytes(node) for node in self._root.walk() if node not in shared)

    def __repr__(self) -> str:
        return f"CompiledFormula({self.owner!r})"


def tree_bytes(node: EvalNode) -> int:
    """Return the bytes of one runtime node without its children and without its syntax node."""
    return sys.getsizeof(node) + sys.getsizeof(node.args)


def compile_formula(
    expression: SexpExpression | SyntaxNode | EvalNode,
    ctx: EvaluationContext,
    *,
    owner: str = "",
    recorder: FactRecorder | None = None,
    programs: Programs | None = None,
) -> CompiledFormula:
    """Return the formula compiled for the context (see CompiledFormula); `owner` names it in reports.

    Raises operators.building.BuildError for a formula that cannot be evaluated.
    """
    if isinstance(expression, EvalNode):
        root = expression
    else:
        root = build(expression, ctx)
        if not owner and isinstance(expression, SexpExpression):
            owner = expression.owner
    return CompiledFormula(root, ctx, owner, recorder, programs)


def make_programs(ctx: EvaluationContext, board: FactBoard | None) -> Programs | None:
    """Return what makes programs, None where the kernel that evaluates them is not compiled.

    Without a board the programs keep no results of their parts (see Programs).
    """
    if kernel.LANGUAGE != "c":
        return None
    from sexp_runtime.compiler.programs import Programs

    return Programs(ctx, board)


def _evaluate_anew(program: Program) -> int:
    program.doubt()
    return program()


def _alternating(walk: Callable[[], int], usual: Callable[[], int], every: int) -> Callable[[], int]:
    """Return a function that walks in the first of `every` calls and evaluates as usual in the others."""
    left = 1

    def evaluate() -> int:
        nonlocal left
        left -= 1
        if not left:
            left = every
            return walk()
        return usual()

    return evaluate
