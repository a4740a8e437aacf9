"""A formula as a tree with live values: each part, whether it decides, what it reads and when it can next change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sexp_runtime.compiler.facts import possible_texts, split_actions
from sexp_runtime.compiler.formula import make_programs
from sexp_runtime.compiler.motion import is_moving_comparison
from sexp_runtime.events.explain import NOBODY, fact_name, fact_value
from sexp_runtime.events.tree import ACTION, ATOM, CANDIDATE, COMPARISONS, TreePart
from sexp_runtime.operators.arguments import candidates_of
from sexp_runtime.operators.budget import BudgetError
from sexp_runtime.operators.building import build
from sexp_runtime.operators.context import Candidate, EvaluationContext
from sexp_runtime.operators.interpreter import evaluate_head
from sexp_runtime.operators.node import ARGUMENT_FORMS, EvalKind, EvalNode
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.syntax.printer import print_expression
from sexp_runtime.values import FALSE, KNOWN_TRUE, TRUE, UNKNOWN
from sexp_runtime.world.clock import NEVER

if TYPE_CHECKING:
    from sexp_runtime.rules.formula import Formula
    from sexp_runtime.syntax.tree import SexpExpression, SyntaxNode
    from sexp_runtime.world.facts import FactKey
    from sexp_runtime.world.world import World

#: Maximum number of candidates that a tree shows, the closest first.
SHOWN_CANDIDATES: Final = 8
#: Maximum number of candidates of which a tree is made to find the closest, and of those that are tried at all.
COMPARED_CANDIDATES: Final = 200
TRIED_CANDIDATES: Final = 5000
#: Maximum number of facts that a part names.
SHOWN_FACTS: Final = 6
#: The note of a part whose evaluation exceeds the quota of steps.
TOO_MANY_STEPS: Final = "takes more steps than an evaluation may"
#: Parts with one of these are not evaluated: that would change the mission, or mean nothing outside a frame.
_UNTOUCHED: Final = {
    Trait.ACTION: "not run",
    Trait.FLUSHES: "not run",
    Trait.VOLATILE: "asks the game",
    Trait.RANDOM: "draws at random",
    Trait.STATEFUL: "depends on earlier evaluations",
}
#: Statuses that say no more than the value does.
_ORDINARY: Final = (TRUE, FALSE, UNKNOWN)
#: What nodes remember between evaluations.
_MEMORY: Final = (
    "cache", "literal", "looked_up", "lookup", "memory", "selected", "status", "text", "valid",
)  # fmt: skip


def explain_tree(context: EvaluationContext, formula: Formula) -> TreePart:
    """Return a formula as a tree with the values that the naive engine would find now. This changes nothing.

    `context` is that of the engine, whose world, dialect, options and own operators count; of the formula its syntax
    and what it remembers (known results, invalid and drawn candidates). Parts that act, draw, remember or ask the game
    have no value. Raises ValueError where there is no formula that can be evaluated.
    """
    root = next(formula.walk(), None)
    if root is None:
        raise ValueError(f"{formula.owner} has no formula that can be evaluated")
    if root.syntax is None:  # the node that all `( true )` or all `( false )` share
        return TreePart(root.name, value=int(root.status is KNOWN_TRUE), status=str(root.status), decides=True)
    return _Explainer(context).tree(root.syntax, formula)


def explain_expression(context: EvaluationContext, expression: SexpExpression) -> TreePart:
    """Return the value of an expression that belongs to no formula, or why it has none, without its parts.

    Like `explain_tree`, this changes nothing. Raises ValueError if the expression cannot be evaluated.
    """
    return _Explainer(context).value(expression.root)


class _Facts:
    """Takes the facts that watched comparisons report."""

    epoch = 0

    def __init__(self) -> None:
        self.keys: set[FactKey] = set()

    def __call__(self, keys: Iterable[FactKey], /) -> None:
        self.keys.update(keys)


class _Explainer:
    """Makes one tree, in an evaluation context of its own."""

    def __init__(self, engine: EvaluationContext) -> None:
        self.world: World = engine.world
        self.ctx = EvaluationContext(engine.world, dialect=engine.dialect, options=engine.options, own=engine.own)
        self.shared = (self.ctx.constants.true, self.ctx.constants.false)

    def value(self, syntax: SyntaxNode) -> TreePart:
        root = build(syntax, self.ctx)
        part = TreePart(self._head_text(root), line=syntax.line, column=syntax.column)
        self._evaluate(part, root)
        if part.value is None and not part.note:
            part.note = self._reason(root)  # it lies in a part
        return part

    def tree(self, syntax: SyntaxNode, formula: Formula) -> TreePart:
        root = build(syntax, self.ctx)
        self._remember(root, formula)
        tree = self._part(root)
        tree.mark()
        return tree

    def _remember(self, root: EvalNode, formula: Formula) -> None:
        """Copy what the engine's nodes remember, so that this tree evaluates as they would."""
        for mine, theirs in zip(root.walk(), formula.walk(), strict=False):
            if mine.name != theirs.name or mine.kind is not theirs.kind:
                return
            if mine not in self.shared:
                for name in _MEMORY:
                    setattr(mine, name, getattr(theirs, name))

    def _part(self, node: EvalNode) -> TreePart:
        """Return the tree of an operator node."""
        syntax = node.syntax
        part = TreePart(self._head_text(node), line=syntax.line if syntax else 0, column=syntax.column if syntax else 0)
        self._evaluate(part, node)
        _, actions = split_actions(node)
        is_action = {id(action) for action in actions}
        if node.name in ARGUMENT_FORMS and len(node.args) > 1:
            part.parts = [*self._provider(node), *(self._action(action) for action in node.args[2:])]
            return part
        for arg in node.args[self._leading(node) :]:
            if id(arg) in is_action:
                part.parts.append(self._action(arg))
            elif arg.kind is EvalKind.CLAUSE:
                part.parts.append(self._clause(arg))
            elif arg.inner is not None:
                part.parts.append(self._part(arg.inner))
            else:
                part.parts.append(self._atom(arg))
        return part

    def _clause(self, clause: EvalNode) -> TreePart:
        """Return a clause of `cond`: its condition, then its actions."""
        part = TreePart("clause", line=clause.syntax.line if clause.syntax else 0)
        for position, arg in enumerate(clause.args):
            if position:
                part.parts.append(self._action(arg))
            else:
                part.parts.append(self._atom(arg) if arg.inner is None else self._part(arg.inner))
        if part.parts:
            part.value, part.status = part.parts[0].value, part.parts[0].status
        return part

    def _provider(self, form: EvalNode) -> list[TreePart]:
        """Return the provider of an argument form with a tree of the condition for each candidate it would try."""
        provider, condition = form.args[0].inner, form.args[1]
        if provider is None:
            return [self._atom(form.args[0])]
        part = TreePart(provider.name, line=provider.syntax.line if provider.syntax else 0)
        own = self._reason(condition)
        self.ctx.budget.begin(provider)
        try:
            candidates, part.note = candidates_of(self.ctx, provider)
        except BudgetError:
            part.note = TOO_MANY_STEPS
            return [part]
        if own:
            part.note = own
        elif not part.note:
            self.ctx.applicable.append([])
            try:
                self._evaluate(part, provider, chosen=True)
            finally:
                self.ctx.applicable.pop()
        found = [self._candidate(one, condition) for one in self._compared(candidates, condition)]
        found.sort(key=TreePart.closeness, reverse=True)  # stable: the order of the file among equals
        part.parts = found[:SHOWN_CANDIDATES]
        if len(candidates) > SHOWN_CANDIDATES:
            part.parts.append(TreePart(f"and {len(candidates) - SHOWN_CANDIDATES} more candidates", ATOM))
        return [part]

    def _compared(self, candidates: Sequence[Candidate], condition: EvalNode) -> Sequence[Candidate]:
        """Return the candidates to compare: all of a few; of many those for which the condition is true come first."""
        if len(candidates) <= COMPARED_CANDIDATES:
            return candidates
        node = condition.inner
        if node is None or self._reason(node):
            return candidates[:COMPARED_CANDIDATES]
        before = self.ctx.candidate
        true: list[Candidate] = []
        others: list[Candidate] = []
        try:
            for one in candidates[:TRIED_CANDIDATES]:
                self.ctx.candidate = one
                if self.ctx.wcs:
                    self.ctx.flush(condition)
                self.ctx.start()
                self.ctx.budget.begin(node)
                (true if evaluate_head(self.ctx, node) == 1 else others).append(one)
        except BudgetError:
            return candidates[:COMPARED_CANDIDATES]
        finally:
            self.ctx.candidate = before
        return (true + others)[:COMPARED_CANDIDATES]

    def _candidate(self, candidate: Candidate, condition: EvalNode) -> TreePart:
        before, self.ctx.candidate = self.ctx.candidate, candidate
        try:
            if self.ctx.wcs:
                self.ctx.flush(condition)
            inner = self._atom(condition) if condition.inner is None else self._part(condition.inner)
        finally:
            self.ctx.candidate = before
        place = candidate.node.syntax if candidate.node is not None else None
        return TreePart(
            candidate.text, CANDIDATE, place.line if place else inner.line, place.column if place else inner.column,
            inner.value, inner.status, inner.note, parts=[inner],
        )  # fmt: skip

    def _action(self, arg: EvalNode) -> TreePart:
        syntax = arg.syntax
        text = print_expression(syntax) if syntax is not None else arg.text
        return TreePart(text, ACTION, syntax.line if syntax else 0, syntax.column if syntax else 0)

    def _atom(self, arg: EvalNode) -> TreePart:
        syntax = arg.syntax
        return TreePart(self._atom_text(arg), ATOM, syntax.line if syntax else 0, syntax.column if syntax else 0)

    def _evaluate(self, part: TreePart, node: EvalNode, *, chosen: bool = False) -> None:
        """Fill in value, status, facts and the next moment; `chosen` says that a provider has no more to draw."""
        part.note = self._reason(node, chosen=chosen)
        part.facts = self._facts(node)
        if part.note:
            if self._contains_only(node):
                part.note = ""  # its parts say why
            return
        ctx = self.ctx
        ctx.start()
        ctx.budget.begin(node)
        try:
            part.value = evaluate_head(ctx, node)
        except BudgetError:
            part.note = TOO_MANY_STEPS
            return
        part.status = "" if node.status in _ORDINARY else str(node.status)
        due = ctx.due
        if part.value == 0 and node.name in COMPARISONS and len(node.args) > 1:
            (first, second), nan = ctx.numbers(node.args[:2])
            if nan is None:
                part.short_by = abs(first - second) + (node.name in ("<", ">", "!="))
        if due != NEVER and not any(inner.kind is EvalKind.OPERATOR for arg in node.args for inner in arg.walk()):
            part.next_at, part.next_by = due / 1e6, "time"
        elif is_moving_comparison(node):
            until = self._stands_until(node)
            if until != NEVER:
                part.next_at, part.next_by = until / 1e6, "motion"

    def _stands_until(self, node: EvalNode) -> int:
        """Return until when movement cannot change a comparison, in microseconds, NEVER if nothing bounds it."""
        programs = make_programs(self.ctx, None)
        made = programs.of_formula(node) if programs is not None else None
        if made is None:
            return NEVER
        made.program()
        return made.program.until or NEVER

    def _reason(self, node: EvalNode, *, chosen: bool = False) -> str:
        """Return why a node must not be evaluated here, "" if it may."""
        traits = Trait.NONE
        for inner in node.walk():
            if inner.kind is EvalKind.CONTAINER_DATA:
                return "may change a container"
            spec = inner.spec
            if spec is None:
                continue
            if inner.kind is EvalKind.OPERATOR and MEANINGS.get(inner.name) is not spec:
                return "asks the game" if self.ctx.own.get(inner.text) else "unknown operator"
            if not (chosen and inner is node):
                traits |= spec.traits
        return next((reason for trait, reason in _UNTOUCHED.items() if trait in traits), "")

    def _contains_only(self, node: EvalNode) -> bool:
        """Whether the reason not to evaluate a node lies in its parts, not in itself."""
        spec = node.spec
        if spec is None or MEANINGS.get(node.name) is not spec:
            return False
        return Trait.CONTROL in spec.traits or not any(trait in spec.traits for trait in _UNTOUCHED)

    def _facts(self, node: EvalNode) -> dict[str, str]:
        """Return the facts that the operator itself reads, those of its variables included."""
        world, spec = self.world, node.spec
        keys: dict[FactKey, None] = {}
        for arg in node.args:
            if arg.variable is not None:
                keys[("var", arg.variable)] = None
        if spec is not None and spec.reads is not None:
            for texts in possible_texts(self.ctx, node, _Facts()) or ():
                keys.update(dict.fromkeys(spec.reads(world, texts)))
        shown = {fact_name(world, key): value for key in keys if (value := fact_value(world, key))}
        real = {name: value for name, value in shown.items() if value not in NOBODY}
        return dict(list((real or shown).items())[:SHOWN_FACTS])

    def _leading(self, node: EvalNode) -> int:
        """Return how many arguments stand in the operator's own line: the atoms before its first expression."""
        for position, arg in enumerate(node.args):
            if arg.inner is not None or arg.kind in (EvalKind.CLAUSE, EvalKind.WRAPPER):
                return position
        return len(node.args)

    def _head_text(self, node: EvalNode) -> str:
        atoms: Sequence[EvalNode] = () if node.name in ARGUMENT_FORMS else node.args[: self._leading(node)]
        return " ".join((node.text, *(self._atom_text(arg) for arg in atoms)))

    def _atom_text(self, arg: EvalNode) -> str:
        if arg.variable is not None:
            variables = self.world.variables
            return f"@{variables.names[arg.variable]}[{variables.text(arg.variable)}]"
        if arg.is_placeholder and self.ctx.candidate is not None:
            return f'"{self.ctx.candidate.text}"'
        return print_expression(arg.syntax) if arg.syntax is not None else arg.text
