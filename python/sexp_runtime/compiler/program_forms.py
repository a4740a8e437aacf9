"""Builds programs of argument forms: `when-argument` and `every-time-argument` over ships that are listed."""

from __future__ import annotations

from typing import Final

from sexp_runtime.catalog import CATALOG
from sexp_runtime.compiler.atoms import is_text, text_of
from sexp_runtime.compiler.facts import is_drawing, is_pure, lists_plain_texts
from sexp_runtime.compiler.motion import without_motion
from sexp_runtime.compiler.program_actions import DRAWN, IN_SEQUENCE, form_actions, tried
from sexp_runtime.compiler.program_nodes import Builder, Compiled, Unfit
from sexp_runtime.compiler.program_parts import Parts
from sexp_runtime.compiler.program_plan import CANDIDATE, NUMBERS, READER, ROSTER, meaning_of
from sexp_runtime.kernel import FormProgram, Leaf, Op
from sexp_runtime.operators import interpreter
from sexp_runtime.operators.budget import weight
from sexp_runtime.operators.context import Candidate
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.random import is_plain_draw
from sexp_runtime.world.facts import FactKey

#: The providers that programs support; `forms.pxi` has the same numbers.
_PROVIDERS: Final = {"any-of": 0, "every-of": 1, DRAWN: 2, IN_SEQUENCE: 3}


class FormBuilder(Builder):
    """`when-argument` and `every-time-argument` over ships that are listed."""

    def __init__(self, parts: Parts, root: EvalNode, *, is_nested: bool = False) -> None:
        """`is_nested` says that the form is an action of another formula."""
        super().__init__(parts, root, Op.WHEN if root.name == "when-argument" else Op.EVERY_TIME)
        self.is_form = True
        self.plan.is_nested, self.plan.forgets = is_nested, self.plan.kind == Op.EVERY_TIME
        self._candidate_reads: list[tuple[EvalNode, list[Leaf]]] = []
        self._inside_common = False

    def build(self) -> Compiled:
        """Return the program."""
        root, ctx = self.plan.root, self.ctx
        provider = root.args[0].inner if len(root.args) > 1 else None
        if provider is None or provider.name not in _PROVIDERS or provider.call is not meaning_of(provider):
            raise Unfit
        condition = root.args[1].inner
        if not provider.args or not lists_plain_texts(provider, ctx) or condition is None:
            raise Unfit
        plan, is_drawn = self.plan, provider.name == DRAWN
        plan.tries_one = not is_pure(condition)
        if plan.tries_one and not (is_drawn and plan.forgets and is_drawing(condition)):
            raise Unfit
        if is_drawn and not plan.forgets and (ctx.wcs or root.args[1].has_placeholder):
            raise Unfit  # only the candidates that were drawn remember how they were read (D7)
        if not plan.is_nested and tried(provider) * weight(root.args[1]) > ctx.budget.certain:
            raise Unfit  # the budget could end the trial, which programs do not support
        world = ctx.world
        if any(arg.text.lower() in world.wings for arg in provider.args):  # read as a wing, for good (D7)
            raise Unfit
        plan.reads_candidates = any(node.is_placeholder for action in root.args[2:] for node in action.walk())
        plan.candidates = [Candidate(arg.text, arg) for arg in provider.args]
        plan.places.extend(self.parts.place(arg.text) for arg in provider.args)
        plan.provider, plan.provider_kind = provider, _PROVIDERS[provider.name]
        plan.perform = form_actions(self.parts, root, is_nested=plan.is_nested)
        plan.top = self.operator(condition, condition)
        if plan.tries_one and plan.draws_vary:
            raise Unfit
        plan.is_simple = not is_drawn
        self.judge_actions(root.args[2:])
        plan.draws = plan.tries_one
        if not plan.tries_one and self.bound_motion():
            self.facts.update(without_motion(self.facts))
        program = FormProgram(plan, ctx, interpreter.evaluate)
        self._subscribe(program)
        return Compiled(program, frozenset(self.facts), frozenset(self.handled | {provider}))

    def argument(self, arg: EvalNode) -> int:
        """Add an argument; a variable is a common part, read once for all candidates."""
        index = super().argument(arg)
        if self._inside_common or self.plan.nodes[index][0] != Op.VARIABLE:
            return index
        self.plan.common.append(index)
        return self.emit(Op.COMMON, value=len(self.plan.common) - 1)

    def operator(self, holder: EvalNode, head: EvalNode) -> int:
        """Add an operator; without `<argument>` it is a common part, evaluated once for all candidates."""
        constants = self.ctx.constants
        is_own = any(node.is_placeholder for node in head.walk())
        if (
            is_own
            or self._inside_common
            or any(map(is_plain_draw, head.walk()))
            or head is constants.true
            or head is constants.false
        ):
            return super().operator(holder, head)
        self._inside_common = True
        try:
            index = super().operator(holder, head)
        finally:
            self._inside_common = False
        self.plan.common.append(index)
        return self.emit(
            Op.COMMON,
            value=len(self.plan.common) - 1,
            holder=holder,
            can_be_nan=self.traits[index].can_be_nan,
            is_special=self.traits[index].is_special,
        )

    def candidate_place(self) -> int:
        """Return the place number of a candidate."""
        return CANDIDATE

    def read(self, head: EvalNode) -> frozenset[FactKey]:
        """Note what an operator reads; `_subscribe` finds what one with `<argument>` reads for each candidate."""
        if any(arg.is_placeholder for arg in head.args):
            self._candidate_reads.append((head, []))
            return frozenset()
        return super().read(head)

    def _is_leaf(self, head: EvalNode) -> bool:
        assert head.spec is not None
        if not any(arg.is_placeholder for arg in head.args):
            return super()._is_leaf(head)
        if head.spec.traits & ~READER or not all(arg.is_placeholder or is_text(arg) for arg in head.args):
            return False
        if not self._reads_text(head):
            return False
        return head.spec.reads is None or ROSTER not in head.spec.reads(
            self.ctx.world, [text_of(arg) for arg in head.args]
        )

    def _reads_text(self, head: EvalNode) -> bool:
        """Whether an operator reads no candidate as a number."""
        row = CATALOG.dialect_catalog(self.ctx.dialect).get(head.name)
        return row is not None and not any(
            arg.is_placeholder and row.argument_type(at) in NUMBERS for at, arg in enumerate(head.args)
        )

    def leaf(self, holder: EvalNode, head: EvalNode) -> int:
        """Add a pure operator, with a leaf for each candidate if it has `<argument>` among its arguments."""
        assert head.spec is not None
        if not any(arg.is_placeholder for arg in head.args):
            return super().leaf(holder, head)
        leaves = [Leaf(self.ctx, head, candidate) for candidate in self.plan.candidates]
        self.plan.leaves.append(leaves)
        self._candidate_reads.append((head, leaves))
        self.handled.add(head)
        return self.emit_leaf(holder, head, CANDIDATE)

    def draw(self, holder: EvalNode, head: EvalNode) -> int:
        """Add a `rand-multiple`, where only one candidate is tried."""
        if not self.plan.tries_one:
            raise Unfit
        return super().draw(holder, head)

    def tree(self, holder: EvalNode) -> int:
        """Add a subtree that the interpreter evaluates, where only one candidate is tried."""
        heads = [node for node in holder.head.walk() if any(arg.is_placeholder for arg in node.args)]
        if not self.plan.tries_one or not all(map(self._reads_text, heads)):
            raise Unfit
        return super().tree(holder)

    def _subscribe(self, program: FormProgram) -> None:
        """Make each candidate's facts set its flags."""
        world, subscribe = self.ctx.world, self.parts.subscribe
        for index, candidate in enumerate(self.plan.candidates):
            own: set[FactKey] = set()
            for head, leaves in self._candidate_reads:
                assert head.spec is not None
                if head.spec.reads is None:
                    continue
                texts = [candidate.text if arg.is_placeholder else text_of(arg) for arg in head.args]
                found = frozenset(head.spec.reads(world, texts))
                own |= found
                for fact in found if leaves else ():
                    subscribe(fact, leaves[index].flag, 0)
            if self.plan.is_bounded:
                own.update(without_motion(own))
            for fact in own:
                subscribe(fact, program.flags, index)
            self.facts |= own
