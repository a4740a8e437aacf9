"""Makes programs: formulas, and argument forms, as trees of nodes that the kernel evaluates.

The kernel itself evaluates logic, comparisons, arithmetic and the operators that read ships most often. A pure operator
whose arguments are plain texts is a leaf: Python evaluates it, and the result is kept until a fact or the clock changes
it. Everything else is a subtree that the interpreter evaluates each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sexp_runtime.compiler.facts import NESTED, split_actions
from sexp_runtime.compiler.program_actions import conditional_actions, pay_for_trial
from sexp_runtime.compiler.program_forms import FormBuilder
from sexp_runtime.compiler.program_nodes import Builder, Compiled, Unfit
from sexp_runtime.compiler.program_parts import Parts
from sexp_runtime.compiler.program_plan import READER, meaning_of
from sexp_runtime.kernel import Assignment, Op, Program, Step, use_cosines
from sexp_runtime.operators.actions_geometry import turn
from sexp_runtime.operators.conditionals import do_nothing
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import ARGUMENT_FORMS, EvalNode
from sexp_runtime.operators.registry import OperatorFunction
from sexp_runtime.operators.variables import modify_variable
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, Raw
from sexp_runtime.world.facts import FactBoard
from sexp_runtime.world.variables import NUMBER

use_cosines([turn(degrees)[1] for degrees in range(360)])


class Programs:
    """Makes the programs of a row of formulas, which share places and leaves.

    Without a board nothing is kept from one evaluation to the next: each calls every leaf and looks up every place.
    """

    def __init__(self, ctx: EvaluationContext, board: FactBoard | None) -> None:
        self.ctx = ctx
        self.parts = Parts(ctx, board)
        #: Whether the results of leaves and distances are kept until their facts change.
        self.keeps_results = board is not None

    def of_formula(self, root: EvalNode) -> Compiled | None:
        """Return the program of a formula, None for one that the interpreter evaluates."""
        ctx = self.ctx
        if root.spec is None or root.call is not meaning_of(root):
            return None
        try:
            if root.name in ARGUMENT_FORMS:
                return FormBuilder(self.parts, root).build()
            if root.name in ("when", "every-time"):
                return _Conditional(self.parts, root).build()
            if root in (ctx.constants.true, ctx.constants.false) or root.spec.traits & ~READER:
                return None
            return _Condition(self.parts, root).build()
        except Unfit:
            return None

    def nest(self, root: EvalNode) -> frozenset[EvalNode]:
        """Let programs evaluate the argument forms among a formula's actions; return the operators in these forms."""
        handled: set[EvalNode] = set()
        for form in _nested_forms(root):
            if form.call is not meaning_of(form):
                continue
            try:
                made = FormBuilder(self.parts, form, is_nested=True).build()
            except Unfit:
                continue
            form.call = _nested(made.program, doubts=not self.keeps_results)
            handled |= made.handled
        return frozenset(handled)

    def close(self) -> None:
        """Drop all edges."""
        self.parts.close()

    def nbytes(self) -> int:
        """Return the bytes held by places, leaves and their edges, without the programs."""
        return self.parts.nbytes()


def _nested_forms(node: EvalNode) -> Iterator[EvalNode]:
    """Yield each `when-argument` in the place of an action, at any depth."""
    for action in split_actions(node)[1]:
        inner = action.inner
        if inner is not None and inner.name in NESTED:
            if inner.name == "when-argument":
                yield inner
            yield from _nested_forms(inner)


def _nested(program: Program, *, doubts: bool) -> OperatorFunction:
    """Return the operator function of a form that a program evaluates; the form's status is in its node (B11)."""

    def call(ctx: EvaluationContext, node: EvalNode) -> Raw:
        if not ctx.wcs or node.args[0].head.status not in (KNOWN_TRUE, KNOWN_FALSE):  # a known one is not run again
            pay_for_trial(ctx, node)
        program.forget_root()
        if doubts:
            program.doubt()
        value = program()
        return KNOWN_FALSE if program.is_known_false else value

    return call


class _Condition(Builder):
    """A formula that is only a condition, as of a goal or a cue."""

    def __init__(self, parts: Parts, root: EvalNode) -> None:
        super().__init__(parts, root, Op.CONDITION)

    def build(self) -> Compiled:
        """Return the program."""
        top = self.operator(self.plan.root, self.plan.root)
        if self.plan.nodes[top][0] == Op.TREE:
            raise Unfit
        return self.finish(top)


class _Conditional(Builder):
    """`when`, or `every-time`, which forgets its statuses after each pass (C7)."""

    def __init__(self, parts: Parts, root: EvalNode) -> None:
        is_when = root.name == "when"
        super().__init__(parts, root, Op.WHEN if is_when else Op.EVERY_TIME)
        self.plan.remembers, self.plan.forgets = is_when, not is_when

    def build(self) -> Compiled:
        """Return the program."""
        root, constants = self.plan.root, self.ctx.constants
        condition = root.args[0] if root.args else None
        if condition is None or condition.inner is None or condition.inner is constants.false:
            raise Unfit
        top = self.operator(condition.inner, condition.inner)
        self._assign(root.args[1:])
        self.plan.perform = conditional_actions(self.parts, root)
        self.judge_actions(root.args[1:])
        return self.finish(top)

    def _assign(self, actions: Sequence[EvalNode]) -> None:
        """Add the actions if all of them are `do-nothing` or assign numbers to number variables (J2)."""
        table = self.ctx.world.variables
        kept = [action.inner for action in actions if action.inner is not None]
        if not all(self._is_step(head) for head in kept):
            return
        plan, facts, moves, has_trees = self.plan, set(self.facts), (self.is_moving, self.moves_freely), self.has_trees
        before = self.mark()
        self.has_trees = False
        try:
            for head in kept:
                index = head.args[0].variable if head.args else None
                if index is None:
                    plan.assignments.append(Step(head.name))
                else:
                    plan.assignments.append(Assignment(table.names[index], index, self.argument(head.args[1])))
        except Unfit:
            plan.assignments.clear()
            self.roll_back(before)
        finally:  # the formula need not wait for what its actions read
            self.facts, self.has_trees = facts, has_trees
            self.is_moving, self.moves_freely = moves

    def _is_step(self, head: EvalNode) -> bool:
        if head.call is do_nothing:
            return not head.args
        table = self.ctx.world.variables
        index = head.args[0].variable if head.call is modify_variable and len(head.args) == 2 else None
        return index is not None and table.is_set(index) and table.types[index] == NUMBER
