"""Writes `every-time` and `every-time-argument` formulas: the truth of conditions, a loop over candidates, actions.

Nothing that such a formula remembers outlives the pass but the flags of candidates (C7, C21), so the code keeps no
statuses. What has to be left to the interpreter is flushed at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sexp_runtime.compiler.facts import lists_plain_texts
from sexp_runtime.compiler.performing import ActionWriter, acts, can_write_condition
from sexp_runtime.compiler.plan import Plan, Planner
from sexp_runtime.compiler.source import SourceWriter
from sexp_runtime.compiler.truth import (
    TruthWriter,
    cheapest_first,
    conjuncts,
    draws_of_any_candidate,
    is_pure,
    looks_back,
    residue,
)
from sexp_runtime.operators.arguments import valid_candidates
from sexp_runtime.operators.budget import weight
from sexp_runtime.operators.context import Candidate, EvaluationContext
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import MEANINGS

#: Providers that the code takes the place of.
_ALL: Final = "any-of"
_DRAWN: Final = "random-multiple-of"


def write_every_time(root: EvalNode, ctx: EvaluationContext) -> SourceWriter | None:
    """Return the function of an `every-time` (C7), None if its condition has to be interpreted."""
    if not root.args:
        return None
    condition = Planner(ctx, fresh=True).plan(root.args[0])
    if not can_write_condition(condition):
        return None
    writer = SourceWriter(fresh=True, wcs=ctx.wcs)
    writer.runs_actions = True
    actions = ActionWriter(writer, ctx)
    writer.add(f"if {actions.condition(condition, root.args[1:])}:")
    unclean = list(actions.interpreted)
    actions.interpreted.clear()
    writer.indent += 1
    actions.count(root.args[1:])
    for action in root.args[1:]:
        actions.run(action)
    _flush(writer, actions.interpreted)
    writer.indent -= 1
    _flush(writer, unclean)
    _end(writer, root)
    return writer


def write_every_time_argument(root: EvalNode, ctx: EvaluationContext) -> SourceWriter | None:
    """Return the function of an `every-time-argument` (C20-C22), None if it has to be interpreted."""
    form = _form_writer(root, ctx)
    return form.write() if form is not None else None


def can_write_actions(root: EvalNode, ctx: EvaluationContext) -> bool:
    """Whether `write_actions` can write the actions of an `every-time-argument`."""
    form = _form_writer(root, ctx)
    return form is not None and form.is_pure and not form.draws


def write_actions(root: EvalNode, ctx: EvaluationContext, found: list[list[Candidate]]) -> SourceWriter:
    """Return a function that runs the actions of an `every-time-argument` for the candidates in `found[0]` (C20)."""
    form = _form_writer(root, ctx)
    assert form is not None
    return form.write_actions(found)


def _form_writer(root: EvalNode, ctx: EvaluationContext) -> _FormWriter | None:
    if len(root.args) < 2 or ctx.options.true_loop_arguments:
        return None
    provider = root.args[0].inner
    if provider is None or not _can_write(provider, ctx):
        return None
    condition = Planner(ctx, fresh=True).plan(root.args[1])
    several = provider.name == _ALL and len(provider.args) > 1
    if not can_write_condition(condition) or (several and not ctx.wcs and looks_back(condition)):
        return None
    return _FormWriter(root, provider, condition, ctx, several=several)


class _FormWriter:
    """Writes one `every-time-argument`; in its code L are the candidates, K is one of them, A the applicable ones."""

    def __init__(
        self, root: EvalNode, provider: EvalNode, condition: Plan, ctx: EvaluationContext, *, several: bool
    ) -> None:
        self.root = root
        self.provider = provider
        self.ctx = ctx
        self.writer = SourceWriter(fresh=True, wcs=ctx.wcs)
        self.writer.runs_actions = True
        self.actions = ActionWriter(self.writer, ctx, candidate="K", several=several)
        self.residue = list(residue(condition))
        self.condition = condition
        self.is_pure = is_pure(condition.head)
        parts = conjuncts(condition) if self.is_pure else [condition]
        #: What is the same for all candidates, and what is not; the latter in its order, because a candidate remembers
        #: as what it was read first (D7).
        self.common = cheapest_first(part for part in parts if self.is_pure and not part.node.has_placeholder)
        self.own = [part for part in parts if part not in self.common]
        self.draws = provider.name == _DRAWN
        #: Whether the candidates that were not drawn are tried, too: if none is applicable, the draw did not matter,
        #: and the event can rest until one may be.
        self.defers_draws = self.draws and self.is_pure
        #: What makes all draws irrelevant while one of it is not true, where the condition draws, too.
        self.telling = draws_of_any_candidate(condition) if self.draws and not self.is_pure else []

    def write(self) -> SourceWriter:
        """Return the whole function."""
        writer = self.writer
        provider = writer.reference("p", self.provider)
        writer.add(f"L = {provider}.choice or {writer.reference('f', valid_candidates)}({provider})")
        if self.draws:
            if self.telling:
                writer.add("E, U = C.effects, C.unused_draws")
            writer.add("if L:")
            writer.add("    C.effects += 1")
            writer.add(f"    D = L[{writer.reference('r', self.ctx.world.rng)}.below(len(L))]")
            if not self.is_pure:
                writer.add("    L = (D,)")
        tried = "(1 if L else 0)" if self.draws else "len(L)"
        writer.pay(self.ctx.budget, tried, weight(self.root.args[1]), self.root)
        common = TruthWriter(writer, acts=acts(self.root.args[2:])).holds(self.common)
        if self.defers_draws:
            writer.add(f"if not ({common}):")
            writer.add("    if L: C.unused_draws += 1")
            writer.add("else:")
        else:
            writer.add(f"if {common}:")
        writer.indent += 1
        writer.add("before = C.candidate")
        writer.add("A = []")
        writer.add("C.applicable.append(A)")
        writer.add("try:")
        writer.indent += 1
        self._try_candidates()
        if self.defers_draws:
            writer.add("if A: A[:] = (D,) if D in A else ()")
            writer.add("elif L: C.unused_draws += 1")
        if self.telling:
            telling = TruthWriter(writer, acts=True).known(cheapest_first(self.telling))
            writer.add(f"if not (A or {telling}): C.unused_draws = U + C.effects - E")
        self._run_actions()
        writer.indent -= 1
        writer.add("finally:")
        writer.add("    C.candidate = before")
        writer.add("    C.applicable.pop()")
        writer.add("    for K in L: K.node.cache = None")
        writer.indent -= 1
        _flush(writer, self.residue)
        _end(writer, self.root)
        return writer

    def write_actions(self, found: list[list[Candidate]]) -> SourceWriter:
        """Return a function for the actions alone; a program has found the candidates."""
        writer = self.writer
        writer.add(f"A = {writer.reference('a', found)}[0]")
        writer.add("before = C.candidate")
        writer.add("C.applicable.append(A)")
        writer.add("try:")
        writer.indent += 1
        self._run_actions()
        writer.indent -= 1
        writer.add("finally:")
        writer.add("    C.candidate = before")
        writer.add("    C.applicable.pop()")
        if any(map(reads_candidates, self.root.args[2:])):
            writer.add("    for K in A: K.node.cache = None")
        _end(writer, self.root)
        return writer

    def _try_candidates(self) -> None:
        """Write the loop that collects the candidates for which the condition is true (C20)."""
        writer = self.writer
        writer.add("for K in L:")
        writer.indent += 1
        writer.add("C.candidate = K")
        if self.ctx.wcs or self.defers_draws:  # the former forgets the condition before each candidate (K)
            _flush(writer, self.residue)
        if self.is_pure:
            holds = TruthWriter(writer, acts=acts(self.root.args[2:]), acted="A").holds(self.own)
        else:
            holds = f"{writer.argument(self.condition).value} == 1"
        writer.add(f"if {holds}: A.append(K)")
        writer.indent -= 1

    def _run_actions(self) -> None:
        """Write the actions: with `<argument>` in it for each applicable candidate, else once (C20)."""
        writer = self.writer
        writer.add("if A:")
        writer.indent += 1
        self.actions.count(self.root.args[2:])
        for action in self.root.args[2:]:
            if action.inner is None:
                continue
            if action.has_placeholder:
                writer.pay(self.ctx.budget, "len(A)", weight(action), action.head)
                writer.add("for K in A:")
                writer.indent += 1
                writer.add("C.candidate = K")
                self.actions.run(action)
                writer.indent -= 1
            else:
                writer.add("C.candidate = before")
                self.actions.run(action)
        _flush(writer, self.actions.interpreted)
        writer.indent -= 1


def reads_candidates(action: EvalNode) -> bool:
    """Whether `<argument>` appears anywhere in an action."""
    return any(node.is_placeholder for node in action.walk())


def _can_write(provider: EvalNode, ctx: EvaluationContext) -> bool:
    """Whether a provider is one that code can stand for."""
    if provider.name not in (_ALL, _DRAWN) or not provider.args:
        return False
    if provider.call is not MEANINGS[provider.name].function:  # one that also reports what it reads
        return False
    return lists_plain_texts(provider, ctx)


def _flush(writer: SourceWriter, nodes: Iterable[EvalNode]) -> None:
    for node in nodes:
        writer.add(f"flush(C, {writer.reference('n', node)})")


def _end(writer: SourceWriter, root: EvalNode) -> None:
    """Write the end of a pass: the result is never a number (C7)."""
    node = writer.reference("n", root)
    writer.add(f"if {node}.status is not NAN: remember(C, {node}, {node}, NAN)")
    writer.add("return 0")
