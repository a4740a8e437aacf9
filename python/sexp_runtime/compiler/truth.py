"""Writes conditions of which only the truth counts; cheap parts come first.

An `every-time` form forgets all statuses after each pass (C7), and is never a number: only the truth of its condition
is visible. So `and` may stop at the first argument that is not true, and may evaluate its arguments in any order if
they leave no trace. The formula need not wait for facts and moments of skipped arguments: while the false argument is
false, the result is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sexp_runtime.compiler.plan import COMPARISONS, UNNOTICED, Form, Plan, Watched
from sexp_runtime.compiler.source import SourceWriter
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.random import is_plain_draw
from sexp_runtime.operators.registry import Trait
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, NAN_FOREVER, NAN_LIKE

_READER: Final = Trait.NONE | Trait.TIME
#: Operators that read a delay before anything else.
_DELAYED: Final = frozenset(
    {"is-destroyed-delay", "is-disabled-delay", "is-disarmed-delay", "has-arrived-delay", "has-departed-delay"}
)
#: What ends an `and` (B30).
_ENDING: Final = frozenset({KNOWN_FALSE, NAN_FOREVER})


def is_pure(head: EvalNode) -> bool:
    """Whether evaluating a subtree with unknown statuses does no more than read facts and the clock."""
    return all(_reads(node) for node in head.walk())


def is_drawing(head: EvalNode) -> bool:
    """As `is_pure`, but for random numbers, which are drawn at each evaluation."""
    return all(_reads(node) or (is_plain_draw(node) and all(map(is_simple, node.args))) for node in head.walk())


def draws_without_effect(plan: Plan) -> list[list[Plan]]:
    """Return what makes the draws of a condition irrelevant while it is not true: one of each list that is not true.

    No lists where that cannot be said.
    """
    if plan.head.name != "or":
        parts = [plan]
    else:
        parts = [kid for kid in plan.kids if _draws(kid)]
    groups = [_draws_without_effect(part) for part in parts]
    return [group for group in groups if group] if all(groups) else []


def _draws_without_effect(plan: Plan) -> list[Plan]:
    """Return those conjuncts each of which, if not true, makes the draws of the others irrelevant.

    None of them where how many numbers are drawn could depend on what is drawn: where a conjunct with a draw draws
    twice, or could end the evaluation by being known.
    """
    telling = []
    for part in conjuncts(plan):
        draws = _draws(part)
        if draws > 1 or (draws and part.specials & _ENDING):
            return []
        if not draws and part.watcher is None:
            telling.append(part)
    return telling


def draws_of_any_candidate(plan: Plan) -> list[Plan]:
    """Return what makes the draws of an argument form's condition irrelevant: one of the list that is not true.

    None where how many numbers are drawn could depend on the candidate or on what is drawn.
    """
    parts = conjuncts(plan)
    drawing = [number for number, part in enumerate(parts) if _draws(part)]
    if len(drawing) != 1:
        return []
    one = parts[drawing[0]]
    if _draws(one) > 1 or (one.node.has_placeholder and not _draws_first(one.head)):
        return []
    if any(part.specials & _ENDING for part in parts[: drawing[0]]):
        return []
    return [part for part in parts if part is not one and part.watcher is None and not part.node.has_placeholder]


def _draws_first(head: EvalNode) -> bool:
    """Whether an operator draws before it looks at any candidate."""
    draw = head.args[0].inner if head.name in _DELAYED else None
    return draw is not None and is_plain_draw(draw) and not draw.has_placeholder


def _draws(plan: Plan) -> int:
    return sum(map(is_plain_draw, plan.head.walk()))


def _reads(node: EvalNode) -> bool:
    spec = node.spec
    if spec is None:  # fetching a container's data can draw or remove
        return node.kind is not EvalKind.CONTAINER_DATA
    return not spec.traits & ~_READER


def is_simple(arg: EvalNode) -> bool:
    """Whether reading an argument leaves no status behind: an atom, `<argument>` included."""
    return arg.kind is EvalKind.ATOM and not arg.is_name


def looks_back(plan: Plan) -> bool:
    """Whether a comparison could look at what a later argument remembers of the candidate before (B41)."""
    if plan.head.name in COMPARISONS and any(kid.specials & NAN_LIKE for kid in plan.kids[1:]):
        return True
    if any(map(looks_back, plan.kids)):
        return True
    return any(
        node.name in COMPARISONS and any(arg.is_expression for arg in node.args[1:])
        for head in residue(plan)
        for node in head.walk()
    )


def residue(plan: Plan) -> Iterable[EvalNode]:
    """Yield the operators whose functions have the interpreter evaluate arguments, which then remember statuses."""
    if plan.form is Form.CALL or plan.form is Form.STATUS_CALL:
        if not all(map(is_simple, plan.head.args)):
            yield plan.head
    else:
        for kid in plan.kids:
            yield from residue(kid)


class TruthWriter:
    """Writes the truth of pure plans into a SourceWriter that keeps no statuses.

    With `acts` the formula will be evaluated again in any case if all is true, or if the code in `acted` is. Then it
    only matters for how long what is false stays so.
    """

    def __init__(self, writer: SourceWriter, *, acts: bool, acted: str = "") -> None:
        self.writer = writer
        self.acts = acts
        self.acted = acted

    def holds(self, plans: Sequence[Plan]) -> str:
        """Write what it takes; return an expression that is true if all plans have the value 1.

        They are evaluated in the order given, up to the first that has not.
        """
        writer = self.writer
        ready: list[str] = []
        name, depth = "", 0
        for plan in plans:
            code = self._expression(plan)
            if code is not None:
                ready.append(code)
                continue
            if ready:
                so_far = [name, *ready] if name else ready
                name = name or writer.fresh_name("h")
                writer.add(f"{name} = {_all(so_far)}")
                ready = []
            if name:
                writer.add(f"if {name}:")
                writer.indent += 1
                depth += 1
            name = name or writer.fresh_name("h")
            self._assign(name, plan)
        if not name:
            return _all(ready)
        if ready:
            writer.add(f"{name} = {_all([name, *ready])}")
        writer.indent -= depth
        return name

    def known(self, plans: Iterable[Plan]) -> str:
        """Return an expression for whether all plans have the value 1, but for those that take statements."""
        return _all([code for code in map(self._expression, plans) if code is not None])

    def _assign(self, name: str, plan: Plan) -> None:
        """Write the assignment of a plan's truth to a local variable."""
        writer = self.writer
        code = None
        if plan.watcher is not None:
            code = self._comparison(plan, COMPARISONS[plan.head.name])
        if code is None:
            writer.add(f"{name} = {writer.argument(plan).value} == 1")
            return
        writer.begin(plan)
        writer.add(f"{name} = {code}")
        if self.acts:
            writer.add(f"if not ({name} or {self.acted}):" if self.acted else f"if not {name}:")
        writer.indent += self.acts
        writer.end(plan)
        writer.indent -= self.acts

    def _expression(self, plan: Plan) -> str | None:
        """Return an expression for the truth of a plan, None if it takes statements."""
        writer, form = self.writer, plan.form
        if form in UNNOTICED:
            return writer.truth(plan)
        if form is Form.ATOM:
            return f"C.atom_number({writer.reference('n', plan.head)}) == 1"
        if form is Form.STATUS_CALL:
            call = writer.call(plan)
            if KNOWN_TRUE not in plan.specials:
                return f"{call} == 1"
            raw = writer.fresh_name("r")
            return f"(({raw} := {call}) is KT or {raw} == 1)"
        if form is not Form.STATUS:
            return None
        name = plan.head.name
        if name in COMPARISONS:
            return self._comparison(plan, COMPARISONS[name]) if plan.watcher is None else None
        if name == "not":
            inner = self._expression(plan.kids[0])
            return None if inner is None else f"(not {inner})"
        if name in ("and", "or") and not plan.head.has_placeholder:
            parts = [self._expression(kid) for kid in plan.kids]
            return None if None in parts else "(" + f" {name} ".join(part for part in parts if part) + ")"
        return None

    def _comparison(self, plan: Plan, sign: str) -> str | None:
        if len(plan.kids) != 2:
            return None
        left, right = plan.kids
        if right.form not in UNNOTICED or left.form is not Form.STATUS_CALL or left.specials - NAN_LIKE:
            return None
        raw = self.writer.fresh_name("r")
        return (
            f"(({raw} := {self.writer.call(left)}).__class__ is not Status and {raw} {sign} {self.writer.value(right)})"
        )


def _all(parts: Sequence[str]) -> str:
    return " and ".join(parts) if parts else "True"


def conjuncts(plan: Plan) -> list[Plan]:
    """Return the plans all of which must have the value 1 for a plan of a pure condition to have it."""
    if plan.head.name == "and" and plan.kids:
        return [part for kid in plan.kids for part in conjuncts(kid)]
    return [plan]


def cheapest_first(plans: Iterable[Plan]) -> list[Plan]:
    """Return plans in the order in which to evaluate them where the order is free."""
    return sorted(plans, key=_cost)


def _cost(plan: Plan) -> int:
    """Return roughly what evaluating takes; what moves comes last, because its outcome does not stand for long."""
    if plan.form in (Form.CONSTANT, Form.KNOWN, Form.VARIABLE):
        return 1
    cost = 0
    for node in plan.head.walk():
        if node.spec is not None:
            function: object = node.call
            cost += 100 if isinstance(function, Watched) else 10
    return cost
