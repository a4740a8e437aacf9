"""Builds programs of actions, for formulas whose actions run again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sexp_runtime.compiler.facts import NESTED, is_drawing
from sexp_runtime.compiler.program_nodes import Builder, Unfit
from sexp_runtime.compiler.program_parts import Parts
from sexp_runtime.kernel import Act, ActionProgram, Op, Reading
from sexp_runtime.operators import actions, interpreter
from sexp_runtime.operators.actions import ArgumentKind
from sexp_runtime.operators.budget import weight
from sexp_runtime.operators.conditionals import do_nothing
from sexp_runtime.operators.node import ARGUMENT_FORMS, EvalKind, EvalNode
from sexp_runtime.operators.variables import modify_variable
from sexp_runtime.world.variables import NUMBER

_NUMBERS: Final = {ArgumentKind.NUMBER: Reading.NUMBER, ArgumentKind.NATURAL: Reading.NATURAL}
#: The most arguments of an action that are read each time; `performing.pxi` has the same number.
MOST_READ: Final = 16
_TEXTS: Final = (EvalKind.WRAPPER, EvalKind.CLAUSE)


class StepBuilder(Builder):
    """The actions of a `when` or `every-time`, or of an argument form for each of its applicable candidates.

    An action of the ordinary kind (`actions.perform`) is a node whose arguments are nodes, and so is a nested `when` or
    `if-then-else`. The interpreter runs all others in their place.
    """

    def __init__(self, parts: Parts, root: EvalNode) -> None:
        super().__init__(parts, root, Op.ACTIONS)
        self._has_candidates = root.name in ARGUMENT_FORMS
        self.plan.forgets = root.name.startswith("every-time")
        self._steps = [step for step in root.args[2 if self._has_candidates else 1 :] if step.inner is not None]

    def build(self) -> ActionProgram | None:
        """Return the program, None if the interpreter would run all of it."""
        if self._has_candidates and self.ctx.options.true_loop_arguments:
            return None
        plan = self.plan
        try:
            for step in self._steps:
                assert step.inner is not None
                is_own = self._has_candidates and step.has_placeholder
                plan.steps.append((self.action(step.inner), step.inner, weight(step) if is_own else 0))
        except Unfit:  # too many nodes
            return None
        plan.draws = any(traits.draws for traits in self.traits)
        plan.counts = any(step.head.name not in NESTED for step in self._steps)
        if not plan.acts:
            return None
        return ActionProgram(plan, self.ctx, interpreter.evaluate)

    def action(self, head: EvalNode) -> int:
        """Add an action."""
        before = self.mark()
        try:
            return self._native_action(head)
        except Unfit:
            self.roll_back(before)
            return self.emit(Op.TREE, holder=head)

    def tree(self, holder: EvalNode) -> int:
        """Add a subtree that the interpreter evaluates; what the actions' arguments pay is paid there."""
        return self.emit_tree(holder)

    def _native_action(self, head: EvalNode) -> int:
        spec = head.spec
        if spec is None:
            raise Unfit
        if head.name in ("when", "if-then-else"):
            return self._choose(head)
        if spec.function is modify_variable:
            return self._assign(head)
        if spec.function is do_nothing and not head.args:
            return self._emit_act(Act(head.name, None), head, ())
        performed = actions.PERFORMED.get(spec.function)
        if performed is None or performed[0] in actions.NAN_VALUES:
            raise Unfit
        name, effect = performed
        if len(head.args) < actions.fewest_arguments(name, self.ctx.dialect):
            raise Unfit
        if any(arg.variable is not None for arg in head.args) and not all(
            arg.inner is None or is_drawing(arg.inner) for arg in head.args
        ):  # an argument could change the variable after it was read
            raise Unfit
        if sum(arg.inner is not None or arg.variable is not None for arg in head.args) > MOST_READ:
            raise Unfit
        act = Act(name, effect if effect is None or self.ctx.remember is None else self.ctx.remember(effect))
        arguments = []
        for kind, arg in zip(
            actions.argument_kinds(name, self.ctx.dialect, len(head.args)), head.args, strict=False
        ):  # fmt: skip
            index = self._read(act, kind, arg)
            if index >= 0:
                arguments.append(index)
        return self._emit_act(act, head, arguments)

    def _emit_act(self, act: Act, head: EvalNode, arguments: Sequence[int]) -> int:
        self.plan.acts.append(act)
        return self.emit(Op.ACT, arguments, len(self.plan.acts) - 1, holder=head)

    def _read(self, act: Act, kind: ArgumentKind, arg: EvalNode) -> int:
        """Note how an action reads an argument; return the node of a number, -1 for a text."""
        if kind is ArgumentKind.TEXT or (kind is ArgumentKind.EITHER and arg.inner is None):
            self._read_text(act, arg)
            return -1
        if kind is ArgumentKind.VARIABLE and arg.variable is not None:
            act.read(Reading.FIXED, self.ctx.world.variables.names[arg.variable])
            return -1
        reading = _NUMBERS.get(kind, Reading.NUMBER)
        if kind is ArgumentKind.TRUTH:
            reading = Reading.TRUTH
        elif kind is not ArgumentKind.EITHER and kind not in _NUMBERS:
            raise Unfit
        if arg.kind is EvalKind.ATOM and arg.variable is None and not arg.is_placeholder:
            literal = arg.literal
            if reading == Reading.NATURAL and literal < 0:
                literal = self.ctx.as_natural(literal)
            act.read(Reading.FIXED, int(literal == 1) if reading == Reading.TRUTH else literal)
            return -1
        act.read(reading)
        return self.argument(arg)

    def _read_text(self, act: Act, arg: EvalNode) -> None:
        if arg.kind in _TEXTS:
            act.read(Reading.FIXED, "")
        elif arg.kind is not EvalKind.ATOM:  # reading a container can change it
            raise Unfit
        elif arg.is_placeholder and arg.form is not None:
            if not self._has_candidates or arg.form is not self.plan.root:
                raise Unfit
            act.read(Reading.CANDIDATE)
        elif arg.variable is not None:
            act.read(Reading.TEXT, arg)
        else:
            act.read(Reading.FIXED, arg.text)

    def _assign(self, head: EvalNode) -> int:
        """Add the assignment of a number to a number variable (J2)."""
        table = self.ctx.world.variables
        index = head.args[0].variable if len(head.args) == 2 else None
        if index is None or not table.is_set(index) or table.types[index] != NUMBER:
            raise Unfit
        act = Act(head.name, None, index)
        act.read(Reading.FIXED, table.names[index])
        act.read(Reading.VALUE)
        return self._emit_act(act, head, [self.argument(head.args[1])])

    def _choose(self, head: EvalNode) -> int:
        """Add a nested `when` or `if-then-else`, which skips the wrapper of its condition (C1, C6)."""
        constants, is_when = self.ctx.constants, head.name == "when"
        if not head.args:
            raise Unfit
        condition = head.args[0]
        if condition.inner is None or (not is_when and condition.inner in (constants.true, constants.false)):
            raise Unfit
        arguments, acts = [self.operator(condition.inner, condition.inner)], len(self.plan.acts)
        for action in head.args[1:]:
            arguments.append(self.action(action.inner) if action.inner is not None else self.emit(Op.CONSTANT))
        if len(self.plan.acts) == acts:
            raise Unfit
        return self.emit(Op.WHEN_TRUE if is_when else Op.IF_TRUE, arguments, holder=head)


def program_of_actions(parts: Parts, root: EvalNode) -> ActionProgram | None:
    """Return the program of a formula's actions, None if the interpreter would run all of it."""
    return StepBuilder(parts, root).build()
