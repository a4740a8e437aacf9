"""Writes the actions of `every-time` forms: arguments without the interpreter, the effect, the offer to the game."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sexp_runtime.compiler.coordinates import one_place, sum_of_coordinates
from sexp_runtime.compiler.facts import NESTED
from sexp_runtime.compiler.plan import UNNOTICED, Form, Plan, Planner
from sexp_runtime.compiler.source import SourceWriter
from sexp_runtime.compiler.truth import (
    TruthWriter,
    cheapest_first,
    conjuncts,
    draws_without_effect,
    is_drawing,
    is_pure,
    looks_back,
    residue,
)
from sexp_runtime.operators import actions
from sexp_runtime.operators.actions import ArgumentKind
from sexp_runtime.operators.context import Effect, EvaluationContext
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.registry import MEANINGS, OperatorFunction
from sexp_runtime.operators.variables import modify_variable, store
from sexp_runtime.values import NAN, NAN_FOREVER, NAN_LIKE

_NUMBERS: Final = (ArgumentKind.NUMBER, ArgumentKind.NATURAL)


@dataclass(frozen=True, slots=True)
class _Call:
    """An action with what it does and how each argument is read: as the plan of a number, or by the code given."""

    name: str
    effect: Effect | None
    arguments: list[tuple[ArgumentKind, Plan | str]]


class ActionWriter:
    """Writes actions into a SourceWriter that keeps no statuses.

    `candidate` is the code for the candidate that `<argument>` stands for, "" outside argument forms. With `several` an
    action can run for one after the other in one pass, so that a status would be seen by the next run. `interpreted`
    collects what remembers statuses, to be forgotten after the pass.
    """

    def __init__(
        self, writer: SourceWriter, ctx: EvaluationContext, *, candidate: str = "", several: bool = False
    ) -> None:
        self.writer = writer
        self.ctx = ctx
        self.candidate = candidate
        self.several = several
        self.interpreted: list[EvalNode] = []
        self._planner = Planner(ctx, fresh=True)

    def count(self, actions: Iterable[EvalNode]) -> None:
        """Write that actions run, which forbids reuse; conditionals among them count their own."""
        self.writer.add("C.effects += 1" if acts(actions) else "pass")

    def run(self, action: EvalNode) -> None:
        """Write one action that stands as an argument of the form."""
        head = action.inner
        if head is None:
            return
        if head.name == "when" and not self.several and self._when(head):
            return
        if head.name == "modify-variable" and self._modify(head):
            return
        if not self._perform(head):
            self.interpreted.append(action)
            self.writer.add(f"evaluate_head(C, {self.writer.reference('n', action)})")

    def condition(self, plan: Plan, actions: Iterable[EvalNode]) -> str:
        """Write the condition of actions (see `can_write_condition`); return an expression for its truth."""
        self.interpreted.extend(residue(plan))
        if is_pure(plan.head):
            return TruthWriter(self.writer, acts=acts(actions)).holds(cheapest_first(conjuncts(plan)))
        return self._drawing(plan)

    def _drawing(self, plan: Plan) -> str:
        """Write a condition with draws, and when they did not matter; return an expression for its truth."""
        writer = self.writer
        groups = draws_without_effect(plan)
        if not groups:
            return f"{writer.argument(plan).value} == 1"
        before, truth = writer.fresh_name("e"), writer.fresh_name("h")
        writer.add(f"{before} = C.effects")
        writer.add(f"{truth} = {writer.argument(plan).value} == 1")
        reader = TruthWriter(writer, acts=True)
        spare = "".join(f" and not ({reader.known(cheapest_first(group))})" for group in groups)
        writer.add(f"if not {truth}{spare}: C.unused_draws += C.effects - {before}")
        return truth

    def _when(self, head: EvalNode) -> bool:
        """Write a nested `when` whose own result is not used; False if that cannot be."""
        if len(head.args) < 2 or not _is_standard(head) or head.args[0].inner is None:
            return False
        if head.args[0].has_placeholder:  # what a candidate is read as first counts, so all is read (D7)
            return False
        plan = self._planner.plan(head.args[0])
        if not can_write_condition(plan):
            return False
        writer = self.writer
        writer.add(f"if {self.condition(plan, head.args[1:])}:")
        writer.indent += 1
        self.count(head.args[1:])
        for action in head.args[1:]:
            self.run(action)
        writer.indent -= 1
        return True

    def _modify(self, head: EvalNode) -> bool:
        """Write the assignment of a number to a variable (J2)."""
        if len(head.args) != 2 or _function(head) is not modify_variable or head.args[0].variable is None:
            return False
        plan = self._number_plan(head.args[1])
        if plan is None:
            return False
        writer = self.writer
        value = writer.argument(plan).value
        writer.add(
            f"{writer.reference('f', store)}(C, {writer.reference('n', head)}, {head.args[0].variable}, {value})"
        )
        return True

    def _perform(self, head: EvalNode) -> bool:
        """Write an action of the ordinary kind (`actions.perform`); False if an argument has to be interpreted."""
        performed = actions.PERFORMED.get(_function(head))
        ctx, writer = self.ctx, self.writer
        if performed is None or len(head.args) < actions.fewest_arguments(head.name, ctx.dialect):
            return False
        name, effect = performed
        if name in actions.NAN_VALUES:
            return False
        kinds = actions.argument_kinds(name, ctx.dialect, len(head.args))
        readings: list[Plan | str] = []
        for kind, arg in zip(kinds, head.args, strict=False):
            reading = self._reading(kind, arg)
            if reading is None:
                return False
            readings.append(reading)
        call = _Call(name, effect, list(zip(kinds, readings, strict=False)))
        place = one_place([reading for reading in readings if isinstance(reading, Plan)])
        if place is None:
            self._call_with(call)
            return True
        spot = writer.fresh_name("q")
        writer.add(f"{spot} = find_spot(C, {writer.reference('n', place)})")
        writer.add(f"if {spot} is None:")
        writer.indent += 1
        self._call_with(call)
        writer.indent -= 1
        writer.add("else:")
        writer.indent += 1
        self._call(
            call,
            [
                _natural(kind, reading, sum_of_coordinates(writer, reading, f"{spot}[0]"))
                if isinstance(reading, Plan) else reading
                for kind, reading in call.arguments
            ],
        )  # fmt: skip
        writer.indent -= 1
        return True

    def _call_with(self, call: _Call) -> None:
        """Write the evaluation of an action's arguments, and the action if all are numbers that have to be."""
        writer = self.writer
        codes: list[str] = []
        no_number: list[str] = []
        for kind, reading in call.arguments:
            if not isinstance(reading, Plan):
                codes.append(reading)
                continue
            arg = writer.argument(reading)
            test = arg.test(NAN, NAN_FOREVER)
            if test is not None and not self.ctx.wcs:
                no_number.append(test)
            codes.append(_natural(kind, reading, arg.value))
        if no_number:
            writer.add(f"if not ({' or '.join(no_number)}):")
            writer.indent += 1
        self._call(call, codes)
        if no_number:
            writer.indent -= 1

    def _call(self, call: _Call, codes: list[str]) -> None:
        """Write the effect of an action and its offer to the game."""
        writer = self.writer
        writer.add(f"a = ({''.join(code + ', ' for code in codes)})")
        done = ""
        if call.effect is not None:
            remember = self.ctx.remember
            effect = call.effect if remember is None else remember(call.effect)
            done = f"{writer.reference('f', effect)}(C, a) is not NOTHING and "
        writer.add(f"if {done}C.is_heard({call.name!r}): C.actions({call.name!r}, a)")

    def _reading(self, kind: ArgumentKind, arg: EvalNode) -> Plan | str | None:
        """Return how an argument is read: the plan of a number, or code; None if the interpreter has to read it."""
        if kind is ArgumentKind.TEXT or (kind is ArgumentKind.EITHER and arg.inner is None):
            return self._text(arg)
        if kind is ArgumentKind.VARIABLE and arg.variable is not None:
            return repr(self.ctx.world.variables.names[arg.variable])
        if kind is ArgumentKind.TRUTH:
            plan = self._planner.plan(arg)
            return str(int(plan.value == 1)) if plan.form in (Form.KNOWN, Form.CONSTANT) else None
        if kind in _NUMBERS or kind is ArgumentKind.EITHER:
            return self._number_plan(arg)
        return None

    def _text(self, arg: EvalNode) -> str | None:
        if arg.kind is EvalKind.WRAPPER or arg.kind is EvalKind.CLAUSE:
            return "''"
        if arg.variable is not None:
            return f"C.text({self.writer.reference('n', arg)})"
        if arg.is_placeholder and self.candidate:
            return f"{self.candidate}.text"
        return repr(arg.text) if arg.kind is EvalKind.ATOM else None

    def _number_plan(self, arg: EvalNode) -> Plan | None:
        """Return the plan of a number argument that code can evaluate without a trace."""
        plan = self._planner.plan(arg)
        if plan.form is Form.INTERPRETED or plan.form is Form.ATOM or not is_pure(plan.head) or any(residue(plan)):
            return None
        if plan.form not in UNNOTICED and self.several and (looks_back(plan) or not _only_nan(plan)):
            return None
        return plan


def acts(actions: Iterable[EvalNode]) -> bool:
    """Whether running the actions always has an effect."""
    return any(action.inner is not None and action.inner.name not in NESTED for action in actions)


def can_write_condition(plan: Plan) -> bool:
    """Whether a condition can be written without statuses: it reads, or draws, and does nothing else."""
    return plan.form is not Form.INTERPRETED and is_drawing(plan.head)


def _natural(kind: ArgumentKind, plan: Plan, code: str) -> str:
    """Return code for a number argument, given that of its plan's value."""
    return f"natural(C, {code})" if kind is ArgumentKind.NATURAL and plan.low < 0 else code


def _only_nan(plan: Plan) -> bool:
    """Whether no status that traps could be remembered, from one candidate to the next, anywhere in a plan."""
    return not plan.specials - NAN_LIKE and all(map(_only_nan, plan.kids))


def _is_standard(head: EvalNode) -> bool:
    return head.spec is not None and _function(head) is MEANINGS[head.name].function


def _function(head: EvalNode) -> OperatorFunction:
    assert head.spec is not None
    return head.spec.function
